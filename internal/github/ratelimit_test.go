package github

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const (
	secondary = `{"message":"You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}`
	primary   = `{"message":"API rate limit exceeded for user ID 1."}`
	limitedQL = `{"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded for user ID 1."}]}`
)

func TestSecondaryLimitIsWaitedFor(t *testing.T) {
	for name, tc := range map[string]struct {
		a    func() response
		want []time.Duration
	}{
		"seconds":          {func() response { return reply(403, secondary, "Retry-After: 7") }, secs(7, 7)},
		"429":              {func() response { return reply(429, `{"message":"Too Many Requests"}`, "Retry-After: 7") }, secs(7, 7)},
		"absent":           {func() response { return reply(403, secondary) }, secs(60, 120)},
		"absent, 429":      {func() response { return reply(429, "") }, secs(60, 120)},
		"zero":             {func() response { return reply(403, secondary, "Retry-After: 0") }, secs(1, 2)},
		"negative":         {func() response { return reply(403, secondary, "Retry-After: -5") }, secs(60, 120)},
		"nonsense":         {func() response { return reply(403, secondary, "Retry-After: soon") }, secs(60, 120)},
		"date":             {func() response { return reply(403, secondary, dated(20*time.Second)...) }, secs(20, 0)},
		"date gone by":     {func() response { return reply(403, secondary, dated(-time.Minute)...) }, secs(1, 2)},
		"no words":         {func() response { return reply(403, "<html>", "Retry-After: 7") }, secs(7, 7)},
		"abuse":            {func() response { return reply(403, `{"message":"You have triggered an abuse detection mechanism."}`) }, secs(60, 120)},
		"limit, no reset":  {func() response { return reply(403, primary, "X-RateLimit-Remaining: 0") }, secs(60, 120)},
		"limit, old reset": {func() response { return reply(403, primary, "X-RateLimit-Remaining: 0", in(-time.Hour)) }, secs(60, 120)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := tc.a()
				responses := []response{a, a, reply(200, okREST)}
				if tc.want[1] == 0 {
					responses = []response{a, reply(200, okREST)}
				}
				c, f := newTest(t, Limits{}, responses...)
				if _, err := list(t.Context(), c); err != nil {
					t.Fatal(err)
				}
				for i := 1; i < len(f.at); i++ {
					if d := f.at[i].Sub(f.at[i-1]); d != tc.want[i-1] {
						t.Errorf("wait %d was %v, want %v", i, d, tc.want[i-1])
					}
				}
			})
		})
	}
}

func TestLimitOfSearchingPassesWithinAMinuteAndIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		full := reply(403, primary, "X-RateLimit-Remaining: 0", "X-RateLimit-Resource: search", in(40*time.Second))
		c, f := newTest(t, Limits{}, full, reply(200, okREST)) // without a MaxWait
		if _, err := list(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		if d := f.at[1].Sub(f.at[0]); d < 39*time.Second || d > 42*time.Second {
			t.Errorf("waited %v, want 40s", d)
		}
	})
}

func secs(n ...int) (out []time.Duration) {
	for _, s := range n {
		out = append(out, time.Duration(s)*time.Second)
	}
	return out
}

// dated gives Retry-After as a date by a server whose clock is an hour slow.
func dated(d time.Duration) []string {
	now := time.Now().Add(-time.Hour).UTC()
	return []string{"Date: " + now.Format(http.TimeFormat), "Retry-After: " + now.Add(d).Format(http.TimeFormat)}
}

func TestGraphQLSecondaryLimitWith200IsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		body := `{"data":null,"errors":[{"type":"RATE_LIMITED","message":"You have exceeded a secondary rate limit."}]}`
		c, f := newTest(t, Limits{}, reply(200, body, "X-RateLimit-Remaining: 4000", in(time.Hour)), reply(200, okQL))
		if q, err := query(t.Context(), c); err != nil || q.Viewer.Login != "mona" {
			t.Errorf("got %+v, error %v", q, err)
		}
		if d := f.at[1].Sub(f.at[0]); d != time.Minute {
			t.Errorf("waited %v", d)
		}
	})
}

func TestLongRetryAfterIsNotWaitedForAndAdvised(t *testing.T) {
	for value, reset := range map[string]time.Duration{
		"600": 10 * time.Minute, "1000000000": time.Hour, "9223372036854775807": time.Hour,
	} {
		synctest.Test(t, func(t *testing.T) {
			c, f := newTest(t, Limits{}, reply(403, secondary, "Retry-After: "+value))
			start := time.Now()
			_, err := list(t.Context(), c)
			wantKind(t, err, RateLimited)
			if e := AsError(err); !e.Reset.Equal(start.Add(reset)) || !time.Now().Equal(start) {
				t.Errorf("%s: reset in %v, after %v", value, e.Reset.Sub(start), time.Since(start))
			}
			_, err = query(t.Context(), c) // a secondary limit holds back everything
			wantKind(t, err, RateLimited)
			wantSent(t, f, 1)
		})
	}
}

func TestEndlessSecondaryLimitGivesUp(t *testing.T) {
	for _, headers := range [][]string{nil, {"Retry-After: 0"}, {"Retry-After: 1"}} {
		synctest.Test(t, func(t *testing.T) {
			c, f := newTest(t, Limits{}, reply(403, secondary, headers...))
			start := time.Now()
			_, err := query(t.Context(), c)
			wantKind(t, err, RateLimited)
			if e := AsError(err); !e.Reset.After(time.Now().Add(-time.Second)) || !strings.Contains(e.Message, "secondary") {
				t.Errorf("error %+v", e)
			}
			if f.count() > maxLimited || time.Since(start) > 5*time.Minute {
				t.Errorf("%v: %d requests in %v", headers, f.count(), time.Since(start))
			}
		})
	}
}

func TestSecondaryLimitHoldsBackAllCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newTest(t, Limits{}, reply(403, secondary, "Retry-After: 30"), reply(200, okREST))
		go list(t.Context(), c)
		synctest.Wait()
		time.Sleep(10 * time.Second)
		if _, err := list(t.Context(), c); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		for _, at := range f.at[1:] {
			if d := at.Sub(f.at[0]); d != 30*time.Second {
				t.Errorf("a request was sent %v after the limit", d)
			}
		}
		wantSent(t, f, 3)
	})
}

// primaries are the ways GitHub reports that the hourly limit is used up.
func primaries(reset time.Duration) map[string]response {
	return map[string]response{
		"REST 403":            reply(403, primary, "X-RateLimit-Remaining: 0", "X-RateLimit-Resource: core", in(reset)),
		"REST 429":            reply(429, primary, "X-RateLimit-Remaining: 0", in(reset)),
		"REST by words":       reply(403, primary, in(reset)),
		"GraphQL":             reply(200, limitedQL, "X-RateLimit-Remaining: 0", in(reset)),
		"GraphQL points left": reply(200, limitedQL, "X-RateLimit-Remaining: 12", in(reset)),
		"GraphQL RATE_LIMIT":  reply(200, `{"data":null,"errors":[{"type":"RATE_LIMIT","message":"exceeded"}]}`, in(reset)),
		"GraphQL 403":         reply(403, primary, "X-RateLimit-Remaining: 0", in(reset)),
	}
}

func ask(ctx context.Context, c *Client, name string) error {
	if strings.HasPrefix(name, "GraphQL") {
		_, err := query(ctx, c)
		return err
	}
	_, err := list(ctx, c)
	return err
}

func TestHourlyLimitIsWaitedForWithinMaxWait(t *testing.T) {
	for name := range primaries(0) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ok := reply(200, okREST)
				if strings.HasPrefix(name, "GraphQL") {
					ok = reply(200, okQL)
				}
				var waits []string
				l := Limits{MaxWait: 15 * time.Minute, OnWait: func(why string, _ time.Time) { waits = append(waits, why) }}
				c, f := newTest(t, l, primaries(10 * time.Minute)[name], ok)
				if err := ask(t.Context(), c, name); err != nil {
					t.Fatal(err)
				}
				if d := f.at[1].Sub(f.at[0]); d < 10*time.Minute || d > 10*time.Minute+2*time.Second {
					t.Errorf("waited %v", d)
				}
				if len(waits) != 1 || !strings.HasPrefix(waits[0], "rate limit (") {
					t.Errorf("waits %q", waits)
				}
				if w := c.Usage().Waited; w < 10*time.Minute {
					t.Errorf("usage says %v waited", w)
				}
			})
		})
	}
}

func TestHourlyLimitBeyondMaxWaitFailsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, a := range primaries(10 * time.Minute) {
			c, f := newTest(t, Limits{MaxWait: 5 * time.Minute}, a)
			start := time.Now()
			for range 3 {
				err := ask(t.Context(), c, name)
				wantKind(t, err, RateLimited)
				if e := AsError(err); e == nil || e.Reset.Sub(start) < 10*time.Minute || e.Reset.Sub(start) > 10*time.Minute+2*time.Second {
					t.Errorf("%s: error %+v", name, e)
				}
			}
			wantSent(t, f, 1)
			if time.Since(start) != 0 {
				t.Errorf("%s: took %v", name, time.Since(start))
			}
		}
	})
}

func TestHourlyLimitHoldsBackOneResource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newTest(t, Limits{}, primaries(time.Hour)["REST 403"], reply(200, okQL))
		wantKind(t, ask(t.Context(), c, "REST"), RateLimited)
		if _, err := query(t.Context(), c); err != nil {
			t.Errorf("GraphQL after the REST limit: %v", err)
		}
		wantSent(t, f, 2)
		time.Sleep(time.Hour + 2*time.Second)
		f.responses[1] = reply(200, okREST)
		if err := ask(t.Context(), c, "REST"); err != nil {
			t.Errorf("REST after the reset: %v", err)
		}
	})
}

func TestLastPermittedRequestHoldsBackTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newTest(t, Limits{}, reply(200, okREST, "X-RateLimit-Remaining: 0", "X-RateLimit-Resource: core", in(time.Hour)))
		if _, err := list(t.Context(), c); err != nil {
			t.Fatalf("the last request itself: %v", err)
		}
		_, err := list(t.Context(), c)
		wantKind(t, err, RateLimited)
		wantKind(t, write(t.Context(), c), RateLimited)
		wantSent(t, f, 1)
	})
}

func TestBadTokenIsNeverWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newTest(t, Limits{MaxWait: 2 * time.Hour},
			reply(401, `{"message":"Bad credentials"}`, "X-RateLimit-Limit: 60", "X-RateLimit-Remaining: 0", in(time.Hour)))
		start := time.Now()
		for _, name := range []string{"REST", "GraphQL", "REST"} {
			wantKind(t, ask(t.Context(), c, name), Unauthorized)
		}
		wantSent(t, f, 3)
		if time.Since(start) != 0 {
			t.Errorf("took %v", time.Since(start))
		}
	})
}

func TestMissingPermissionOnTheLastRequestIsForbidden(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := newTest(t, Limits{}, reply(403, `{"message":"Resource not accessible by integration"}`, "X-RateLimit-Remaining: 0", in(time.Hour)))
		wantKind(t, ask(t.Context(), c, "REST"), Forbidden)
	})
}

func TestHourlyLimitRenewedForEverGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := func(req *http.Request) (*http.Response, error) {
			return reply(403, primary, "X-RateLimit-Remaining: 0", in(10*time.Second))(req)
		}
		c, f := newTest(t, Limits{MaxWait: time.Hour}, a)
		wantKind(t, ask(t.Context(), c, "REST"), RateLimited)
		wantSent(t, f, maxLimited)
	})
}

func TestLimitBeyondTheDeadlineFailsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		c, _ := newTest(t, Limits{MaxWait: 2 * time.Hour}, primaries(time.Hour)["REST 403"])
		start := time.Now()
		wantKind(t, ask(ctx, c, "REST"), RateLimited)
		if time.Since(start) != 0 {
			t.Errorf("took %v", time.Since(start))
		}
	})
}

func TestResetIsReadByTheServersClock(t *testing.T) {
	now := time.Date(2024, 1, 1, 12, 0, 0, 0, time.UTC)
	h := func(date, reset string) http.Header {
		return http.Header{"Date": {date}, "X-Ratelimit-Reset": {reset}}
	}
	late := now.Add(-2 * time.Hour) // the server's clock
	for name, tc := range map[string]struct {
		h    http.Header
		want time.Duration
	}{
		"slow server": {h(late.Format(http.TimeFormat), fmt.Sprint(late.Add(time.Minute).Unix())), time.Minute + time.Second},
		"no date":     {h("", fmt.Sprint(now.Add(time.Minute).Unix())), time.Minute + time.Second},
		"absurd":      {h("", "99999999999999999"), time.Hour + time.Second},
	} {
		if got := rateOf(tc.h, now).Reset.Sub(now); got != tc.want {
			t.Errorf("%s: reset in %v, want %v", name, got, tc.want)
		}
	}
	if got := rateOf(h("", "tomorrow"), now).Reset; !got.IsZero() {
		t.Errorf("unreadable reset gives %v", got)
	}
}
