package schedule

import (
	"iter"
	"time"
)

// Slots gives the slots that passed since a watermark, the last slot that was handled:
// those later than the watermark and not later than now, oldest first. Whoever has
// handled one keeps it as the next watermark.
//
// As wall times are compared, and not the time that a timer counted, a machine that
// slept or whose clock was put forward gets all it missed. A clock that was put back
// repeats nothing: until now is past the watermark again, there are no slots.
//
// Without a watermark (the zero time) nothing has been missed and there are no slots: a
// daemon that starts for the first time keeps the present time as its watermark, and
// learns from [Due] what is missing.
func (s Schedule) Slots(watermark, now time.Time) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		if watermark.IsZero() {
			return
		}
		for t := s.Next(watermark); !t.IsZero() && !t.After(now); t = s.Next(t) {
			if !yield(t) {
				return
			}
		}
	}
}
