// Package github is the program's only way to GitHub. It owns what every call needs and no caller should repeat: the
// token and where it may go, rate limits, retries, batches of queries, and errors that say what went wrong and when to
// run again.
//
// Reads are retried where that can help: classify.go decides. Writes are sent once. Nothing is logged: callers get
// errors.
package github

import (
	"net/http"
	"time"

	gogithub "github.com/google/go-github/v57/github"
	"github.com/shurcooL/githubv4"
	"golang.org/x/oauth2"
)

// Client calls the REST and the GraphQL API of one GitHub under shared limits. It is safe for concurrent use.
type Client struct {
	// REST is go-github on this package's transport. Its errors keep go-github's types where GitHub refused a request
	// (*ErrorResponse) and are *Error where the transport gave up; KindOf and AsError read both.
	//
	// Renamed repositories are followed. Calls to other hosts are refused.
	REST *gogithub.Client

	v4        *githubv4.Client
	endpoints Endpoints
	authed    bool
	usage     *usage
}

// Limits bound what a client may do beyond GitHub's own limits, which it always obeys.
type Limits struct {
	// MaxWait is the longest wait for an hourly limit to reset. The default, 0, is not to wait: calls then fail with
	// RateLimited and the time to run again.
	MaxWait time.Duration
	// OnWait, if set, is called when a wait begins, once for all calls that wait for the same. It must be safe for
	// concurrent use.
	OnWait func(reason string, until time.Time)
	// Transport carries the requests. The default is a copy of http.DefaultTransport.
	Transport http.RoundTripper
}

// NewClient returns a client for the GitHub at e. A nil tokens means calls without a token.
func NewClient(e Endpoints, tokens oauth2.TokenSource, l Limits) *Client {
	if l.Transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.MaxIdleConnsPerHost = maxInFlight
		l.Transport = t
	}
	u := &usage{now: Usage{Rates: map[string]Rate{}}}
	hc := &http.Client{Transport: newTransport(e, tokens, l, u), CheckRedirect: e.checkRedirect}
	rest := gogithub.NewClient(hc)
	rest.BaseURL = e.restBase()
	rest.UploadURL = e.restBase() // unused; never the public upload host on another GitHub
	rest.UserAgent = userAgent
	return &Client{
		REST:      rest,
		v4:        githubv4.NewEnterpriseClient(e.GraphQL.String(), hc),
		endpoints: e,
		authed:    tokens != nil,
		usage:     u,
	}
}

// newTransport builds the chain that every request passes, outermost first:
//
//	guard    refuses other hosts and adds the headers GitHub asks for; outermost, so that nothing inside sees a foreign URL
//	pager    refuses the next page of a list whose link pointed to another host
//	sanitize makes the text of failed responses safe to print; outside retry, as most responses never leave it
//	retry    classifies every response, repeats reads, reports limits to the limiter
//	limiter  waits for limits and a free slot; inside retry, so that every attempt passes it
//	auth     adds the token; inside limiter, so that no token grows old while a request waits
//	body     bounds and buffers the response; innermost, so that everything outside sees whole responses or errors
func newTransport(e Endpoints, tokens oauth2.TokenSource, l Limits, u *usage) http.RoundTripper {
	var rt http.RoundTripper = &body{next: l.Transport}
	if tokens != nil {
		rt = &auth{next: rt, tokens: tokens}
	}
	lim := newLimiter(rt, l, u)
	rt = &retry{limiter: lim}
	rt = &sanitize{next: rt}
	rt = &pager{next: rt, endpoints: e, foreign: map[string]string{}}
	return &guard{next: rt, endpoints: e}
}

// Authenticated reports whether calls carry a token. GitHub accepts no GraphQL query without one.
func (c *Client) Authenticated() bool { return c.authed }

// Usage returns what the client has used so far.
func (c *Client) Usage() Usage { return c.usage.snapshot() }

// Clock returns how far GitHub's clock was ahead of ours at the last response, to about a second; known is false before
// the first response.
func (c *Client) Clock() (ahead time.Duration, known bool) { return c.usage.clock() }

// WebHost returns the host of the pages that people see (html_url). Where it cannot be derived from the API's address,
// as for a test server or a proxy, it is github.com.
func (c *Client) WebHost() string {
	if host := c.endpoints.webHost(); host != "" {
		return host
	}
	return "github.com"
}
