package github

import (
	"context"
	"sync"
	"time"
)

// waiter is where all waiting happens: it can be cancelled, is counted, and is announced.
type waiter struct {
	onWait func(reason string, until time.Time)
	usage  *usage

	mu   sync.Mutex
	told map[string]time.Time // reason → end last announced
}

// wait returns after d, or with the context's error as soon as the context ends.
func (w *waiter) wait(ctx context.Context, reason string, d time.Duration) error {
	start := time.Now()
	w.tell(reason, start.Add(d))
	t := time.NewTimer(d)
	defer t.Stop()
	defer func() { w.usage.waited(time.Since(start)) }()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// tell announces a wait, once for all calls that wait for the same.
func (w *waiter) tell(reason string, until time.Time) {
	if w.onWait == nil {
		return
	}
	w.mu.Lock()
	known := until.Sub(w.told[reason]).Abs() < time.Second
	w.told[reason] = until
	w.mu.Unlock()
	if !known {
		w.onWait(reason, until)
	}
}

// fits reports whether a wait of d ends before the context's deadline: one that does not is not worth beginning.
func fits(ctx context.Context, d time.Duration) bool {
	end, ok := ctx.Deadline()
	return !ok || time.Now().Add(d).Before(end)
}
