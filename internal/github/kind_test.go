package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	gogithub "github.com/google/go-github/v57/github"
)

func TestKindOfReadsEveryErrorCallersMeet(t *testing.T) {
	resp := func(status int, headers ...string) *http.Response {
		r, _ := reply(status, "", headers...)(nil)
		return r
	}
	minute := time.Minute
	for _, tc := range []struct {
		want Kind
		err  error
	}{
		{"", nil},
		{"", errors.New("else")},
		{TooHeavy, &Error{Kind: TooHeavy}},
		{NotFound, &gogithub.ErrorResponse{Response: resp(404)}},
		{Unauthorized, &gogithub.ErrorResponse{Response: resp(403), Message: "Bad credentials"}},
		{Forbidden, &gogithub.ErrorResponse{Response: resp(403), Message: "no"}},
		{RateLimited, &gogithub.ErrorResponse{Response: resp(429)}},
		{Unavailable, &gogithub.ErrorResponse{Response: resp(502)}},
		{Invalid, &gogithub.ErrorResponse{Response: &http.Response{StatusCode: 422}}},
		{Invalid, &gogithub.ErrorResponse{}},
		{Unauthorized, &gogithub.TwoFactorAuthError{Response: resp(401)}},
		{RateLimited, &gogithub.RateLimitError{Response: resp(403, "X-RateLimit-Remaining: 0")}},
		{RateLimited, &gogithub.AbuseRateLimitError{Response: resp(403), RetryAfter: &minute}},
		{Unavailable, &gogithub.AcceptedError{}},
		{Cancelled, context.Canceled},
		{Cancelled, &url.Error{Err: context.Canceled}},
		{Unavailable, context.DeadlineExceeded},
		{Unavailable, &json.SyntaxError{}},
		{NotFound, QueryErrors{{Type: "NOT_FOUND"}}},
	} {
		if got := KindOf(tc.err); got != tc.want {
			t.Errorf("KindOf(%T) = %q, want %q", tc.err, got, tc.want)
		}
		if tc.err == nil {
			continue
		}
		if got := KindOf(fmt.Errorf("list releases of o/r: %w", tc.err)); got != tc.want {
			t.Errorf("KindOf(wrapped %T) = %q, want %q", tc.err, got, tc.want)
		}
	}
}

func TestRateLimitErrorSaysWhenToRunAgain(t *testing.T) {
	e := &Error{Kind: RateLimited, Reset: time.Date(2023, 12, 18, 9, 17, 0, 5, time.FixedZone("", 8*3600)), Message: "API rate limit exceeded."}
	if got, want := e.Error(), "rate limit reached, run again after 2023-12-18T01:17:00Z: API rate limit exceeded."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzCleanIsOneSafeShortLine(f *testing.F) {
	for _, s := range []string{"", "a\r\n b", "\x00\x1b[31mred", "\u202eevil", strings.Repeat("界", 300), "\xff\xfe", "a\u2028b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := clean(s)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > maxMessage {
			t.Errorf("clean(%q) = %q", s, got)
		}
		if strings.ContainsAny(got, "\r\n\t\x00\x1b\u202e\u2028\u200b") || strings.TrimSpace(got) != got {
			t.Errorf("clean(%q) = %q", s, got)
		}
	})
}

func FuzzEnvelopeNeverPanicsNorHidesErrors(f *testing.F) {
	for _, s := range []string{okQL, limitedQL, `{"errors":[null,1,{"path":[{}]}]}`, `{"data":null,"errors":[{}]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		env, err := parseEnvelope(raw, "")
		if err == nil && env.data == nil && len(env.errors) == 0 {
			t.Error("neither data nor error")
		}
		if err == nil && !json.Valid(env.body()) {
			t.Errorf("body %q", env.body())
		}
		_ = env.errors.Error()
	})
}
