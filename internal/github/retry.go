package github

import (
	"context"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	// maxTries is how often a read is sent at most.
	maxTries = 4
	// maxPause is the longest single wait that GitHub can impose by a secondary limit or Retry-After.
	maxPause = 2 * time.Minute
	// maxPaused is the longest time that one call may wait in all, waits for an hourly limit not counted.
	maxPaused = 5 * time.Minute
	// patience is how long one call, and whatever smaller queries follow from it, may go without any response.
	patience = 2 * time.Minute
	// maxLimited is how often one call may run into a limit, so that limits renewed every second end too.
	maxLimited = 6
	// limitPause is the first wait after a secondary limit that does not say how long, as GitHub asks.
	limitPause = time.Minute
)

// retry sends reads again where classify says that it can help, and reports limits to the limiter. Writes are sent
// once: a repeated one could be done twice.
type retry struct{ limiter *limiter }

func (r *retry) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, c := req.Context(), callOf(req.Context())
	delays := newDelays()
	for failed, limited := 0, 0; ; {
		attempt, err := fresh(req)
		if err != nil {
			return nil, err
		}
		resp, err := r.limiter.RoundTrip(attempt)
		if err != nil && ctx.Err() != nil {
			return nil, ctx.Err() // the caller gave up; nothing is wrong with GitHub
		}
		v := classify(c, req, resp, err)
		switch {
		case v.err == nil:
			return deliver(c, resp, v)
		case v.limited:
			limited++
			h := r.hold(c, resp, v, limited)
			if !c.read || limited >= maxLimited {
				return nil, h.error()
			}
			// The limiter waits for the limit, or gives up, before the next attempt.
		default:
			failed++
			d := max(delays.NextBackOff(), v.after)
			if failed >= v.tries || !worthWaiting(ctx, c, d, resp == nil) {
				return r.giveUp(c, resp, v)
			}
			if err := r.limiter.wait(ctx, "retry ("+string(v.err.Kind)+")", d); err != nil {
				return nil, err
			}
			c.waited += d
			if resp == nil {
				*c.silence += d
			}
		}
	}
}

// hold reports to the limiter how long to send nothing, or nothing of this kind.
func (r *retry) hold(c *call, resp *http.Response, v verdict, nth int) hold {
	if !v.limit.reset.IsZero() {
		r.limiter.exhaust(c, resp.Header, v.limit.reset, v.err)
		return hold{until: v.limit.reset, err: v.err}
	}
	d := v.limit.after
	switch {
	case !v.limit.said:
		d = min(limitPause<<(nth-1), maxPause)
	case d == 0: // "now" is obeyed, but ever more slowly
		d = time.Second << (nth - 1)
	}
	until := time.Now().Add(d)
	r.limiter.pause(until, v.err)
	return hold{until: until, err: v.err}
}

func worthWaiting(ctx context.Context, c *call, d time.Duration, silent bool) bool {
	if silent && d >= c.left() {
		return false
	}
	return d <= maxPause && c.waited+d <= maxPaused && fits(ctx, d)
}

// giveUp ends a call whose attempts are used up.
func (r *retry) giveUp(c *call, resp *http.Response, v verdict) (*http.Response, error) {
	if v.usable {
		return deliver(c, resp, v)
	}
	v.err.Attempts = c.attempts
	return nil, v.err
}

// deliver gives the response to the client library, and GraphQL errors to Query.
func deliver(c *call, resp *http.Response, v verdict) (*http.Response, error) {
	if c.graphql && resp.StatusCode == http.StatusOK {
		c.errors = v.env.errors
		setBody(resp, v.env.body())
	}
	return resp, nil
}

// fresh returns the request with an unread body.
func fresh(req *http.Request) (*http.Request, error) {
	out := req.Clone(req.Context())
	if req.GetBody == nil {
		return out, nil
	}
	b, err := req.GetBody()
	out.Body = b
	return out, err
}

// newDelays gives about 1, 2 and 4 seconds, each half less or more, so that clients that failed together do not come
// back together.
func newDelays() *backoff.ExponentialBackOff {
	return &backoff.ExponentialBackOff{
		InitialInterval: time.Second, RandomizationFactor: 0.5, Multiplier: 2, MaxInterval: 30 * time.Second,
	}
}
