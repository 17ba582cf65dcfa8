package github

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Kind is why a call failed, as far as callers act on it.
type Kind string

// The kinds of failure. KindOf returns "" for errors that did not come from GitHub or the way there.
const (
	Unauthorized Kind = "unauthorized" // no token, or one GitHub does not accept
	Forbidden    Kind = "forbidden"    // the token lacks a permission, or must be approved (SAML)
	NotFound     Kind = "not found"    // missing, or not visible to this token: GitHub does not tell which
	RateLimited  Kind = "rate limited" // Error.Reset says when to run again
	TooHeavy     Kind = "too heavy"    // the query asked for too much: repeat it with a smaller page or batch
	Unavailable  Kind = "unavailable"  // GitHub or the way there failed, also when tried again
	Refused      Kind = "refused"      // this program refused: another host, or a redirect nobody should follow
	Invalid      Kind = "invalid"      // GitHub understood and said no: a conflict, a wrong value, a wrong query
	Cancelled    Kind = "cancelled"    // the caller's context was cancelled
)

// Error is a failed call of either API. The transport returns it where it gave up; AsError makes it of go-github's
// errors. It never holds the token, and all text in it is safe to print on one line.
type Error struct {
	Kind                Kind
	Status              int       // of the last answer; 0 if there was none
	Message             string    // GitHub's own words, at most 200 characters; may be empty
	RequestID           string    // what GitHub's support asks for
	Reset               time.Time // RateLimited: when to run again
	AcceptedPermissions string    // Forbidden: the permissions that would do, as "contents=read"
	Attempts            int       // how often the request was sent

	cause error
}

// Error says in one line what happened, with GitHub's words last.
func (e *Error) Error() string {
	text := e.Text()
	if e.Attempts > 1 {
		text += fmt.Sprintf(" (%d attempts)", e.Attempts)
	}
	if e.RequestID != "" {
		text += " [request " + e.RequestID + "]"
	}
	return text
}

// Text is the error without what differs from one attempt to the next: two runs that meet
// the same trouble say the same.
func (e *Error) Text() string {
	var b strings.Builder
	b.WriteString(e.what())
	if e.AcceptedPermissions != "" {
		fmt.Fprintf(&b, " (needs %s)", e.AcceptedPermissions)
	}
	switch {
	case e.Message != "":
		b.WriteString(": " + e.Message)
	case e.cause != nil && e.Kind != Refused:
		b.WriteString(": " + Reason(e.cause))
	}
	return b.String()
}

func (e *Error) what() string {
	status := ""
	if e.Status != 0 {
		status = strings.TrimSpace(fmt.Sprintf("GitHub answered %d %s", e.Status, http.StatusText(e.Status)))
	}
	switch {
	case e.Kind == RateLimited && e.Reset.IsZero():
		return "rate limit reached"
	case e.Kind == RateLimited:
		return "rate limit reached, run again after " + e.Reset.UTC().Truncate(time.Second).Format(time.RFC3339)
	case e.Kind == Refused && e.cause != nil:
		return e.cause.Error()
	case e.Kind == TooHeavy && e.Status > http.StatusOK:
		return "query too heavy: " + status
	case e.Kind == TooHeavy:
		return "query too heavy"
	case e.Kind == Unavailable && e.Status == 0:
		return "no answer from GitHub"
	case e.Kind == Unavailable && e.Status < 300:
		return "answer of no use"
	case status != "" && e.Status >= 300:
		return status
	}
	return string(e.Kind)
}

// Unwrap returns the cause, where there is one: QueryErrors, or what the network said.
func (e *Error) Unwrap() error { return e.cause }

// newError describes a refused request.
func newError(resp *http.Response, kind Kind, message string) *Error {
	return &Error{
		Kind: kind, Status: resp.StatusCode, Message: clean(message),
		RequestID:           requestID(resp.Header),
		AcceptedPermissions: clean(resp.Header.Get("X-Accepted-GitHub-Permissions")),
	}
}

func requestID(h http.Header) string { return clean(h.Get("X-GitHub-Request-Id")) }
