package status

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// DefaultGrace is the grace time of a digest that has none of its own.
const DefaultGrace = 2 * time.Hour

// Schedule returns the next slot after a time, the zero time if there is none. Times of the digest
// are shown in its zone.
type Schedule interface {
	Next(after time.Time) time.Time
}

// Digest is a digest that the daemon runs.
type Digest struct {
	Name string
	// Schedule is nil for a digest that has no slots; it is never late.
	Schedule Schedule
	// Grace is how long after a slot its draft may come before the digest is late; 0 is
	// DefaultGrace.
	Grace time.Duration
}

// never is the schedule of a digest without slots.
type never struct{}

func (never) Next(time.Time) time.Time { return time.Time{} }

// Board holds what is known of each digest and of the daemon. It may be used by several
// goroutines; [NewBoard] makes one.
type Board struct {
	now     func() time.Time
	metrics *metrics

	mu      sync.Mutex
	digests map[string]*entry
	limits  map[string]int
	ahead   *time.Duration // nil until a run has heard of GitHub's clock
}

type entry struct {
	Digest
	since   time.Time // when the daemon began to watch these slots
	drafted time.Time // every period that was over by then is drafted
	awaited time.Time // the first slot after that
	asked   time.Time // when the schedule was asked for next, which takes a while
	next    time.Time
	running Run // with a start and without an end
	last    Run
	success Run // the last run that did not fail
	draft   Run // the last run that left a draft
}

// NewBoard returns an empty board. version is shown in the metrics; now is the clock.
func NewBoard(version string, now func() time.Time) *Board {
	return &Board{now: now, digests: make(map[string]*entry), metrics: newMetrics(key(version), now())}
}

// Configure replaces the digests. What is known of those that stay is kept; the others are
// forgotten, and so are their metrics.
//
// Only slots from now on count, so that a new daemon is not late at once. For a digest whose next
// slot stays the same nothing changes.
func (b *Board) Configure(digests []Digest) {
	now := b.now()
	b.mu.Lock()
	defer b.mu.Unlock()
	before := b.digests
	b.digests = make(map[string]*entry, len(digests))
	for _, d := range digests {
		d.Name = key(d.Name)
		if d.Grace <= 0 {
			d.Grace = DefaultGrace
		}
		if d.Schedule == nil {
			d.Schedule = never{}
		}
		e, known := before[d.Name]
		if !known {
			e = &entry{drafted: now}
			b.metrics.begin(d.Name)
		}
		e.Digest = d
		e.asked = time.Time{}
		if awaited := d.Schedule.Next(e.drafted); !awaited.Equal(e.awaited) {
			e.since, e.awaited = now, awaited
		}
		b.digests[d.Name] = e
	}
	for name := range before {
		if b.digests[name] == nil {
			b.metrics.forget(name)
		}
	}
}

// Looked records that at a time the finished periods of a digest were compared with its editions.
// oldest is the end of the oldest finished period without a draft, or the zero time. Slots after
// that wait for a draft; a slot at the very end of a period is that period's. The last call holds,
// also if it contradicts an earlier one.
//
// Without a call nothing counts as drafted. So a daemon that cannot look, or forgot to, is late.
//
// Like all that follows, it ignores digests that are not configured.
func (b *Board) Looked(digest string, at, oldest time.Time) {
	b.update(digest, func(e *entry) {
		e.drafted = at
		if !oldest.IsZero() {
			e.drafted = oldest.Add(-time.Nanosecond)
		}
		e.awaited = e.Schedule.Next(e.drafted)
	})
}

// Started records that a run of a digest begins now.
func (b *Board) Started(digest, period string) {
	now := b.now()
	b.update(digest, func(e *entry) { e.running = Run{Start: now, Period: period} })
}

// Stopped records that a run was postponed: it is neither shown as a result nor counted.
func (b *Board) Stopped(digest string) {
	b.update(digest, func(e *entry) { e.running = Run{} })
}

// Finished records how a run ended, and counts it.
func (b *Board) Finished(r Run) {
	r = r.normal()
	b.update(r.Digest, func(e *entry) {
		e.running = Run{}
		e.keep(r)
		b.metrics.count(r)
	})
}

// Limits records how much of each of GitHub's rate limits (core, graphql, search, …) is left.
func (b *Board) Limits(remaining map[string]int) {
	limits := make(map[string]int, len(remaining))
	for resource, n := range remaining {
		limits[key(resource)] = n
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.limits = limits
}

func (b *Board) update(digest string, f func(*entry)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if e := b.digests[key(digest)]; e != nil {
		f(e)
	}
}

// keep stores a run where it is later than what is known.
func (e *entry) keep(r Run) {
	if !r.End.Before(e.last.End) {
		e.last = r
	}
	if r.Operation != Failed && !r.End.Before(e.success.End) {
		e.success = r
	}
	if r.drafted() && !r.End.Before(e.draft.End) {
		e.draft = r
	}
}

// Standing is the state of a digest at a moment. Runs that did not happen are zero.
type Standing struct {
	Digest string
	// Next is the next slot, in the zone of the schedule; zero if none ever comes.
	Next time.Time
	// Missed is the first slot that has passed without a draft, or zero. Late means that this
	// is longer ago than the grace time, and that the daemon has had that long to catch up.
	Missed time.Time
	Late   bool
	// Running has a start and a period while a run lasts.
	Running Run
	Last    Run
	Success Run // the last run that did not fail
	Draft   Run // the last run that left a draft
}

// Standings returns the state of all digests, in the order of their names.
func (b *Board) Standings() []Standing {
	now := b.now()
	b.mu.Lock()
	defer b.mu.Unlock()
	standings := make([]Standing, 0, len(b.digests))
	for _, e := range b.digests {
		standings = append(standings, e.standing(now))
	}
	slices.SortFunc(standings, func(a, b Standing) int { return strings.Compare(a.Digest, b.Digest) })
	return standings
}

func (e *entry) standing(now time.Time) Standing {
	s := Standing{
		Digest: e.Name, Next: e.after(now),
		Running: e.running, Last: e.last, Success: e.success, Draft: e.draft,
	}
	s.Missed, s.Late = missed(e.awaited, e.since, now, e.Grace)
	return s
}

// after is the next slot, remembered until it has come or the clock was put back.
func (e *entry) after(now time.Time) time.Time {
	if e.asked.IsZero() || now.Before(e.asked) || !now.Before(e.next) {
		e.asked, e.next = now, e.Schedule.Next(now)
	}
	return e.next
}

// missed reports whether the slot that waits for a draft has passed, and whether it is late: the
// slot and the beginning of the watch are both longer ago than the grace time.
func missed(awaited, since, now time.Time, grace time.Duration) (slot time.Time, late bool) {
	if awaited.IsZero() || awaited.After(now) {
		return time.Time{}, false
	}
	return awaited, !now.Before(later(awaited, since).Add(grace))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Clock records how far GitHub's clock is ahead of this machine's.
func (b *Board) Clock(ahead time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ahead = &ahead
}

// github is what is left of GitHub's limits, and how far its clock is ahead: nil if unknown.
func (b *Board) github() (limits map[string]int, ahead *time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.limits, b.ahead // replaced as a whole, never changed
}
