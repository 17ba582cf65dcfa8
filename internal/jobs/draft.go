package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"
)

// drafter works on drafts.
type drafter struct {
	river.WorkerDefaults[draftArgs]
	queue *Queue
}

func (w *drafter) NextRetry(job *river.Job[draftArgs]) time.Time {
	return time.Now().Add(w.queue.config.pace.backoff(len(job.Errors) + 1))
}

// Work drafts a period. Whatever way it ends for good, a check for the digest's next one
// is in the queue.
func (w *drafter) Work(ctx context.Context, job *river.Job[draftArgs]) error {
	name := job.Args.Digest
	if !w.queue.knows(name) {
		if time.Since(job.CreatedAt) < unknown {
			return river.JobSnooze(settle)
		}
		return w.giveUp(ctx, job, Event{Err: errUnknown(name)})
	}
	run := Run{Digest: name, Period: job.Args.Period, Attempt: job.Attempt, Attempts: w.queue.config.Attempts}
	w.tell(job, Event{What: Started})
	started := time.Now()
	result, err := safely(func() (any, error) { return w.queue.config.Draft(ctx, run) })
	if err == nil {
		err = persist(ctx, func(ctx context.Context) error { return w.queue.store.complete(ctx, job) })
		if err != nil {
			err = fmt.Errorf("the draft is done, but its end cannot be written: %w", err)
		}
	}
	e := Event{What: Done, Result: result, Err: err, Took: time.Since(started)}
	if err != nil {
		return w.failed(ctx, job, e)
	}
	w.tell(job, e)
	return nil
}

// failed decides how it goes on, and returns what tells River so.
func (w *drafter) failed(ctx context.Context, job *river.Job[draftArgs], e Event) error {
	e.Result = nil
	pause, postponed := snooze(e.Err, job.JobRow)
	switch {
	case stopping(ctx):
		// River must find its own reason in the error, whatever Draft made of it.
		e.What = Interrupted
		w.tell(job, e)
		return errors.Join(e.Err, context.Canceled)
	case removed(ctx):
		return w.giveUp(ctx, job, e)
	case postponed:
		e.What, e.Next = Postponed, time.Now().Add(pause)
		w.tell(job, e)
		return river.JobSnooze(pause)
	case job.Attempt >= w.queue.config.Attempts:
		return w.giveUp(ctx, job, e)
	default:
		e.What, e.Next = Failed, w.NextRetry(job)
		w.tell(job, e)
		return e.Err
	}
}

// giveUp ends a draft that failed. The check is written first: if this process dies between
// the two, the draft is rescued and tried once more; the other way round nobody would go on.
func (w *drafter) giveUp(ctx context.Context, job *river.Job[draftArgs], e Event) error {
	if err := persist(ctx, func(ctx context.Context) error { return w.queue.store.follow(ctx, job) }); err != nil {
		e.What, e.Err, e.Next = Failed, errors.Join(e.Err, err), w.NextRetry(job)
		w.tell(job, e)
		return e.Err
	}
	e.What = GaveUp
	w.tell(job, e)
	return river.JobCancel(e.Err)
}

func (w *drafter) tell(job *river.Job[draftArgs], e Event) {
	e.Digest, e.Period = job.Args.Digest, job.Args.Period
	e.Attempt, e.Attempts = job.Attempt, w.queue.config.Attempts
	w.queue.config.Tell(e)
}
