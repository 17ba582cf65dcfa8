package github

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// This file decides what is retried.
//
//	outcome of an attempt                   REST read    GraphQL query              write
//	no response, cut connection             4 tries      4 tries                    1
//	no response in time                     4 tries      2 tries, then TooHeavy     1
//	200, not JSON, empty or null            4 tries      4 tries                    1
//	200 with errors: gone wrong for a while              2 tries, then what came    1
//	200 with errors: too heavy                           2 tries, then TooHeavy     1
//	502, 504                                4 tries      2 tries, then TooHeavy     1
//	other 5xx, but not 501                  4 tries      4 tries                    1
//	403, 429 for a limit                    waits for it, up to 6 times             1
//	all else                                1            1                          1

// verdict is what to do about the outcome of one attempt. The zero value delivers the response.
type verdict struct {
	err     *Error        // what is wrong
	tries   int           // attempts worth making in all; 0 and 1 are none beyond this one
	usable  bool          // if nothing helps, the response is delivered all the same
	after   time.Duration // wait at least this long before the next attempt
	limit   limit
	limited bool // err is a limit: wait for it rather than count attempts
	env     envelope
}

// heavyTries is how often a query that seems too heavy is sent: once more, as GitHub may have been busy, but not more,
// as each attempt costs points and a smaller query costs less.
const heavyTries = 2

// classify decides about the outcome of one attempt.
func classify(c *call, req *http.Request, resp *http.Response, err error) verdict {
	var v verdict
	switch {
	case err != nil:
		v = classifyFailure(c, err)
	case c.graphql:
		v = classifyGraphQL(c, req, resp)
	default:
		v = classifyREST(c, req, resp)
	}
	if !c.read {
		v.tries = 1
		if v.err != nil && v.err.Kind == TooHeavy {
			v.err.Kind = Unavailable // a write cannot be halved
		}
	}
	return v
}

// classifyFailure is about attempts without a response.
func classifyFailure(c *call, err error) verdict {
	if own, ok := errors.AsType[*Error](err); ok {
		return verdict{err: own} // decided by this package: not sent, or a response too large
	}
	e := &Error{Kind: Unavailable, Message: Reason(err), cause: err}
	if none, ok := errors.AsType[*noResponse](err); ok {
		e.where = none.where
	}
	slow := errors.Is(err, errSlow)
	if slow {
		e.Message = fmt.Sprintf("no complete response within %v", requestTimeout)
	}
	switch {
	case c.left() <= 0:
		e.Message = fmt.Sprintf("no complete response within %v", patience)
		return verdict{err: e}
	case slow && c.graphql:
		e.Kind = TooHeavy
		return verdict{err: e, tries: heavyTries}
	}
	return verdict{err: e, tries: maxTries}
}

func classifyREST(c *call, req *http.Request, resp *http.Response) verdict {
	words := wordsOf(resp)
	if l, ok := limitOf(resp, words, time.Now()); ok {
		return verdict{err: newError(resp, RateLimited, words), limit: l, limited: true}
	}
	switch status := resp.StatusCode; {
	case temporary(status) && c.read:
		return verdict{err: newError(resp, Unavailable, words), tries: maxTries, after: askedFor(resp)}
	case status == http.StatusOK || status == http.StatusCreated:
		if what := malformed(req, resp); what != "" {
			return verdict{err: invalidResponse(req, resp, what), tries: maxTries}
		}
	case status == http.StatusNotFound && !json.Valid(bytesOf(resp)):
		return verdict{err: notAPI(req, resp)}
	}
	return verdict{} // success, or a refusal that go-github's error types describe best
}

// malformed says what is wrong with a body that should be JSON. go-github takes an empty one, and null, for an empty
// list.
func malformed(req *http.Request, resp *http.Response) string {
	accept := req.Header.Get("Accept")
	if req.Method == http.MethodHead || accept != "" && !strings.Contains(accept, "json") ||
		strings.Contains(accept, "raw") {
		return ""
	}
	switch raw := bytesOf(resp); {
	case len(bytes.TrimSpace(raw)) == 0:
		return "empty"
	case !json.Valid(raw):
		return "not JSON: " + clean(string(raw))
	case string(bytes.TrimSpace(raw)) == "null":
		return "null"
	}
	return ""
}

func classifyGraphQL(c *call, req *http.Request, resp *http.Response) verdict {
	if resp.StatusCode != http.StatusOK {
		return classifyGraphQLStatus(req, resp)
	}
	env, err := parseEnvelope(bytesOf(resp), requestID(resp.Header))
	if err != nil {
		return verdict{err: invalidResponse(req, resp, err.Error()), tries: maxTries}
	}
	if c.verify != nil && env.data != nil {
		env.errors = append(env.errors, c.verify(env)...)
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
			v.tries = heavyTries // most of the response is here: one more attempt for the rest
		}
	}
	return v // other errors concern the query or a part of it: Query returns them
}

func classifyGraphQLStatus(req *http.Request, resp *http.Response) verdict {
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
	case temporary(s):
		v.tries, v.after = maxTries, askedFor(resp)
	case s == http.StatusNotFound:
		v.err = notAPI(req, resp) // GitHub returns 200 for a repository that is missing
	}
	return v
}

// limitOfQuery distinguishes the hourly limit, whose end the headers give, from the secondary ones. "Remaining" does not count:
// GitHub has returned RATE_LIMITED with points left.
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

// temporary reports whether a status means trouble that may pass. 501 does not.
func temporary(status int) bool { return status >= 500 && status != http.StatusNotImplemented }

func askedFor(resp *http.Response) time.Duration {
	d, _ := retryAfter(resp.Header, time.Now())
	return d
}

// wordsOf returns the text of a refusal: its message, its first error's, or the body as it is.
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
	_ = json.Unmarshal(raw, &wire) // odd types leave fields empty
	if wire.Message == "" && len(wire.Errors) > 0 {
		wire.Message = wire.Errors[0].Message
	}
	return clean(wire.Message)
}

// invalidResponse describes a success that cannot be one.
func invalidResponse(req *http.Request, resp *http.Response, what string) *Error {
	e := newError(resp, Unavailable, what)
	e.where = address(req.URL)
	return e
}

// notAPI describes a 404 that GitHub's API does not send, so that a wrong address is not taken for a missing repository.
func notAPI(req *http.Request, resp *http.Response) *Error {
	e := newError(resp, Unavailable, "this is not GitHub's API, check GITHUB_API_URL and GITHUB_GRAPHQL_URL")
	e.where = address(req.URL)
	return e
}
