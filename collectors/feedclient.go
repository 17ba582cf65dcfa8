package collectors

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"syscall"
	"time"
)

const maxRedirects = 5

// NewFeedClient returns an HTTP client for the feeds. A feed may redirect to anywhere,
// and a name may resolve to anything: the client speaks http and https only, follows a
// few redirects, and refuses addresses that are not public at the moment it dials them,
// after the name was resolved. Hosts that the configuration itself names are allowed:
// a company's own feed may well be inside.
func NewFeedClient(sources []FeedSource) *http.Client {
	named := make(map[string]bool)
	for _, s := range sources {
		if u, err := url.Parse(s.URL); err == nil {
			named[u.Hostname()] = true
		}
	}
	free := &net.Dialer{Timeout: 10 * time.Second}
	guarded := &net.Dialer{Timeout: 10 * time.Second, Control: refusePrivate}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	// The proxy would resolve names in the guard's place.
	var proxies sync.Map // the hosts of proxies in use: the environment names them
	transport.Proxy = func(r *http.Request) (*url.URL, error) {
		if !named[r.URL.Hostname()] {
			return nil, nil
		}
		u, err := http.ProxyFromEnvironment(r)
		if u != nil {
			proxies.Store(u.Hostname(), true)
		}
		return u, err
	}
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		if _, proxy := proxies.Load(host); proxy || named[host] {
			return free.DialContext(ctx, network, address)
		}
		return guarded.DialContext(ctx, network, address)
	}
	return &http.Client{Transport: transport, CheckRedirect: checkFeedRedirect}
}

func checkFeedRedirect(r *http.Request, via []*http.Request) error {
	r.Header.Del("Referer") // it would tell the next host the whole address, and a key in it
	if len(via) > maxRedirects {
		return fmt.Errorf("more than %d redirects", maxRedirects)
	}
	if r.URL.Scheme != "http" && r.URL.Scheme != "https" {
		return errors.New("redirected to an address that is neither http nor https")
	}
	return nil
}

// refusePrivate is called with the address that is about to be dialled.
func refusePrivate(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if !public(ap.Addr().Unmap()) {
		return errors.New("its address is not public")
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
