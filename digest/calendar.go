package digest

import (
	"fmt"
	"time"
)

// Cadence is how often an edition appears.
type Cadence string

// The cadences.
const (
	Weekly   Cadence = "weekly"
	Biweekly Cadence = "biweekly"
	Monthly  Cadence = "monthly"
)

// Calendar divides time into the periods of editions and numbers them. Periods
// come from the calendar, never from "now minus seven days", so that no item falls
// between two editions and the same week always has the same number.
type Calendar struct {
	Cadence   Cadence
	WeekStart time.Weekday
	Location  *time.Location
	// First is the first day of the first edition, and FirstNumber its number.
	// Without a first day (zero) weeks are numbered by ISO year and week (202350)
	// and months by year and month (202312).
	First       time.Time
	FirstNumber int
}

// Check reports what makes the calendar impossible.
func (c Calendar) Check() error {
	if c.First.IsZero() {
		if c.Cadence == Biweekly {
			return fmt.Errorf("a biweekly edition needs first_edition.from: which of two weeks begins an edition is not known otherwise")
		}
		return nil
	}
	if c.Cadence == Monthly {
		if c.First.Day() != 1 {
			return fmt.Errorf("a monthly edition begins on the first of a month, not on %s", c.First.Format(time.DateOnly))
		}
		return nil
	}
	if c.First.Weekday() != c.WeekStart {
		return fmt.Errorf("%s is a %s, but the week starts on %s", c.First.Format(time.DateOnly), c.First.Weekday(), c.WeekStart)
	}
	return nil
}

// Containing returns the period that t lies in.
func (c Calendar) Containing(t time.Time) Period { return c.period(c.index(t.In(c.Location))) }

// Last returns the last period that is over at the time now.
func (c Calendar) Last(now time.Time) Period { return c.period(c.index(now.In(c.Location)) - 1) }

// LastWeek returns the last seven days from a week's start that are over at the
// time now, whatever the cadence.
func (c Calendar) LastWeek(now time.Time) Period {
	weekly := Calendar{Cadence: Weekly, WeekStart: c.WeekStart, Location: c.Location}
	return weekly.Last(now)
}

// After returns the period of the edition that follows one that ended at end: from that
// day to the end of the calendar's period that the day lies in. That is a whole period
// if the edition ended where one begins; otherwise it is what is left of one, so that
// editions meet after a period chosen by hand and after a change of the calendar.
//
// The day of end is taken as it is in its own zone, as by [Calendar.Number].
func (c Calendar) After(end time.Time) Period {
	p := c.period(c.index(end))
	p.From = startOfDay(end.Year(), end.Month(), end.Day(), c.Location)
	return p
}

// Number returns the number of the edition that begins in the calendar's period
// around p.From. Before the first edition it is zero or negative.
//
// The days of p are taken as they are in its own zone: a snapshot keeps its number when
// the configuration's zone changes.
func (c Calendar) Number(p Period) int {
	i := c.index(p.From)
	if !c.First.IsZero() {
		return c.FirstNumber + i - c.index(c.First)
	}
	first := c.period(i).From
	if c.Cadence == Monthly {
		return first.Year()*100 + int(first.Month())
	}
	// Thursday decides the ISO week, whichever day the week starts on.
	year, week := first.AddDate(0, 0, int((time.Thursday-c.WeekStart+7)%7)).ISOWeek()
	return year*100 + week
}

// CheckEdition reports why an edition that state speaks of cannot be one of the
// calendar's at the time now: its number does not belong to its period, it ends later
// than the period that is now running, or it is longer than any that people draft by
// hand. What comes after such an edition would be decided by a mistake or by an attacker.
func (c Calendar) CheckEdition(number int, p Period, now time.Time) error {
	const days = 24 * time.Hour
	longest := 31 * days // two weeks over the holidays; a month, before the weekly became one
	if c.Cadence == Monthly {
		longest = 62 * days
	}
	switch {
	case !p.From.Before(p.To):
		return fmt.Errorf("the period %s has no days", p)
	case p.To.After(c.Containing(now).To.Add(days)): // a day, as the zone may have changed since
		return fmt.Errorf("the period %s ends in the future", p)
	case p.To.Sub(p.From) > longest+days:
		return fmt.Errorf("the period %s is too long for a %s edition", p, c.Cadence)
	case c.Number(p) != number:
		return fmt.Errorf("the period %s is that of edition %d, not of %d", p, c.Number(p), number)
	}
	return nil
}

// index counts the calendar's periods; only differences mean anything.
func (c Calendar) index(t time.Time) int {
	if c.Cadence == Monthly {
		return t.Year()*12 + int(t.Month()) - 1
	}
	return floorDiv(daysSince(c.anchor(), t), c.length())
}

func (c Calendar) period(i int) Period {
	if c.Cadence == Monthly {
		first := time.Date(0, time.Month(i+1), 1, 0, 0, 0, 0, time.UTC)
		return span(first, first.AddDate(0, 1, 0), c.Location)
	}
	first := c.anchor().AddDate(0, 0, i*c.length())
	return span(first, first.AddDate(0, 0, c.length()), c.Location)
}

func (c Calendar) length() int {
	if c.Cadence == Biweekly {
		return 14
	}
	return 7
}

// anchor is a civil date on which some period begins.
func (c Calendar) anchor() time.Time {
	if !c.First.IsZero() {
		return civil(c.First)
	}
	return weekStarting(time.Date(2001, time.January, 1, 0, 0, 0, 0, time.UTC), c.WeekStart)
}

// civil drops clock and zone: the date alone, as midnight UTC, so that days can be counted.
func civil(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

func daysSince(anchor, t time.Time) int {
	const day = 24 * 60 * 60 // a time.Duration would overflow after 292 years
	return int((civil(t).Unix() - anchor.Unix()) / day)
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
