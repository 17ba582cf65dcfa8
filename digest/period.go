package digest

import (
	"encoding/json"
	"fmt"
	"time"
)

// Period is the half-open span [From, To): From belongs to it, To does not.
// Both ends are first instants of a day in the editorial time zone, which
// travels inside the values, so that a day is always a day of that zone.
type Period struct {
	From, To time.Time
}

// Days returns the period from the first instant of one day to the last of
// another; both are days as [ParseDay] returns them, and both belong to it.
func Days(from, to time.Time) (Period, error) {
	if to.Before(from) {
		return Period{}, fmt.Errorf("%s is after %s", from.Format(time.DateOnly), to.Format(time.DateOnly))
	}
	return Period{From: from, To: addDays(to, 1)}, nil
}

// Contains reports whether t lies in the period.
func (p Period) Contains(t time.Time) bool {
	return !t.Before(p.From) && t.Before(p.To)
}

// Location is the editorial time zone.
func (p Period) Location() *time.Location { return p.From.Location() }

// LastDay is the first instant of the last day that belongs to the period.
func (p Period) LastDay() time.Time { return addDays(p.To, -1) }

// String gives both days, inclusive: "2023-12-11..2023-12-17".
func (p Period) String() string {
	return p.From.Format(time.DateOnly) + ".." + p.LastDay().Format(time.DateOnly)
}

type periodJSON struct {
	From     string `json:"from"`
	To       string `json:"to"`
	Timezone string `json:"timezone"`
}

// MarshalJSON writes the ends as local days and names the zone: an offset alone
// would not survive a change to or from daylight-saving time within the period.
func (p Period) MarshalJSON() ([]byte, error) {
	return json.Marshal(periodJSON{
		From:     p.From.Format(time.DateOnly),
		To:       p.LastDay().Format(time.DateOnly),
		Timezone: p.Location().String(),
	})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (p *Period) UnmarshalJSON(data []byte) error {
	var w periodJSON
	if err := json.Unmarshal(data, &w); err != nil {
		return err
	}
	loc, err := LoadZone(w.Timezone)
	if err != nil {
		return err
	}
	from, err := ParseDay(w.From, loc)
	if err != nil {
		return err
	}
	to, err := ParseDay(w.To, loc)
	if err != nil {
		return err
	}
	*p, err = Days(from, to)
	return err
}

// LoadZone finds a time zone by its IANA name. The machine's own zone ("Local",
// or no name) is refused: the same configuration must mean the same week everywhere.
func LoadZone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("time zone %q: want an IANA name such as Asia/Shanghai or UTC", name)
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("time zone %q is unknown: want an IANA name such as Asia/Shanghai or UTC", name)
	}
	return loc, nil
}

// ParseDay reads a day, YYYY-MM-DD, and returns its first instant in loc.
func ParseDay(s string, loc *time.Location) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1 {
		return time.Time{}, fmt.Errorf("%q is not a day: want YYYY-MM-DD", s)
	}
	return startOfDay(t.Year(), t.Month(), t.Day(), loc), nil
}

// ParseWeek reads an ISO 8601 week, 2023-W50, and returns the seven days from a
// weekStart to the next that hold the Thursday of that week. The Thursday decides for
// [Calendar.Number], too, so that the week has the number that it was asked for by.
func ParseWeek(s string, weekStart time.Weekday, loc *time.Location) (Period, error) {
	var year, week int
	if n, err := fmt.Sscanf(s, "%4d-W%2d", &year, &week); n != 2 || err != nil || fmt.Sprintf("%04d-W%02d", year, week) != s {
		return Period{}, fmt.Errorf("%q is not a week: want YYYY-Www, for example 2023-W50", s)
	}
	// 4 January is always in week 1.
	monday := weekStarting(time.Date(year, time.January, 4, 0, 0, 0, 0, time.UTC), time.Monday).AddDate(0, 0, 7*(week-1))
	if y, w := monday.ISOWeek(); y != year || w != week {
		return Period{}, fmt.Errorf("%q: the year %d has no week %d", s, year, week)
	}
	first := weekStarting(monday.AddDate(0, 0, 3), weekStart)
	return span(first, first.AddDate(0, 0, 7), loc), nil
}

// weekStarting returns the last day not after t that falls on the weekday.
func weekStarting(t time.Time, start time.Weekday) time.Time {
	return t.AddDate(0, 0, -int((t.Weekday()-start+7)%7))
}

// span turns two civil dates (the second exclusive) into a period of loc.
func span(from, to time.Time, loc *time.Location) Period {
	return Period{
		From: startOfDay(from.Year(), from.Month(), from.Day(), loc),
		To:   startOfDay(to.Year(), to.Month(), to.Day(), loc),
	}
}

func addDays(t time.Time, n int) time.Time {
	return startOfDay(t.Year(), t.Month(), t.Day()+n, t.Location())
}

// startOfDay returns the first instant of a civil day. Where the clocks change at
// midnight, time.Date may return an instant of the day before, or with the
// second of two midnights; the first instant that has the date is the one wanted.
func startOfDay(year int, month time.Month, day int, loc *time.Location) time.Time {
	date := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	t := time.Date(date.Year(), date.Month(), date.Day(), 0, 0, 0, 0, loc)
	for _, d := range []time.Duration{-time.Hour, 0, time.Hour} {
		c := t.Add(d)
		if y, m, dd := c.Date(); y == date.Year() && m == date.Month() && dd == date.Day() && c.Hour() <= 1 {
			return c
		}
	}
	// A day that the zone skipped, as Samoa did in 2011, ends where it begins.
	return startOfDay(date.Year(), date.Month(), date.Day()+1, loc)
}
