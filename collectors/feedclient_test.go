package collectors

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/community-digest/digest/digest"
)

// elsewhere is the server's address under another name of the same machine.
func elsewhere(srv *httptest.Server) string {
	return strings.Replace(srv.URL, "127.0.0.1", "localhost", 1)
}

// inner serves a feed and counts who asks for it; outer redirects to wherever to says.
func servers(t *testing.T) (inner, outer *httptest.Server, asked *atomic.Int32, to *atomic.Value) {
	t.Helper()
	asked, to = new(atomic.Int32), new(atomic.Value)
	inner = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.Header.Get("Authorization") != "" {
			t.Error("a token was sent")
		}
		w.Write([]byte(rss(item("<title>inner</title>"))))
	}))
	t.Cleanup(inner.Close)
	outer = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, to.Load().(string), http.StatusFound)
	}))
	t.Cleanup(outer.Close)
	return inner, outer, asked, to
}

func TestRedirectToAPrivateAddressIsRefusedUnlessTheConfigurationNamesIt(t *testing.T) {
	inner, outer, asked, to := servers(t)
	to.Store(elsewhere(inner))
	sources := []FeedSource{{URL: outer.URL}}
	f := collect(t, NewFeeds(NewFeedClient(sources), sources))
	wantReceipt(t, f, 0, 0, nil, digest.Failed)
	if got := f.Receipts[0].Detail.Unsafe(); !strings.Contains(got, "not public") || asked.Load() != 0 {
		t.Errorf("detail %q, asked %d times", got, asked.Load())
	}
	sources = append(sources, FeedSource{URL: elsewhere(inner)})
	f = collect(t, NewFeeds(NewFeedClient(sources), sources))
	wantReceipt(t, f, 0, 1, nil, digest.Complete)
	wantReceipt(t, f, 1, 1, nil, digest.Complete)
}

func TestRedirectsAreFollowedOnTheWebOnlyAndNotForEver(t *testing.T) {
	inner, outer, asked, to := servers(t)
	sources := []FeedSource{{URL: outer.URL}}
	for _, tt := range []struct{ to, detail string }{
		{"file:///etc/passwd", "neither http nor https"},
		{"gopher://127.0.0.1:70/1", "neither http nor https"},
		{"ftp://127.0.0.1/x", "neither http nor https"},
		{outer.URL, "more than 5 redirects"},
		{"http://169.254.169.254/latest/meta-data", "not public"},
		{"http://[::1]:1/", "not public"},
		{"http://0.0.0.0:1/", "not public"},
		{"http://2130706433:1/", ""}, // 127.0.0.1 in digits: no such name, or a refused address
		{inner.URL, "kept"},          // a port of the host that is named
	} {
		to.Store(tt.to)
		f := collect(t, NewFeeds(NewFeedClient(sources), sources))
		if tt.detail == "kept" {
			wantReceipt(t, f, 0, 1, nil, digest.Complete)
			continue
		}
		wantReceipt(t, f, 0, 0, nil, digest.Failed)
		if got := f.Receipts[0].Detail.Unsafe(); !strings.Contains(got, tt.detail) {
			t.Errorf("redirect to %s: detail %q, want %q in it", tt.to, got, tt.detail)
		}
	}
	if asked.Load() != 1 {
		t.Errorf("the inner server was asked %d times, want once", asked.Load())
	}
}

func TestProxyIsAskedForNamedHostsOnly(t *testing.T) {
	// The environment is read once in the life of a process, so only the refusal can be tested here.
	tr := NewFeedClient([]FeedSource{{URL: "https://named.example/feed"}}).Transport.(*http.Transport)
	r := httptest.NewRequest("GET", "https://other.example/", nil)
	if u, err := tr.Proxy(r); u != nil || err != nil {
		t.Errorf("a host that is not named is reached through %v (%v)", u, err)
	}
}

func TestAddressesThatAreNotPublic(t *testing.T) {
	for address, want := range map[string]bool{
		"93.184.216.34": true, "8.8.8.8": true, "172.15.0.1": true, "172.32.0.1": true, "2606:4700::1111": true, "2a00:1450::1": true,
		"0.0.0.0": false, "0.1.2.3": false, "10.1.2.3": false, "100.64.0.1": false, "127.0.0.1": false, "127.8.8.8": false,
		"169.254.169.254": false, "172.16.0.1": false, "172.31.255.255": false, "192.0.0.1": false, "192.168.1.1": false,
		"198.18.0.1": false, "224.0.0.1": false, "240.0.0.1": false, "255.255.255.255": false,
		"::": false, "::1": false, "fe80::1": false, "fc00::1": false, "fd12::1": false, "ff02::1": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::ffff:100.64.0.1": false, "::ffff:8.8.8.8": true, "::127.0.0.1": false, "fec0::1": false,
		"64:ff9b::7f00:1": false, "64:ff9b:1::7f00:1": false, "2002:7f00:1::": false, "2001:0:1::1": false,
	} {
		if got := public(netip.MustParseAddr(address).Unmap()); got != want {
			t.Errorf("%s: public %t, want %t", address, got, want)
		}
		host := netip.AddrPortFrom(netip.MustParseAddr(address), 80).String()
		if err := refusePrivate("tcp", host, nil); (err == nil) != want {
			t.Errorf("%s: %v", host, err)
		}
	}
	for _, odd := range []string{"", "localhost:80", "10.0.0.1", "[fe80::1%eth0]:80"} {
		if refusePrivate("tcp", odd, nil) == nil {
			t.Errorf("%q is dialled", odd)
		}
	}
}
