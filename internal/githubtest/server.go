package githubtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/http/httptest"
	"path"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Token is the one token that the fake accepts. Every other one gets a 401, as GitHub does.
const Token = "test-token"

// Server responds as GitHub would about a World. It is safe for use by several goroutines.
type Server struct {
	t   testing.TB
	url string

	mu         sync.Mutex
	world      *World
	index      *index
	requests   []Request
	violations []string
	faults     []*Fault
	limits     map[string]*bucket
	latency    time.Duration
}

// NewServer starts a fake GitHub on loopback that closes when the test ends. A request or a response that breaks
// GitHub's schemas then fails the test, unless Violations has been asked for it.
func NewServer(t testing.TB, w *World) *Server {
	t.Helper()
	s := NewInProcess(t, w)
	srv := httptest.NewServer(s)
	s.url = srv.URL
	t.Cleanup(srv.Close)
	return s
}

// NewInProcess returns a fake GitHub without a socket, reached through Transport or Client only: for tests inside
// a testing/synctest bubble, and for fast ones.
func NewInProcess(t testing.TB, w *World) *Server {
	t.Helper()
	s := &Server{t: t, url: "http://github.test", world: w, index: newIndex(w, nil), limits: map[string]*bucket{}}
	t.Cleanup(s.report)
	return s
}

func (s *Server) report() {
	for _, v := range s.Violations() {
		s.t.Errorf("githubtest: %s", v)
	}
}

// URL is the server's root, under which REST responds as api.github.com does.
func (s *Server) URL() string { return s.url }

// APIURL is the root of REST in the form of GitHub Enterprise Server, as GITHUB_API_URL has it.
func (s *Server) APIURL() string { return s.url + apiPrefix }

// GraphQLURL is the address of GraphQL, as GITHUB_GRAPHQL_URL has it.
func (s *Server) GraphQLURL() string { return s.url + "/api/graphql" }

// FileURL is the address of one of the world's files.
func (s *Server) FileURL(name string) string { return s.url + filesPrefix + name }

// Client returns a client that reaches this server and nothing else, without a socket.
func (s *Server) Client() *http.Client { return &http.Client{Transport: s.Transport()} }

// Transport returns the transport of Client.
func (s *Server) Transport() http.RoundTripper { return transport{s} }

// Update changes the world between two requests: items that move while a client pages.
func (s *Server) Update(change func(*World)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s.world)
	s.index = newIndex(s.world, s.index)
}

// SetLatency makes every response take d.
func (s *Server) SetLatency(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.latency = d
}

// Violations returns what broke GitHub's schemas or rules so far and forgets it, so that it does not fail the test.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.violations
	s.violations = nil
	return out
}

// violation notes what is wrong with a request or a response. The caller holds the lock.
func (s *Server) violation(format string, args ...any) {
	s.violations = append(s.violations, fmt.Sprintf(format, args...))
}

// now is the server's clock.
func (s *Server) now() time.Time {
	if s.world.Now.IsZero() {
		return time.Now().UTC().Truncate(time.Second)
	}
	return s.world.Now
}

// response is what goes back to the client.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// ServeHTTP serves one request. The work happens under one lock, the waiting outside of it.
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

// respond makes the response to a request, or that of the fault that replaces it.
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
		panic(err) // unreachable: responses are maps, lists, texts and numbers
	}
	header := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
	return &answer{status: status, header: header, body: b.Bytes()}
}

// bucket counts what a kind of request has used up.
type bucket struct {
	resource    string
	limit, used int
	reset       time.Time
}

func (b *bucket) remaining() int { return max(b.limit-b.used, 0) }

// bucket returns the running count of a resource: core, search or graphql.
func (s *Server) bucket(resource string, token bool) *bucket {
	limit, key := s.limitOf(resource), resource
	if !token {
		limit, key = 60, resource+" without a token"
	}
	b := s.limits[key]
	if b == nil || !s.now().Before(b.reset) {
		b = &bucket{resource: resource, limit: limit, reset: s.now().Add(time.Hour)}
		s.limits[key] = b
	}
	return b
}

func (s *Server) limitOf(resource string) int {
	given, usual := s.world.Limits.Core, 5000
	switch resource {
	case "graphql":
		given = s.world.Limits.GraphQL
	case "search":
		given, usual = s.world.Limits.Search, 30
	}
	if given > 0 {
		return given
	}
	return usual
}

// take uses up points and reports whether there were any left. A request that is refused costs nothing.
func (b *bucket) take(points int) bool {
	if b.remaining() == 0 {
		return false
	}
	b.used += points
	return true
}

// headers writes the count as GitHub does.
func (b *bucket) headers(h http.Header) {
	h.Set("X-RateLimit-Limit", strconv.Itoa(b.limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(b.remaining()))
	h.Set("X-RateLimit-Used", strconv.Itoa(min(b.used, b.limit)))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(b.reset.Unix(), 10))
	h.Set("X-RateLimit-Resource", b.resource)
}

// facts is the count in the form of GET /rate_limit.
func (b *bucket) facts() map[string]any {
	return map[string]any{
		"limit": b.limit, "remaining": b.remaining(), "used": min(b.used, b.limit), "reset": b.reset.Unix(),
	}
}
