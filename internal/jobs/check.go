package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/community-digest/digest/digest"
)

// checker works on checks.
type checker struct {
	river.WorkerDefaults[checkArgs]
	queue *Queue
}

func (w *checker) NextRetry(job *river.Job[checkArgs]) time.Time {
	return time.Now().Add(w.queue.config.pace.backoff(len(job.Errors) + 1))
}

// Work asks what is due and puts the first of it in the queue.
func (w *checker) Work(ctx context.Context, job *river.Job[checkArgs]) error {
	c := job.Args
	if !w.queue.knows(c.Digest) {
		if time.Since(job.CreatedAt) < unknown {
			return river.JobSnooze(settle)
		}
		return nil
	}
	if wait := time.Until(c.Round); wait > 0 {
		return river.JobSnooze(wait) // the leader's clock is ahead: here the period is not over yet
	}
	if wait, err := w.tooEarly(ctx, c.After); err != nil {
		return err
	} else if wait {
		return river.JobSnooze(min(w.queue.config.pace.soon<<min(snoozes(job.JobRow), 6), time.Minute))
	}
	started := time.Now()
	due, err := safely(func() ([]digest.Period, error) { return w.queue.config.Due(ctx, c.Digest) })
	if err == nil {
		if err = w.queue.store.offer(ctx, c, due, w.queue.config.CatchUp, w.queue.config.Attempts); err == nil {
			return w.queue.store.sweep(ctx, c)
		}
		err = fmt.Errorf("put the next draft of %s in the queue: %w", c.Digest, err)
	}
	return w.failed(ctx, job, err, time.Since(started))
}

// tooEarly reports whether the draft that a check follows is still running: it is about to
// end, or else its process died, and then it will be tried again and followed again.
func (w *checker) tooEarly(ctx context.Context, draft int64) (bool, error) {
	if draft == 0 {
		return false, nil
	}
	row, err := w.queue.store.job(ctx, draft)
	if errors.Is(err, river.ErrNotFound) {
		return false, nil
	}
	return err == nil && row.State == rivertype.JobStateRunning, err
}

func (w *checker) failed(ctx context.Context, job *river.Job[checkArgs], err error, took time.Duration) error {
	if stopping(ctx) {
		return errors.Join(err, context.Canceled)
	}
	e := Event{What: CheckFailed, Digest: job.Args.Digest, Attempt: job.Attempt, Attempts: checkAttempts, Err: err, Took: took}
	pause, postponed := snooze(err, job.JobRow)
	if postponed {
		e.Next = time.Now().Add(pause)
		err = river.JobSnooze(pause)
	} else if job.Attempt < checkAttempts {
		e.Next = w.NextRetry(job)
	}
	w.queue.config.Tell(e)
	return err
}
