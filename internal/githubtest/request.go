package githubtest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Request is one request as the server saw it.
type Request struct {
	Method    string
	Host      string
	Path      string // without the prefix /api/v3
	Query     url.Values
	Header    http.Header
	Body      []byte         // of REST
	Token     string         // what came in Authorization, without its scheme
	GraphQL   string         // the text of a GraphQL query
	Variables map[string]any // and its variables; numbers are json.Number
	Status    int            // of the response
}

// IsWrite reports whether the request asks GitHub to change something.
func (r *Request) IsWrite() bool {
	if r.Path == "/graphql" {
		return strings.HasPrefix(strings.TrimSpace(r.GraphQL), "mutation")
	}
	return r.Method != http.MethodGet && r.Method != http.MethodHead
}

// Requests returns all requests so far in the order of their arrival.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

const (
	apiPrefix   = "/api/v3"
	filesPrefix = "/files/"
)

// readRequest takes a request apart and brings its path to the form of api.github.com.
func readRequest(r *http.Request) (*Request, error) {
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	q := &Request{
		Method: r.Method, Host: r.Host, Path: plainPath(r.URL.Path), Query: r.URL.Query(),
		Header: r.Header.Clone(), Token: tokenOf(r), Body: body,
	}
	if q.Path != "/graphql" {
		return q, nil
	}
	var sent struct {
		Query     string         `json:"query"`
		Variables map[string]any `json:"variables"`
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	err = dec.Decode(&sent)
	q.GraphQL, q.Variables = sent.Query, sent.Variables
	return q, err
}

func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	return io.ReadAll(r.Body)
}

// plainPath drops the prefix of GitHub Enterprise Server.
func plainPath(path string) string {
	if path == "/api/graphql" {
		return "/graphql"
	}
	if rest, ok := strings.CutPrefix(path, apiPrefix); ok && strings.HasPrefix(rest, "/") {
		return rest
	}
	return path
}

// tokenOf returns the token of any of the schemes that GitHub accepts: token, bearer, and basic's password.
func tokenOf(r *http.Request) string {
	if _, password, ok := r.BasicAuth(); ok {
		return password
	}
	value := r.Header.Get("Authorization")
	if _, token, ok := strings.Cut(value, " "); ok {
		return token
	}
	return value
}
