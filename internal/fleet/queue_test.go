//go:build integration

package fleet

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/postgrestest"
	"github.com/community-digest/digest/internal/schedule"
)

// newsroom holds the editions that the queues of a test have drafted, which have a slot each
// night.
type newsroom struct {
	t        *testing.T
	db       *postgrestest.Cluster
	calendar digest.Calendar

	mu       sync.Mutex
	editions map[string][]schedule.Edition
	drafting map[string]bool
	looked   map[string]time.Time // what processes heard from each other

	// draft is called for each draft before it is stored; nil drafts at once.
	draft func(ctx context.Context, name string, number int) error
}

// newNewsroom has so many weeks to draft.
func newNewsroom(t *testing.T, weeks int) *newsroom {
	first := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -7*weeks)
	return &newsroom{
		t: t, db: postgrestest.Start(t), editions: make(map[string][]schedule.Edition), drafting: make(map[string]bool), looked: make(map[string]time.Time),
		calendar: digest.Calendar{Cadence: digest.Weekly, WeekStart: first.Weekday(), Location: time.UTC, First: first, FirstNumber: 1},
	}
}

func (n *newsroom) due(_ context.Context, name string) ([]digest.Period, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	due, _ := schedule.Due(n.calendar, schedule.End(n.editions[name]), time.Now(), 100)
	return due, nil
}

func (n *newsroom) drafts(ctx context.Context, name string, p digest.Period) error {
	n.mu.Lock()
	if n.drafting[name] {
		n.t.Errorf("%s: two drafts at once", name)
	}
	n.drafting[name] = true
	n.mu.Unlock()
	defer func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.drafting, name)
	}()
	number := n.calendar.Number(p)
	if n.draft != nil {
		if err := n.draft(ctx, name, number); err != nil {
			return err
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.editions[name] = append(n.editions[name], schedule.Edition{Number: number, Period: p})
	return nil
}

// numbers lists the editions of a digest in the order in which they were drafted.
func (n *newsroom) numbers(name string) (numbers []int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, e := range n.editions[name] {
		numbers = append(numbers, e.Number)
	}
	return numbers
}

// member is a process of the fleet.
type member struct {
	*Queue
	digests chan []schedule.Digest
	cancel  context.CancelFunc
	ended   chan error
}

func (n *newsroom) join(change func(*Config), digests ...schedule.Digest) *member {
	n.t.Helper()
	address, err := Address(n.db.Address())
	if err != nil {
		n.t.Fatal(err)
	}
	c := Config{
		Work: schedule.Work{Due: n.due, Draft: n.drafts}, Workers: 4, CatchUp: 4, Timeout: time.Minute, StopTimeout: 10 * time.Second,
		Log: slog.New(slog.DiscardHandler),
		Looked: func(name string, at time.Time) {
			n.mu.Lock()
			defer n.mu.Unlock()
			n.looked[name] = at
		},
	}
	if change != nil {
		change(&c)
	}
	q, err := Open(n.t.Context(), address, c)
	if err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(q.Close)
	ctx, cancel := context.WithCancel(context.WithoutCancel(n.t.Context()))
	m := &member{q, make(chan []schedule.Digest), cancel, make(chan error, 1)}
	go func() { m.ended <- q.Run(ctx, m.digests) }()
	m.digests <- digests
	return m
}

func (m *member) leave(t *testing.T) {
	t.Helper()
	m.cancel()
	if err := <-m.ended; err != nil {
		t.Error(err)
	}
}

func (n *newsroom) until(what string, ok func() bool) {
	n.t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			n.t.Fatalf("still not: %s\n%s", what, n.db.SQL("SELECT state, args, attempt, errors FROM river_job"))
		}
	}
}

// finished waits until the queue holds no unfinished job.
func (n *newsroom) finished(jobs int) {
	n.t.Helper()
	n.until(fmt.Sprintf("%d jobs are completed", jobs), func() bool {
		return n.db.Number("SELECT count(*) FROM river_job WHERE state = 'completed'") >= jobs &&
			n.db.Number("SELECT count(*) FROM river_job WHERE state <> 'completed'") == 0
	})
}

func TestThreeProcessesDraftEachEditionOnceAndInOrder(t *testing.T) {
	n := newNewsroom(t, 3)
	var digests []schedule.Digest
	for i := range 20 {
		digests = append(digests, daily(t, fmt.Sprintf("d%02d", i)))
	}
	var fleet []*member
	var wg sync.WaitGroup
	var mu sync.Mutex
	for range 3 { // at once: they create the tables together
		wg.Go(func() {
			m := n.join(nil, digests...)
			mu.Lock()
			defer mu.Unlock()
			fleet = append(fleet, m)
		})
	}
	wg.Wait()
	n.finished(20)
	for _, d := range digests {
		if got := n.numbers(d.Name); !slices.Equal(got, []int{1, 2, 3}) {
			t.Errorf("%s: editions %v", d.Name, got)
		}
	}
	for i, m := range fleet { // the next leader looks again, and finds nothing
		m.leave(t)
		if i < 2 {
			n.finished(20)
		}
	}
	if got := n.numbers("d07"); !slices.Equal(got, []int{1, 2, 3}) {
		t.Errorf("after two of three have left: %v", got)
	}
}

func TestAllProcessesHearThatNothingIsMissing(t *testing.T) {
	n := newNewsroom(t, 1)
	began := time.Now().Add(-time.Second)
	m := n.join(nil, daily(t, "a"))
	n.finished(1)
	seen, err := m.look(t.Context(), time.Time{})
	if err != nil || seen.Before(began) {
		t.Fatalf("seen %s, %v", seen, err)
	}
	if at := n.looked["a"]; at.Before(began) {
		t.Errorf("looked at %s, want after %s", at, began)
	}
	n.mu.Lock()
	clear(n.looked)
	n.mu.Unlock()
	if _, err := m.look(t.Context(), seen.Add(time.Hour)); err != nil || len(n.looked) > 0 {
		t.Errorf("what was seen is reported again: %v %v", n.looked, err)
	}
	m.leave(t)
}

func TestFailuresAndPanicsAreRetried(t *testing.T) {
	n := newNewsroom(t, 1)
	var tries atomic.Int32
	n.draft = func(context.Context, string, int) error {
		switch tries.Add(1) {
		case 1:
			return errors.New("502")
		case 2:
			panic("index out of range")
		case 3:
			return fmt.Errorf("rate limit: %w", &schedule.Postponed{Until: time.Now().Add(time.Second), Err: errors.New("until later")})
		}
		return nil
	}
	m := n.join(nil, daily(t, "a"))
	n.finished(1)
	if got := n.numbers("a"); !slices.Equal(got, []int{1}) || tries.Load() != 4 {
		t.Errorf("editions %v after %d tries", got, tries.Load())
	}
	if failed := n.db.Number("SELECT array_length(errors, 1) FROM river_job"); failed != 2 {
		t.Errorf("%d failures, want 2: a rate limit is none", failed)
	}
	m.leave(t)
}

func TestMoreMissedEditionsThanCatchUpWaitForTheNextSlot(t *testing.T) {
	n := newNewsroom(t, 5)
	m := n.join(func(c *Config) { c.CatchUp = 2 }, daily(t, "a"))
	n.until("it waits", func() bool { return n.db.Number("SELECT count(*) FROM river_job WHERE state = 'scheduled'") == 1 })
	if got := n.numbers("a"); !slices.Equal(got, []int{1, 2}) {
		t.Errorf("editions %v", got)
	}
	wait := n.db.Number("SELECT extract(epoch FROM scheduled_at - date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC')::int FROM river_job")
	if wait < 24*60*60-5 || wait > 24*60*60+5 {
		t.Errorf("it waits until %d seconds after midnight, want the next", wait)
	}
	m.leave(t)
}

func TestAStoppedProcessLeavesItsDraftToOthers(t *testing.T) {
	n := newNewsroom(t, 1)
	begun := make(chan struct{}, 2)
	var hold atomic.Bool
	hold.Store(true)
	n.draft = func(ctx context.Context, _ string, _ int) error {
		begun <- struct{}{}
		if hold.Load() {
			<-ctx.Done()
			return ctx.Err()
		}
		return nil
	}
	first := n.join(func(c *Config) { c.StopTimeout = 100 * time.Millisecond }, daily(t, "a"))
	<-begun
	hold.Store(false)
	second := n.join(nil, daily(t, "a"))
	first.leave(t)
	n.finished(1)
	if got := n.numbers("a"); !slices.Equal(got, []int{1}) {
		t.Errorf("editions %v", got)
	}
	if failed := n.db.SQL("SELECT coalesce(array_length(errors, 1), 0) FROM river_job"); failed != "0" {
		t.Errorf("%s failures: to be stopped is none", failed)
	}
	second.leave(t)
}

func TestADigestThatNoProcessKnowsIsNotDrafted(t *testing.T) {
	n := newNewsroom(t, 1)
	m := n.join(nil, daily(t, "a"))
	n.finished(1)
	if _, err := m.client.Insert(t.Context(), upToDate{"gone", time.Now()}, &river.InsertOpts{MaxAttempts: 1}); err != nil {
		t.Fatal(err)
	}
	n.until("it is given up", func() bool { return n.db.Number("SELECT count(*) FROM river_job WHERE state = 'discarded'") == 1 })
	if text := n.db.SQL("SELECT errors FROM river_job WHERE state = 'discarded'"); !strings.Contains(text, "unknown digest") || len(n.numbers("gone")) > 0 {
		t.Errorf("%s", text)
	}
	m.leave(t)
}

func TestAReloadTakesUpNewDigests(t *testing.T) {
	n := newNewsroom(t, 1)
	m := n.join(nil, daily(t, "a"))
	n.finished(1)
	m.digests <- []schedule.Digest{daily(t, "a"), daily(t, "b")}
	n.finished(3) // a is looked at again
	if a, b := n.numbers("a"), n.numbers("b"); len(a) != 1 || len(b) != 1 {
		t.Errorf("editions %v and %v", a, b)
	}
	m.leave(t)
}

func TestReadyNeedsADatabaseThatTakesWrites(t *testing.T) {
	n := newNewsroom(t, 0)
	m := n.join(nil)
	if err := m.Ready(t.Context()); err != nil {
		t.Errorf("not ready: %v", err)
	}
	if left := n.db.Number("SELECT count(*) FROM river_job"); left != 0 {
		t.Errorf("asking left %d jobs", left)
	}
	n.db.SQL("ALTER DATABASE postgres SET default_transaction_read_only = on; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name <> 'psql' AND pid <> pg_backend_pid()")
	n.until("not ready", func() bool { return m.Ready(t.Context()) != nil })
	if err := m.Ready(t.Context()); err == nil || err.Error() != "the database takes no writes" {
		t.Errorf("got %v", err)
	}
	m.cancel()
	<-m.ended // it may fail
}
