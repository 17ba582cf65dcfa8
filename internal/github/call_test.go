package github

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestResourceIsGuessedAsGitHubNamesIt(t *testing.T) {
	for path, want := range map[string]string{
		"/repos/o/search/releases":    "core",
		"/search/issues":              "search",
		"/api/v3/search/repositories": "search",
		"/search/code":                "code_search",
	} {
		if got := resourceOf(path); got != want {
			t.Errorf("resourceOf(%q) = %q, want %q", path, got, want)
		}
	}
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

func TestQueryErrorTextNamesThePlaceShortly(t *testing.T) {
	e := QueryError{Path: []any{"a", 1, "b", "c", "d", "e", "f", "g", "h"}}
	if got, want := e.Error(), "query failed (at a.1.b.c.d.e.f.g…)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	many := QueryErrors{{Message: "first"}, {}, {}}
	if got, want := many.Error(), "first (and 2 more errors)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if (QueryError{}).Alias() != "" || (QueryError{Path: []any{3}}).Alias() != "" {
		t.Error("an alias where there is none")
	}
}

func TestBudgetSpentOnRunningRequestsHoldsBackOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudget(5)
		end := b.begin()
		time.Sleep(6 * time.Second)
		if d := b.delay(); d != time.Second {
			t.Errorf("delay %v while a request runs", d)
		}
		end()
		if d := b.delay(); d != time.Minute {
			t.Errorf("delay %v after it ended", d)
		}
		time.Sleep(time.Minute)
		if d := b.delay(); d != 0 {
			t.Errorf("delay %v a minute later", d)
		}
	})
}

func TestLongListsInRefusalsAreCut(t *testing.T) {
	c, _ := newTest(t, Limits{}, reply(422, `{"message":"no","errors":[`+strings.Repeat(`"x",`, 5000)+`"x"]}`))
	if s := write(t.Context(), c).Error(); len(s) > 1000 {
		t.Errorf("error of %d bytes", len(s))
	}
}
