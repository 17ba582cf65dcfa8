package status

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

// DefaultAddress is where the status is served by default: only this machine can reach it.
const DefaultAddress = "127.0.0.1:8080"

// stopTime is how long responses may take once the daemon stops.
const stopTime = 5 * time.Second

// Serve serves a handler on a listener, which it closes, until the context ends. Responses may
// then take five seconds more. An end by the context is not an error.
//
// On a loopback address it serves only requests to localhost or a loopback address, on any port.
// Otherwise a web page whose name is made to point here could read it (DNS rebinding).
func Serve(ctx context.Context, l net.Listener, h http.Handler, log *slog.Logger) error {
	s := &http.Server{
		Handler:           guard(l.Addr(), h),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	select {
	case err := <-done:
		return fmt.Errorf("serve status on %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	err := s.Shutdown(stop)
	if err != nil {
		err = fmt.Errorf("stop serving status on %s: %w", l.Addr(), err)
		_ = s.Close() // the error above says so
	}
	<-done
	return err
}

// guard refuses requests that name another host, where the address is a loopback one.
func guard(addr net.Addr, next http.Handler) http.Handler {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || !tcp.IP.IsLoopback() {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !local(r.Host) {
			plain(w, http.StatusMisdirectedRequest, "only requests to localhost are served here")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// local reports whether a Host header names this machine. Only names can be made to point
// elsewhere, so any loopback address is allowed.
func local(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && addr.Unmap().IsLoopback()
}
