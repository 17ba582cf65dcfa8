package daemon

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/edition"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/report"
	"github.com/community-digest/digest/internal/schedule"
	"github.com/community-digest/digest/internal/status"
)

// maxWait is the longest wait for a rate limit inside a draft. A longer one postpones the draft,
// so that it holds up no other.
const maxWait = 2 * time.Minute

// weekly returns a digest as package edition wants it, with a client of its own: what a run cost
// is counted for each.
func (d *Daemon) weekly(name string) (edition.Weekly, *served, error) {
	s := d.served(name)
	if s == nil {
		return edition.Weekly{}, nil, fmt.Errorf("unknown digest %q: its configuration was removed", name)
	}
	client, err := edition.Connect(d.getenv, github.Limits{MaxWait: min(s.config.MaxWait, maxWait), Transport: d.connections})
	warn := func(text string) { d.log.Warn("warning", "digest", name, "text", report.Printable(text)) }
	return edition.Weekly{Config: s.config, Client: client, Target: s.target, Warn: warn}, s, err
}

// due returns the periods of a digest that were over at its last slot and have no edition.
func (d *Daemon) due(ctx context.Context, name string) (due []digest.Period, err error) {
	now := d.now()
	run := status.Run{Digest: name, Start: now}
	w, s, err := d.weekly(name)
	if err != nil {
		return nil, d.failed(ctx, run, err)
	}
	slot := s.schedule.Last(now)
	if slot.IsZero() {
		slot = now
	}
	due, err = edition.Due(ctx, w, slot)
	d.checkClock(w.Client)
	if err != nil {
		return nil, d.failed(ctx, run, fmt.Errorf("find out what is missing: %w", err))
	}
	var oldest time.Time
	if len(due) > 0 {
		oldest = due[0].To
	}
	d.board.Looked(name, now, oldest)
	return due, nil
}

// draft drafts one period of a digest, as the command does, and reports how that went to the
// board and the log.
func (d *Daemon) draft(ctx context.Context, name string, p digest.Period) error {
	w, s, err := d.weekly(name)
	if err != nil {
		return err
	}
	run := status.Run{Digest: name, Start: d.now(), Period: p.String(), Edition: s.config.Calendar.Number(p)}
	d.board.Started(name, run.Period)
	d.log.Info("drafting", "digest", name, "period", run.Period, "edition", run.Edition)
	returned := false
	defer func() {
		if !returned { // it panics; the scheduler recovers
			_ = d.failed(ctx, run, errors.New("panic"))
		}
	}()
	r, err := edition.Draft(ctx, w, edition.Request{Period: p}, d.now())
	returned = true
	d.checkClock(w.Client)
	d.board.Limits(remaining(w.Client.Usage()))
	if err != nil {
		return d.failed(ctx, run, err)
	}
	fill(&run, r)
	run.End = d.now()
	d.board.Finished(run)
	run.Log(ctx, d.log)
	return nil
}

// remaining is how much of each of GitHub's rate limits a run left.
func remaining(u github.Usage) map[string]int {
	left := make(map[string]int, len(u.Rates))
	for resource, rate := range u.Rates {
		left[resource] = rate.Remaining
	}
	return left
}

// failed reports how a run failed, and returns the error for the scheduler. A run that is cut
// off or meets a rate limit is postponed, which is not a failure.
func (d *Daemon) failed(ctx context.Context, run status.Run, err error) error {
	text := message(err)
	switch until, limited := resetOf(err); {
	case ctx.Err() == context.Canceled:
		d.board.Stopped(run.Digest)
		d.log.Warn("interrupted", "digest", run.Digest, "period", run.Period, "error", text)
	case limited:
		d.board.Stopped(run.Digest)
		err = &schedule.Postponed{Until: until, Err: err}
		d.log.Warn("postponed", "digest", run.Digest, "period", run.Period, "until", until, "error", text)
	default:
		run.End, run.Operation, run.Err = d.now(), status.Failed, text
		d.board.Finished(run)
		run.Log(ctx, d.log)
	}
	return err
}

// resetOf returns when the rate limit that an error is about is reset.
func resetOf(err error) (reset time.Time, limited bool) {
	e := github.AsError(err)
	if e == nil || e.Kind != github.RateLimited || e.Reset.IsZero() {
		return time.Time{}, false
	}
	return e.Reset, true
}

// message is an error in one printable line. What stops a whole run is said without the request
// that happened to meet it.
func message(err error) string {
	if e := github.AsError(err); e != nil && github.Stops(err) {
		err = e
	}
	return report.Printable(err.Error())
}

// fill sets what a run did.
func fill(run *status.Run, r report.Report) {
	run.Edition, run.Gaps = r.Number, len(r.Gaps)
	run.Requests, run.Points = r.Usage.Requests, r.Usage.GraphQLPoints
	run.Items = make(map[string]int)
	for kind, n := range r.Items {
		run.Items[string(kind)] = n
	}
	run.Draft = r.PullRequestURL
	run.Operation = status.Operation(r.Operation)
	if run.Operation != "" {
		return
	}
	run.Operation = status.Unchanged
	for _, file := range r.Drafts {
		if run.Draft == "" {
			run.Draft = file.Name
		}
		switch {
		case file.Operation == report.Created:
			run.Operation = status.Created
		case file.Operation == report.Updated && run.Operation == status.Unchanged:
			run.Operation = status.Updated
		}
	}
}
