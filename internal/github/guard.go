package github

import (
	"errors"
	"net/http"
)

const (
	userAgent    = "digest"
	apiVersion   = "2022-11-28"
	maxRedirects = 5
)

// guard lets requests pass to the API's own hosts only.
type guard struct {
	next      http.RoundTripper
	endpoints Endpoints
}

func (g *guard) RoundTrip(req *http.Request) (*http.Response, error) {
	if !g.endpoints.serves(req.URL) {
		closeBody(req)
		return nil, refused("request to another host (" + clean(req.URL.Hostname()) + ") not sent")
	}
	graphql := g.endpoints.isGraphQL(req.URL)
	if graphql && callOf(req.Context()) == nil {
		closeBody(req)
		return nil, refused("query outside Query and Mutate not sent") // nobody would look at its errors
	}
	resp, err := g.next.RoundTrip(prepare(req, graphql))
	if err != nil {
		return nil, err
	}
	resp.Request = req // the caller's request, so that no Authorization header is handed out
	if err := g.endpoints.checkLocation(resp); err != nil {
		return nil, err
	}
	// go-github keeps its own account of limits and would refuse calls that this package waits for; it leaves
	// answers from a cache out of that account.
	resp.Header.Set("X-From-Cache", "1")
	return resp, nil
}

func prepare(req *http.Request, graphql bool) *http.Request {
	ctx := req.Context()
	if !graphql {
		ctx = withCall(ctx, newCall(req))
	}
	out := req.Clone(ctx)
	out.Header.Del("Authorization") // only auth sets it
	out.Header.Set("User-Agent", userAgent)
	if !graphql && out.Header.Get("X-GitHub-Api-Version") == "" {
		out.Header.Set("X-GitHub-Api-Version", apiVersion)
	}
	return out
}

// checkLocation refuses redirects to other hosts before net/http sees them, whose errors quote the whole address: it
// may hold anything.
func (e Endpoints) checkLocation(resp *http.Response) error {
	if resp.StatusCode < 300 || resp.StatusCode >= 400 || resp.Header.Get("Location") == "" {
		return nil
	}
	to, err := resp.Location()
	if err != nil {
		return refused("redirect to an unreadable address not followed")
	}
	if !e.serves(to) {
		return refused("redirect to another host (" + clean(to.Hostname()) + ") not followed")
	}
	return nil
}

// checkRedirect follows what GitHub answers for renamed repositories and refuses everything else.
func (e Endpoints) checkRedirect(req *http.Request, via []*http.Request) error {
	switch {
	case !e.serves(req.URL):
		return refused("redirect to another host not followed") // unreachable: checkLocation came first
	case via[0].Method != http.MethodGet && via[0].Method != http.MethodHead:
		return refused("redirect of a " + via[0].Method + " request not followed")
	case req.Response == nil || !followed(req.Response.StatusCode):
		return refused("redirect of an unexpected kind not followed")
	case len(via) > maxRedirects:
		return refused("too many redirects")
	}
	return nil
}

func followed(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

func refused(why string) *Error { return &Error{Kind: Refused, cause: errors.New(why)} }

func closeBody(req *http.Request) {
	if req.Body != nil {
		req.Body.Close()
	}
}
