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

func (g *gauge) around(a answer) answer {
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
		c, f := newTest(t, Limits{MaxInFlight: 3}, g.around(slow(time.Second, func(req *http.Request) (*http.Response, error) {
			if req.Method == http.MethodPost {
				return reply(200, okQL)(req)
			}
			return reply(200, okREST)(req)
		})))
		start := time.Now()
		var wg sync.WaitGroup
		for range 6 {
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
		wantSent(t, f, 12)
		if got := g.peak.Load(); got != 3 || time.Since(start) != 4*time.Second {
			t.Errorf("%d at once, %v in all; want 3 and 4s", got, time.Since(start))
		}
		if u := c.Usage(); u.REST != 6 || u.GraphQL != 6 || u.Requests() != 12 {
			t.Errorf("usage %+v", u)
		}
	})
}

func TestWaitingForASlotEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newTest(t, Limits{MaxInFlight: 1, RequestTimeout: time.Hour}, slow(time.Minute, reply(200, okREST)))
		go list(t.Context(), c)
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err := list(ctx, c)
		wantKind(t, err, Cancelled)
		wantSent(t, f, 1)
		time.Sleep(time.Minute)
	})
}

func TestLimitMetWhileInLineIsObeyed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newTest(t, Limits{MaxInFlight: 1}, slow(time.Second, primaries(time.Hour)["REST 403"]))
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				_, err := list(t.Context(), c)
				wantKind(t, err, RateLimited)
			})
		}
		wg.Wait()
		wantSent(t, f, 1)
	})
}

func TestTimeBudgetSpreadsSlowRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newTest(t, Limits{CPUSecondsPerMinute: 20}, slow(10*time.Second, reply(200, okREST)))
		for range 4 {
			if _, err := list(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		for i, want := range []int{0, 10, 70, 80} { // the third waits until the first is a minute past
			if got := f.at[i].Sub(f.at[0]); got != time.Duration(want)*time.Second {
				t.Errorf("request %d was sent after %v, want %ds", i, got, want)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := list(ctx, c)
		wantKind(t, err, RateLimited)
	})
}

func TestUsageCountsPointsAndKeepsRates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ql := func(used, remaining string) answer {
			return reply(200, okQL, "X-RateLimit-Limit: 5000", "X-RateLimit-Used: "+used, "X-RateLimit-Remaining: "+remaining,
				"X-RateLimit-Resource: graphql", in(time.Hour))
		}
		c, _ := newTest(t, Limits{}, ql("40", "4960"), ql("47", "4953"), ql("45", "4955"), ql("50", "4950"))
		for range 4 {
			if _, err := query(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		u := c.Usage()
		if u.Points != 1+7+0+3 || u.Rates["graphql"].Remaining != 4950 || u.Rates["graphql"].Limit != 5000 {
			t.Errorf("usage %+v", u)
		}
		u.Rates["graphql"] = Rate{}
		if c.Usage().Rates["graphql"].Limit == 0 {
			t.Error("the caller can change the client's rates")
		}
	})
}

func TestUsageTellsHowFarTheClocksAreApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ahead := "Date: " + time.Now().Add(10*time.Minute).UTC().Format(http.TimeFormat)
		c, _ := newTest(t, Limits{}, reply(200, okREST, ahead), reply(200, okREST, "Date: yesterday"))
		for range 2 { // an answer without a date that can be read tells nothing
			if _, err := list(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			if got := c.Usage().Skew; got != 10*time.Minute {
				t.Errorf("skew %s, want 10m", got)
			}
		}
	})
}

func TestWaitsSharedByManyCallsAreToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told atomic.Int32
		l := Limits{OnWait: func(string, time.Time) { told.Add(1) }}
		c, _ := newTest(t, l, reply(403, secondary, "Retry-After: 30"), reply(200, okREST))
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() { list(t.Context(), c) })
		}
		wg.Wait()
		if told.Load() != 1 {
			t.Errorf("told %d times", told.Load())
		}
	})
}
