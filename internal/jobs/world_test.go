package jobs

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/community-digest/digest/digest"
)

// weeks are the first weeks of the model edition's winter.
func weeks(n int) []digest.Period {
	shanghai, err := digest.LoadZone("Asia/Shanghai")
	if err != nil {
		panic(err)
	}
	all := make([]digest.Period, n)
	for i := range all {
		from := time.Date(2023, time.December, 11+7*i, 0, 0, 0, 0, shanghai)
		all[i] = digest.Period{From: from, To: from.AddDate(0, 0, 7)}
	}
	return all
}

// never is a schedule without slots: what happens is the catching up at the start.
type never struct{}

func (never) Next(time.Time) time.Time { return time.Time{} }

// each is a schedule with a slot each so often.
type each time.Duration

func (e each) Next(after time.Time) time.Time {
	return after.Truncate(time.Duration(e)).Add(time.Duration(e))
}

func named(names ...string) []Digest {
	all := make([]Digest, len(names))
	for i, name := range names {
		all[i] = Digest{Name: name, Schedule: never{}}
	}
	return all
}

// world is what the drafts are made in: which periods are over, and what was drafted.
type world struct {
	mu      sync.Mutex
	over    map[string][]digest.Period
	forget  bool // Due lists what is drafted, too
	drafted []string
	running map[string]int
	overlap []string
	events  []Event
	dueErr  func() error

	// draft, if set, decides what becomes of a run.
	draft func(context.Context, Run) error
}

func newWorld(n int, names ...string) *world {
	w := &world{over: make(map[string][]digest.Period), running: make(map[string]int)}
	for _, name := range names {
		w.over[name] = weeks(n)
	}
	return w
}

func line(name string, p digest.Period) string { return name + " " + p.String() }

func (w *world) due(_ context.Context, name string) ([]digest.Period, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dueErr != nil {
		if err := w.dueErr(); err != nil {
			return nil, err
		}
	}
	due := slices.Clone(w.over[name])
	if !w.forget {
		due = slices.DeleteFunc(due, func(p digest.Period) bool { return slices.Contains(w.drafted, line(name, p)) })
	}
	return due, nil
}

func (w *world) work(ctx context.Context, r Run) (any, error) {
	w.mu.Lock()
	if w.running[r.Digest]++; w.running[r.Digest] > 1 {
		w.overlap = append(w.overlap, line(r.Digest, r.Period))
	}
	draft := w.draft
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.running[r.Digest]--
	}()
	if draft != nil {
		if err := draft(ctx, r); err != nil {
			return nil, err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.drafted = append(w.drafted, line(r.Digest, r.Period))
	return "the draft of " + r.Digest, nil
}

func (w *world) tell(e Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events = append(w.events, e)
}

// told lists the events that are of some kinds, all but the starts if none is named, as
// "what digest period's number attempt".
func (w *world) told(kinds ...What) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []string
	for _, e := range w.events {
		if len(kinds) == 0 && e.What == Started || len(kinds) > 0 && !slices.Contains(kinds, e.What) {
			continue
		}
		number := slices.IndexFunc(weeks(20), func(p digest.Period) bool { return p.String() == e.Period.String() }) + 1
		all = append(all, fmt.Sprintf("%s %s %d/%d", e.What, e.Digest, number, e.Attempt))
	}
	return all
}

func (w *world) done() int { return len(w.told(Done)) }

// check fails if anything was drafted twice, out of order, at the same time or not at all.
func (w *world) check(t *testing.T) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(w.over)) {
		var want, got []string
		for _, p := range w.over[name] {
			want = append(want, line(name, p))
		}
		for _, l := range w.drafted {
			if strings.HasPrefix(l, name+" ") {
				got = append(got, l)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("drafted %q, want %q", got, want)
		}
	}
	if len(w.overlap) > 0 {
		t.Errorf("drafts of one digest at the same time: %q", w.overlap)
	}
}

func (w *world) config(database string) Config {
	return Config{
		Database: database, Due: w.due, Draft: w.work, Tell: w.tell, Timeout: 10 * time.Second, Attempts: 3,
		pace: pace{poll: 10 * time.Millisecond, margin: time.Second, soon: 5 * time.Millisecond, hurry: true, grace: 200 * time.Millisecond,
			backoff: func(int) time.Duration { return time.Millisecond }},
	}
}

func file(t *testing.T) string { return filepath.Join(t.TempDir(), "jobs.db") }

func open(t *testing.T, c Config) *Queue {
	t.Helper()
	q, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func start(t *testing.T, c Config, digests []Digest) *Queue {
	t.Helper()
	q := open(t, c)
	if err := q.Start(t.Context(), digests); err != nil {
		t.Fatal(err)
	}
	return q
}

func stop(t *testing.T, q *Queue) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := q.Stop(ctx); err != nil {
		t.Error(err)
	}
}

// until waits for something that happens elsewhere.
func until(t *testing.T, what string, longest time.Duration, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(longest); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("after %s still not: %s", longest, what)
		}
	}
}

// quietFor is how long nothing must happen where a test claims that nothing does.
const quietFor = 300 * time.Millisecond
