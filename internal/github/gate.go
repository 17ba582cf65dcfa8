package github

import (
	"context"
	"net/http"
	"time"
)

// gate sends a request when limits, slots and the time budget allow it.
type gate struct {
	next   http.RoundTripper
	ledger *ledger
	waiter *waiter
	usage  *usage
	slots  chan struct{} // filled by requests under way
	budget *budget
}

func (g *gate) RoundTrip(req *http.Request) (*http.Response, error) {
	c := callOf(req.Context())
	if err := g.admit(req.Context(), c); err != nil {
		closeBody(req)
		return nil, err
	}
	defer g.release()
	g.usage.sent(c)
	defer g.budget.begin()()
	resp, err := g.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	g.ledger.note(c, resp)
	if resp.StatusCode != http.StatusUnauthorized { // which counts against no limit of ours
		g.usage.answered(c, resp.Header)
	}
	return resp, nil
}

// admit takes a slot. Limits are looked at again with the slot in hand, because they may have been met while this
// request stood in line; waiting is done without a slot, so that it keeps nobody else back.
func (g *gate) admit(ctx context.Context, c *call) error {
	for {
		if err := g.ledger.pass(ctx, c); err != nil {
			return err
		}
		select {
		case g.slots <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		d := g.budget.delay()
		if d == 0 && !g.ledger.current(c.resource).until.After(time.Now()) {
			return nil
		}
		g.release()
		if d == 0 {
			continue
		}
		if !fits(ctx, d) {
			return &Error{Kind: RateLimited, Reset: time.Now().Add(d), Message: "time budget of the API is used up"}
		}
		if err := g.waiter.wait(ctx, "time budget of the API", d); err != nil {
			return err
		}
	}
}

func (g *gate) release() { <-g.slots }
