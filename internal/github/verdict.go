package github

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"
)

// verdict is what to do about the outcome of one attempt. The zero value hands the answer on.
type verdict struct {
	err     *Error        // what is wrong
	tries   int           // attempts worth making in all; 0 and 1 are none beyond this one
	usable  bool          // if nothing helps, the answer is handed on all the same
	after   time.Duration // wait at least this long before the next attempt
	limit   limit
	limited bool // err is a limit: wait for it rather than count attempts
	env     envelope
}

// heavyTries is how often a query that seems too heavy is sent: once more, as GitHub may have been busy, and no more,
// as each attempt costs points and a smaller query costs less.
const heavyTries = 2

// judge decides about one attempt, all of whose outcomes but the caller giving up come here.
func judge(c *call, req *http.Request, resp *http.Response, err error, maxTries int) verdict {
	var v verdict
	switch {
	case err != nil:
		v = judgeFailure(c, err, maxTries)
	case c.graphql:
		v = judgeGraphQL(c, resp, maxTries)
	default:
		v = judgeREST(c, req, resp, maxTries)
	}
	v.tries = min(v.tries, maxTries)
	if !c.read {
		v.tries = 1
		if v.err != nil && v.err.Kind == TooHeavy {
			v.err.Kind = Unavailable // nobody can halve a write
		}
	}
	return v
}

// judgeFailure is about attempts without an answer.
func judgeFailure(c *call, err error, maxTries int) verdict {
	var own *Error
	if errors.As(err, &own) {
		return verdict{err: own} // decided by this package: not sent, or an answer too large
	}
	v := verdict{err: &Error{Kind: Unavailable, Message: Reason(err), cause: err}, tries: maxTries}
	if c.graphql && errors.Is(err, errSlow) {
		v.err.Kind, v.tries = TooHeavy, heavyTries
	}
	return v
}

func judgeREST(c *call, req *http.Request, resp *http.Response, maxTries int) verdict {
	words := wordsOf(resp)
	if l, ok := limitOf(resp, words, time.Now()); ok {
		return verdict{err: newError(resp, RateLimited, words), limit: l, limited: true}
	}
	switch {
	case passing(resp.StatusCode) && c.read:
		return verdict{err: newError(resp, Unavailable, words), tries: maxTries, after: askedFor(resp)}
	case resp.StatusCode == http.StatusOK || resp.StatusCode == http.StatusCreated:
		if what := brokenJSON(req, resp); what != "" {
			return verdict{err: newError(resp, Unavailable, what), tries: maxTries}
		}
	}
	return verdict{} // success, or a refusal that go-github's error types tell best
}

// brokenJSON says what is wrong with a body that should be JSON. go-github takes an empty one for an empty list.
func brokenJSON(req *http.Request, resp *http.Response) string {
	accept := req.Header.Get("Accept")
	if req.Method == http.MethodHead || accept != "" && !strings.Contains(accept, "json") ||
		strings.Contains(accept, "raw") {
		return ""
	}
	switch raw := bytesOf(resp); {
	case len(bytes.TrimSpace(raw)) == 0:
		return "empty answer"
	case !json.Valid(raw):
		return "answer is not what it should be: " + clean(string(raw))
	}
	return ""
}

func judgeGraphQL(c *call, resp *http.Response, maxTries int) verdict {
	if resp.StatusCode != http.StatusOK {
		return judgeGraphQLStatus(resp, maxTries)
	}
	env, err := parseEnvelope(bytesOf(resp), requestID(resp.Header))
	if err != nil {
		return verdict{err: newError(resp, Unavailable, err.Error()), tries: maxTries}
	}
	v := verdict{env: env, usable: env.data != nil}
	if len(env.errors) == 0 {
		return v
	}
	wrong := newError(resp, env.errors.kind(), env.errors.Error())
	wrong.cause = env.errors
	switch wrong.Kind {
	case RateLimited:
		v.err, v.limit, v.limited = wrong, limitOfQuery(resp, env.errors), true
	case TooHeavy:
		v.err, v.tries = wrong, heavyTries
		if env.errors.hopeless() {
			v.tries = 1
		}
	case Unavailable:
		v.err, v.tries = wrong, maxTries
		if v.usable {
			v.tries = heavyTries // most of the answer is here: one more attempt for the rest
		}
	}
	return v // other errors concern the query or a part of it: Query returns them
}

func judgeGraphQLStatus(resp *http.Response, maxTries int) verdict {
	words := wordsOf(resp)
	if l, ok := limitOf(resp, words, time.Now()); ok {
		return verdict{err: newError(resp, RateLimited, words), limit: l, limited: true}
	}
	v := verdict{err: newError(resp, kindOfStatus(resp, words), words), tries: 1}
	switch s := resp.StatusCode; {
	case s >= 300 && s < 400:
		v.err.Kind = Refused // a query has one address
	case s == http.StatusBadGateway || s == http.StatusGatewayTimeout:
		v.err.Kind, v.tries = TooHeavy, heavyTries
	case passing(s):
		v.tries, v.after = maxTries, askedFor(resp)
	}
	return v
}

// limitOfQuery tells the hourly limit, whose end the headers give, from the secondary ones. "Remaining" is not asked:
// GitHub has answered RATE_LIMITED with points left.
func limitOfQuery(resp *http.Response, errs QueryErrors) limit {
	now := time.Now()
	var l limit
	l.after, l.said = retryAfter(resp.Header, now)
	for _, e := range errs {
		if e.Kind() == RateLimited && saysSecondary(strings.ToLower(e.Message)) {
			return l
		}
	}
	if r := rateOf(resp.Header, now); r.Reset.After(now) && !l.said {
		l.reset = r.Reset
	}
	return l
}

// passing reports whether a status tells of trouble that may pass. 501 does not.
func passing(status int) bool { return status >= 500 && status != http.StatusNotImplemented }

func askedFor(resp *http.Response) time.Duration {
	d, _ := retryAfter(resp.Header, time.Now())
	return d
}

// wordsOf returns what a refusal says: its message, its first error's, or the body as it is.
func wordsOf(resp *http.Response) string {
	if resp.StatusCode < 400 {
		return ""
	}
	var wire struct {
		Message string
		Errors  []struct{ Message string }
	}
	raw := bytesOf(resp)
	if !json.Valid(raw) {
		return clean(string(raw))
	}
	_ = json.Unmarshal(raw, &wire) // odd types leave fields empty, which is said below
	if wire.Message == "" && len(wire.Errors) > 0 {
		wire.Message = wire.Errors[0].Message
	}
	return clean(wire.Message)
}
