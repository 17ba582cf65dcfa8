package githubtest

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

// answer is what goes back to the client.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// ServeHTTP answers one request. The work happens under one lock, the waiting outside of it.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q, err := readRequest(r)
	s.mu.Lock()
	if err != nil {
		s.violation("%s %s: unreadable body: %v", r.Method, r.URL.Path, err)
		s.mu.Unlock()
		http.Error(w, `{"message":"Problems parsing JSON"}`, http.StatusBadRequest)
		return
	}
	place := len(s.requests)
	s.requests = append(s.requests, *q)
	fault, delay := s.faultFor(q), s.latency
	s.mu.Unlock()

	if !wait(r, delay+fault.Delay) {
		return
	}
	a := s.answer(q, r, fault)
	s.mu.Lock()
	s.requests[place].Status = a.status
	s.mu.Unlock()
	fault.write(w, a)
}

// wait sleeps, and reports whether the client is still there.
func wait(r *http.Request, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// answer makes the answer of a request, or that of the fault that stands in its place.
func (s *Server) answer(q *Request, r *http.Request, fault *Fault) *answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := fault.answer(); a != nil {
		return a
	}
	if name, ok := strings.CutPrefix(r.URL.Path, filesPrefix); ok {
		return s.file(name, q)
	}
	if q.Token != "" && q.Token != Token {
		return failure(http.StatusUnauthorized, "Bad credentials")
	}
	a := s.api(q, r, fault)
	for name, values := range fault.Header {
		a.header[http.CanonicalHeaderKey(name)] = values
	}
	return a
}

func (s *Server) api(q *Request, r *http.Request, fault *Fault) *answer {
	if q.Path == "/graphql" {
		return s.graphQL(q, fault)
	}
	return s.rest(q, r)
}

// file serves a file of the world. A token has no business there.
func (s *Server) file(name string, q *Request) *answer {
	if q.Token != "" {
		s.violation("a token was sent to %s", q.Path)
	}
	text, ok := s.world.Files[name]
	if !ok {
		return &answer{status: http.StatusNotFound, header: http.Header{}, body: []byte("not found\n")}
	}
	kind := firstOf(mime.TypeByExtension(path.Ext(name)), http.DetectContentType([]byte(text)))
	return &answer{status: http.StatusOK, header: http.Header{"Content-Type": {kind}}, body: []byte(text)}
}

// failure is an error in GitHub's form.
func failure(status int, message string) *answer {
	return jsonAnswer(status, map[string]any{
		"message": message, "documentation_url": "https://docs.github.com/rest", "status": strconv.Itoa(status),
	})
}

func jsonAnswer(status int, value any) *answer {
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(value); err != nil {
		panic(err) // unreachable: answers are maps, lists, texts and numbers
	}
	header := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
	return &answer{status: status, header: header, body: b.Bytes()}
}
