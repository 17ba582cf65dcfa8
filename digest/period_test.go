package digest

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := LoadZone(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func days(t testing.TB, from, to, zoneName string) Period {
	t.Helper()
	loc := zone(t, zoneName)
	a, err := ParseDay(from, loc)
	if err != nil {
		t.Fatal(err)
	}
	b, err := ParseDay(to, loc)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Days(a, b)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestDaysOfAPeriodAreInclusive(t *testing.T) {
	p := days(t, "2023-12-11", "2023-12-17", "Asia/Shanghai")
	tests := []struct {
		at   string
		want bool
	}{
		{"2023-12-10T15:59:59.999999999Z", false},
		{"2023-12-10T16:00:00Z", true},
		{"2023-12-17T15:59:59.999999999Z", true},
		{"2023-12-17T16:00:00Z", false},
	}
	for _, tt := range tests {
		at, err := time.Parse(time.RFC3339Nano, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Contains(at); got != tt.want {
			t.Errorf("Contains(%s) = %t, want %t", tt.at, got, tt.want)
		}
	}
}

func TestAdjacentPeriodsMeetInEveryZone(t *testing.T) {
	// Days on which the clocks change, at midnight in some of these zones.
	tests := []struct{ zone, last, first string }{
		{"America/New_York", "2023-03-11", "2023-03-12"},
		{"America/New_York", "2023-11-04", "2023-11-05"},
		{"Africa/Cairo", "2023-04-27", "2023-04-28"},
		{"America/Havana", "2023-03-11", "2023-03-12"},
		{"America/Havana", "2023-11-04", "2023-11-05"},
		{"America/Santiago", "2023-09-02", "2023-09-03"},
		{"Asia/Beirut", "2022-03-26", "2022-03-27"},
		{"America/Sao_Paulo", "2018-11-03", "2018-11-04"},
		{"Australia/Lord_Howe", "2023-09-30", "2023-10-01"},
		{"Pacific/Apia", "2011-12-29", "2011-12-31"},
	}
	for _, tt := range tests {
		one := days(t, "2011-01-01", tt.last, tt.zone)
		two := days(t, tt.first, "2023-12-31", tt.zone)
		if !one.To.Equal(two.From) {
			t.Errorf("%s: %s ends at %s, but the next day begins at %s", tt.zone, tt.last, one.To, two.From)
		}
		before := two.From.Add(-time.Nanosecond)
		if before.Day() == two.From.Day() {
			t.Errorf("%s: %s is not the first instant of its day: %s is in it too", tt.zone, two.From, before)
		}
	}
}

func TestPeriodSurvivesJSONWithItsZone(t *testing.T) {
	// The clocks change in this week, so the two ends have different offsets.
	want := days(t, "2023-03-06", "2023-03-12", "America/New_York")
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(data), `{"from":"2023-03-06","to":"2023-03-12","timezone":"America/New_York"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	var got Period
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if !got.From.Equal(want.From) || !got.To.Equal(want.To) || got.Location().String() != "America/New_York" {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestParseDayRefusesInvalidDays(t *testing.T) {
	for _, s := range []string{"", "2023-02-30", "2023-13-01", "2023-1-1", "11.12.2023", "2023-12-11T00:00:00Z", " 2023-12-11", "0000-01-01"} {
		if got, err := ParseDay(s, time.UTC); err == nil {
			t.Errorf("ParseDay(%q) = %s, want an error", s, got)
		}
	}
}

func TestParseWeek(t *testing.T) {
	tests := []struct {
		week  string
		start time.Weekday
		want  string
	}{
		{"2023-W50", time.Monday, "2023-12-11..2023-12-17"},
		{"2023-W50", time.Sunday, "2023-12-10..2023-12-16"},
		{"2023-W50", time.Tuesday, "2023-12-12..2023-12-18"},
		{"2023-W50", time.Wednesday, "2023-12-13..2023-12-19"},
		{"2023-W50", time.Thursday, "2023-12-14..2023-12-20"},
		{"2023-W50", time.Friday, "2023-12-08..2023-12-14"},
		{"2020-W53", time.Monday, "2020-12-28..2021-01-03"},
		{"2021-W01", time.Monday, "2021-01-04..2021-01-10"},
		{"2025-W01", time.Monday, "2024-12-30..2025-01-05"},
	}
	for _, tt := range tests {
		p, err := ParseWeek(tt.week, tt.start, time.UTC)
		if err != nil {
			t.Errorf("ParseWeek(%q): %v", tt.week, err)
			continue
		}
		if got := p.String(); got != tt.want {
			t.Errorf("ParseWeek(%q, %s) = %s, want %s", tt.week, tt.start, got, tt.want)
		}
	}
	for _, s := range []string{"2023-W53", "2023-W00", "2023-W5", "2023W50", "2023-w50", "2023-W50x", "x"} {
		if p, err := ParseWeek(s, time.Monday, time.UTC); err == nil {
			t.Errorf("ParseWeek(%q) = %s, want an error", s, p)
		}
	}
}

func TestWeekHasTheNumberItIsAskedForBy(t *testing.T) {
	for start := time.Sunday; start <= time.Saturday; start++ {
		c := Calendar{Cadence: Weekly, WeekStart: start, Location: time.UTC}
		for day := time.Date(2018, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2030; day = day.AddDate(0, 0, 7) {
			year, week := day.ISOWeek()
			p, err := ParseWeek(fmt.Sprintf("%04d-W%02d", year, week), start, time.UTC)
			if got := c.Number(p); err != nil || got != year*100+week || p != c.Containing(p.From) {
				t.Errorf("%d-W%d starting on %s is %s, edition %d, %v", year, week, start, p, got, err)
			}
		}
	}
}

func TestLoadZoneRefusesTheMachinesOwn(t *testing.T) {
	for _, name := range []string{"", "Local", "Mars/Olympus", "../../etc/passwd"} {
		if loc, err := LoadZone(name); err == nil {
			t.Errorf("LoadZone(%q) = %s, want an error", name, loc)
		}
	}
}

func FuzzParseDay(f *testing.F) {
	f.Add("2023-12-11", "Asia/Shanghai")
	f.Add("2023-09-03", "America/Santiago")
	f.Add("9999-12-31", "UTC")
	f.Fuzz(func(t *testing.T, s, zoneName string) {
		loc, err := LoadZone(zoneName)
		if err != nil {
			t.Skip()
		}
		day, err := ParseDay(s, loc)
		if err != nil {
			return
		}
		p, err := Days(day, day)
		if err != nil {
			t.Fatalf("Days(%s, %s): %v", s, s, err)
		}
		// No length at all: a day that the zone left out.
		if length := p.To.Sub(p.From); length != 0 && length < 20*time.Hour || length > 48*time.Hour {
			t.Errorf("the day %s in %s lasts %s", s, zoneName, length)
		}
	})
}

func FuzzParseWeek(f *testing.F) {
	f.Add("2023-W50", 1)
	f.Add("2020-W53", 0)
	f.Fuzz(func(t *testing.T, s string, start int) {
		weekStart := time.Weekday(((start % 7) + 7) % 7)
		p, err := ParseWeek(s, weekStart, time.UTC)
		if err != nil {
			return
		}
		if p.From.Weekday() != weekStart || p.To.Sub(p.From) != 7*24*time.Hour {
			t.Errorf("ParseWeek(%q, %s) = %s", s, weekStart, p)
		}
	})
}
