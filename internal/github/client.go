// Package github is the one way this program talks to GitHub. It owns what every call needs and no caller should
// repeat: the token and where it may go, the request budget, waiting for limits, repeating failed reads, and errors
// that say what went wrong and when to try again.
//
// Reads are repeated when that can help; writes are sent once, always. Nothing is logged here: callers get errors.
package github

import (
	"net/http"

	gogithub "github.com/google/go-github/v57/github"
	"github.com/shurcooL/githubv4"
	"golang.org/x/oauth2"
)

// Client calls the REST and the GraphQL API of one GitHub, both under one budget. It is safe for concurrent use.
type Client struct {
	// REST is go-github on this package's transport. Its errors keep go-github's types where GitHub refused a request
	// (*ErrorResponse) and are *Error where the transport gave up; KindOf and AsError read both.
	//
	// Renamed repositories are followed. Calls to other hosts are refused.
	REST *gogithub.Client

	v4     *githubv4.Client
	authed bool
	usage  *usage

	// What a document may weigh is learnt once for all that ask the same way.
	repoLoad, nodeLoad *load
}

// NewClient returns a client for the GitHub at e. A nil tokens means calls without a token.
func NewClient(e Endpoints, tokens oauth2.TokenSource, l Limits) *Client {
	l = l.withDefaults()
	u := newUsage()
	hc := &http.Client{
		Transport:     newTransport(e, tokens, l, u),
		CheckRedirect: e.checkRedirect,
	}
	rest := gogithub.NewClient(hc)
	rest.BaseURL = e.restBase()
	rest.UploadURL = e.restBase() // unused; never the public upload host on another GitHub
	rest.UserAgent = userAgent
	return &Client{
		REST:   rest,
		v4:     githubv4.NewEnterpriseClient(e.GraphQL.String(), hc),
		authed: tokens != nil,
		usage:  u,

		repoLoad: &load{maxBatch: repoBatch},
		nodeLoad: &load{maxBatch: nodeBatch},
	}
}

// Authenticated reports whether calls carry a token. GitHub answers no GraphQL query without one.
func (c *Client) Authenticated() bool { return c.authed }

// Usage returns what the client has used so far.
func (c *Client) Usage() Usage { return c.usage.snapshot() }
