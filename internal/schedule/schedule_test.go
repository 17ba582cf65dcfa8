package schedule

import (
	"slices"
	"testing"
	"time"
	_ "time/tzdata" // the zones, on machines without them

	"github.com/community-digest/digest/digest"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := digest.LoadZone(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func parsed(t testing.TB, expr string, loc *time.Location) Schedule {
	t.Helper()
	s, err := Parse(expr, loc)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// local reads a wall time that comes once in loc.
func local(t testing.TB, text string, loc *time.Location) time.Time {
	t.Helper()
	v, err := time.ParseInLocation("2006-01-02 15:04", text, loc)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestNext(t *testing.T) {
	for _, tt := range []struct {
		claim, zone, expr, after string
		want                     []string // wall times with their offsets
	}{
		{"an ordinary week", "Asia/Shanghai", "17 9 * * 1", "2023-12-11 09:16",
			[]string{"12-11 09:17 +0800", "12-18 09:17 +0800"}},
		{"a slot is later than the time it is asked for", "Asia/Shanghai", "17 9 * * 1", "2023-12-11 09:17",
			[]string{"12-18 09:17 +0800"}},
		{"the year ends inside the week", "UTC", "@weekly", "2023-12-25 00:00",
			[]string{"12-31 00:00 +0000", "01-07 00:00 +0000"}},
		{"a leap day comes in leap years only", "UTC", "0 9 29 2 *", "2024-02-28 00:00",
			[]string{"02-29 09:00 +0000", "02-29 09:00 +0000"}},
		{"both day fields: either one", "UTC", "0 9 1 * 1", "2026-05-25 12:00",
			[]string{"06-01 09:00 +0000", "06-08 09:00 +0000", "06-15 09:00 +0000", "06-22 09:00 +0000", "06-29 09:00 +0000", "07-01 09:00 +0000"}},

		{"a time in a gap runs at the end of the gap", "America/New_York", "30 2 * * 0", "2026-03-02 00:00",
			[]string{"03-08 03:00 -0400", "03-15 02:30 -0400"}},
		{"several times in a gap run as one", "America/New_York", "*/20 2 * * *", "2026-03-08 00:00",
			[]string{"03-08 03:00 -0400", "03-09 02:00 -0400"}},
		{"a time in a gap and a slot at its end run as one", "America/New_York", "30 2,3 * * *", "2026-03-08 00:00",
			[]string{"03-08 03:00 -0400", "03-08 03:30 -0400", "03-09 02:30 -0400"}},
		{"a repeated time runs the first time only", "America/New_York", "30 1 * * 0", "2026-10-26 00:00",
			[]string{"11-01 01:30 -0400", "11-08 01:30 -0500"}},
		{"the hour after a repeated one is not lost", "America/New_York", "0 2 * * 0", "2026-10-26 00:00",
			[]string{"11-01 02:00 -0500"}},

		{"half an hour is left out", "Australia/Lord_Howe", "15 2 * * 0", "2023-09-25 00:00",
			[]string{"10-01 02:30 +1100", "10-08 02:15 +1100"}},
		{"half an hour is repeated", "Australia/Lord_Howe", "45 1 * * 0", "2023-03-27 00:00",
			[]string{"04-02 01:45 +1100", "04-09 01:45 +1030"}},
		{"midnight is left out in Cairo", "Africa/Cairo", "0 0 * * 5", "2023-04-22 00:00",
			[]string{"04-28 01:00 +0300", "05-05 00:00 +0300"}},
		{"midnight is left out in Beirut", "Asia/Beirut", "30 0 * * 0", "2022-03-21 00:00",
			[]string{"03-27 01:00 +0300", "04-03 00:30 +0300"}},
		{"midnight is left out in Santiago", "America/Santiago", "@weekly", "2023-08-28 00:00",
			[]string{"09-03 01:00 -0300", "09-10 00:00 -0300"}},
		{"the last hour of Saturday is repeated in Santiago", "America/Santiago", "30 23 * * 6", "2023-03-27 00:00",
			[]string{"04-01 23:30 -0300", "04-08 23:30 -0400"}},
		{"midnight after a repeated hour is not lost", "America/Santiago", "0 0 * * 0", "2023-03-27 00:00",
			[]string{"04-02 00:00 -0400", "04-09 00:00 -0400"}},
		{"midnight is left out in Havana", "America/Havana", "0 0 * * 0", "2023-03-06 00:00",
			[]string{"03-12 01:00 -0400", "03-19 00:00 -0400"}},
		{"midnight is repeated in Havana", "America/Havana", "0 0 * * 0", "2023-10-30 00:00",
			[]string{"11-05 00:00 -0400", "11-12 00:00 -0500"}},
		{"midnight is left out in Asuncion", "America/Asuncion", "0 0 * * 0", "2022-09-26 00:00",
			[]string{"10-02 01:00 -0300", "10-09 00:00 -0300"}},
		{"the clocks stop for Ramadan", "Africa/Casablanca", "30 2 * * 0", "2023-03-13 00:00",
			[]string{"03-19 02:30 +0100", "03-26 02:30 +0000"}},
		{"the clocks go on after Ramadan", "Africa/Casablanca", "30 2 * * 0", "2023-04-17 00:00",
			[]string{"04-23 03:00 +0100", "04-30 02:30 +0100"}},

		{"Friday was left out whole in Samoa", "Pacific/Apia", "0 9 * * 5", "2011-12-24 00:00",
			[]string{"12-31 00:00 +1400", "01-06 09:00 +1400"}},
		{"every day but one ran in Samoa", "Pacific/Apia", "0 9 * * *", "2011-12-28 12:00",
			[]string{"12-29 09:00 -1000", "12-31 00:00 +1400", "12-31 09:00 +1400", "01-01 09:00 +1400"}},
		{"a repeated day runs once", "Pacific/Kwajalein", "0 9 30 9 *", "1969-09-01 00:00",
			[]string{"09-30 09:00 +1100", "09-30 09:00 -1200"}}, // of the following year
		{"a zone moves forward for good", "Asia/Pyongyang", "45 23 * * 5", "2018-04-30 00:00",
			[]string{"05-05 00:00 +0900", "05-11 23:45 +0900"}},
		{"a zone moves back for good", "Europe/Volgograd", "30 1 * * 0", "2020-12-21 00:00",
			[]string{"12-27 01:30 +0400", "01-03 01:30 +0300"}},

		{"the last day of a leap year, long after the zone's table", "Europe/Berlin", "0 */12 * * *", "2040-12-31 00:30",
			[]string{"12-31 12:00 +0100", "01-01 00:00 +0100", "01-01 12:00 +0100"}},
		{"a gap, long after the zone's table", "America/Santiago", "30 0 * * 0", "2052-08-27 00:00",
			[]string{"09-01 00:30 -0400", "09-08 01:00 -0300"}},

		{"a quarter of an hour goes on in a repeated hour", "Europe/Berlin", "*/30 * * * *", "2026-10-25 01:30",
			[]string{"10-25 02:00 +0200", "10-25 02:30 +0200", "10-25 02:00 +0100", "10-25 02:30 +0100", "10-25 03:00 +0100"}},
		{"so it does if the hours are spelled out", "Europe/Berlin", "0 0-23 * * *", "2026-10-25 01:30",
			[]string{"10-25 02:00 +0200", "10-25 02:00 +0100", "10-25 03:00 +0100"}},
		{"a gap stops no quarter of an hour and doubles none", "Europe/Berlin", "*/30 * * * *", "2026-03-29 01:00",
			[]string{"03-29 01:30 +0100", "03-29 03:00 +0200", "03-29 03:30 +0200"}},
		{"the hour that is left out runs at the end of the gap", "Europe/Berlin", "30 * * * *", "2026-03-29 01:00",
			[]string{"03-29 01:30 +0100", "03-29 03:00 +0200", "03-29 03:30 +0200"}},
		{"hourly in half an hour that is repeated", "Australia/Lord_Howe", "45 * * * *", "2023-04-02 01:00",
			[]string{"04-02 01:45 +1100", "04-02 01:45 +1030", "04-02 02:45 +1030"}},
		{"hourly on a day that was left out", "Pacific/Apia", "@hourly", "2011-12-29 22:30",
			[]string{"12-29 23:00 -1000", "12-31 00:00 +1400", "12-31 01:00 +1400"}},
		{"hourly on the one weekday that was left out", "Pacific/Apia", "0 * * * 5", "2011-12-24 00:00",
			[]string{"12-31 00:00 +1400", "01-06 00:00 +1400"}},
		{"every other hour is a list of times", "Europe/Berlin", "0 */2 * * *", "2026-10-25 01:30",
			[]string{"10-25 02:00 +0200", "10-25 04:00 +0100"}},
	} {
		loc := zone(t, tt.zone)
		s := parsed(t, tt.expr, loc)
		var got []string
		for at := local(t, tt.after, loc); len(got) < len(tt.want); {
			if at = s.Next(at); at.IsZero() {
				break
			}
			got = append(got, at.Format("01-02 15:04 -0700"))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %s in %s after %s\n got %q\nwant %q", tt.claim, tt.expr, tt.zone, tt.after, got, tt.want)
		}
	}
}

func TestALeapDayIsFoundAcrossACenturyWithoutOne(t *testing.T) {
	s := parsed(t, "0 9 29 2 *", time.UTC)
	if got := s.Next(local(t, "2096-03-01 00:00", time.UTC)); got.Year() != 2104 {
		t.Errorf("got %s, want 2104", got)
	}
}

func TestSlotsAreInTheSchedulesZone(t *testing.T) {
	shanghai := zone(t, "Asia/Shanghai")
	got := parsed(t, "17 9 * * 1", shanghai).Next(time.Date(2023, 12, 11, 1, 16, 59, 999, time.UTC))
	if want := local(t, "2023-12-11 09:17", shanghai); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestASlotHasNoMonotonicReading(t *testing.T) {
	now := time.Now()
	now = now.Add(time.Duration(59-now.Second()) * time.Second) // where the library only adds
	if got := parsed(t, "* * * * *", time.UTC).Next(now); got != got.Round(0) {
		t.Errorf("got %#v", got)
	}
}

func TestARepeatedTimeHasRunWheneverItIsAsked(t *testing.T) {
	loc := zone(t, "America/New_York")
	s := parsed(t, "30 1 * * *", loc)
	want := local(t, "2026-11-02 01:30", loc)
	for _, after := range []string{"2026-11-01T05:30:00Z", "2026-11-01T05:59:59Z", "2026-11-01T06:00:00Z", "2026-11-01T06:10:00Z", "2026-11-01T06:30:00Z"} {
		at, err := time.Parse(time.RFC3339, after)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Next(at); !got.Equal(want) {
			t.Errorf("after %s: got %s, want %s", at.In(loc), got, want)
		}
	}
}

func TestTheZeroScheduleHasNoSlots(t *testing.T) {
	if got := (Schedule{}).Next(time.Unix(0, 0)); !got.IsZero() {
		t.Errorf("next %s", got)
	}
	if got := (Schedule{}).Last(time.Unix(1e9, 0)); !got.IsZero() {
		t.Errorf("last %s", got)
	}
}

func TestLastLooksBackHoweverRareTheSlotIs(t *testing.T) {
	now := time.Date(2024, time.June, 19, 12, 0, 30, 0, time.UTC)
	for expr, want := range map[string]time.Time{
		"* * * * *":  now.Truncate(time.Minute),
		"0 12 * * *": now.Truncate(time.Hour),
		"17 9 * * 1": time.Date(2024, time.June, 17, 9, 17, 0, 0, time.UTC),
		"0 9 1 * *":  time.Date(2024, time.June, 1, 9, 0, 0, 0, time.UTC),
		"0 0 20 6 *": time.Date(2023, time.June, 20, 0, 0, 0, 0, time.UTC),
		"0 0 29 2 *": time.Date(2024, time.February, 29, 0, 0, 0, 0, time.UTC),
	} {
		s := parsed(t, expr, time.UTC)
		if got := s.Last(now); !got.Equal(want) {
			t.Errorf("%s: %s, want %s", expr, got, want)
		}
		if got := s.Last(want); !got.Equal(want) {
			t.Errorf("%s: a slot that is now: %s, want %s", expr, got, want)
		}
	}
	leapDay := parsed(t, "0 0 29 2 *", time.UTC)
	if got, want := leapDay.Last(time.Date(2104, 2, 28, 0, 0, 0, 0, time.UTC)), time.Date(2096, 2, 29, 0, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("no 29 February 2100: %s, want %s", got, want)
	}
}

func TestLastWhereTheClocksChange(t *testing.T) {
	loc := zone(t, "Europe/Berlin")
	s := parsed(t, "30 2 * * 0", loc)
	for now, want := range map[string]string{
		"2026-03-22 02:29": "03-15 02:30",
		"2026-03-22 02:30": "03-22 02:30",
		"2026-03-29 12:00": "03-29 03:00", // 02:30 was left out
		"2026-10-25 12:00": "10-25 02:30", // and came twice
	} {
		if got := s.Last(local(t, now, loc)).Format("01-02 15:04"); got != want {
			t.Errorf("%s: %s, want %s", now, got, want)
		}
	}
}
