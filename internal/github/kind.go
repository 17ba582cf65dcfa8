package github

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	gogithub "github.com/google/go-github/v57/github"
)

// KindOf returns why a call failed, whichever way the error came: this package's *Error and QueryErrors, go-github's
// errors, broken answers, the network, or the caller's context. It returns "" for nil and for anything else.
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
		// Through our transport this comes only for a missing permission in the answer that used up the limit.
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

// isBroken recognises an answer that did not come or could not be read.
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
