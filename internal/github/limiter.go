package github

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

const (
	// maxInFlight is how many requests may be in flight at once, REST and GraphQL together.
	maxInFlight = 8
	// cpuPerMinute bounds the sum of response times within any 60 seconds, which GitHub limits to 90 seconds of its own
	// computing time. It gives up on a request after cpuPerRequest.
	cpuPerMinute  = 90 * time.Second
	cpuPerRequest = 10 * time.Second
	// GitHub is down when so many attempts in a row got no response, over at least so long.
	downAfter = 2 * maxInFlight
	downFor   = time.Minute
)

// limiter sends a request when limits and a free slot allow it. The hourly limit of a resource holds back the calls that
// count against it; a secondary limit holds back everything.
type limiter struct {
	next   http.RoundTripper
	limits Limits
	usage  *usage
	slots  chan struct{} // filled by requests in flight
	cpu    *cpuTime

	mu         sync.Mutex
	exhausted  map[string]hold // by resource: the hourly limit is used up
	paused     hold
	announced  map[string]time.Time // reason → end last announced
	unanswered int                  // attempts in a row without a response
	downSince  time.Time            // when the first of them failed
}

// hold is a time before which nothing may be sent.
type hold struct {
	until  time.Time
	hourly bool // else it passes within minutes, as that of searching does
	reason string
	err    *Error // what GitHub said
}

func (h hold) error() *Error {
	e := *h.err
	e.Kind, e.Reset = RateLimited, h.until
	return &e
}

func newLimiter(next http.RoundTripper, l Limits, u *usage) *limiter {
	return &limiter{
		next: next, limits: l, usage: u, slots: make(chan struct{}, maxInFlight), cpu: &cpuTime{running: map[*span]bool{}},
		exhausted: map[string]hold{}, announced: map[string]time.Time{},
	}
}

func (l *limiter) RoundTrip(req *http.Request) (*http.Response, error) {
	c := callOf(req.Context())
	if err := l.admit(req.Context(), c); err != nil {
		closeBody(req)
		return nil, err
	}
	defer l.release()
	if err := l.down(c, req); err != nil {
		closeBody(req)
		return nil, err
	}
	l.usage.sent(c)
	done := l.cpu.begin()
	start := time.Now()
	resp, err := l.next.RoundTrip(req)
	done(err == nil)
	l.responded(err == nil)
	if err != nil {
		*c.silence += time.Since(start)
		return nil, err
	}
	l.note(c, resp)
	l.usage.responded(c, resp)
	return resp, nil
}

// admit waits for limits and takes a slot. Limits are checked again with the slot in hand, because they may have been
// met while this request was queued; waiting is done without a slot, so that it holds back no other request.
func (l *limiter) admit(ctx context.Context, c *call) error {
	for {
		if err := l.waitForLimits(ctx, c); err != nil {
			return err
		}
		select {
		case l.slots <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		d := l.cpu.delay()
		if d == 0 && !l.current(c.resource).until.After(time.Now()) {
			return nil
		}
		l.release()
		if d == 0 {
			continue
		}
		if !fits(ctx, d) {
			return &Error{Kind: RateLimited, Reset: time.Now().Add(d), Message: "GitHub's limit of computing time is reached"}
		}
		if err := l.wait(ctx, "computing time", d); err != nil {
			return err
		}
	}
}

func (l *limiter) release() { <-l.slots }

// waitForLimits returns when the call may be sent, having waited if that is allowed, or why it may not be.
func (l *limiter) waitForLimits(ctx context.Context, c *call) error {
	for {
		h := l.current(c.resource)
		d := time.Until(h.until)
		if d <= 0 {
			return nil
		}
		worth := d <= maxPause && c.waited+d <= maxPaused
		if h.hourly {
			worth = d <= l.limits.MaxWait
		}
		if !worth || !fits(ctx, d) {
			return h.error()
		}
		if err := l.wait(ctx, h.reason, d); err != nil {
			return err
		}
		if !h.hourly {
			c.waited += d
		}
	}
}

// current returns the hold that lasts longest.
func (l *limiter) current(resource string) hold {
	l.mu.Lock()
	defer l.mu.Unlock()
	if h := l.exhausted[resource]; h.until.After(l.paused.until) {
		return h
	}
	return l.paused
}

// note learns from any response that an hourly limit is used up, before a request is refused for it.
func (l *limiter) note(c *call, resp *http.Response) {
	if resp.StatusCode == http.StatusUnauthorized || resp.Header.Get("X-RateLimit-Remaining") != "0" {
		return // the "remaining: 0" of a 401 is of no limit of ours
	}
	if r := rateOf(resp.Header, time.Now()); !r.Reset.IsZero() {
		l.exhaust(c, resp.Header, r.Reset, &Error{})
	}
}

// exhaust holds back calls against the hourly limit that this call met.
func (l *limiter) exhaust(c *call, h http.Header, until time.Time, why *Error) {
	if r := h.Get("X-RateLimit-Resource"); r != "" {
		c.resource = r
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if old, ok := l.exhausted[c.resource]; ok && old.until.After(time.Now()) {
		if why.Message == "" {
			why = old.err // GitHub's message says more than a header
		}
		if old.until.After(until) {
			until = old.until // responses overtake each other
		}
	}
	l.exhausted[c.resource] = hold{
		until: until, hourly: c.resource != "search", reason: "rate limit (" + clean(c.resource) + ")", err: why,
	}
}

// pause holds back all calls.
func (l *limiter) pause(until time.Time, why *Error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if until.After(l.paused.until) {
		l.paused = hold{until: until, reason: "secondary rate limit", err: why}
	}
}

// responded counts the attempts in a row that got no response.
func (l *limiter) responded(ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case ok:
		l.unanswered = 0
	case l.unanswered == 0:
		l.unanswered, l.downSince = 1, time.Now()
	default:
		l.unanswered++
	}
}

// down fails the calls of a run in which GitHub does not respond at all: each of them would wait in vain for minutes.
func (l *limiter) down(c *call, req *http.Request) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.unanswered < downAfter || time.Since(l.downSince) < downFor {
		return nil
	}
	return &Error{
		Kind: Unavailable, Attempts: c.attempts, where: address(req.URL),
		Message: fmt.Sprintf("no response to the last %d requests", l.unanswered),
	}
}

// wait returns after d, or with the context's error as soon as the context ends. All waiting happens here: it can be
// cancelled, is counted, and is announced.
func (l *limiter) wait(ctx context.Context, reason string, d time.Duration) error {
	start := time.Now()
	l.announce(reason, start.Add(d))
	t := time.NewTimer(d)
	defer t.Stop()
	defer func() { l.usage.waited(time.Since(start)) }()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// announce reports a wait, once for all calls that wait for the same.
func (l *limiter) announce(reason string, until time.Time) {
	if l.limits.OnWait == nil {
		return
	}
	l.mu.Lock()
	known := until.Sub(l.announced[reason]).Abs() < time.Second
	l.announced[reason] = until
	l.mu.Unlock()
	if !known {
		l.limits.OnWait(reason, until)
	}
}

// fits reports whether a wait of d ends before the context's deadline: one that does not is not worth beginning.
func fits(ctx context.Context, d time.Duration) bool {
	end, ok := ctx.Deadline()
	return !ok || time.Now().Add(d).Before(end)
}

// cpuTime keeps the sum of response times within any 60 seconds under a limit. GitHub limits the computing time it
// spends on a client; it does not report that time, but a response cannot have taken longer than it took to arrive.
type cpuTime struct {
	mu      sync.Mutex
	spent   []span // ended within the last minute, oldest first
	running map[*span]bool
}

type span struct{ start, end time.Time }

func (s span) cost() time.Duration { return min(s.end.Sub(s.start), cpuPerRequest) }

// delay returns how long to wait before asking again whether a request may be sent; 0 is now.
func (t *cpuTime) delay() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	for len(t.spent) > 0 && now.Sub(t.spent[0].end) >= time.Minute {
		t.spent = t.spent[1:]
	}
	var sum time.Duration
	for s := range t.running {
		sum += span{s.start, now}.cost()
	}
	for _, s := range t.spent {
		sum += s.cost()
	}
	if sum < cpuPerMinute {
		return 0
	}
	for _, s := range t.spent {
		if sum -= s.cost(); sum < cpuPerMinute {
			return s.end.Add(time.Minute).Sub(now)
		}
	}
	return time.Second // all spent on requests still running
}

// begin starts the clock for one request. The function it returns stops it, and forgets a request without a response.
func (t *cpuTime) begin() (end func(responded bool)) {
	s := &span{start: time.Now()}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.running[s] = true
	return func(responded bool) {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.running, s)
		s.end = time.Now()
		if responded {
			t.spent = append(t.spent, *s)
		}
	}
}
