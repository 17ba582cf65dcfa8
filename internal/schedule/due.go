package schedule

import (
	"time"

	"github.com/community-digest/digest/digest"
)

// Due returns the periods of the calendar that are over at the time now and come after
// the last edition, oldest first and at most so many, and how many more there are after
// these. end is the end of the last edition, as [End] gives it, or the zero time if
// none exists.
//
// Nothing before the calendar's first edition is due. With neither an edition nor a first
// edition in the calendar, only the last period is due, as nothing says where to begin.
// If the last edition ended inside a period (drafted by hand, or before the calendar was
// changed), the first period due is what is left of that one; see [digest.Calendar.After].
func Due(c digest.Calendar, end, now time.Time, most int) (due []digest.Period, more int) {
	if end.IsZero() && c.First.IsZero() {
		end = c.Last(now).From
	}
	if end.IsZero() || day(end).Before(day(c.First)) {
		end = c.First
	}
	for p := c.After(end); !p.To.After(now); p = c.After(p.To) {
		if len(due) < most {
			due = append(due, p)
		} else {
			more++
		}
	}
	return due, more
}

// day returns the day of t in its own zone, as midnight UTC: days of editions made in
// different zones are compared by their dates.
func day(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}
