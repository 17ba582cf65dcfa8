package schedule

import (
	"fmt"
	"testing"
	"time"

	"github.com/community-digest/digest/digest"
)

// zones change their clocks in all the ways there are: at midnight, by half an hour, on
// other days than Sunday, four times a year, in no rule, and not at all.
var zones = []string{
	"UTC", "Asia/Shanghai", "Asia/Tokyo", "Asia/Kolkata", "Europe/Berlin", "Europe/London",
	"America/New_York", "America/Los_Angeles", "America/Havana", "America/Santiago", "America/Asuncion",
	"Africa/Cairo", "Africa/Casablanca", "Asia/Beirut", "Asia/Gaza", "Australia/Lord_Howe", "America/Nuuk", "Pacific/Chatham",
}

// Every wall time of the small hours, on each weekday on which the zone's clocks change:
// each week of three years for some of the times, and the weeks around the changes for all.
func TestThreeYearsHaveEveryWeekOnce(t *testing.T) {
	for _, name := range zones {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			loc := zone(t, name)
			start, end := time.Date(2022, 1, 1, 12, 0, 0, 0, loc), time.Date(2025, 1, 1, 12, 0, 0, 0, loc)
			changes := changesBetween(start, end)
			for weekday := range weekdaysOf(changes) {
				for minute := range 4 * 60 {
					expr := fmt.Sprintf("%d %d * * %d", minute%60, minute/60, weekday)
					s := parsed(t, expr, loc)
					if minute%15 == 0 {
						everyWeekOnce(t, s, weekday, start, end)
					}
					for _, change := range changes {
						everyWeekOnce(t, s, weekday, noon(change, -15), noon(change, 15))
					}
				}
			}
		})
	}
}

// noon is after the small hours of a day, some days from t.
func noon(t time.Time, days int) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day()+days, 12, 0, 0, 0, t.Location())
}

// changesBetween returns when a zone's clocks change between two times.
func changesBetween(start, end time.Time) (changes []time.Time) {
	for t := start; ; {
		_, next := t.ZoneBounds()
		if next.IsZero() || !next.Before(end) {
			return changes
		}
		t = next.In(start.Location())
		changes = append(changes, t)
	}
}

// weekdaysOf returns the weekdays on which clocks change, Sunday if they do not.
func weekdaysOf(changes []time.Time) map[time.Weekday]bool {
	days := make(map[time.Weekday]bool)
	for _, t := range changes {
		days[t.Weekday()] = true
		days[t.Add(-time.Nanosecond).Weekday()] = true
	}
	if len(days) == 0 {
		days[time.Sunday] = true
	}
	return days
}

// everyWeekOnce fails unless every such weekday between the days of start and end, both
// left out, has one slot.
func everyWeekOnce(t *testing.T, s Schedule, weekday time.Weekday, start, end time.Time) {
	t.Helper()
	want := day(start).AddDate(0, 0, 1)
	for want.Weekday() != weekday {
		want = want.AddDate(0, 0, 1)
	}
	at := start
	for ; want.Before(day(end)); want = want.AddDate(0, 0, 7) {
		next := s.Next(at)
		if !next.After(at) || !day(next).Equal(want) {
			t.Fatalf("%s in %s: after %s comes %s, want the slot of %s", s, start.Location(), at, next, want.Format(time.DateOnly))
		}
		at = next
	}
}

// A slot at the first minute of the week finds the week that is just over.
func TestASlotAtTheStartOfTheWeekIsTheEndOfItsPeriod(t *testing.T) {
	for _, name := range append(zones, "Pacific/Apia") {
		loc := zone(t, name)
		for weekday := range time.Weekday(7) {
			c := digest.Calendar{Cadence: digest.Weekly, WeekStart: weekday, Location: loc}
			s := parsed(t, fmt.Sprintf("0 0 * * %d", weekday), loc)
			at := time.Date(2011, 6, 1, 12, 0, 0, 0, loc)
			for range 60 {
				at = s.Next(at)
				if p := c.Last(at); !p.To.Equal(at) {
					t.Fatalf("%s in %s: the slot %s is not the end of %s", s, name, at, p)
				}
			}
		}
	}
}

// The rules are written again here, minute by minute, and compared around each change.
func TestNextIsWhatAClockOnTheWallShows(t *testing.T) {
	exprs := []string{
		"*/15 * * * *", "30 * * * *", "7 0-23 * * *", "@daily", "*/10 2 * * *", "30 1-3 * * *", "0 */2 * * *",
		"45 23 * * *", "15 0 * * 0", "0 1 1,31 * 5", "59 1,2 * 3,4,10,11 *",
	}
	changes := changesBetween(time.Date(1969, 1, 1, 0, 0, 0, 0, zone(t, "Pacific/Kwajalein")), time.Unix(0, 0)) // a day twice
	for _, name := range append(zones, "Pacific/Apia") {
		loc := zone(t, name)
		changes = append(changes, changesBetween(time.Date(2010, 12, 1, 0, 0, 0, 0, loc), time.Date(2012, 1, 1, 0, 0, 0, 0, loc))...)
	}
	if len(changes) < 20 {
		t.Fatalf("%d changes of clocks only", len(changes))
	}
	for _, change := range changes {
		for _, expr := range exprs {
			s := parsed(t, expr, change.Location())
			from, to := change.Add(-30*time.Hour), change.Add(30*time.Hour)
			slots := simulate(s, from, to)
			for at := from; at.Before(to); at = at.Add(7 * time.Minute) {
				for len(slots) > 0 && !slots[0].After(at) {
					slots = slots[1:]
				}
				next := s.Next(at)
				if len(slots) == 0 && !next.After(to) {
					t.Fatalf("%s after %s: got %s, which is one too many", expr, at, next)
				}
				if len(slots) > 0 && !next.Equal(slots[0]) {
					t.Fatalf("%s after %s: got %s, want %s", expr, at, next, slots[0].In(s.loc))
				}
			}
		}
	}
}

// simulate looks at the clock each minute of (from, to]: what it shows and, after a gap,
// what it left out. What it has shown before counts for expressions with every hour only.
func simulate(s Schedule, from, to time.Time) (slots []time.Time) {
	at := from.Add(-48 * time.Hour)
	shown, before := wall(at.In(s.loc)), wall(at.In(s.loc))
	for ; !at.After(to); at = at.Add(time.Minute) {
		now := wall(at.In(s.loc))
		since := shown
		if s.everyHour {
			since = before
			if now.Before(before) { // put back
				since = now.Add(-time.Minute)
			}
		}
		comes := false
		for w := since.Add(time.Minute); !w.After(now); w = w.Add(time.Minute) {
			comes = comes || names(s, w)
		}
		before = now
		if now.After(shown) {
			shown = now
		}
		if comes && at.After(from) {
			slots = append(slots, at)
		}
	}
	return slots
}

// names reports whether the expression names a wall time.
func names(s Schedule, w time.Time) bool {
	bit := func(field uint64, n int) bool { return field>>n&1 == 1 }
	dom, dow := bit(s.spec.Dom, w.Day()), bit(s.spec.Dow, int(w.Weekday()))
	const star = 63
	either := !bit(s.spec.Dom, star) && !bit(s.spec.Dow, star)
	return bit(s.spec.Minute, w.Minute()) && bit(s.spec.Hour, w.Hour()) && bit(s.spec.Month, int(w.Month())) &&
		(dom && dow || either && (dom || dow))
}

func BenchmarkAYearOfWeeks(b *testing.B) {
	loc := zone(b, "America/Havana")
	s := parsed(b, "17 9 * * 1", loc)
	for b.Loop() {
		at := time.Date(2023, 1, 1, 0, 0, 0, 0, loc)
		for range 52 {
			at = s.Next(at)
		}
	}
}
