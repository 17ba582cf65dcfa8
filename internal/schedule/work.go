package schedule

import (
	"context"
	"time"

	"github.com/community-digest/digest/digest"
)

// Digest is a digest as far as scheduling goes.
type Digest struct {
	Name     string
	Schedule Schedule
}

// Work is what a scheduler does for its digests, which it knows by their names. [Loop] does it
// on one machine, package fleet on several.
type Work struct {
	// Due returns the finished periods of a digest that have no edition yet, oldest first.
	Due func(ctx context.Context, digest string) ([]digest.Period, error)
	// Draft drafts one period of a digest. It must return soon after its context is done, and
	// it must be safe to repeat: a run that was cut off is run again.
	Draft func(ctx context.Context, digest string, p digest.Period) error
}

// DraftNext drafts the oldest missing edition of a digest. It reports whether there was one.
func (w Work) DraftNext(ctx context.Context, digest string) (found bool, err error) {
	due, err := w.Due(ctx, digest)
	if err != nil || len(due) == 0 {
		return false, err
	}
	return true, w.Draft(ctx, digest, due[0])
}

// Postponed is an error of Due or Draft that says when to try again, such as an exhausted rate
// limit. It does not count as a failure.
type Postponed struct {
	Until time.Time
	Err   error
}

func (e *Postponed) Error() string { return e.Err.Error() }
func (e *Postponed) Unwrap() error { return e.Err }

// maxPostponed bounds what a server may ask for.
const maxPostponed = 24 * time.Hour

// Wait returns how long to wait from now: at least a second and at most a day.
func (e *Postponed) Wait(now time.Time) time.Duration {
	return min(max(e.Until.Sub(now), time.Second), maxPostponed)
}
