package collectors

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/feed"
	"github.com/community-digest/digest/internal/github"
)

const (
	sourceTimeout = 2 * time.Minute  // for a feed, with all attempts and pauses
	feedTimeout   = 30 * time.Second // for the response to begin, and again to read it
	maxTries      = 4
	maxRedirects  = 5
)

// parsing bounds how many feeds are read at once in this process, and so their memory.
var parsing = make(chan struct{}, 4)

// load requests a feed and reads it, again where that can help. An error may come with
// what was read before it.
func (c *Feeds) load(ctx context.Context, s FeedSource, p digest.Period) (feedDocument, error) {
	ctx, cancel := context.WithTimeout(ctx, sourceTimeout)
	defer cancel()
	var paused time.Duration
	for try := 1; ; try++ {
		doc, err := c.attempt(ctx, s, p)
		pause, retry := pauseAfter(err, try)
		if paused += pause; !retry || paused >= sourceTimeout || ctx.Err() != nil {
			return doc, err
		}
		c.sleep(ctx, pause)
	}
}

// sleep waits until a pause or the context is over.
func sleep(ctx context.Context, pause time.Duration) {
	select {
	case <-time.After(pause):
	case <-ctx.Done():
	}
}

// statusError is a response that is not a feed because of its status.
type statusError struct {
	code  int
	after time.Duration // as the server asks for
}

func (e *statusError) Error() string {
	text := strings.TrimSpace(fmt.Sprintf("the server returned %d %s", e.code, http.StatusText(e.code)))
	if e.after > 0 {
		text += fmt.Sprintf(" and asks to wait %s", e.after)
	}
	return text
}

// pauseAfter returns how long to wait before the next attempt, if there is to be one.
func pauseAfter(err error, try int) (pause time.Duration, retry bool) {
	pause = time.Second << (try - 1)
	pause = pause/2 + rand.N(pause)
	var (
		status *statusError
		lost   *connectionError
	)
	switch {
	case try == maxTries:
		return 0, false
	case errors.As(err, &status):
		switch status.code {
		case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return max(pause, status.after), true
		}
		return 0, false
	case errors.As(err, &lost):
		return pause, lost.temporary
	}
	return pause, errors.Is(err, io.ErrUnexpectedEOF)
}

// connectionError is a request without a response, or with half of one.
type connectionError struct {
	text      string
	temporary bool
}

func (e *connectionError) Error() string { return e.text }

// attempt requests a feed once and reads it.
func (c *Feeds) attempt(ctx context.Context, s FeedSource, p digest.Period) (feedDocument, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(feedTimeout, func() { cancel(context.DeadlineExceeded) })
	defer timer.Stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, nil)
	if err != nil {
		return feedDocument{}, errors.New("invalid address")
	}
	req.Header.Set("User-Agent", "digest")
	req.Header.Set("Accept", "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5")
	resp, err := c.client.Do(req)
	if err != nil {
		return feedDocument{}, explain(ctx, req, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return feedDocument{}, &statusError{resp.StatusCode, retryAfter(resp.Header)}
	}
	timer.Stop()
	select {
	case parsing <- struct{}{}:
		defer func() { <-parsing }()
	case <-ctx.Done():
		return feedDocument{}, explain(ctx, req, ctx.Err())
	}
	timer.Reset(feedTimeout)
	address := *resp.Request.URL
	address.User, address.RawQuery = nil, "" // relative links must not carry a key
	doc, err := readFeed(ctx, resp.Body, &address, resp.Header.Get("Content-Type"), p, s.Identifiers)
	var (
		format *feed.FormatError
		size   *feed.SizeError
	)
	if err == nil || errors.As(err, &format) || errors.As(err, &size) || errors.As(err, new(*feed.SyntaxError)) {
		return doc, err
	}
	cut := explain(ctx, req, err)
	if errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		cut.temporary = false // it would take as long again
	}
	return doc, cut
}

// explain says why a request failed, without the address, which may hold a key.
func explain(ctx context.Context, req *http.Request, err error) *connectionError {
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	var (
		refused *redirectError
		failed  *url.Error
		dns     *net.DNSError
	)
	switch {
	case errors.As(err, &refused):
		return &connectionError{text: refused.text}
	case errors.As(err, &failed) && !sameOrigin(failed.URL, req.URL):
		// Which addresses of our network exist, and what listens there, is not the business
		// of the server that redirects to them.
		return &connectionError{text: "redirected to another host, which could not be read"}
	case errors.Is(err, errNotPublic):
		return &connectionError{text: errNotPublic.Error()}
	}
	return &connectionError{text: github.Reason(err), temporary: !errors.As(err, &dns) || !dns.IsNotFound}
}

// retryAfter reads the header of that name: seconds, or a date by the server's clock.
func retryAfter(h http.Header) time.Duration {
	value := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(value); err == nil {
		return time.Duration(min(max(seconds, 0), 1e6)) * time.Second
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0
	}
	date, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return max(0, date.Sub(now))
}

// NewFeedClient returns an HTTP client for the feeds. A feed may redirect to anywhere, and
// a name may resolve to anything: the client speaks http and https only, follows a few
// redirects, and refuses addresses that are not public at the moment it dials them, after
// the name was resolved.
//
// Private addresses are for the feeds that say so, and for those that the configuration
// gives a loopback address: for that scheme, host and port, and for no redirect from
// elsewhere.
func NewFeedClient(sources []FeedSource) *http.Client {
	internal := make(map[origin]bool)
	for _, s := range sources {
		if u, err := url.Parse(s.URL); err == nil && (s.Internal || isLoopback(u.Hostname())) {
			internal[originOf(u)] = true
		}
	}
	free, guarded := newTransport(nil), newTransport(refusePrivate)
	free.Proxy = http.ProxyFromEnvironment
	return &http.Client{Transport: &feedTransport{internal, free, guarded}, CheckRedirect: checkFeedRedirect}
}

// newTransport returns a transport that uses each connection once: what a server sends on
// an idle one would end up in the log.
func newTransport(control func(network, address string, c syscall.RawConn) error) *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: control}
	var http1 http.Protocols
	http1.SetHTTP1(true)
	return &http.Transport{
		DialContext: dialer.DialContext, TLSHandshakeTimeout: 10 * time.Second,
		DisableKeepAlives: true, MaxResponseHeaderBytes: 64 << 10, Protocols: &http1,
	}
}

type origin struct{ scheme, host, port string }

func originOf(u *url.URL) origin {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return origin{u.Scheme, strings.ToLower(u.Hostname()), port}
}

func sameOrigin(address string, u *url.URL) bool {
	other, err := url.Parse(address)
	return err == nil && originOf(other) == originOf(u)
}

// isLoopback reports whether a host is this machine by what it says, not by resolving it.
func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

// feedTransport decides for each request whether private addresses are allowed.
type feedTransport struct {
	internal      map[origin]bool
	free, guarded *http.Transport
}

func (t *feedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if t.isInternal(r) || t.hasProxy(r) {
		return t.free.RoundTrip(r)
	}
	return t.guarded.RoundTrip(r)
}

// isInternal reports whether a request, and all those that redirected to it, have the same
// internal origin.
func (t *feedTransport) isInternal(r *http.Request) bool {
	o := originOf(r.URL)
	for r.Response != nil {
		r = r.Response.Request
		if originOf(r.URL) != o {
			return false
		}
	}
	return t.internal[o]
}

// hasProxy reports whether a request goes through a proxy, which resolves names in the
// guard's place. Only the hosts that the configuration names are trusted with that.
func (t *feedTransport) hasProxy(r *http.Request) bool {
	first := r
	for first.Response != nil {
		first = first.Response.Request
	}
	if first.URL.Hostname() != r.URL.Hostname() {
		return false
	}
	proxy, err := t.free.Proxy(r)
	return proxy != nil && err == nil
}

// redirectError is a redirect that is not followed.
type redirectError struct{ text string }

func (e *redirectError) Error() string { return e.text }

func checkFeedRedirect(r *http.Request, via []*http.Request) error {
	r.Header.Del("Referer") // it would show the next host the whole address, and a key in it
	r.URL.User = nil
	if len(via) > maxRedirects {
		return &redirectError{fmt.Sprintf("more than %d redirects", maxRedirects)}
	}
	if r.URL.Scheme != "http" && r.URL.Scheme != "https" {
		return &redirectError{"redirected to an address that is neither http nor https"}
	}
	return nil
}

var errNotPublic = errors.New("the address is not public (internal: true allows that)")

// refusePrivate is called with the address that is about to be dialled.
func refusePrivate(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if !public(ap.Addr().Unmap()) {
		return errNotPublic
	}
	return nil
}

// reserved are ranges that are not public, beside those that netip knows.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"), // carriers' NAT
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("fec0::/10"),      // site-local, as private addresses once were
	netip.MustParsePrefix("64:ff9b::/96"),   // NAT64: an IPv4 address in disguise
	netip.MustParsePrefix("64:ff9b:1::/48"), // a network's own NAT64: likewise
	netip.MustParsePrefix("2002::/16"),      // 6to4: likewise
	netip.MustParsePrefix("2001::/32"),      // Teredo: likewise
	netip.MustParsePrefix("::/96"),          // compatible with IPv4: likewise
}

func public(a netip.Addr) bool {
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() {
		return false
	}
	for _, p := range reserved {
		if p.Contains(a) {
			return false
		}
	}
	return true
}
