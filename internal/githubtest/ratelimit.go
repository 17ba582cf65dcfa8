package githubtest

import (
	"net/http"
	"strconv"
	"time"
)

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
