package status

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestHandlerResponds(t *testing.T) {
	b, _ := weekly(t, "2023-12-11 12:00")
	down := func(context.Context) error { return errors.New("the database\ntakes no\x1b writes") }
	up := func(context.Context) error { return nil }
	for _, tt := range []struct {
		method, target string
		ready          func(context.Context) error
		code           int
		body           string // how it begins
	}{
		{"GET", "/healthz", down, 200, "ok\n"},
		{"GET", "/readyz", up, 200, "ready\n"},
		{"GET", "/readyz", down, 503, "not ready: the database takes no writes\n"},
		{"GET", "/metrics", down, 200, "# HELP digest_build_info"},
		{"GET", "/", down, 200, "<!DOCTYPE html>"},
		{"GET", "/style.css", down, 200, ":root {"},
		{"HEAD", "/", up, 200, ""},
		{"HEAD", "/metrics", up, 200, ""},
		{"GET", "/nothing", up, 404, ""},
		{"GET", "/favicon.ico", up, 404, ""},
		{"POST", "/", up, 405, ""},
		{"POST", "/metrics", up, 405, ""},
		{"PUT", "/readyz", up, 405, ""},
		{"DELETE", "/healthz", up, 405, ""},
		{"OPTIONS", "/", up, 405, ""},
	} {
		w := httptest.NewRecorder()
		Handler(b, tt.ready).ServeHTTP(w, httptest.NewRequest(tt.method, tt.target, nil))
		if w.Code != tt.code || !strings.HasPrefix(w.Body.String(), tt.body) {
			t.Errorf("%s %s: got %d %.60q", tt.method, tt.target, w.Code, w.Body)
		}
		if tt.code == 405 && w.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("%s %s: Allow is %q", tt.method, tt.target, w.Header().Get("Allow"))
		}
		for name, want := range map[string]string{
			"Content-Security-Policy":      policy,
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "no-referrer",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Cache-Control":                "no-store",
		} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s %s: %s is %q", tt.method, tt.target, name, got)
			}
		}
	}
}

func TestReadyDoesNotWaitForADatabaseThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _ := weekly(t, "2023-12-11 12:00")
		hangs := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		start := time.Now()
		w := httptest.NewRecorder()
		Handler(b, hangs).ServeHTTP(w, httptest.NewRequest("GET", "/readyz", nil))
		if w.Code != 503 || time.Since(start) != readyTime {
			t.Errorf("status %d after %s", w.Code, time.Since(start))
		}
	})
}
