package githubtest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// transport hands requests to the server without a socket. What a broken connection is to a client of the socket,
// an aborted handler is here.
type transport struct{ s *Server }

// RoundTrip serves requests to the server's own address and refuses all others.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if origin := r.URL.Scheme + "://" + r.URL.Host; origin != t.s.url {
		return nil, fmt.Errorf("githubtest: no such host: %s", r.URL.Host)
	}
	if r.Body != nil {
		defer r.Body.Close()
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	rec := &recorder{header: http.Header{}}
	incoming := r.Clone(r.Context())
	incoming.Host = firstOf(r.Host, r.URL.Host)
	aborted := rec.serve(t.s, incoming)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	if aborted && rec.status == 0 {
		return nil, fmt.Errorf("%s %s: %w", r.Method, r.URL.Path, io.ErrUnexpectedEOF)
	}
	return rec.response(r, aborted), nil
}

// recorder is a ResponseWriter that records the response.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *recorder) Header() http.Header { return w.header }

func (w *recorder) WriteHeader(status int) { w.status = status }

func (w *recorder) Write(data []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.body.Write(data)
}

// Flush does nothing: what is written has arrived.
func (w *recorder) Flush() {}

// serve runs the handler and reports whether it broke the connection.
func (w *recorder) serve(h http.Handler, r *http.Request) (aborted bool) {
	defer func() {
		if e := recover(); e != nil {
			if e != http.ErrAbortHandler {
				panic(e)
			}
			aborted = true
		}
	}()
	h.ServeHTTP(w, r)
	return false
}

func (w *recorder) response(r *http.Request, aborted bool) *http.Response {
	var body io.Reader = &w.body
	length := int64(w.body.Len())
	if aborted {
		body, length = io.MultiReader(body, brokenReader{}), -1
	}
	return &http.Response{
		Status:     fmt.Sprint(w.status, " ", http.StatusText(w.status)),
		StatusCode: w.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, Body: io.NopCloser(body), ContentLength: length, Request: r,
	}
}

// brokenReader is where a truncated response ends.
type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// originOf is the address that a request was sent to, with the prefix of the API: links in responses start with it.
func originOf(s *Server, r *http.Request) string {
	if strings.HasPrefix(r.URL.Path, apiPrefix+"/") {
		return s.url + apiPrefix
	}
	return s.url
}
