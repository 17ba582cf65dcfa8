package jobs

import (
	"time"

	"github.com/riverqueue/river"
)

// Schedule gives the slots of a digest: the next after a time. It is what package
// schedule parses, and also what [river.PeriodicSchedule] wants.
type Schedule interface {
	Next(after time.Time) time.Time
}

const (
	// tick is the longest that River sleeps between two looks at the wall clock. Its timer
	// counts only while the machine is awake, and knows nothing of a clock that is set.
	tick = time.Minute

	// repeat is how often the check of the last slot is asked for again. River drops what
	// it could not insert, say because the database was away; checks are unique, so
	// nothing comes of it otherwise.
	repeat = 10 * time.Minute
)

// slots turns a digest's schedule into River's terms: Next wakes River at the next slot or
// after a tick, whichever comes first, and check makes a check if a slot has passed. River
// calls both from one goroutine at a time.
type slots struct {
	digest   string
	schedule Schedule
	now      func() time.Time
	last     time.Time // the last slot; before the first one, when this began
	any      bool      // a slot has passed
	asked    time.Time // when a check was last made; zero if never
}

// Next wakes River at a slot that passed while it slept, too.
func (s *slots) Next(time.Time) time.Time {
	next := s.now().Add(tick)
	if slot := s.schedule.Next(s.last); !slot.IsZero() && slot.Before(next) {
		next = slot
	}
	return next
}

// check returns nil where there is nothing to ask for. The first time is when this process
// begins to lead or has a new digest; what was missed before that is caught up with then.
func (s *slots) check() (river.JobArgs, *river.InsertOpts) {
	now := s.now()
	if now.Before(s.last) || now.Before(s.asked) {
		s.last, s.any, s.asked = now, false, now // the clock was put back, perhaps by years
	}
	passed := false
	for slot := s.schedule.Next(s.last); !slot.IsZero() && !slot.After(now); slot = s.schedule.Next(slot) {
		s.last, s.any, passed = slot, true, true
	}
	round := s.last
	switch {
	case s.asked.IsZero() && !passed:
		round = now
	case !passed && (!s.any || now.Sub(s.asked) < repeat):
		return nil, nil
	}
	s.asked = now
	return newCheck(s.digest, round)
}
