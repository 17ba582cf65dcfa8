package schedule

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/community-digest/digest/digest"
)

// on reads a day; empty text is the zero day.
func on(t testing.TB, text string, loc *time.Location) time.Time {
	t.Helper()
	if text == "" {
		return time.Time{}
	}
	v, err := digest.ParseDay(text, loc)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestDue(t *testing.T) {
	shanghai := zone(t, "Asia/Shanghai")
	weekly := digest.Calendar{Cadence: digest.Weekly, WeekStart: time.Monday, Location: shanghai, First: on(t, "2023-12-11", shanghai), FirstNumber: 1}
	biweekly, monthly, unnumbered, cairo := weekly, weekly, weekly, weekly
	biweekly.Cadence = digest.Biweekly
	monthly.Cadence, monthly.First = digest.Monthly, time.Time{}
	unnumbered.First = time.Time{}
	cairo.Location, cairo.WeekStart, cairo.First = zone(t, "Africa/Cairo"), time.Friday, time.Time{}
	for _, tt := range []struct {
		claim    string
		c        digest.Calendar
		end, now string
		most     int
		want     string
		more     int
	}{
		{"nothing is due while the week lasts", weekly, "2023-12-25", "2023-12-31 23:59", 5, "", 0},
		{"a week is due when it is over", weekly, "2023-12-25", "2024-01-01 00:00", 5, "2023-12-25..2023-12-31", 0},
		{"three weeks down: three periods, oldest first", weekly, "2023-12-25", "2024-01-16 09:17", 5,
			"2023-12-25..2023-12-31 2024-01-01..2024-01-07 2024-01-08..2024-01-14", 0},
		{"at most two, and one more", weekly, "2023-12-25", "2024-01-16 09:17", 2, "2023-12-25..2023-12-31 2024-01-01..2024-01-07", 1},
		{"at most none", weekly, "2023-12-25", "2024-01-16 09:17", 0, "", 3},
		{"no edition yet: from the first one on", weekly, "", "2023-12-26 09:17", 5, "2023-12-11..2023-12-17 2023-12-18..2023-12-24", 0},
		{"the first edition is not over", weekly, "", "2023-12-17 23:59", 5, "", 0},
		{"the first edition lies ahead", weekly, "", "2023-11-01 00:00", 5, "", 0},
		{"editions from before the first one do not pull it forward", weekly, "2023-10-02", "2023-12-18 09:17", 5, "2023-12-11..2023-12-17", 0},
		{"an edition that ends ahead", weekly, "2024-02-05", "2024-01-16 09:17", 5, "", 0},
		{"neither an edition nor a first one: the last period", unnumbered, "", "2024-01-16 09:17", 5, "2024-01-08..2024-01-14", 0},
		{"without a first one, from the last edition on", unnumbered, "2024-01-01", "2024-01-16 09:17", 5, "2024-01-01..2024-01-07 2024-01-08..2024-01-14", 0},
		{"an edition that ended inside a week: its rest, then whole weeks", weekly, "2023-12-29", "2024-01-16 09:17", 5,
			"2023-12-29..2023-12-31 2024-01-01..2024-01-07 2024-01-08..2024-01-14", 0},
		{"the calendar chooses the fortnight", biweekly, "2023-12-25", "2024-01-22 09:17", 5, "2023-12-25..2024-01-07 2024-01-08..2024-01-21", 0},
		{"from weeks to months in the middle of one", monthly, "2024-01-15", "2024-03-01 00:00", 5, "2024-01-15..2024-01-31 2024-02-01..2024-02-29", 0},
		{"the week ends when its midnight is left out", cairo, "2023-04-21", "2023-04-28 01:00", 5, "2023-04-21..2023-04-27", 0},
	} {
		loc := tt.c.Location
		periods, more := Due(tt.c, on(t, tt.end, loc), local(t, tt.now, loc), tt.most)
		var got []string
		for _, p := range periods {
			got = append(got, p.String())
		}
		if strings.Join(got, " ") != tt.want || more != tt.more {
			t.Errorf("%s: got %q and %d more, want %q and %d", tt.claim, got, more, tt.want, tt.more)
		}
	}
}

// The last edition keeps its days though the configuration's zone has changed.
func TestDuePeriodsMeetTheLastEditionAfterAChangeOfZone(t *testing.T) {
	for _, name := range []string{"UTC", "Asia/Shanghai", "America/Los_Angeles", "Pacific/Kiritimati"} {
		loc := zone(t, name)
		c := digest.Calendar{Cadence: digest.Weekly, WeekStart: time.Monday, Location: loc}
		due, more := Due(c, on(t, "2023-12-18", zone(t, "Asia/Shanghai")), on(t, "2023-12-25", loc), 5)
		if len(due) != 1 || more != 0 || due[0].String() != "2023-12-18..2023-12-24" {
			t.Errorf("%s: got %v and %d more", name, due, more)
		}
	}
}

// Whenever a daemon looks and however long it was away, it ends with every week once.
func TestAYearOfCatchingUpHasEveryWeekOnce(t *testing.T) {
	for _, name := range append(zones, "Pacific/Apia") {
		loc := zone(t, name)
		c := digest.Calendar{Cadence: digest.Weekly, WeekStart: time.Monday, Location: loc, First: on(t, "2011-06-06", loc), FirstNumber: 1}
		s := parsed(t, "0 0 * * 1", loc)
		var editions []Edition
		for i, now := 0, c.First; i < 60; i++ {
			for range 1 + i%4 { // up to three slots are slept through
				now = s.Next(now)
			}
			due, _ := Due(c, End(editions), now, 2)
			for _, p := range due {
				editions = append(editions, Edition{c.Number(p), p})
			}
		}
		if err := CheckEditions(c, editions); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for i, e := range editions {
			if e.Number != i+1 {
				t.Fatalf("%s: %s is the edition at %d", name, e, i+1)
			}
		}
		if len(editions) < 100 {
			t.Errorf("%s: %d editions only", name, len(editions))
		}
	}
}

func TestCheckEditions(t *testing.T) {
	loc := zone(t, "Asia/Shanghai")
	edition := func(number int, from, last, zoneName string) Edition {
		p, err := digest.Days(on(t, from, zone(t, zoneName)), on(t, last, zone(t, zoneName)))
		if err != nil {
			t.Fatal(err)
		}
		return Edition{number, p}
	}
	one := edition(1, "2023-12-11", "2023-12-17", "Asia/Shanghai")
	two := edition(2, "2023-12-18", "2023-12-24", "Asia/Shanghai")
	three := edition(3, "2023-12-25", "2023-12-31", "Asia/Shanghai")
	for _, tt := range []struct {
		claim    string
		editions []Edition
		want     []string
	}{
		{"no edition", nil, nil},
		{"one edition", []Edition{two}, nil},
		{"editions that meet, in any order", []Edition{three, one, two}, nil},
		{"an edition that is seen twice", []Edition{one, two, one, two}, nil},
		{"a zone that was changed to the west", []Edition{one, edition(2, "2023-12-18", "2023-12-24", "America/New_York")}, nil},
		{"a zone that was changed to the east", []Edition{one, edition(2, "2023-12-18", "2023-12-24", "Pacific/Kiritimati"), three}, nil},
		{"an edition is missing", []Edition{one, three},
			[]string{"edition 1 (2023-12-11..2023-12-17) and edition 3 (2023-12-25..2023-12-31) leave a gap: 2023-12-18..2023-12-24 is in no edition"}},
		{"a pause before the first edition", []Edition{edition(7, "2023-10-02", "2023-10-08", "UTC"), edition(8, "2023-12-04", "2023-12-10", "UTC")}, nil},
		{"a day is in two editions", []Edition{one, edition(2, "2023-12-17", "2023-12-24", "Asia/Shanghai")},
			[]string{"edition 1 (2023-12-11..2023-12-17) and edition 2 (2023-12-17..2023-12-24) overlap: 2023-12-17..2023-12-17 is in both"}},
		{"one inside another, and the next one meets the longer", []Edition{edition(1, "2023-12-11", "2023-12-24", "UTC"), edition(2, "2023-12-13", "2023-12-14", "UTC"), three},
			[]string{"edition 1 (2023-12-11..2023-12-24) and edition 2 (2023-12-13..2023-12-14) overlap: 2023-12-13..2023-12-14 is in both"}},
		{"two numbers for one period", []Edition{one, {5, one.Period}},
			[]string{"edition 1 (2023-12-11..2023-12-17) and edition 5 (2023-12-11..2023-12-17) overlap: 2023-12-11..2023-12-17 is in both"}},
		{"one number for two periods", []Edition{one, {1, two.Period}},
			[]string{"the number 1 is that of two editions: 2023-12-11..2023-12-17 and 2023-12-18..2023-12-24"}},
		{"no days at all", []Edition{one, {2, digest.Period{From: two.Period.From, To: two.Period.From}}},
			[]string{"edition 2 has no days: it begins on 2023-12-18 and ends before 2023-12-18"}},
		{"all that is wrong", []Edition{one, three, edition(4, "2023-12-30", "2024-01-07", "UTC")},
			[]string{
				"edition 1 (2023-12-11..2023-12-17) and edition 3 (2023-12-25..2023-12-31) leave a gap: 2023-12-18..2023-12-24 is in no edition",
				"edition 3 (2023-12-25..2023-12-31) and edition 4 (2023-12-30..2024-01-07) overlap: 2023-12-30..2023-12-31 is in both",
			}},
	} {
		c := digest.Calendar{Cadence: digest.Weekly, WeekStart: time.Monday, Location: loc}
		if strings.HasPrefix(tt.claim, "a pause") {
			c.First = on(t, "2023-12-04", loc)
		}
		before := slices.Clone(tt.editions)
		var got []string
		if err := CheckEditions(c, tt.editions); err != nil {
			got = strings.Split(err.Error(), "\n")
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s:\n got %q\nwant %q", tt.claim, got, tt.want)
		}
		if !slices.Equal(before, tt.editions) {
			t.Errorf("%s: the list was changed", tt.claim)
		}
	}
}

func TestEndIsThatOfTheLatestEdition(t *testing.T) {
	if got := End(nil); !got.IsZero() {
		t.Errorf("no edition ends at %s", got)
	}
	long := Edition{1, digest.Period{From: on(t, "2023-12-11", time.UTC), To: on(t, "2023-12-25", time.UTC)}}
	short := Edition{2, digest.Period{From: on(t, "2023-12-18", time.UTC), To: on(t, "2023-12-20", time.UTC)}}
	if got := End([]Edition{long, short}); !got.Equal(long.Period.To) {
		t.Errorf("got %s, want %s", got, long.Period.To)
	}
}
