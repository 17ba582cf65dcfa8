package github

import (
	"net/http"
	"net/url"
	"regexp"
	"sync"
)

// pager refuses the next page of a list whose last page pointed to another host for it. go-github takes only the page
// number from such a link and would ask the API's own host, so nothing would leak; but whatever sent that link is not
// the GitHub that was asked, and what follows cannot count as the rest of the list. The page with the link is handed
// on: its items are kept and the call for the next one fails.
type pager struct {
	next      http.RoundTripper
	endpoints Endpoints

	mu      sync.Mutex
	foreign map[string]string // list → host its next link named
}

func (p *pager) RoundTrip(req *http.Request) (*http.Response, error) {
	list, first := listOf(req.URL)
	if host, ok := p.refuses(list); ok && !first {
		closeBody(req)
		return nil, refused("next page on another host (" + clean(host) + ") not asked for")
	}
	resp, err := p.next.RoundTrip(req)
	if err == nil {
		p.learn(list, resp)
	}
	return resp, err
}

func (p *pager) refuses(list string) (host string, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	host, ok = p.foreign[list]
	return host, ok
}

func (p *pager) learn(list string, resp *http.Response) {
	host := p.foreignNext(resp)
	p.mu.Lock()
	defer p.mu.Unlock()
	if host == "" {
		delete(p.foreign, list) // asked again from its start, the list is in order now
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
				return "unreadable"
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
