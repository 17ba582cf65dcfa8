package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/community-digest/digest/internal/schedule"
)

// upToDate is the job of bringing a digest up to date. Rows outlive the program, so names and
// meanings stay.
type upToDate struct {
	Digest string `json:"digest" river:"unique"`
	// Slot is when it became due.
	Slot time.Time `json:"slot"`
}

// Kind names the job in the database.
func (upToDate) Kind() string { return "digest" }

// attempts is how often a job is tried before it is given up, which by River's pauses takes
// about twelve hours. The next slot inserts a new one.
const attempts = 12

// once makes a job unique among those of its digest that are not finished.
func once() *river.InsertOpts {
	return &river.InsertOpts{MaxAttempts: attempts, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}}}
}

// periodic returns the job that the leader inserts for a digest.
func periodic(d schedule.Digest) *river.PeriodicJob {
	insert := func() (river.JobArgs, *river.InsertOpts) {
		now := time.Now()
		slot := d.Schedule.Last(now.Add(time.Second)) // River inserts up to a tenth of a second early
		if slot.IsZero() {
			slot = now
		}
		return upToDate{d.Name, slot}, once()
	}
	return river.NewPeriodicJob(d.Schedule, insert, &river.PeriodicJobOpts{RunOnStart: true})
}

// worker works on jobs.
type worker struct {
	river.WorkerDefaults[upToDate]
	queue *Queue
}

// Work drafts the oldest missing edition. As long as there was one, the job goes on.
func (w *worker) Work(ctx context.Context, job *river.Job[upToDate]) error {
	d, ok := w.queue.digest(job.Args.Digest)
	if !ok {
		return fmt.Errorf("unknown digest %q: this process has no configuration of it", job.Args.Digest)
	}
	now := time.Now()
	if early := job.Args.Slot.Sub(now); early > 0 {
		return river.JobSnooze(early) // the leader's clock is ahead: here the period is not over yet
	}
	found, err := w.queue.DraftNext(ctx, d.Name)
	if err != nil {
		return w.failed(ctx, err)
	}
	next := d.Schedule.Next(now)
	switch {
	case !found && time.Now().Before(next):
		return nil
	case found && drafts(job.JobRow)%w.queue.catchUp == 0:
		return river.JobSnooze(max(time.Until(next), 0)) // the rest is for the next slot
	default:
		return river.JobSnooze(0) // look again
	}
}

// failed decides how River goes on.
func (w *worker) failed(ctx context.Context, err error) error {
	if p, ok := errors.AsType[*schedule.Postponed](err); ok {
		return river.JobSnooze(p.Wait(time.Now()))
	}
	if ctx.Err() == context.Canceled && !errors.Is(context.Cause(ctx), rivertype.ErrJobCancelledRemotely) {
		return river.JobSnooze(0) // the process stops: another one goes on
	}
	return err
}

// drafts is how many editions a job has drafted, this one included. River counts how often a
// job was snoozed, which is after each draft, and seldom for another reason.
func drafts(job *rivertype.JobRow) int {
	var m struct {
		Snoozes int `json:"snoozes"`
	}
	if json.Unmarshal(job.Metadata, &m) != nil {
		return 1 // unreachable: River writes an object
	}
	return m.Snoozes + 1
}

// panics logs the stack of a panic, which River itself does not.
type panics struct{ log *slog.Logger }

// HandleError leaves errors to River.
func (panics) HandleError(context.Context, *rivertype.JobRow, error) *river.ErrorHandlerResult {
	return nil
}

// HandlePanic logs a panic, which River then takes for an error.
func (p panics) HandlePanic(_ context.Context, job *rivertype.JobRow, value any, stack string) *river.ErrorHandlerResult {
	p.log.Error("panic", "job", string(job.EncodedArgs), "value", fmt.Sprint(value), "stack", stack)
	return nil
}
