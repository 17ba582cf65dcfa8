package schedule

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/community-digest/digest/digest"
)

// The time of a bubble begins at midnight UTC of Saturday, 1 January 2000. The first Monday is
// the 3rd, and the week before it is not of these digests.
var mondays = digest.Calendar{
	Cadence: digest.Weekly, WeekStart: time.Monday, Location: time.UTC,
	First: time.Date(2000, time.January, 3, 0, 0, 0, 0, time.UTC), FirstNumber: 1,
}

// newsroom holds the editions that the loops of a test have drafted.
type newsroom struct {
	t        *testing.T
	calendar digest.Calendar

	mu       sync.Mutex
	editions map[string][]Edition
	log      []string // what was drafted when, or failed
	drafting map[string]bool
	most     int // drafts at the same time

	// draft is called for each draft before it is stored; nil drafts at once.
	draft func(ctx context.Context, name string, number int) error
	// due is called before looking; nil always succeeds.
	due func(name string) error
}

func newNewsroom(t *testing.T) *newsroom {
	return &newsroom{t: t, calendar: mondays, editions: make(map[string][]Edition), drafting: make(map[string]bool)}
}

func (n *newsroom) loop() *Loop {
	return &Loop{
		Work: Work{Due: n.isDue, Draft: n.drafts}, Workers: 4, CatchUp: 4,
		Timeout: 10 * time.Minute, StopTimeout: time.Minute, Log: slog.New(slog.DiscardHandler),
	}
}

func (n *newsroom) isDue(_ context.Context, name string) ([]digest.Period, error) {
	n.mu.Lock()
	check := n.due
	n.mu.Unlock()
	if check != nil {
		if err := check(name); err != nil {
			return nil, err
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	due, _ := Due(n.calendar, End(n.editions[name]), time.Now(), 100)
	return due, nil
}

func (n *newsroom) drafts(ctx context.Context, name string, p digest.Period) error {
	number := n.calendar.Number(p)
	n.mu.Lock()
	if n.drafting[name] {
		n.t.Errorf("%s: two drafts at once", name)
	}
	n.drafting[name] = true
	n.most = max(n.most, len(n.drafting))
	n.mu.Unlock()
	defer func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.drafting, name)
	}()
	n.mu.Lock()
	draft := n.draft
	n.mu.Unlock()
	if draft != nil {
		if err := draft(ctx, name, number); err != nil {
			n.note("%s %d failed", name, number)
			return err
		}
	}
	n.note("%s %d", name, number)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.editions[name] = append(n.editions[name], Edition{Number: number, Period: p})
	return nil
}

// change changes the newsroom of a loop that runs.
func (n *newsroom) change(f func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	f()
}

func (n *newsroom) note(format string, args ...any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.log = append(n.log, time.Now().UTC().Format("01-02 15:04:05 ")+fmt.Sprintf(format, args...))
}

// check compares what was drafted since it was called last. What different digests do at the
// same moment has no order.
func (n *newsroom) check(want ...string) {
	n.t.Helper()
	synctest.Wait()
	n.mu.Lock()
	defer n.mu.Unlock()
	slices.SortStableFunc(n.log, func(a, b string) int { return strings.Compare(a[:16], b[:16]) }) // time and name
	if !slices.Equal(n.log, want) {
		n.t.Errorf("got  %s\nwant %s", strings.Join(n.log, ", "), strings.Join(want, ", "))
	}
	n.log = nil
}

// serving is a loop that runs.
type serving struct {
	digests chan []Digest
	stop    context.CancelFunc
	ended   chan error
}

func (n *newsroom) start(l *Loop, digests ...Digest) *serving {
	ctx, cancel := context.WithCancel(n.t.Context())
	s := &serving{make(chan []Digest), cancel, make(chan error, 1)}
	go func() { s.ended <- l.Run(ctx, s.digests) }()
	s.digests <- digests
	return s
}

func (s *serving) end(t *testing.T) {
	t.Helper()
	s.stop()
	if err := <-s.ended; err != nil {
		t.Error(err)
	}
}

func named(t *testing.T, expr string, names ...string) (digests []Digest) {
	for _, name := range names {
		digests = append(digests, Digest{Name: name, Schedule: parsed(t, expr, time.UTC)})
	}
	return digests
}

func until(t *testing.T, text string) {
	t.Helper()
	at, err := time.Parse("2006-01-02 15:04", "2000-"+text)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Until(at))
}

func TestEachSlotDraftsItsWeek(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNewsroom(t)
		s := n.start(n.loop(), named(t, "17 9 * * 1", "a")...)
		until(t, "02-01 00:00")
		n.check("01-10 09:17:00 a 1", "01-17 09:17:00 a 2", "01-24 09:17:00 a 3", "01-31 09:17:00 a 4")
		s.end(t)
	})
}

func TestMissedEditionsAreDraftedInOrderAtTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNewsroom(t)
		n.draft = func(context.Context, string, int) error { time.Sleep(time.Minute); return nil }
		until(t, "01-25 12:00")
		s := n.start(n.loop(), named(t, "17 9 * * 1", "a")...)
		until(t, "01-30 00:00")
		n.check("01-25 12:01:00 a 1", "01-25 12:02:00 a 2", "01-25 12:03:00 a 3")
		s.end(t)
	})
}

func TestMoreMissedEditionsThanCatchUpWaitForTheNextSlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNewsroom(t)
		l := n.loop()
		l.CatchUp = 2
		until(t, "01-25 12:00")
		s := n.start(l, named(t, "17 9 * * 1", "a")...)
		until(t, "02-01 00:00")
		n.check("01-25 12:00:00 a 1", "01-25 12:00:00 a 2", "01-31 09:17:00 a 3", "01-31 09:17:00 a 4")
		s.end(t)
	})
}

func TestAFailureIsRetriedWithGrowingPausesUntilTheNextSlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNewsroom(t)
		n.draft = func(context.Context, string, int) error { return errors.New("502") }
		until(t, "01-10 09:00")
		s := n.start(n.loop(), named(t, "0 0,12 * * *", "a")...)
		until(t, "01-10 11:59")
		n.check("01-10 09:00:00 a 1 failed", "01-10 09:00:30 a 1 failed", "01-10 09:01:30 a 1 failed", "01-10 09:03:30 a 1 failed",
			"01-10 09:07:30 a 1 failed", "01-10 09:15:30 a 1 failed", "01-10 09:31:30 a 1 failed", "01-10 10:03:30 a 1 failed",
			"01-10 11:07:30 a 1 failed")
		until(t, "01-10 12:01") // the next pause would have ended at 13:15:30
		n.check("01-10 12:00:00 a 1 failed", "01-10 12:00:30 a 1 failed")
		n.change(func() { n.draft = nil })
		until(t, "01-10 12:30")
		n.check("01-10 12:01:30 a 1")
		s.end(t)
	})
}

func TestTheLongestPauseIsFourHours(t *testing.T) {
	l := Loop{Log: slog.New(slog.DiscardHandler)}
	now, never := time.Now(), time.Now().AddDate(1, 0, 0)
	for failures, want := range map[int]time.Duration{1: 30 * time.Second, 2: time.Minute, 9: 128 * time.Minute, 10: 4 * time.Hour, 1000: 4 * time.Hour} {
		if got := l.retry("a", errors.New("502"), failures, never).Sub(now).Round(time.Minute / 2); got != want {
			t.Errorf("after %d failures: %s, want %s", failures, got, want)
		}
	}
}

func TestADigestThatFailsOrPanicsHoldsUpNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNewsroom(t)
		n.due = func(name string) error {
			if name == "a" {
				return errors.New("404")
			}
			return nil
		}
		n.draft = func(_ context.Context, name string, number int) error {
			if name == "b" && number == 1 && time.Now().Hour() < 10 {
				panic("index out of range")
			}
			return nil
		}
		var log strings.Builder
		l := n.loop()
		l.Workers, l.Log = 1, slog.New(slog.NewTextHandler(&log, nil))
		s := n.start(l, named(t, "17 9 * * 1", "a", "b", "c")...)
		until(t, "01-18 00:00")
		n.check("01-10 09:17:00 c 1", "01-10 10:20:30 b 1", "01-17 09:17:00 b 2", "01-17 09:17:00 c 2")
		s.end(t)
		if text := log.String(); !strings.Contains(text, "index out of range") || !strings.Contains(text, "loop_test.go") {
			t.Errorf("the log has no stack:\n%s", text)
		}
	})
}

func TestARateLimitPostponesADraftToItsReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNewsroom(t)
		reset := time.Date(2000, 1, 10, 10, 5, 0, 0, time.UTC)
		n.draft = func(context.Context, string, int) error {
			if time.Now().Before(reset) {
				return fmt.Errorf("list releases: %w", &Postponed{Until: reset, Err: errors.New("rate limit")})
			}
			return nil
		}
		until(t, "01-10 09:17")
		s := n.start(n.loop(), named(t, "*/30 * * * *", "a")...) // a slot before the reset changes nothing
		until(t, "01-10 12:00")
		n.check("01-10 09:17:00 a 1 failed", "01-10 10:05:00 a 1")
		s.end(t)
	})
}

func TestPostponedWaitsAtLeastASecondAndAtMostADay(t *testing.T) {
	now := time.Now()
	for until, want := range map[time.Duration]time.Duration{-time.Hour: time.Second, 0: time.Second, time.Hour: time.Hour, 1e6 * time.Hour: 24 * time.Hour} {
		if got := (&Postponed{Until: now.Add(until)}).Wait(now); got != want {
			t.Errorf("%s: %s, want %s", until, got, want)
		}
	}
}

func TestAtMostWorkersDraftAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNewsroom(t)
		n.draft = func(context.Context, string, int) error { time.Sleep(time.Minute); return nil }
		l := n.loop()
		l.Workers = 3
		var names []string
		for i := range 20 {
			names = append(names, fmt.Sprintf("d%02d", i))
		}
		until(t, "01-10 09:00")
		s := n.start(l, named(t, "17 9 * * 1", names...)...)
		until(t, "01-10 09:25")
		n.change(func() {
			if n.most != 3 || len(n.log) != 20 {
				t.Errorf("%d drafts, at most %d at once", len(n.log), n.most)
			}
		})
		s.end(t)
	})
}

func TestADraftThatDoesNotEndIsCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNewsroom(t)
		hangs := true
		n.draft = func(ctx context.Context, _ string, _ int) error {
			if !hangs {
				return nil
			}
			hangs = false
			<-ctx.Done()
			return ctx.Err()
		}
		s := n.start(n.loop(), named(t, "17 9 * * 1", "a")...)
		until(t, "01-10 10:00")
		n.check("01-10 09:27:00 a 1 failed", "01-10 09:27:30 a 1")
		s.end(t)
	})
}

func TestStopWaitsForTheDraftUnderWayAndBeginsNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNewsroom(t)
		n.draft = func(context.Context, string, int) error { time.Sleep(50 * time.Second); return nil }
		l := n.loop()
		l.Workers = 1
		until(t, "01-25 12:00")
		s := n.start(l, named(t, "17 9 * * 1", "a")...)
		synctest.Wait()
		s.digests <- named(t, "17 9 * * 1", "a", "b")
		synctest.Wait()
		s.end(t)
		n.check("01-25 12:00:50 a 1")
	})
}

func TestStopCancelsADraftThatTakesTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNewsroom(t)
		n.draft = func(ctx context.Context, _ string, _ int) error { <-ctx.Done(); return ctx.Err() }
		until(t, "01-10 12:00")
		s := n.start(n.loop(), named(t, "17 9 * * 1", "a")...)
		synctest.Wait()
		s.end(t)
		n.check("01-10 12:01:00 a 1 failed")
	})
}

func TestStopReportsADraftThatIgnoresItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNewsroom(t)
		n.draft = func(context.Context, string, int) error { time.Sleep(time.Hour); return nil }
		until(t, "01-10 12:00")
		s := n.start(n.loop(), named(t, "17 9 * * 1", "a")...)
		synctest.Wait()
		s.stop()
		if err := <-s.ended; err == nil || !strings.Contains(err.Error(), "the draft of a") {
			t.Errorf("got %v", err)
		}
		n.check()
		time.Sleep(time.Hour)
	})
}

func TestAReloadTakesUpNewDigestsAndDropsOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNewsroom(t)
		s := n.start(n.loop(), named(t, "17 9 * * 1", "a", "b")...)
		until(t, "01-12 12:00")
		n.check("01-10 09:17:00 a 1", "01-10 09:17:00 b 1")
		s.digests <- append(named(t, "0 8 * * 1", "b"), named(t, "17 9 * * 1", "c")...)
		n.check("01-12 12:00:00 c 1") // at once
		until(t, "01-20 00:00")
		n.check("01-17 08:00:00 b 2", "01-17 09:17:00 c 2")
		s.digests <- named(t, "17 9 * * 1", "a")
		n.check("01-20 00:00:00 a 2")
		s.end(t)
	})
}

func TestAReloadDuringADraftNeitherCutsNorRepeatsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNewsroom(t)
		n.draft = func(context.Context, string, int) error { time.Sleep(time.Minute); return nil }
		until(t, "01-10 12:00")
		s := n.start(n.loop(), named(t, "17 9 * * 1", "a")...)
		for range 3 { // the last one brings it back
			s.digests <- nil
			s.digests <- named(t, "17 9 * * 1", "a")
		}
		until(t, "01-10 13:00")
		n.check("01-10 12:01:00 a 1")
		s.end(t)
	})
}

// A kill at any moment is a loop that is never heard of again: the next one has only the
// editions to go by.
func TestWhateverStopsALoopTheNextOneGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNewsroom(t)
		n.draft = func(ctx context.Context, _ string, _ int) error {
			select {
			case <-time.After(time.Minute):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		until(t, "01-10 09:16")
		for i := range 400 {
			l := n.loop()
			l.StopTimeout = 0
			s := n.start(l, named(t, "17 9 * * 1", "a", "b")...)
			time.Sleep(time.Duration(i*i) * time.Second / 4)
			s.end(t)
		}
		var got []string
		for _, line := range n.log {
			if _, what, _ := strings.Cut(line, " "); strings.HasSuffix(what, " failed") || !strings.Contains(what, " a ") {
				continue
			} else {
				got = append(got, what[len("00:00:00 "):])
			}
		}
		for i, what := range got {
			if want := fmt.Sprintf("a %d", i+1); what != want {
				t.Fatalf("edition %d: %s", i+1, what)
			}
		}
		if len(got) < 8 {
			t.Errorf("%d editions, want those of two months", len(got))
		}
		if err := CheckEditions(mondays, n.editions["b"]); err != nil {
			t.Error(err)
		}
	})
}

// At each slot of a year the week that is over is drafted, once, in zones that change their
// clocks in all the ways there are.
func TestAYearHasEveryWeekOnceInEveryZone(t *testing.T) {
	for _, zoneName := range zones {
		t.Run(zoneName, func(t *testing.T) {
			t.Parallel()
			loc := zone(t, zoneName)
			for _, weekday := range []time.Weekday{time.Sunday, time.Monday, time.Friday} {
				for _, at := range []string{"0 0", "30 2", "17 9"} {
					first := time.Date(2024, time.January, 1, 0, 0, 0, 0, loc)
					first = first.AddDate(0, 0, int(weekday-first.Weekday()+7)%7)
					oneWeekASlot(t, fmt.Sprintf("%s * * %d", at, weekday), digest.Calendar{
						Cadence: digest.Weekly, WeekStart: weekday, Location: loc, FirstNumber: 1, First: first,
					})
				}
			}
		})
	}
}

// oneWeekASlot looks at each slot and between slots, as a loop does that was restarted.
func oneWeekASlot(t *testing.T, expr string, c digest.Calendar) {
	t.Helper()
	s := parsed(t, expr, c.Location)
	var editions []Edition
	slot := s.Next(c.First.AddDate(0, 0, 6).Add(time.Minute)) // of the first week's end
	for n := 1; n <= 52; n++ {
		next := s.Next(slot)
		for i, now := range []time.Time{slot, slot.Add(time.Second), slot.Add(50 * time.Hour), next.Add(-time.Second)} {
			due, more := Due(c, End(editions), s.Last(now), 4)
			if more != 0 || len(due) != map[bool]int{true: 1}[i == 0] {
				t.Fatalf("%s in %s: at %s these are due: %v and %d more", expr, c.Location, now, due, more)
			}
			if i > 0 {
				continue
			}
			if got := c.Number(due[0]); got != n || due[0].To.After(slot) || slot.Sub(due[0].To) > 24*time.Hour {
				t.Fatalf("%s in %s: at %s the week %s is due, number %d, want %d", expr, c.Location, now, due[0], got, n)
			}
			editions = append(editions, Edition{Number: n, Period: due[0]})
		}
		slot = next
	}
	if err := CheckEditions(c, editions); err != nil {
		t.Errorf("%s in %s: %v", expr, c.Location, err)
	}
}
