package status

import (
	"sync"
	"testing"
	"time"
)

func TestWhatIsMissedAndWhatIsLate(t *testing.T) {
	// 18 and 25 December 2023 are Mondays.
	for _, tt := range []struct {
		claim        string
		looked       string // when nothing was due, or else
		oldest       string // the end of the oldest period that is due
		now          string
		missed, late bool
	}{
		{"no slot has come", "2023-12-17 12:00", "", "2023-12-18 09:16", false, false},
		{"the slot is missed from its minute on", "2023-12-17 12:00", "", "2023-12-18 09:17", true, false},
		{"within the grace time it is not late", "2023-12-17 12:00", "", "2023-12-18 11:16", true, false},
		{"it is late when the grace time is over", "2023-12-17 12:00", "", "2023-12-18 11:17", true, true},
		{"it is late for weeks", "2023-12-17 12:00", "", "2024-01-20 12:00", true, true},
		{"drafted at the slot", "2023-12-18 09:17", "", "2023-12-18 13:00", false, false},
		{"drafted ahead of the slot is not drafted at the slot", "2023-12-18 09:16", "", "2023-12-18 13:00", true, true},
		{"a period is due since before the slot", "2023-12-18 09:20", "2023-12-18 00:00", "2023-12-18 13:00", true, true},
		{"a period is due since after the slot", "2023-12-18 09:20", "2023-12-18 12:00", "2023-12-18 13:00", false, false},
		{"a period that is over at the very slot is its period", "2023-12-18 09:20", "2023-12-18 09:17", "2023-12-18 13:00", true, true},
		{"three weeks are due", "2024-01-15 09:20", "2023-12-25 00:00", "2024-01-15 09:21", true, true},
	} {
		b, c := weekly(t, "2023-12-11 12:00")
		var oldest time.Time
		if tt.oldest != "" {
			oldest = at(t, tt.oldest)
		}
		b.Looked("istio", at(t, tt.looked), oldest)
		c.Time = at(t, tt.now)
		s := only(t, b)
		if !s.Missed.IsZero() != tt.missed || s.Late != tt.late {
			t.Errorf("%s: missed %s, late %t", tt.claim, s.Missed, s.Late)
		}
	}
}

func TestADaemonThatNeverLooksIsLate(t *testing.T) {
	b, c := weekly(t, "2023-12-11 12:00")
	b.Finished(ended(t, "2023-12-18 09:19", Created)) // a draft, but of which period?
	c.Time = at(t, "2023-12-18 11:17")
	if s := only(t, b); !s.Late {
		t.Errorf("not late: %+v", s)
	}
}

func TestAfterARestartTheGraceTimeBeginsAgain(t *testing.T) {
	b, c := weekly(t, "2024-01-10 12:00")
	b.Looked("istio", c.Time, at(t, "2023-12-25 00:00"))
	for now, late := range map[string]bool{"2024-01-10 12:01": false, "2024-01-10 13:59": false, "2024-01-10 14:00": true} {
		c.Time = at(t, now)
		if s := only(t, b); s.Late != late || !s.Missed.Equal(at(t, "2023-12-25 09:17")) {
			t.Errorf("%s: missed %s, late %t", now, s.Missed, s.Late)
		}
	}
}

func TestAScheduleThatIsChangedIsWatchedFromThen(t *testing.T) {
	b, c := weekly(t, "2023-12-11 12:00")
	b.Looked("istio", c.Time, time.Time{})
	b.Finished(ended(t, "2023-12-11 12:00", Created))
	c.Time = at(t, "2023-12-14 12:00")
	b.Configure([]Digest{{Name: "istio", Schedule: parsed(t, "0 8 * * *", "Asia/Shanghai"), Grace: time.Hour}})
	if s := only(t, b); s.Late || s.Missed.IsZero() || s.Last.Operation != Created {
		t.Errorf("at the change: %+v", s)
	}
	c.Time = at(t, "2023-12-14 12:30")
	b.Configure([]Digest{{Name: "istio", Schedule: parsed(t, "0 8 * * *", "Asia/Shanghai"), Grace: time.Hour}})
	c.Time = at(t, "2023-12-14 13:00")
	if s := only(t, b); !s.Late {
		t.Errorf("to read the same schedule again gave more time: %+v", s)
	}
}

func TestDigestsThatAreGoneAreForgotten(t *testing.T) {
	b, c := weekly(t, "2023-12-11 12:00")
	b.Finished(ended(t, "2023-12-11 12:00", Failed))
	b.Configure(nil)
	b.Finished(ended(t, "2023-12-11 12:10", Created)) // it was under way
	if s := b.Standings(); len(s) != 0 {
		t.Errorf("got %+v", s)
	}
	b.Configure([]Digest{{Name: "istio"}})
	c.Time = at(t, "2030-01-01 00:00")
	if s := only(t, b); s.Last.happened() || s.Late || !s.Next.IsZero() {
		t.Errorf("a new digest without a schedule: %+v", s)
	}
}

func TestTheLatestRunsAreKeptInAnyOrder(t *testing.T) {
	b, _ := weekly(t, "2023-12-11 12:00")
	failed, none, drafted := ended(t, "2023-12-18 09:19", Failed), ended(t, "2023-12-18 09:18", None), ended(t, "2023-12-11 09:19", Updated)
	drafted.Gaps = 3
	for _, r := range []Run{none, failed, drafted, ended(t, "2023-12-04 09:19", Created)} {
		b.Finished(r)
	}
	s := only(t, b)
	if s.Last.Operation != Failed || s.Success.Operation != None || s.Draft.Operation != Updated || s.Draft.Gaps != 3 {
		t.Errorf("got %+v", s)
	}
}

func TestARunIsUnderWayUntilItEnds(t *testing.T) {
	b, c := weekly(t, "2023-12-18 09:17")
	b.Started("istio", "2023-12-11..2023-12-17")
	if s := only(t, b); !s.Running.Start.Equal(c.Time) || s.Running.Period != "2023-12-11..2023-12-17" {
		t.Errorf("running: %+v", s.Running)
	}
	b.Finished(ended(t, "2023-12-18 09:19", Created))
	if s := only(t, b); !s.Running.Start.IsZero() {
		t.Errorf("still running: %+v", s.Running)
	}
}

func TestARunThatIsPutOffLeavesNothing(t *testing.T) {
	b, _ := weekly(t, "2023-12-18 09:17")
	b.Started("istio", "2023-12-11..2023-12-17")
	b.Stopped("istio")
	if s := only(t, b); !s.Running.Start.IsZero() || s.Last.happened() {
		t.Errorf("got %+v", s)
	}
}

func TestARunThatSaysNothingCertainFailed(t *testing.T) {
	for claim, r := range map[string]Run{
		"no operation":         {},
		"unknown operation":    {Operation: "crated"},
		"a draft and an error": {Operation: Created, Err: "disk full"},
	} {
		if got := r.normal().Operation; got != Failed {
			t.Errorf("%s: %s", claim, got)
		}
	}
	back := Run{Operation: None, Start: at(t, "2023-12-11 12:00"), End: at(t, "2023-12-11 11:00")}
	if d := back.normal().Duration(); d != 0 {
		t.Errorf("the clock was put back: a run of %s", d)
	}
}

func TestTheNextSlotFollowsTheClockAndTheSchedule(t *testing.T) {
	b, c := weekly(t, "2023-12-11 09:16")
	for _, tt := range []struct{ now, want string }{
		{"2023-12-11 09:16", "2023-12-11 09:17"},
		{"2023-12-11 09:17", "2023-12-18 09:17"},
		{"2024-01-03 12:00", "2024-01-08 09:17"}, // the machine slept
		{"2023-12-14 12:00", "2023-12-18 09:17"}, // its clock was put back
	} {
		c.Time = at(t, tt.now)
		if s := only(t, b); !s.Next.Equal(at(t, tt.want)) {
			t.Errorf("%s: the next slot is %s, want %s", tt.now, s.Next, tt.want)
		}
	}
	b.Configure([]Digest{{Name: "istio", Schedule: parsed(t, "17 9 * * 1,5", "Asia/Shanghai")}})
	if s := only(t, b); !s.Next.Equal(at(t, "2023-12-15 09:17")) {
		t.Errorf("with another schedule the next slot is %s", s.Next)
	}
}

// The race detector is what judges.
func TestTheBoardIsUsedByMany(t *testing.T) {
	b, _ := weekly(t, "2023-12-18 09:17")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				b.Started("istio", "")
				b.Looked("istio", at(t, "2023-12-18 09:17"), time.Time{})
				b.Finished(ended(t, "2023-12-18 09:19", Created))
				b.Limits(map[string]int{"core": 1})
				b.Configure([]Digest{{Name: "istio"}, {Name: "envoy"}})
				b.Standings()
				b.scrape()
			}
		})
	}
	wg.Wait()
}
