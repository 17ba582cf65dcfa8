package github

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	gogithub "github.com/google/go-github/v57/github"
)

// Kind is why a call failed, as far as callers act on it.
type Kind string

// The kinds of failure. KindOf returns "" for errors that did not come from GitHub or the way there.
const (
	Unauthorized Kind = "unauthorized" // no token, or one GitHub does not accept
	Forbidden    Kind = "forbidden"    // the token lacks a permission, or must be approved (SAML)
	NotFound     Kind = "not found"    // missing, or not visible to this token: GitHub does not say which
	RateLimited  Kind = "rate limited" // Error.Reset says when to run again
	TooHeavy     Kind = "too heavy"    // the query asked for too much: repeat it with a smaller page or batch
	Unavailable  Kind = "unavailable"  // GitHub or the way there failed, also when tried again
	Refused      Kind = "refused"      // this program refused: another host, or a redirect that must not be followed
	Invalid      Kind = "invalid"      // GitHub understood and said no: a conflict, a wrong value, a wrong query
	Cancelled    Kind = "cancelled"    // the caller's context was cancelled
)

// Error is a failed call of either API. The transport returns it where it gave up; AsError makes it of go-github's
// errors. It never holds the token, and all text in it is safe to print on one line.
type Error struct {
	Kind                Kind
	Status              int       // of the last response; 0 if there was none
	Message             string    // GitHub's own words, at most 200 characters; may be empty
	RequestID           string    // what GitHub's support asks for
	Reset               time.Time // RateLimited: when to run again
	AcceptedPermissions string    // Forbidden: the permissions that would do, as "contents=read"
	Attempts            int       // how often the request was sent

	where string // the address and proxy, where they may be what is wrong
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

// Text is the error without what differs from one attempt to the next: two runs that meet the same trouble print the
// same.
func (e *Error) Text() string {
	text := e.what()
	if e.AcceptedPermissions != "" {
		text += " (needs " + e.AcceptedPermissions + ")"
	}
	switch {
	case e.Message != "":
		return text + ": " + e.Message
	case e.cause != nil && e.Kind != Refused:
		return text + ": " + Reason(e.cause)
	}
	return text
}

func (e *Error) what() string {
	status := strings.TrimSpace(fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status)))
	switch {
	case e.Kind == RateLimited && e.Reset.IsZero():
		return "rate limit reached"
	case e.Kind == RateLimited:
		return "rate limit reached, run again after " + e.Reset.UTC().Truncate(time.Second).Format(time.RFC3339)
	case e.Kind == Refused && e.cause != nil:
		return e.cause.Error()
	case e.Kind == TooHeavy && e.Status > http.StatusOK:
		return "query too heavy: GitHub returned " + status
	case e.Kind == TooHeavy:
		return "query too heavy"
	case e.Kind == Unavailable && e.Status == 0:
		return cmp.Or(e.where, "no response from GitHub")
	case e.Kind == Unavailable && e.Status < 300:
		return "invalid response from " + cmp.Or(e.where, "GitHub")
	case e.Status >= 300 && e.where != "":
		return e.where + " returned " + status
	case e.Status >= 300:
		return "GitHub returned " + status
	}
	return string(e.Kind)
}

// Unwrap returns the cause, where there is one: QueryErrors, or the network's error.
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

// Stops reports whether going on after err makes no sense, because every further call would fail in the same way: not
// authorised, a limit reached, the caller gone.
func Stops(err error) bool {
	switch KindOf(err) {
	case Unauthorized, RateLimited, Cancelled:
		return true
	}
	return false
}

// KindOf returns why a call failed, whichever way the error came: this package's *Error and QueryErrors, go-github's
// errors, broken responses, the network, or the caller's context. It returns "" for nil and for anything else.
func KindOf(err error) Kind {
	var qe QueryErrors
	switch e := AsError(err); {
	case e != nil:
		return e.Kind
	case errors.As(err, &qe):
		return qe.kind()
	case errors.Is(err, context.Canceled):
		return Cancelled
	case isBroken(err):
		return Unavailable
	}
	return ""
}

// AsError returns the *Error in err, or one that says the same as go-github's error in err, or nil.
func AsError(err error) *Error {
	var (
		own       *Error
		response  *gogithub.ErrorResponse
		twoFactor *gogithub.TwoFactorAuthError
		rate      *gogithub.RateLimitError
		abuse     *gogithub.AbuseRateLimitError
	)
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &response):
		return fromResponse(response.Response, response.Message, err)
	case errors.As(err, &twoFactor):
		return fromResponse(twoFactor.Response, twoFactor.Message, err)
	case errors.As(err, &rate):
		// Through our transport this comes only for a missing permission in the response that used up the limit.
		e := fromResponse(rate.Response, rate.Message, err)
		if e.Kind == RateLimited {
			e.Reset = rate.Rate.Reset.Time
		}
		return e
	case errors.As(err, &abuse):
		e := &Error{Kind: RateLimited, Message: clean(abuse.Message), cause: err}
		if abuse.RetryAfter != nil {
			e.Reset = time.Now().Add(sane(*abuse.RetryAfter))
		}
		return e
	}
	return nil
}

func fromResponse(resp *http.Response, message string, cause error) *Error {
	if resp == nil {
		return &Error{Kind: Invalid, Message: clean(message), cause: cause}
	}
	if resp.Header == nil {
		resp.Header = http.Header{}
	}
	e := newError(resp, kindOfStatus(resp, message), message)
	e.cause = cause
	return e
}

// kindOfStatus names a refused request by its status, and by its words where GitHub uses one status for two things.
func kindOfStatus(resp *http.Response, message string) Kind {
	switch s := resp.StatusCode; {
	case s == http.StatusUnauthorized:
		return Unauthorized
	case s == http.StatusForbidden || s == http.StatusTooManyRequests:
		if _, ok := limitOf(resp, message, time.Now()); ok {
			return RateLimited
		}
		if strings.Contains(strings.ToLower(message), "bad credentials") {
			return Unauthorized
		}
		return Forbidden
	case s == http.StatusNotFound, s == http.StatusGone, s == http.StatusUnavailableForLegalReasons:
		return NotFound
	case s >= 500 || s == http.StatusRequestTimeout || s == http.StatusAccepted:
		return Unavailable
	}
	return Invalid
}

// isBroken recognises a response that did not come or could not be read.
func isBroken(err error) bool {
	var (
		network  net.Error
		syntax   *json.SyntaxError
		mismatch *json.UnmarshalTypeError
		accepted *gogithub.AcceptedError
	)
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.As(err, &network) || errors.As(err, &syntax) || errors.As(err, &mismatch) || errors.As(err, &accepted)
}

// Reason says in a few words why the network failed, without what an error of package net quotes of this machine (its
// addresses, its name server): a draft repeats it in public, and two failing runs should print the same.
func Reason(err error) string {
	var (
		dns  *net.DNSError
		addr *url.Error
	)
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return "host " + clean(dns.Name) + " not found"
	case errors.As(err, &dns):
		return "look up host " + clean(dns.Name) + ": name server failed"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), isTimeout(err):
		return "timed out"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "connection reset"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "response cut short"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return "network unreachable"
	case errors.As(err, &addr):
		return clean(addr.Err.Error()) // without the address, which the caller names
	}
	return clean(err.Error())
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}
