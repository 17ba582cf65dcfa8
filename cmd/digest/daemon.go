package main

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/config"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/jobs"
	"github.com/community-digest/digest/internal/schedule"
	"github.com/community-digest/digest/internal/status"
)

// served finds a digest; nil when it is not served any more.
func (d *daemon) served(name string) *served {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.digests[name]
}

// at is the program as it would run by hand at a time, without anybody who listens.
func (d *daemon) at(now time.Time) *program {
	quiet := newVoice(io.Discard)
	quiet.quiet = true
	return &program{getenv: d.p.getenv, stdout: io.Discard, stderr: quiet, now: now}
}

// connect makes the client of a run on connections that all runs share: those of its own
// would stay open for a while after each.
func (d *daemon) connect(p *program, cfg *config.Config) (*sources, error) {
	s, err := connect(p, cfg)
	if err != nil {
		return nil, err
	}
	endpoints, err := github.ParseEndpoints(p.getenv("GITHUB_API_URL"), p.getenv("GITHUB_GRAPHQL_URL"))
	if err != nil {
		return nil, err // unreachable: connect has read them
	}
	s.client = github.NewClient(endpoints, p.token(), github.Limits{
		MaxWait: cfg.MaxWait, OnWait: s.waits.begin, Transport: d.connections,
	})
	return s, nil
}

// mostDue is more than anybody catches up with; how many are drafted at once is the queue's
// business, which knows those that are drafted and have no edition any more.
const mostDue = 1000

// due returns the periods of a digest that were over at its last slot and have no
// edition, oldest first.
func (d *daemon) due(ctx context.Context, name string) ([]digest.Period, error) {
	s := d.served(name)
	if s == nil {
		return nil, nil
	}
	now := d.now()
	slot := s.lastSlot(now)
	editions, err := d.editions(ctx, s, slot)
	if err != nil {
		return nil, retryLater(err)
	}
	due, _ := schedule.Due(s.cfg.Calendar, schedule.End(editions), slot, mostDue)
	var oldest time.Time
	if len(due) > 0 {
		oldest = due[0].To
	}
	d.board.Looked(name, now, oldest)
	return due, nil
}

// editions are those that there are of a digest, where it is published or written.
func (d *daemon) editions(ctx context.Context, s *served, now time.Time) ([]schedule.Edition, error) {
	p := d.at(now)
	if s.cfg.Publish.Configured {
		repo, err := p.publishRepo(s.cfg)
		if err != nil {
			return nil, err
		}
		sources, err := d.connect(p, s.cfg)
		if err != nil {
			return nil, err
		}
		return publishedEditions(ctx, s.cfg, sources, repo)
	}
	to, err := openFolder(p, outputFlags{output: s.folder(d.flags.output), dryRun: true}, s.cfg.State)
	if err != nil {
		return nil, err
	}
	editions, err := writtenEditions(ctx, to, s.cfg.State)
	return editions, errors.Join(err, to.close())
}

// outcome is what a draft that is done tells.
type outcome struct {
	report report
	rates  map[string]int
	draft  string // its address or path
}

// draft drafts one period of a digest, with the chain as it runs by hand.
func (d *daemon) draft(ctx context.Context, r jobs.Run) (any, error) {
	s := d.served(r.Digest)
	if s == nil {
		return nil, errors.New("the digest is not served any more")
	}
	p := d.at(d.now())
	sources, err := d.connect(p, s.cfg)
	if err != nil {
		return nil, err
	}
	var o outcome
	if s.cfg.Publish.Configured {
		repo, err := p.publishRepo(s.cfg)
		if err != nil {
			return nil, err
		}
		o.report, err = publishEdition(ctx, s.cfg, sources, repo, r.Period, p.collect(sources, r.Period))
		if err != nil {
			return nil, retryLater(err)
		}
		o.draft = o.report.PullRequestURL
	} else {
		to, err := openFolder(p, outputFlags{output: s.folder(d.flags.output)}, s.cfg.State)
		if err != nil {
			return nil, err
		}
		o.report, _, err = draft(ctx, s.cfg, to, false, p.collect(sources, r.Period))
		if err := errors.Join(err, to.close()); err != nil {
			return nil, retryLater(err)
		}
		o.draft = to.name(o.report.Drafts[0].Path)
	}
	o.rates = make(map[string]int)
	for name, rate := range sources.client.Usage().Rates {
		o.rates[name] = rate.Remaining
	}
	return o, nil
}

// retryLater gives an error that says when the limit is lifted to the queue as such.
func retryLater(err error) error {
	if e := github.AsError(err); e != nil && e.Kind == github.RateLimited && !e.Reset.IsZero() {
		return &jobs.RetryError{At: e.Reset, Err: err}
	}
	return err
}

// tell keeps the board and the log up to date.
func (d *daemon) tell(ctx context.Context, e jobs.Event) {
	run := status.Run{Digest: e.Digest, End: d.now()}
	run.Start = run.End.Add(-e.Took)
	if e.What != jobs.CheckFailed {
		run.Period = e.Period.String()
	}
	log := d.log
	switch {
	case e.What == jobs.Started:
		d.board.Started(e.Digest, run.Period)
		return
	case e.What == jobs.Postponed, e.What == jobs.Interrupted, e.What == jobs.CheckFailed && postponed(e.Err):
		if e.What != jobs.CheckFailed { // a check beside it stops no run
			d.board.Stopped(e.Digest)
		}
		log.Warn("put off", "digest", e.Digest, "period", run.Period, "until", e.Next, "error", message(e.Err))
		return
	case e.What == jobs.Done:
		o := e.Result.(outcome)
		for _, w := range o.report.Warnings {
			log.Warn("warning", "digest", e.Digest, "period", run.Period, "text", safe(w))
		}
		d.board.Limits(o.rates)
		o.fill(&run)
	default:
		run.Operation, run.Err = status.Failed, message(e.Err)
		log = log.With("attempt", e.Attempt, "attempts", e.Attempts)
		if !e.Next.IsZero() {
			log = log.With("next_attempt", e.Next)
		}
		if p, ok := errors.AsType[*jobs.PanicError](e.Err); ok {
			log = log.With("stack", string(p.Stack))
		}
	}
	d.board.Finished(run)
	run.Log(ctx, log)
}

// postponed reports whether an error says itself when to try again.
func postponed(err error) bool {
	_, ok := errors.AsType[*jobs.RetryError](err)
	return ok
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return safe(words(err))
}

// fill tells a run what came of it.
func (o outcome) fill(run *status.Run) {
	r := o.report
	run.Edition, run.Gaps, run.Draft = r.Edition, len(r.Gaps), o.draft
	run.Requests, run.Points = r.Usage.Requests, r.Usage.GraphQLPoints
	run.Items = make(map[string]int)
	for kind, n := range r.Items {
		run.Items[string(kind)] = n
	}
	run.Operation = status.Operation(r.Operation)
	if run.Operation != "" {
		return
	}
	run.Operation = status.Unchanged
	for _, d := range r.Drafts {
		switch {
		case d.Operation == opCreated:
			run.Operation = status.Created
		case d.Operation == opUpdated && run.Operation == status.Unchanged:
			run.Operation = status.Updated
		}
	}
}
