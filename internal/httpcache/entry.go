package httpcache

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// Entry is an answer with status 200 as it is kept.
type Entry struct {
	Header http.Header // of kept
	Body   []byte
}

// kept are the headers that go with a body. All others speak of one answer only: its time, its limits.
var kept = []string{"Content-Type", "Etag", "Last-Modified", "Link"}

// NewEntry returns what is to be kept of an answer whose whole body is given. It reports false for one that cannot be
// asked about again, that the server wants nobody to keep, or that is not what it says it is.
func NewEntry(req *http.Request, resp *http.Response, body []byte) (Entry, bool) {
	h := resp.Header
	switch n, err := strconv.Atoi(h.Get("Content-Length")); {
	case req.Method != http.MethodGet || resp.StatusCode != http.StatusOK,
		h.Get("Etag") == "" && h.Get("Last-Modified") == "",
		has(h, "Cache-Control", "no-store"),
		has(h, "Vary", "*"),
		h.Get("Content-Encoding") != "", // net/http would have taken it off
		err == nil && n != len(body):
		return Entry{}, false
	}
	e := Entry{Header: make(http.Header, len(kept)), Body: body}
	for _, name := range kept {
		if v := h.Values(name); len(v) > 0 {
			e.Header[name] = v
		}
	}
	return e, true
}

// has reports whether a header's comma-separated values name a word.
func has(h http.Header, name, word string) bool {
	for _, line := range h.Values(name) {
		for v := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.TrimSpace(v), word) {
				return true
			}
		}
	}
	return false
}

// Ask adds to a request the question whether e still holds. A time is asked with only where there is no tag: changes
// within one second do not show in it.
func (e Entry) Ask(req *http.Request) {
	if tag := e.Header.Get("Etag"); tag != "" {
		req.Header.Set("If-None-Match", tag)
		return
	}
	req.Header.Set("If-Modified-Since", e.Header.Get("Last-Modified"))
}

// Restore turns the answer "304 Not Modified" into the one that was kept. What the 304 says itself is newer and stays.
func (e Entry) Restore(resp *http.Response) {
	resp.StatusCode, resp.Status = http.StatusOK, "200 OK"
	if resp.Header == nil {
		resp.Header = http.Header{}
	}
	for name, values := range e.Header {
		if resp.Header.Get(name) == "" || name == "Content-Type" { // a 304 has no content whose type it could tell
			resp.Header[name] = append([]string(nil), values...)
		}
	}
	resp.Header.Del("Content-Length")
	if resp.Body != nil {
		resp.Body.Close()
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(e.Body)), int64(len(e.Body))
}
