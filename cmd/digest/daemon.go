package main

import (
	"context"
	"errors"
	"time"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/edition"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/jobs"
	"github.com/community-digest/digest/internal/report"
	"github.com/community-digest/digest/internal/status"
)

// served finds a digest; nil when it is not served any more.
func (d *daemon) served(name string) *served {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.digests[name]
}

// weekly is a digest as a run by hand would see it, on connections that all runs share: those of its own would stay open
// for a while after each.
func (d *daemon) weekly(s *served) (edition.Weekly, error) {
	client, err := edition.Connect(d.env.getenv, github.Limits{MaxWait: s.cfg.MaxWait, Transport: d.connections})
	if err != nil {
		return edition.Weekly{}, err
	}
	w := edition.Weekly{Config: s.cfg, Client: client, Target: edition.Folder{Path: s.folder(d.flags.output)}}
	if s.cfg.Publish.Configured {
		repo, err := edition.PublishRepo(s.cfg, d.env.getenv)
		if err != nil {
			return w, err
		}
		w.Target = edition.PullRequests{Repo: repo}
	}
	return w, nil
}

// due returns the periods of a digest that were over at its last slot and have no
// edition, oldest first.
func (d *daemon) due(ctx context.Context, name string) ([]digest.Period, error) {
	s := d.served(name)
	if s == nil {
		return nil, nil
	}
	now := d.now()
	w, err := d.weekly(s)
	if err != nil {
		return nil, err
	}
	due, err := edition.Due(ctx, w, s.lastSlot(now))
	if err != nil {
		return nil, retryLater(err)
	}
	var oldest time.Time
	if len(due) > 0 {
		oldest = due[0].To
	}
	d.board.Looked(name, now, oldest)
	return due, nil
}

// outcome is what a draft that is done tells.
type outcome struct {
	report report.Report
	rates  map[string]int
	draft  string // its address or path
}

// draft drafts one period of a digest, with the chain as it runs by hand.
func (d *daemon) draft(ctx context.Context, r jobs.Run) (any, error) {
	s := d.served(r.Digest)
	if s == nil {
		return nil, errors.New("the digest is not served any more")
	}
	w, err := d.weekly(s)
	if err != nil {
		return nil, err
	}
	var o outcome
	if o.report, err = edition.Draft(ctx, w, edition.Request{Period: r.Period}, d.now()); err != nil {
		return nil, retryLater(err)
	}
	o.draft = o.report.PullRequestURL
	if !s.cfg.Publish.Configured {
		o.draft = o.report.Drafts[0].Name
	}
	o.rates = make(map[string]int)
	for name, rate := range w.Client.Usage().Rates {
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
			log.Warn("warning", "digest", e.Digest, "period", run.Period, "text", report.Printable(w))
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
	return report.Printable(words(err))
}

// fill tells a run what came of it.
func (o outcome) fill(run *status.Run) {
	r := o.report
	run.Edition, run.Gaps, run.Draft = r.Number, len(r.Gaps), o.draft
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
		case d.Operation == report.Created:
			run.Operation = status.Created
		case d.Operation == report.Updated && run.Operation == status.Unchanged:
			run.Operation = status.Updated
		}
	}
}
