package githubtest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/community-digest/digest/internal/githubtest/execute"
)

// Fault is something that goes wrong with certain requests: the first fields say with which, the others what. A
// fault without Status, Redirect, Reset or Truncate still gets the ordinary response, late or with other headers.
type Fault struct {
	Method  string // empty: any
	Path    string // text that the path contains; GraphQL's is /graphql
	GraphQL string // text that the GraphQL query or one of its variables' values contains
	Skip    int    // matching requests to leave alone first
	Times   int    // matching requests to meet; 0 means one, negative all

	Delay    time.Duration
	Status   int // returned instead, with Body
	Body     string
	Header   http.Header // added to the response
	Redirect string      // sent as 302, or Status
	Reset    bool        // the connection breaks before the response
	Truncate bool        // the connection breaks in the middle of the response

	// GraphQL only: the value at NullPath becomes null, or Value, and the response has an error of this type and
	// message, if there is a message. With a message and no path data is null. The path is made of keys and,
	// in lists, whole numbers.
	NullPath  []any
	Value     any
	ErrorType string
	Message   string
}

// Fail adds a fault. The first one that matches a request and is not used up meets it.
func (s *Server) Fail(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Times == 0 {
		f.Times = 1
	}
	s.faults = append(s.faults, &f)
}

// faultFor returns the fault for a request, or one that does nothing. The caller holds the lock.
func (s *Server) faultFor(q *Request) *Fault {
	for _, f := range s.faults {
		if !f.matches(q) || f.Times == 0 {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		f.Times--
		now := *f
		return &now
	}
	return &Fault{}
}

func (f *Fault) matches(q *Request) bool {
	return (f.Method == "" || f.Method == q.Method) && strings.Contains(q.Path, f.Path) &&
		(f.GraphQL == "" || strings.Contains(q.GraphQL, f.GraphQL) || hasValue(q.Variables, f.GraphQL))
}

func hasValue(variables map[string]any, text string) bool {
	for _, v := range variables {
		if s, ok := v.(string); ok && strings.Contains(s, text) {
			return true
		}
	}
	return false
}

// response is what the fault puts in the place of the ordinary response, or nil.
func (f *Fault) answer() *answer {
	header := http.Header{}
	if f.Redirect != "" {
		header.Set("Location", f.Redirect)
		return &answer{status: max(f.Status, http.StatusFound), header: header}
	}
	if f.Status == 0 {
		return nil
	}
	header.Set("Content-Type", "application/json; charset=utf-8")
	for name, values := range f.Header {
		header[http.CanonicalHeaderKey(name)] = values
	}
	return &answer{status: f.Status, header: header, body: []byte(f.Body)}
}

// write sends a response, or as much of it as the fault leaves.
func (f *Fault) write(w http.ResponseWriter, a *answer) {
	if f.Reset {
		panic(http.ErrAbortHandler)
	}
	for name, values := range a.header {
		w.Header()[name] = values
	}
	if len(a.body) > 0 {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	if !f.Truncate {
		w.Write(a.body)
		return
	}
	w.Write(a.body[:len(a.body)/2])
	_ = http.NewResponseController(w).Flush() // without it the part would not leave before the connection breaks
	panic(http.ErrAbortHandler)
}

// graphQL lets the fault take its part of an executed query.
func (f *Fault) graphQL(r *execute.Result) {
	if f.Message != "" {
		r.Errors = append(r.Errors, &execute.Error{Type: f.ErrorType, Path: slices.Clone(f.NullPath), Message: f.Message})
	}
	switch {
	case len(f.NullPath) > 0:
		setAt(r.Data, f.NullPath, f.Value)
	case f.Message != "":
		r.Data = nil
	}
}

// setAt replaces the value at the end of the path; a path that leads nowhere changes nothing.
func setAt(value any, path []any, to any) {
	switch v := value.(type) {
	case map[string]any:
		key, _ := path[0].(string)
		if _, ok := v[key]; ok && len(path) == 1 {
			v[key] = to
		} else if len(path) > 1 {
			setAt(v[key], path[1:], to)
		}
	case []any:
		i, _ := path[0].(int)
		if i < len(v) && len(path) == 1 {
			v[i] = to
		} else if i < len(v) {
			setAt(v[i], path[1:], to)
		}
	}
}
