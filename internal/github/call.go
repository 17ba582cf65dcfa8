package github

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// call is what the transport knows about one call, over all its attempts. Query and Mutate put one into the context,
// because a GraphQL request does not show whether it reads; for REST the guard makes one from the method.
type call struct {
	read     bool          // may be sent again
	graphql  bool          // bound for the GraphQL address
	resource string        // whose hourly limit it counts against, GitHub's name
	waited   time.Duration // between attempts, without waits for the hourly limit
	attempts int           // sent so far
	errors   QueryErrors   // GraphQL errors of the answer handed on
}

type callKey struct{}

func withCall(ctx context.Context, c *call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

// callOf returns the call a request belongs to; the guard sees to it that there is one.
func callOf(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	return c
}

// newCall describes a REST request.
func newCall(req *http.Request) *call {
	read := req.Method == http.MethodGet || req.Method == http.MethodHead
	return &call{read: read, resource: resourceOf(req.URL.Path)}
}

// resourceOf guesses the limit a REST request counts against; GitHub names it only in the answer.
func resourceOf(path string) string {
	switch {
	case strings.HasSuffix(path, "/search/code"):
		return "code_search"
	case strings.HasPrefix(path, "/search/"), strings.HasPrefix(path, "/api/v3/search/"):
		return "search"
	}
	return "core"
}
