package github

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

func TestUsageCountsPointsAndKeepsRates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ql := func(used, remaining string) response {
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

func TestClockIsThatOfTheLastResponse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ahead := "Date: " + time.Now().Add(10*time.Minute).UTC().Format(http.TimeFormat)
		c, _ := newTest(t, Limits{}, reply(200, okREST, ahead), reply(200, okREST, "Date: yesterday"))
		if ahead, known := c.Clock(); known || ahead != 0 {
			t.Errorf("before the first response: %s, known %t", ahead, known)
		}
		for range 2 { // a response without a valid date changes nothing
			if _, err := list(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			if ahead, known := c.Clock(); !known || ahead != 10*time.Minute {
				t.Errorf("%s ahead, known %t, want 10m", ahead, known)
			}
		}
	})
}
