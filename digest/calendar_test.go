package digest

import (
	"testing"
	"time"
)

func at(t testing.TB, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestLastPeriodIsOver(t *testing.T) {
	shanghai := zone(t, "Asia/Shanghai")
	first, err := ParseDay("2023-12-11", shanghai)
	if err != nil {
		t.Fatal(err)
	}
	weekly := Calendar{Cadence: Weekly, WeekStart: time.Monday, Location: shanghai, First: first, FirstNumber: 1}
	biweekly, monthly := weekly, weekly
	biweekly.Cadence = Biweekly
	monthly.Cadence, monthly.First = Monthly, time.Time{}
	tests := []struct {
		name   string
		c      Calendar
		now    string
		want   string
		number int
	}{
		{"one second before the week is over", weekly, "2023-12-17T15:59:59Z", "2023-12-04..2023-12-10", 0},
		{"when the week is over in its zone", weekly, "2023-12-17T16:00:00Z", "2023-12-11..2023-12-17", 1},
		{"in the middle of a week", weekly, "2024-01-04T12:00:00Z", "2023-12-25..2023-12-31", 3},
		{"a fortnight counts from the first edition", biweekly, "2024-01-04T12:00:00Z", "2023-12-11..2023-12-24", 1},
		{"a fortnight before the first edition", biweekly, "2023-12-11T12:00:00Z", "2023-11-27..2023-12-10", 0},
		{"a month ends with its last day", monthly, "2024-02-29T15:59:59Z", "2024-01-01..2024-01-31", 202401},
		{"a leap month", monthly, "2024-02-29T16:00:00Z", "2024-02-01..2024-02-29", 202402},
		{"December is followed by a year", monthly, "2024-01-10T00:00:00Z", "2023-12-01..2023-12-31", 202312},
	}
	for _, tt := range tests {
		p := tt.c.Last(at(t, tt.now))
		if got := p.String(); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
		if got := tt.c.Number(p); got != tt.number {
			t.Errorf("%s: number %d, want %d", tt.name, got, tt.number)
		}
	}
}

func TestWeeksAreNumberedByYearAndWeekByDefault(t *testing.T) {
	for start, want := range map[time.Weekday]int{time.Monday: 202350, time.Sunday: 202350} {
		c := Calendar{Cadence: Weekly, WeekStart: start, Location: time.UTC}
		if got := c.Number(days(t, "2023-12-11", "2023-12-17", "UTC")); got != want {
			t.Errorf("week starting on %s: number %d, want %d", start, got, want)
		}
	}
	c := Calendar{Cadence: Weekly, WeekStart: time.Monday, Location: time.UTC}
	if got, want := c.Number(days(t, "2024-12-30", "2025-01-05", "UTC")), 202501; got != want {
		t.Errorf("number %d, want %d", got, want)
	}
}

func TestWeeksOfAYearMeetAndCountUp(t *testing.T) {
	for _, name := range []string{"UTC", "Asia/Shanghai", "America/New_York", "America/Havana", "Africa/Cairo", "Pacific/Apia", "Australia/Lord_Howe"} {
		loc := zone(t, name)
		first, err := ParseDay("2023-01-02", loc)
		if err != nil {
			t.Fatal(err)
		}
		c := Calendar{Cadence: Weekly, WeekStart: time.Monday, Location: loc, First: first, FirstNumber: 1}
		p := c.Containing(first)
		for n := 1; n <= 53; n++ {
			if got := c.Number(p); got != n {
				t.Fatalf("%s: %s has number %d, want %d", name, p, got, n)
			}
			next := c.Containing(p.To)
			if !next.From.Equal(p.To) {
				t.Fatalf("%s: %s is followed by %s", name, p, next)
			}
			if last := c.Last(p.To); last != p {
				t.Fatalf("%s: the last period at the end of %s is %s", name, p, last)
			}
			p = next
		}
	}
}

func TestInvalidCalendarsAreRefused(t *testing.T) {
	monday := time.Date(2023, 12, 11, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]Calendar{
		"biweekly without a first edition":      {Cadence: Biweekly, Location: time.UTC},
		"first edition on another weekday":      {Cadence: Weekly, WeekStart: time.Sunday, Location: time.UTC, First: monday},
		"monthly edition that begins on the 11": {Cadence: Monthly, Location: time.UTC, First: monday},
	} {
		if c.Check() == nil {
			t.Errorf("%s: want an error", name)
		}
	}
	fine := Calendar{Cadence: Weekly, WeekStart: time.Monday, Location: time.UTC, First: monday, FirstNumber: 1}
	if err := fine.Check(); err != nil {
		t.Error(err)
	}
}

func TestNumberDoesNotDependOnTheZone(t *testing.T) {
	c := Calendar{Cadence: Weekly, WeekStart: time.Monday, Location: time.UTC}
	for _, name := range []string{"Asia/Shanghai", "UTC", "America/Los_Angeles"} {
		if got := c.Number(days(t, "2023-12-11", "2023-12-17", name)); got != 202350 {
			t.Errorf("%s: number %d, want 202350", name, got)
		}
	}
}

func TestNextPeriodBeginsWhereTheLastOneEnded(t *testing.T) {
	weekly := Calendar{Cadence: Weekly, WeekStart: time.Monday, Location: zone(t, "Asia/Shanghai")}
	monthly := Calendar{Cadence: Monthly, Location: time.UTC}
	samoa := Calendar{Cadence: Weekly, WeekStart: time.Friday, Location: zone(t, "Pacific/Apia")}
	for _, tt := range []struct {
		name      string
		c         Calendar
		last      string // the edition's last day
		zone      string
		want      string
		wantStart string
	}{
		{"a whole week after a whole week", weekly, "2023-12-17", "Asia/Shanghai", "2023-12-18..2023-12-24", "2023-12-17T16:00:00Z"},
		{"the rest of a week", weekly, "2023-12-20", "Asia/Shanghai", "2023-12-21..2023-12-24", "2023-12-20T16:00:00Z"},
		{"the last day of a week", weekly, "2023-12-23", "Asia/Shanghai", "2023-12-24..2023-12-24", "2023-12-23T16:00:00Z"},
		{"the same day in another zone", weekly, "2023-12-17", "America/New_York", "2023-12-18..2023-12-24", "2023-12-17T16:00:00Z"},
		{"a month after a month", monthly, "2024-01-31", "UTC", "2024-02-01..2024-02-29", "2024-02-01T00:00:00Z"},
		{"the rest of a month", monthly, "2024-01-14", "UTC", "2024-01-15..2024-01-31", "2024-01-15T00:00:00Z"},
		{"the first day is one that Samoa left out", samoa, "2011-12-29", "UTC", "2011-12-31..2012-01-05", "2011-12-30T10:00:00Z"},
	} {
		edition := days(t, "2011-01-01", tt.last, tt.zone)
		p := tt.c.After(edition.To)
		if p.String() != tt.want || !p.From.Equal(at(t, tt.wantStart)) {
			t.Errorf("%s: got %s from %s, want %s from %s", tt.name, p, p.From, tt.want, tt.wantStart)
		}
		if next := tt.c.After(p.To); !next.From.Equal(p.To) || next != tt.c.Containing(p.To) {
			t.Errorf("%s: %s is followed by %s", tt.name, p, next)
		}
	}
}
