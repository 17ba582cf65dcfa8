package schedule

import (
	"time"

	"github.com/robfig/cron/v3"
)

// Schedule is a parsed cron expression in a time zone; [Parse] makes one. The zero Schedule
// has no slots. It is a plain value and may be used by several goroutines.
//
// It is a [cron.Schedule], and so a periodic schedule of River.
type Schedule struct {
	expr string
	// spec runs in UTC: there a day has 24 hours, and the library is right.
	spec *cron.SpecSchedule
	// everyHour is whether the expression names all hours of the day.
	everyHour bool
	loc       *time.Location
}

var _ cron.Schedule = Schedule{}

// String gives the expression as it was parsed, without superfluous blanks.
func (s Schedule) String() string { return s.expr }

// Next returns the first slot after a time, in the schedule's zone; it is always later
// than that time. It is the zero time only if the schedule is the zero Schedule.
//
// Where the clocks of the zone change, by whatever length and for whatever reason:
//
//   - A wall time that is left out runs once, at the first instant after the gap: 02:30
//     runs at 03:00 on the day on which 02:00 is followed by 03:00. Several that are left
//     out together, or that meet a slot there, run as one. A whole day that is left out
//     (30 December 2011 in Samoa) is a long gap: its slots run as one at the first
//     instant of the following day. So no week is lost.
//   - A wall time that comes twice runs once, the first time. So no week is doubled.
//   - An expression that names every hour ("*/15 * * * *", "@hourly") means "keep
//     running", not a time of day. It runs in a repeated hour, too; otherwise it would
//     stand still for an hour. The rule for gaps holds for it as well.
func (s Schedule) Next(after time.Time) time.Time {
	if s.spec == nil {
		return time.Time{}
	}
	t := after.In(s.loc)
	shown := wall(t)
	if !s.everyHour {
		shown = latestShown(t)
	}
	for slot := s.nextWall(shown); ; {
		_, offset := t.Zone()
		end := offsetEnd(t)
		at := slot.Add(-time.Duration(offset) * time.Second)
		if end.IsZero() || at.Before(end) {
			if at.Before(t) { // in a gap that ended at t
				at = t
			}
			return at.In(s.loc)
		}
		t = end.In(s.loc)
		if _, now := t.Zone(); now < offset && s.everyHour {
			slot = s.nextWall(wall(t).Add(-time.Nanosecond))
		}
	}
}

// Last returns the last slot that is not after now, or the zero time if there was none in the
// nine years before, which is more than the eight that can lie between two 29 February.
func (s Schedule) Last(now time.Time) (last time.Time) {
	const day = 24 * time.Hour
	for _, back := range []time.Duration{time.Hour, day, 8 * day, 40 * day, 400 * day, 9 * 366 * day} {
		for slot := s.Next(now.Add(-back)); !slot.IsZero() && !slot.After(now); slot = s.Next(slot) {
			last = slot
		}
		if !last.IsZero() {
			break
		}
	}
	return last
}

// nextWall returns the expression's first wall time after another; both are in UTC.
func (s Schedule) nextWall(after time.Time) time.Time {
	t := s.spec.Next(after)
	if t.IsZero() {
		// The library looks five years ahead, but 29 February 2096 is followed by 2104.
		t = s.spec.Next(after.AddDate(5, 0, 0))
	}
	return t
}

// wall returns what a clock on the wall shows at t, as a time in UTC.
func wall(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// offsetEnd returns the first instant after t at which the zone's offset may be another,
// the zero time if it stays for good.
//
// Where a zone is defined by a rule and not by a table, Go takes every year for 365 days
// long: on the last day of a leap year (in UTC) the end is the day's beginning, which is
// not after t. The offset then stays to the end of that day.
func offsetEnd(t time.Time) time.Time {
	_, end := t.ZoneBounds()
	if !end.IsZero() && !end.After(t) {
		return day(t.UTC()).AddDate(0, 0, 1)
	}
	return end
}

// latestShown returns the latest time that a clock on the wall has shown up to t: more
// than it shows now while an hour is repeated. It never goes back, so what is counted
// by it happens once.
func latestShown(t time.Time) time.Time {
	const most = 48 * time.Hour // no zone was ever put back by more
	latest := wall(t)
	for u := t; ; {
		start, _ := u.ZoneBounds()
		if start.IsZero() || t.Sub(start) > most {
			return latest
		}
		u = start.Add(-time.Nanosecond) // what was shown last: the full hour itself was not
		if shown := wall(u); shown.After(latest) {
			latest = shown
		}
	}
}
