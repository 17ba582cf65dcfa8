package github

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// ledger knows what must not be sent now, and why. The hourly limit holds back calls that count against it; a
// secondary limit holds back everything.
type ledger struct {
	limits Limits
	waiter *waiter

	mu     sync.Mutex
	used   map[string]hold // by resource: the hourly limit is used up
	paused hold
}

// hold is a time before which nothing may be sent.
type hold struct {
	until  time.Time
	hourly bool // else it passes within minutes, as that of searching does
	reason string
	err    *Error // what GitHub said
}

func newLedger(l Limits, w *waiter) *ledger {
	return &ledger{limits: l, waiter: w, used: map[string]hold{}}
}

// pass returns when the call may be sent, having waited if the limits allow it, or says why it may not be.
func (l *ledger) pass(ctx context.Context, c *call) error {
	for {
		h := l.current(c.resource)
		d := time.Until(h.until)
		if d <= 0 {
			return nil
		}
		if !l.worthWaiting(ctx, c, h, d) {
			return h.giveUp()
		}
		if err := l.waiter.wait(ctx, h.reason, d); err != nil {
			return err
		}
		if !h.hourly {
			c.waited += d
		}
	}
}

func (l *ledger) worthWaiting(ctx context.Context, c *call, h hold, d time.Duration) bool {
	if !fits(ctx, d) {
		return false
	}
	if h.hourly {
		return d <= l.limits.MaxWait
	}
	return d <= l.limits.MaxPause && c.waited+d <= l.limits.MaxElapsed
}

// current returns the hold that lasts longest.
func (l *ledger) current(resource string) hold {
	l.mu.Lock()
	defer l.mu.Unlock()
	if h := l.used[resource]; h.until.After(l.paused.until) {
		return h
	}
	return l.paused
}

// note learns from any answer that an hourly limit is used up, before a request is refused for it.
func (l *ledger) note(c *call, resp *http.Response) {
	if resp.StatusCode == http.StatusUnauthorized || resp.Header.Get("X-RateLimit-Remaining") != "0" {
		return // a 401 says "remaining: 0" of no limit of ours
	}
	if r := rateOf(resp.Header, time.Now()); !r.Reset.IsZero() {
		l.block(c, resp.Header, r.Reset, &Error{})
	}
}

// block holds back calls against the hourly limit this call met.
func (l *ledger) block(c *call, h http.Header, until time.Time, why *Error) {
	if r := h.Get("X-RateLimit-Resource"); r != "" {
		c.resource = r
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if old, ok := l.used[c.resource]; ok && old.until.After(time.Now()) {
		if why.Message == "" {
			why = old.err // what GitHub said tells more than a header
		}
		if old.until.After(until) {
			until = old.until // answers overtake each other
		}
	}
	l.used[c.resource] = hold{until: until, hourly: c.resource != "search", reason: "rate limit (" + clean(c.resource) + ")", err: why}
}

// pause holds back all calls.
func (l *ledger) pause(until time.Time, why *Error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if until.After(l.paused.until) {
		l.paused = hold{until: until, reason: "secondary rate limit", err: why}
	}
}

func (h hold) giveUp() *Error {
	e := *h.err
	e.Kind, e.Reset = RateLimited, h.until
	return &e
}
