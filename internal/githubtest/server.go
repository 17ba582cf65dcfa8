package githubtest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// Token is the one token that the fake accepts. Every other one is answered with 401, as GitHub does.
const Token = "test-token"

// Server answers as GitHub would about a World. It is safe for use by several goroutines.
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

// NewServer starts a fake GitHub on loopback that closes when the test ends. A request or an answer that breaks
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

// URL is the server's root, under which REST answers as api.github.com does.
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

// SetLatency makes every answer take d.
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

// violation notes what is wrong with a request or an answer. The caller holds the lock.
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
