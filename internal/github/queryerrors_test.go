package github

import (
	"testing"
)

func TestWorstErrorDecidesTheKind(t *testing.T) {
	for _, tc := range []struct {
		want Kind
		errs QueryErrors
	}{
		{RateLimited, QueryErrors{{Type: "NOT_FOUND"}, {Type: "RATE_LIMITED"}}},
		{TooHeavy, QueryErrors{{Type: "SERVICE_UNAVAILABLE"}, {Message: "Something went wrong"}}},
		{TooHeavy, QueryErrors{{Type: "SERVICE_UNAVAILABLE", Message: "Something went wrong"}}},
		{Unavailable, QueryErrors{{Type: "FORBIDDEN"}, {Message: "Something went wrong", Path: []any{"r1"}}}},
		{NotFound, QueryErrors{{Message: "x"}, {Message: "Could not resolve to a Repository with the name"}}},
		{Unauthorized, QueryErrors{{Message: "Bad credentials"}}},
		{Forbidden, QueryErrors{{Message: "Resource not accessible by personal access token"}}},
		{Invalid, QueryErrors{}},
	} {
		if got := KindOf(tc.errs); got != tc.want {
			t.Errorf("KindOf(%v) = %q, want %q", tc.errs, got, tc.want)
		}
	}
}

func TestQueryErrorTextHasNoAliases(t *testing.T) {
	for want, e := range map[string]QueryError{
		"gone":         {Type: "NOT_FOUND", Message: "gone", Path: []any{"r0"}},
		"not found":    {Type: "NOT_FOUND", Path: []any{"r0"}},
		"query failed": {Path: []any{"r0", 1}},
	} {
		if got := e.Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	many := QueryErrors{{Message: "first"}, {}, {}}
	if got, want := many.Error(), "first (and 2 more errors)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if (QueryError{}).Alias() != "" || (QueryError{Path: []any{3}}).Alias() != "" {
		t.Error("an alias without a path")
	}
}
