package github

import (
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	// maxLimited is how often one call may run into a limit, so that limits renewed every second end too.
	maxLimited = 6
	// limitPause is the first wait after a secondary limit that does not say how long, as GitHub asks.
	limitPause = time.Minute
)

// retry sends reads again where that can help, and tells the ledger about limits. Writes are sent once: a repeated one
// may have been done twice.
type retry struct {
	next   http.RoundTripper
	limits Limits
	ledger *ledger
	waiter *waiter
}

func (r *retry) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, c := req.Context(), callOf(req.Context())
	delays := newDelays()
	for failed, limited := 0, 0; ; {
		attempt, err := fresh(req)
		if err != nil {
			return nil, err
		}
		resp, err := r.next.RoundTrip(attempt)
		if err != nil && ctx.Err() != nil {
			return nil, ctx.Err() // the caller gave up; nothing is wrong with GitHub
		}
		v := judge(c, req, resp, err, r.limits.MaxTries)
		switch {
		case v.err == nil:
			return hand(c, resp, v)
		case v.limited:
			limited++
			h := r.hold(c, resp, v, limited)
			if !c.read || limited >= maxLimited {
				return nil, h.giveUp()
			}
			// The gate waits for the limit, or gives up, before the next attempt.
		default:
			failed++
			d := max(delays.NextBackOff(), v.after)
			if failed >= v.tries || !r.worthWaiting(req, c, d) {
				return r.giveUp(c, resp, v)
			}
			c.waited += d
			if err := r.waiter.wait(ctx, "retry ("+string(v.err.Kind)+")", d); err != nil {
				return nil, err
			}
		}
	}
}

// hold tells the ledger how long to send nothing, and nothing of this kind.
func (r *retry) hold(c *call, resp *http.Response, v verdict, nth int) hold {
	if !v.limit.reset.IsZero() {
		r.ledger.block(c, resp.Header, v.limit.reset, v.err)
		return hold{until: v.limit.reset, err: v.err}
	}
	d := v.limit.after
	switch {
	case !v.limit.said:
		d = min(limitPause<<(nth-1), r.limits.MaxPause)
	case d == 0: // "now" is taken at its word, but ever more slowly
		d = time.Second << (nth - 1)
	}
	until := time.Now().Add(d)
	r.ledger.pause(until, v.err)
	return hold{until: until, err: v.err}
}

func (r *retry) worthWaiting(req *http.Request, c *call, d time.Duration) bool {
	return d <= r.limits.MaxPause && c.waited+d <= r.limits.MaxElapsed && fits(req.Context(), d)
}

// giveUp ends a call whose attempts are used up.
func (r *retry) giveUp(c *call, resp *http.Response, v verdict) (*http.Response, error) {
	if v.usable {
		return hand(c, resp, v)
	}
	v.err.Attempts = c.attempts
	return nil, v.err
}

// hand gives the answer to the client library, and GraphQL errors to Query.
func hand(c *call, resp *http.Response, v verdict) (*http.Response, error) {
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
