package github

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"golang.org/x/oauth2"
)

// This file decides where requests and the token may go.

const (
	userAgent    = "digest"
	apiVersion   = "2022-11-28"
	maxRedirects = 5
)

// guard sends requests to the API's own hosts only.
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
		return nil, refused("query outside Query and Mutate not sent") // its errors would go unread
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
	// responses from a cache out of that account.
	resp.Header.Set("X-From-Cache", "1")
	return resp, nil
}

func prepare(req *http.Request, graphql bool) *http.Request {
	ctx := req.Context()
	if !graphql {
		ctx = withCall(ctx, newRESTCall(req))
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
		return refused("redirect to a malformed address not followed")
	}
	if !e.serves(to) {
		return refused("redirect to another host (" + clean(to.Hostname()) + ") not followed")
	}
	return nil
}

// checkRedirect follows what GitHub returns for renamed repositories and refuses everything else.
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

// pager refuses the next page of a list whose last page linked to another host for it. go-github takes only the page
// number from such a link and would ask the API's own host, so nothing would leak; but whatever sent that link is not
// the GitHub that was asked, and what follows cannot count as the rest of the list. The page with the link is handed
// on: its items are kept and the call for the next one fails.
type pager struct {
	next      http.RoundTripper
	endpoints Endpoints

	mu      sync.Mutex
	foreign map[string]string // list → host in its next link
}

func (p *pager) RoundTrip(req *http.Request) (*http.Response, error) {
	list, first := listOf(req.URL)
	if host, ok := p.refuses(list); ok && !first {
		closeBody(req)
		return nil, refused("next page on another host (" + clean(host) + ") not requested")
	}
	resp, err := p.next.RoundTrip(req)
	if err == nil {
		p.note(list, resp)
	}
	return resp, err
}

func (p *pager) refuses(list string) (host string, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	host, ok = p.foreign[list]
	return host, ok
}

func (p *pager) note(list string, resp *http.Response) {
	host := p.foreignNext(resp)
	p.mu.Lock()
	defer p.mu.Unlock()
	if host == "" {
		delete(p.foreign, list) // requested again from its start, the list is in order now
		return
	}
	p.foreign[list] = host
}

var nextLink = regexp.MustCompile(`<([^<>]*)>\s*;[^<]*rel="?next"?`)

// foreignNext returns the host of a next link that leaves the API's hosts, or "".
func (p *pager) foreignNext(resp *http.Response) string {
	for _, h := range resp.Header.Values("Link") {
		for _, m := range nextLink.FindAllStringSubmatch(h, -1) {
			u, err := url.Parse(m[1])
			if err != nil {
				return "malformed"
			}
			if u.Host != "" && !p.endpoints.serves(u) {
				return u.Hostname()
			}
		}
	}
	return ""
}

// listOf names the list a request reads, whatever its page, and reports whether it asks for the first page.
func listOf(u *url.URL) (list string, first bool) {
	q := u.Query()
	q.Del("per_page") // callers may change it on the way
	first = true
	for _, k := range []string{"page", "after", "before", "cursor"} {
		if v := q.Get(k); v != "" && (k != "page" || v != "1") {
			first = false
		}
		q.Del(k)
	}
	return u.Path + "?" + q.Encode(), first
}

// auth adds the token. Only requests to the API's hosts reach it (guard), so redirects cannot carry the token away. It
// also removes the token from responses, should a proxy repeat the request in its error page.
type auth struct {
	next   http.RoundTripper
	tokens oauth2.TokenSource
}

func (a *auth) RoundTrip(req *http.Request) (*http.Response, error) {
	t, err := a.tokens.Token()
	if err != nil {
		closeBody(req)
		// The cause stays out: token endpoints repeat secrets in their errors.
		return nil, &Error{Kind: Unauthorized, Message: "no token could be obtained"}
	}
	if !wellFormed(t.AccessToken) {
		closeBody(req)
		return nil, &Error{Kind: Unauthorized, Message: "the token is empty or contains a space or line break"}
	}
	out := req.Clone(req.Context())
	t.SetAuthHeader(out)
	resp, err := a.next.RoundTrip(out)
	if err != nil {
		return nil, err
	}
	redact(resp, t.AccessToken)
	return resp, nil
}

// wellFormed keeps a token that net/http would refuse, or that would split a header, from being sent.
func wellFormed(token string) bool {
	return token != "" && strings.IndexFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// minSecret keeps redact from removing words from responses where a test's token is a word; GitHub's are far longer.
const minSecret = 12

func redact(resp *http.Response, token string) {
	if len(token) < minSecret {
		return
	}
	if raw := bytesOf(resp); bytes.Contains(raw, []byte(token)) {
		setBody(resp, bytes.ReplaceAll(raw, []byte(token), []byte("***")))
	}
	for _, values := range resp.Header {
		for i, v := range values {
			values[i] = strings.ReplaceAll(v, token, "***")
		}
	}
}
