package main

import (
	"context"
	"time"

	"github.com/community-digest/digest/internal/jobs"
	"github.com/community-digest/digest/internal/report"
	"github.com/community-digest/digest/internal/status"
)

// keepUpEvery is how often the board is told what this process did not do itself. It is less
// than anybody's grace time.
const keepUpEvery = 5 * time.Minute

// keepUp tells the board what the database knows of earlier runs and of those of other
// processes, until the context ends. A slot that another process has served was missed as
// far as this one knows, and somebody would be called for nothing.
func (d *daemon) keepUp(ctx context.Context) {
	ticker := time.NewTicker(keepUpEvery)
	defer ticker.Stop()
	for looked := make(map[string]time.Time); ; {
		if err := d.catchUpWithOthers(ctx, looked); err != nil && ctx.Err() == nil {
			d.log.Warn("what other processes did is not known", "error", message(err))
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// lookAgain is how long a digest may seem to have missed a slot before it is looked at
// anew: somebody may have drafted by hand.
const lookAgain = time.Hour

// catchUpWithOthers looks what is due of each digest that seems to have missed a slot: after
// the slot, after a draft, and each hour. looked says when it did.
func (d *daemon) catchUpWithOthers(ctx context.Context, looked map[string]time.Time) error {
	drafted, err := d.recall(ctx)
	if err != nil {
		return err
	}
	for _, s := range d.board.Standings() {
		now, at := d.now(), looked[s.Digest]
		if s.Missed.IsZero() || !at.Before(s.Missed) && !at.Before(drafted[s.Digest]) && now.Sub(at) < lookAgain {
			continue
		}
		looked[s.Digest] = now
		if _, err := d.due(ctx, s.Digest); err != nil {
			return err
		}
	}
	return nil
}

// recall shows the drafts that the database remembers, and returns when the last one of
// each digest was made. What this process did itself it knows better.
func (d *daemon) recall(ctx context.Context) (map[string]time.Time, error) {
	drafts, err := d.queue.Overview(ctx)
	if err != nil {
		return nil, err
	}
	known := make(map[string]string)
	for _, s := range d.board.Standings() {
		known[s.Digest] = s.Last.Period
	}
	last := make(map[string]time.Time)
	for _, draft := range drafts {
		if draft.State == jobs.Drafted && draft.At.After(last[draft.Digest]) {
			last[draft.Digest] = draft.At
		}
		if r, over := d.recalled(draft); over && known[draft.Digest] != r.Period {
			d.board.Recall(r)
		}
	}
	return last, nil
}

// recalled is a draft of the database as a run.
func (d *daemon) recalled(draft jobs.Draft) (r status.Run, over bool) {
	s := d.served(draft.Digest)
	if s == nil {
		return r, false
	}
	r = status.Run{
		Digest: draft.Digest, Start: draft.At, End: draft.At, Period: draft.Period.String(), Edition: s.cfg.Calendar.Number(draft.Period),
	}
	switch draft.State {
	case jobs.Drafted:
		r.Operation = status.Created
	case jobs.GivenUp:
		r.Operation, r.Err = status.Failed, report.Printable(draft.Err)
	default:
		return r, false
	}
	return r, true
}
