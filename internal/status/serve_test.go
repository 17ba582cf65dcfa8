package status

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

var discard = slog.New(slog.DiscardHandler)

// serving serves a handler on loopback until the returned function is called, which
// returns what Serve did.
func serving(t *testing.T, h http.Handler) (addr string, stop func() error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- Serve(ctx, l, h, discard) }()
	stopped := false
	stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		return <-done
	}
	t.Cleanup(func() { _ = stop() })
	return l.Addr().String(), stop
}

// asked sends a request with this Host and returns the status line.
func asked(t *testing.T, addr, host string) string {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET /healthz HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", host)
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

func TestServeOnLoopbackServesLocalHostsOnly(t *testing.T) {
	b, _ := weekly(t, "2023-12-11 12:00")
	addr, _ := serving(t, Handler(b, nil))
	for host, want := range map[string]string{
		addr:                        "200 OK",
		"localhost":                 "200 OK",
		"LOCALHOST:8080":            "200 OK",
		"127.0.0.1":                 "200 OK",
		"127.1.2.3:80":              "200 OK",
		"[::1]":                     "200 OK",
		"[::1]:8080":                "200 OK",
		"":                          "421 Misdirected Request",
		"evil.example":              "421 Misdirected Request",
		"evil.example:8080":         "421 Misdirected Request",
		"localhost.evil.example":    "421 Misdirected Request",
		"127.0.0.1.evil.example":    "421 Misdirected Request",
		"192.168.1.1":               "421 Misdirected Request",
		"[::ffff:192.168.1.1]:8080": "421 Misdirected Request",
		"0.0.0.0:8080":              "421 Misdirected Request",
	} {
		if got := asked(t, addr, host); got != "HTTP/1.1 "+want {
			t.Errorf("Host %q: %s", host, got)
		}
	}
}

func TestOtherAddressesServeAnyHost(t *testing.T) {
	reached := false
	h := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true })
	for _, addr := range []net.Addr{&net.TCPAddr{IP: net.IPv4zero}, &net.TCPAddr{IP: net.IPv6unspecified}, &net.TCPAddr{IP: net.IPv4(10, 0, 0, 1)}, &net.UnixAddr{}} {
		reached = false
		guard(addr, h).ServeHTTP(nil, &http.Request{Host: "status.example"})
		if !reached {
			t.Errorf("%T %s: refused", addr, addr)
		}
	}
}

func TestServeFinishesAResponseBeforeItStops(t *testing.T) {
	arrived, goOn := make(chan struct{}), make(chan struct{})
	addr, stop := serving(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		<-goOn
		io.WriteString(w, "all of it")
	}))
	body := make(chan string, 1)
	go func() {
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		resp, err := client.Get("http://" + addr)
		if err != nil {
			body <- err.Error()
			return
		}
		defer resp.Body.Close()
		data, _ := io.ReadAll(resp.Body)
		body <- string(data)
	}()
	<-arrived
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	time.Sleep(20 * time.Millisecond) // so that the stop comes first
	close(goOn)
	if got := <-body; got != "all of it" {
		t.Errorf("the response is %q", got)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	if _, err := net.Dial("tcp", addr); err == nil {
		t.Error("the listener is still there")
	}
}

// pipes is a listener without a network, so that time can be the test's.
type pipes struct {
	conns chan net.Conn
	ctx   context.Context
}

func (p pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.ctx.Done():
		return nil, net.ErrClosed
	}
}
func (p pipes) Close() error   { return nil }
func (p pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes"} }

func TestServeCutsOffAResponseThatDoesNotEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		l := pipes{make(chan net.Conn), ctx}
		h := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		done := make(chan error, 1)
		go func() { done <- Serve(ctx, l, h, discard) }()
		ours, theirs := net.Pipe()
		l.conns <- theirs
		io.WriteString(ours, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		synctest.Wait()
		start := time.Now()
		cancel()
		if err := <-done; err == nil || time.Since(start) != stopTime {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
		ours.Close()
	})
}

func TestAClientThatSendsNothingIsLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		l := pipes{make(chan net.Conn), ctx}
		done := make(chan error, 1)
		go func() { done <- Serve(ctx, l, http.NotFoundHandler(), discard) }()
		ours, theirs := net.Pipe()
		l.conns <- theirs
		start := time.Now()
		io.WriteString(ours, "GET / HTTP/1.1\r\nHos")
		if _, err := io.ReadAll(ours); err != nil || time.Since(start) != 5*time.Second {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestServeSaysWhyItCannot(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if err := Serve(t.Context(), l, http.NotFoundHandler(), discard); err == nil || !strings.HasPrefix(err.Error(), "serve status on 127.0.0.1:") {
		t.Errorf("got %v", err)
	}
}
