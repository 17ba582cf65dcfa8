package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"syscall"
	"testing"
	"time"

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

func TestRunStopsForWhatEveryFurtherCallWouldMeet(t *testing.T) {
	for kind, want := range map[Kind]bool{
		Unauthorized: true, RateLimited: true, Cancelled: true,
		Forbidden: false, NotFound: false, TooHeavy: false, Unavailable: false, Refused: false, Invalid: false,
	} {
		if got := Stops(fmt.Errorf("list: %w", &Error{Kind: kind})); got != want {
			t.Errorf("%s: stops %t, want %t", kind, got, want)
		}
	}
	if Stops(nil) || Stops(errors.New("odd")) {
		t.Error("an error of no kind, or none, stops the run")
	}
}

func TestReasonsNameNothingOfThisMachine(t *testing.T) {
	dial := func(err error) error {
		return &url.Error{Op: "Get", URL: "https://example.org/?key=secret", Err: &net.OpError{
			Op: "dial", Net: "tcp", Source: &net.TCPAddr{IP: net.IPv4(10, 1, 2, 3), Port: 4}, Addr: &net.TCPAddr{IP: net.IPv4(10, 4, 5, 6), Port: 443}, Err: err,
		}}
	}
	tests := []struct {
		err  error
		want string
	}{
		{dial(&net.DNSError{Err: "no such host", Name: "example.org", Server: "10.0.0.1:53", IsNotFound: true}), "host example.org not found"},
		{dial(&net.DNSError{Err: "server misbehaving", Name: "example.org", Server: "10.0.0.1:53"}), "look up host example.org: name server failed"},
		{dial(os.NewSyscallError("connect", syscall.ECONNREFUSED)), "connection refused"},
		{dial(os.NewSyscallError("read", syscall.ECONNRESET)), "connection reset"},
		{dial(os.NewSyscallError("connect", syscall.ENETUNREACH)), "network unreachable"},
		{fmt.Errorf("read: %w", io.ErrUnexpectedEOF), "response cut short"},
		{fmt.Errorf("read: %w", context.DeadlineExceeded), "timed out"},
		{&url.Error{Op: "Get", URL: "https://example.org/?key=secret", Err: errors.New("stopped after 5 redirects")}, "stopped after 5 redirects"},
		{errors.New("something\x1b[2J else"), "something[2J else"},
	}
	for _, tt := range tests {
		if got := Reason(tt.err); got != tt.want {
			t.Errorf("Reason(%v) = %q, want %q", tt.err, got, tt.want)
		}
	}
}
