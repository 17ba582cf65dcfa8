package schedule

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"
)

// Loop drafts the editions of some digests as they come due, in this process and without a
// database. Each digest has a goroutine of its own, which drafts whatever is missing, waits for
// the next slot, and looks again.
//
// A loop keeps nothing: Due finds out what is missing from the editions that exist. So killing
// the process loses no edition, and the next process goes on where this one was.
//
// Editions of a digest are drafted one at a time and in order. An edition that fails holds up
// those after it: skipping it would lose it, as Due begins after the last edition.
type Loop struct {
	Work
	Workers     int           // drafts at the same time, of different digests
	CatchUp     int           // editions of a digest to draft after one slot or start, at most
	Timeout     time.Duration // of one draft
	StopTimeout time.Duration // how long drafts may go on after the loop was stopped
	Log         *slog.Logger

	busy chan struct{} // holds an element for each draft under way
}

// Run drafts for the digests that it receives, until ctx ends; each list replaces the one
// before. Digests that are new or were received again are looked at at once. A draft under way
// is finished first, even if its digest is gone.
//
// When ctx ends, no draft is begun. Those under way are waited for, and cancelled after
// StopTimeout. It is an error if one goes on all the same.
func (l *Loop) Run(ctx context.Context, digests <-chan []Digest) error {
	l.busy = make(chan struct{}, l.Workers)
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	running := make(map[string]*runner)
	for {
		select {
		case list := <-digests:
			for _, r := range running {
				r.stop()
			}
			for _, d := range list {
				running[d.Name] = l.start(ctx, work, d, running[d.Name])
			}
		case <-ctx.Done():
			return l.wait(running, cancel)
		}
	}
}

// Ready reports nothing: a loop needs no more than its process.
func (l *Loop) Ready(context.Context) error { return nil }

// runner is the goroutine of a digest.
type runner struct {
	stop context.CancelFunc // makes it end after the draft under way
	done chan struct{}      // is closed when it has ended
}

// start serves a digest in the background, after its previous runner has ended: two drafts of
// one digest never overlap.
func (l *Loop) start(ctx, work context.Context, d Digest, previous *runner) *runner {
	ctx, cancel := context.WithCancel(ctx)
	r := &runner{stop: cancel, done: make(chan struct{})}
	go func() {
		defer close(r.done)
		if previous != nil {
			<-previous.done
		}
		l.serve(ctx, work, d)
	}()
	return r
}

// grace is how long a cancelled draft may take to return.
const grace = 10 * time.Second

// wait waits for all runners, and cancels their work when StopTimeout has passed.
func (l *Loop) wait(running map[string]*runner, cancel context.CancelFunc) error {
	stop := time.AfterFunc(l.StopTimeout, cancel)
	defer stop.Stop()
	late := time.After(l.StopTimeout + grace)
	for name, r := range running {
		select {
		case <-r.done:
		case <-late:
			return fmt.Errorf("stop: the draft of %s does not return", name)
		}
	}
	return nil
}

// serve drafts what is missing of a digest, now and at each slot, until ctx ends.
func (l *Loop) serve(ctx, work context.Context, d Digest) {
	for ctx.Err() == nil {
		next := d.Schedule.Next(time.Now())
		l.catchUp(ctx, work, d, next)
		waitUntil(ctx, next)
	}
}

// catchUp drafts until nothing is missing, CatchUp editions are drafted, or the next slot has
// come. After a failure it pauses and tries again.
func (l *Loop) catchUp(ctx, work context.Context, d Digest, next time.Time) {
	for drafted, failures := 0, 0; drafted < l.CatchUp; {
		found, err := l.draftNext(ctx, work, d.Name)
		switch {
		case ctx.Err() != nil || err == nil && !found:
			return
		case err == nil:
			drafted, failures = drafted+1, 0
		default:
			failures++
			until := l.retry(d.Name, err, failures, next)
			if waitUntil(ctx, until); !time.Now().Before(next) {
				return
			}
		}
	}
}

// draftNext drafts one edition as soon as a worker is free. A panic is an error.
func (l *Loop) draftNext(ctx, work context.Context, name string) (found bool, err error) {
	select {
	case l.busy <- struct{}{}:
	case <-ctx.Done():
		return false, ctx.Err()
	}
	defer func() { <-l.busy }()
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
			l.Log.Error("panic", "digest", name, "value", fmt.Sprint(v), "stack", string(debug.Stack()))
		}
	}()
	work, cancel := context.WithTimeout(work, l.Timeout)
	defer cancel()
	return l.DraftNext(work, name)
}

// The pauses after failures double from the first to the longest.
const (
	firstPause   = 30 * time.Second
	longestPause = 4 * time.Hour
)

// retry returns when to try again after so many failures in a row, and logs it. The next slot
// ends a pause, but not a rate limit.
func (l *Loop) retry(name string, err error, failures int, next time.Time) time.Time {
	now := time.Now()
	if p, ok := errors.AsType[*Postponed](err); ok {
		return now.Add(p.Wait(now))
	}
	until := now.Add(min(firstPause<<min(failures-1, 16), longestPause))
	if next.Before(until) {
		until = next
	}
	l.Log.Info("retry", "digest", name, "failures", failures, "at", until)
	return until
}

// tick is how often a waiting loop looks at the clock. A timer alone would not do: it
// pauses while the machine sleeps, and does not see that the clock is set.
const tick = time.Minute

// waitUntil waits until a time on the wall clock has come or ctx ends. It also returns when the
// clock is put back, as the time may then be far away.
func waitUntil(ctx context.Context, until time.Time) {
	until = until.Round(0) // compare wall times, not those of the monotonic clock
	for now := time.Now().Round(0); now.Before(until); {
		timer := time.NewTimer(min(until.Sub(now), tick))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
		last := now
		if now = time.Now().Round(0); now.Before(last) {
			return
		}
	}
}
