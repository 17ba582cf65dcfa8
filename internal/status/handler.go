package status

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"net/http"
	"time"
)

//go:embed style.css
var style string

// readyTime is how long /readyz may take. Kubernetes checks every ten seconds by default, and
// times out earlier.
const readyTime = 2 * time.Second

// Handler serves what is on a board:
//
//	/         a page for people
//	/healthz  200 while the process responds
//	/readyz   200 when ready returns nil, else 503 and the reason
//	/metrics  for Prometheus
//
// It serves GET and HEAD only and changes nothing. Everyone who can reach the address can read
// the reasons that ready returns. The Host header is checked by [Serve].
func Handler(b *Board, ready func(context.Context) error) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), readyTime)
		defer cancel()
		if err := ready(ctx); err != nil {
			plain(w, http.StatusServiceUnavailable, "not ready: "+shown(err.Error()))
			return
		}
		plain(w, http.StatusOK, "ready")
	})
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		_, _ = w.Write(b.scrape()) // a reader who goes away misses nothing
	})
	mux.HandleFunc("GET /style.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		_, _ = io.WriteString(w, style) // a reader who goes away misses nothing
	})
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		page, err := renderPage(b.Standings(), b.now(), r.URL.Query().Get("refresh") != "off")
		if err != nil {
			plain(w, http.StatusInternalServerError, "the page cannot be made") // unreachable: the template is tried in tests
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(page)
	})
	return careful(mux)
}

func plain(w http.ResponseWriter, code int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(code)
	_, _ = fmt.Fprintln(w, text)
}

// policy lets the page load its style and nothing else: should untrusted text ever escape its
// place, it could still not run, load or send anything.
const policy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// careful restricts, in the headers of every response, what browsers may do with it.
func careful(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}
