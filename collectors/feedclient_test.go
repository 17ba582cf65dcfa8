package collectors

import (
	"compress/gzip"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/community-digest/digest/digest"
)

// elsewhere is the server's address under another name of this machine.
func elsewhere(srv *httptest.Server) string {
	return strings.Replace(srv.URL, "127.0.0.1", "localhost", 1)
}

// servers returns an inner server, which serves a feed and counts its requests, and an
// outer one, which redirects to an address that can be set.
func servers(t *testing.T) (inner, outer *httptest.Server, requests *atomic.Int32, to *atomic.Value) {
	t.Helper()
	requests, to = new(atomic.Int32), new(atomic.Value)
	inner = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		if r.Header.Get("Authorization") != "" || r.Header.Get("Referer") != "" {
			t.Errorf("sent %v", r.Header)
		}
		io.WriteString(w, rss(item("<title>inner</title>")))
	}))
	t.Cleanup(inner.Close)
	outer = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/feed" {
			io.WriteString(w, rss(item("<title>outer</title>")))
			return
		}
		http.Redirect(w, r, to.Load().(string), http.StatusFound)
	}))
	t.Cleanup(outer.Close)
	return inner, outer, requests, to
}

// impatient is a collector that retries at once, for tests with a real network.
func impatient(c *http.Client, sources []FeedSource) *Feeds {
	feeds := NewFeeds(c, sources)
	feeds.sleep = func(context.Context, time.Duration) {}
	return feeds
}

func TestPrivateAddressIsReadOnlyAsConfigured(t *testing.T) {
	inner, outer, requests, to := servers(t)
	private := []FeedSource{{URL: outer.URL, Internal: true}, {URL: inner.URL, Internal: true}}
	for _, tt := range []struct {
		name, to string
		kept     int
	}{
		{"another path of the same origin", outer.URL + "/feed", 1},
		{"another port", inner.URL, 0}, // which is another feed of the configuration
		{"another name", elsewhere(outer) + "/feed", 0},
		{"another scheme", strings.Replace(outer.URL, "http:", "https:", 1) + "/feed", 0},
		{"with credentials", strings.Replace(inner.URL, "//", "//user:secret@", 1), 0},
		{"metadata", "http://169.254.169.254/latest/meta-data", 0},
	} {
		to.Store(tt.to)
		f := collect(t, impatient(NewFeedClient(private), private[:1]))
		outcome := digest.Complete
		if tt.kept == 0 {
			outcome = digest.Failed
		}
		if r := f.Receipts[0]; r.Kept != tt.kept || r.Outcome != outcome {
			t.Errorf("redirect to %s: kept %d, %s (%s)", tt.name, r.Kept, r.Outcome, r.Detail)
		}
	}
	if n := requests.Load(); n != 0 {
		t.Errorf("%d requests to the inner server", n)
	}
	wantReceipt(t, collect(t, impatient(NewFeedClient(private), private[1:])), 0, 1, nil, digest.Complete)
}

func TestNameOfAPrivateAddressIsRefused(t *testing.T) {
	c := NewFeedClient([]FeedSource{{URL: "http://10.1.2.3/feed", Internal: true}})
	inner, _, requests, _ := servers(t)
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(inner.URL, "http://"))
	for _, address := range []string{"http://10.1.2.3:8080/feed", "https://10.1.2.3/feed", "http://0.0.0.0:" + port, "http://[::ffff:127.0.0.1]:" + port} {
		f := collect(t, impatient(c, []FeedSource{{URL: address}}))
		wantReceipt(t, f, 0, 0, nil, digest.Failed)
		if got := f.Receipts[0].Detail.Unsafe(); got != errNotPublic.Error() {
			t.Errorf("%s: %q", address, got)
		}
	}
	if n := requests.Load(); n != 0 {
		t.Errorf("%d requests to the inner server", n)
	}
}

func TestGapOfAnInternalFeedShowsNoDetails(t *testing.T) {
	inner, outer, _, to := servers(t)
	page := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(page.Close)
	closed := httptest.NewServer(nil)
	closed.Close()
	to.Store(inner.URL)
	details := make(map[string]bool)
	for _, address := range []string{page.URL, closed.URL, outer.URL} {
		sources := []FeedSource{{URL: address, Internal: true}}
		f := collect(t, impatient(NewFeedClient(sources), sources))
		wantReceipt(t, f, 0, 0, nil, digest.Failed)
		details[f.Receipts[0].Detail.Unsafe()] = true
	}
	if len(details) != 1 {
		t.Errorf("%d different details: %v", len(details), details)
	}
}

func TestRedirectShowsNothingOfTheNetworkItLeadsTo(t *testing.T) {
	_, outer, _, to := servers(t)
	sources := []FeedSource{{URL: outer.URL}}
	for address, want := range map[string]string{
		"file:///etc/passwd":       "redirected to an address that is neither http nor https",
		"gopher://127.0.0.1:70/1":  "redirected to an address that is neither http nor https",
		outer.URL:                  "more than 5 redirects",
		"http://169.254.169.254/":  "redirected to another host, which could not be read",
		"http://[::1]:1/":          "redirected to another host, which could not be read",
		"http://nowhere.invalid/":  "redirected to another host, which could not be read",
		elsewhere(outer) + "/feed": "redirected to another host, which could not be read",
		"http://user@10.0.0.1:22/": "redirected to another host, which could not be read",
		"http://2130706433:1/":     "redirected to another host, which could not be read", // 127.0.0.1 as a number
	} {
		to.Store(address)
		f := collect(t, impatient(NewFeedClient(sources), sources))
		wantReceipt(t, f, 0, 0, nil, digest.Failed)
		if got := f.Receipts[0].Detail.Unsafe(); got != want {
			t.Errorf("redirect to %s: detail %q, want %q", address, got, want)
		}
	}
}

func TestFeedConnectionsAreUsedOnce(t *testing.T) {
	var connections atomic.Int32
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			http.Redirect(w, r, "/feed", http.StatusFound)
		}
		io.WriteString(w, rss())
	}))
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			connections.Add(1)
		}
	}
	srv.Start()
	defer srv.Close()
	sources := []FeedSource{{URL: srv.URL}}
	wantReceipt(t, collect(t, impatient(NewFeedClient(sources), sources)), 0, 0, nil, digest.Complete)
	if n := connections.Load(); n != 2 {
		t.Errorf("%d connections for two requests", n)
	}
}

func TestFeedThatDecompressesToTooMuchIsCut(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		defer z.Close()
		io.WriteString(z, "<rss><channel><title>")
		zeros := strings.Repeat("0", 1<<20)
		for range 12 { // MiB, of which some kilobytes travel
			if _, err := io.WriteString(z, zeros); err != nil {
				return
			}
		}
	}))
	defer srv.Close()
	sources := []FeedSource{{URL: srv.URL}}
	f := collect(t, impatient(NewFeedClient(sources), sources))
	wantReceipt(t, f, 0, 0, nil, digest.Failed)
	if got := f.Receipts[0].Detail.Unsafe(); got != "larger than 10 MiB" {
		t.Errorf("detail %q", got)
	}
}

func TestOnlyConfiguredHostsAreReachedThroughAProxy(t *testing.T) {
	tr := NewFeedClient(nil).Transport.(*feedTransport)
	tr.free.Proxy = func(*http.Request) (*url.URL, error) { return &url.URL{Scheme: "http", Host: "proxy.example"}, nil }
	first := httptest.NewRequest("GET", "https://named.example/feed", nil)
	for address, want := range map[string]bool{"https://named.example/new": true, "http://named.example/": true, "https://other.example/": false} {
		r := httptest.NewRequest("GET", address, nil)
		r.Response = &http.Response{Request: first}
		if got := tr.hasProxy(r); got != want {
			t.Errorf("redirect to %s through the proxy: %t, want %t", address, got, want)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"": 0, "5": 5 * time.Second, "-1": 0, "soon": 0, "999999999999": 1e6 * time.Second,
		"Mon, 17 Jun 2024 12:00:30 GMT": 30 * time.Second, "Mon, 17 Jun 2024 11:00:00 GMT": 0,
	} {
		if got := retryAfter(http.Header{"Date": {"Mon, 17 Jun 2024 12:00:00 GMT"}, "Retry-After": {value}}); got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
}

func TestPublicAddresses(t *testing.T) {
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
