package edition

import (
	"fmt"
	"time"
)

const (
	// maxSkew is how far the clocks of this machine and of GitHub may differ before GitHub's is taken.
	maxSkew = 5 * time.Minute
	// maxTrust is how far they may differ before a run is refused.
	maxTrust = 24 * time.Hour
)

// ahead is how far GitHub's clock is ahead of ours; 0 while it is not known, or when both agree well enough.
func (w Weekly) ahead() time.Duration {
	if w.Client == nil {
		return 0
	}
	if ahead := w.Client.Usage().Skew; ahead.Abs() > maxSkew {
		return ahead
	}
	return 0
}

// now corrects a time of this machine's clock by GitHub's.
func (w Weekly) now(t time.Time) time.Time { return t.Add(w.ahead()) }

// checkClock warns of a clock that is wrong and refuses one that is days off: which periods are over follows from it.
func (w Weekly) checkClock() error {
	ahead := w.ahead()
	switch {
	case ahead == 0:
	case ahead.Abs() > maxTrust && !w.Anyway:
		return &ClockError{ahead}
	default:
		w.warnf("%v: GitHub's clock decides which period is over", &ClockError{ahead})
	}
	return nil
}

// ClockError says that this machine's clock is wrong. Nothing was written.
type ClockError struct {
	// Ahead is how far GitHub's clock is ahead of this machine's.
	Ahead time.Duration
}

func (e *ClockError) Error() string {
	if e.Ahead < 0 {
		return fmt.Sprintf("the clock of this machine is %s ahead of GitHub's", e.Ahead.Abs().Round(time.Minute))
	}
	return fmt.Sprintf("the clock of this machine is %s behind GitHub's", e.Ahead.Round(time.Minute))
}

// Hint says what to do.
func (e *ClockError) Hint() string {
	return "set the clock, or use --anyway to go by GitHub's; nothing was written"
}
