package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/schedule"
)

// At each slot of a year one more week is due, and it is the one that is over: in zones that
// change their clocks in all the ways there are.
func TestServeFindsEachWeekOfAYearOnceInEveryZone(t *testing.T) {
	t.Parallel()
	zones := []string{
		"UTC", "Asia/Shanghai", "Asia/Tokyo", "Asia/Kolkata", "Europe/Berlin", "Europe/London", "America/New_York", "America/Los_Angeles",
		"America/Havana", "America/Santiago", "Africa/Cairo", "Africa/Casablanca", "Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Apia",
	}
	for _, zone := range zones {
		loc, err := digest.LoadZone(zone)
		if err != nil {
			t.Fatal(err)
		}
		for _, weekday := range []time.Weekday{time.Sunday, time.Monday, time.Friday} {
			for _, at := range []string{"0 0", "30 2", "17 9"} {
				oneWeekASlot(t, fmt.Sprintf("%s * * %d", at, weekday), digest.Calendar{
					Cadence: digest.Weekly, WeekStart: weekday, Location: loc, FirstNumber: 1, First: firstDay(2024, weekday, loc),
				})
			}
		}
	}
}

// firstDay is the first such weekday of a year.
func firstDay(year int, weekday time.Weekday, loc *time.Location) time.Time {
	d := time.Date(year, time.January, 1, 0, 0, 0, 0, loc)
	return d.AddDate(0, 0, int(weekday-d.Weekday()+7)%7)
}

// oneWeekASlot goes from slot to slot for a year and drafts what is due, as the daemon does
// that looks a while after each slot, and once in between.
func oneWeekASlot(t *testing.T, cron string, c digest.Calendar) {
	t.Helper()
	s, err := schedule.Parse(cron, c.Location)
	if err != nil {
		t.Fatal(err)
	}
	d := served{schedule: s}
	var editions []schedule.Edition
	slot := s.Next(c.First.AddDate(0, 0, 6).Add(time.Minute)) // of the first week's end
	for n := 1; n <= 52; n++ {
		next := s.Next(slot)
		for i, now := range []time.Time{slot, slot.Add(time.Second), slot.Add(50 * time.Hour), next.Add(-time.Second)} {
			due, more := schedule.Due(c, schedule.End(editions), d.lastSlot(now), 4)
			if more != 0 || len(due) != map[bool]int{true: 1}[i == 0] {
				t.Fatalf("%s in %s: at %s these are due: %v and %d more", cron, c.Location, now, due, more)
			}
			if i > 0 {
				continue
			}
			if got := c.Number(due[0]); got != n || due[0].To.After(slot) || slot.Sub(due[0].To) > 24*time.Hour {
				t.Fatalf("%s in %s: at %s the week %s is due, number %d, want %d", cron, c.Location, now, due[0], got, n)
			}
			editions = append(editions, schedule.Edition{Number: n, Period: due[0]})
		}
		slot = next
	}
	if err := schedule.CheckEditions(c, editions); err != nil {
		t.Errorf("%s in %s: %v", cron, c.Location, err)
	}
}

func TestServeLooksBackToTheLastSlotHoweverRareItIs(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, time.June, 19, 12, 0, 30, 0, time.UTC)
	for cron, want := range map[string]time.Time{
		"* * * * *":  now.Truncate(time.Minute),
		"0 12 * * *": now.Truncate(time.Hour),
		"17 9 * * 1": time.Date(2024, time.June, 17, 9, 17, 0, 0, time.UTC),
		"0 9 1 * *":  time.Date(2024, time.June, 1, 9, 0, 0, 0, time.UTC),
		"0 0 20 6 *": time.Date(2023, time.June, 20, 0, 0, 0, 0, time.UTC),
	} {
		s, err := schedule.Parse(cron, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		if got := (&served{schedule: s}).lastSlot(now); !got.Equal(want) {
			t.Errorf("%s: %s, want %s", cron, got, want)
		}
	}
}
