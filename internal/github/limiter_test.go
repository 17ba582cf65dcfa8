package github

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// gauge counts requests under way.
type gauge struct{ now, peak atomic.Int32 }

func (g *gauge) around(a response) response {
	return func(req *http.Request) (*http.Response, error) {
		n := g.now.Add(1)
		defer g.now.Add(-1)
		for p := g.peak.Load(); n > p && !g.peak.CompareAndSwap(p, n); p = g.peak.Load() {
		}
		return a(req)
	}
}

func TestRequestsInFlightAreBoundedOverBothAPIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g gauge
		c, f := newTest(t, Limits{}, g.around(slow(time.Second, func(req *http.Request) (*http.Response, error) {
			if req.Method == http.MethodPost {
				return reply(200, okQL)(req)
			}
			return reply(200, okREST)(req)
		})))
		start := time.Now()
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				if _, err := list(t.Context(), c); err != nil {
					t.Error(err)
				}
			})
			wg.Go(func() {
				if _, err := query(t.Context(), c); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		wantSent(t, f, 32)
		if got := g.peak.Load(); got != maxInFlight || time.Since(start) != 4*time.Second {
			t.Errorf("%d at once, %v in all; want %d and 4s", got, time.Since(start), maxInFlight)
		}
		if u := c.Usage(); u.REST != 16 || u.GraphQL != 16 || u.Requests() != 32 {
			t.Errorf("usage %+v", u)
		}
	})
}

func TestWaitingForASlotEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newTest(t, Limits{}, slow(20*time.Second, reply(200, okREST)))
		for range maxInFlight {
			go list(t.Context(), c)
		}
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err := list(ctx, c)
		wantKind(t, err, Cancelled)
		wantSent(t, f, maxInFlight)
		time.Sleep(time.Minute)
	})
}

func TestLimitMetWhileInLineIsObeyed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newTest(t, Limits{}, slow(time.Second, primaries(time.Hour)["REST 403"]))
		var wg sync.WaitGroup
		for range 2 * maxInFlight {
			wg.Go(func() {
				_, err := list(t.Context(), c)
				wantKind(t, err, RateLimited)
			})
		}
		wg.Wait()
		wantSent(t, f, maxInFlight)
	})
}

func TestTimeBudgetSpreadsSlowRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newTest(t, Limits{}, slow(10*time.Second, reply(200, okREST)))
		var wg sync.WaitGroup
		for range 17 { // in a minute GitHub has time for eight, and begins eight more
			wg.Go(func() {
				if _, err := list(t.Context(), c); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for i, want := range []int{0, 0, 0, 0, 0, 0, 0, 0, 10, 10, 10, 10, 10, 10, 10, 10, 70} { // the last waits until the first are a minute past
			if got := f.at[i].Sub(f.at[0]); got != time.Duration(want)*time.Second {
				t.Errorf("request %d was sent after %v, want %ds", i, got, want)
			}
		}
		for range 8 {
			wg.Go(func() { list(t.Context(), c) })
		}
		wg.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := list(ctx, c)
		wantKind(t, err, RateLimited)
	})
}

func TestWaitsSharedByManyCallsAreAnnouncedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var announced atomic.Int32
		l := Limits{OnWait: func(string, time.Time) { announced.Add(1) }}
		c, _ := newTest(t, l, reply(403, secondary, "Retry-After: 30"), reply(200, okREST))
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() { list(t.Context(), c) })
		}
		wg.Wait()
		if announced.Load() != 1 {
			t.Errorf("announced %d times", announced.Load())
		}
	})
}

func TestSearchLimitLeavesOtherCallsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limited := reply(403, primary, "X-RateLimit-Remaining: 0", "X-RateLimit-Resource: search", in(5*time.Minute))
		c, f := newTest(t, Limits{}, limited, reply(200, okREST))
		for range 2 {
			_, _, err := c.REST.Search.Issues(t.Context(), "x", nil)
			wantKind(t, err, RateLimited)
		}
		if _, err := list(t.Context(), c); err != nil {
			t.Error(err)
		}
		wantSent(t, f, 2)
	})
}

func TestComputingTimeOfRunningRequestsHoldsBackOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cpu := &cpuTime{running: map[*span]bool{}}
		var ends []func(bool)
		for range 9 {
			ends = append(ends, cpu.begin())
		}
		time.Sleep(12 * time.Second)
		if d := cpu.delay(); d != time.Second {
			t.Errorf("delay %v while requests run", d)
		}
		for _, end := range ends {
			end(true)
		}
		if d := cpu.delay(); d != time.Minute {
			t.Errorf("delay %v after they ended", d)
		}
		time.Sleep(time.Minute)
		if d := cpu.delay(); d != 0 {
			t.Errorf("delay %v a minute later", d)
		}
		for range 20 {
			end := cpu.begin()
			time.Sleep(10 * time.Second)
			end(false)
		}
		if d := cpu.delay(); d != 0 {
			t.Errorf("delay %v after requests without a response", d)
		}
	})
}
