package openapi

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Route is an operation that a request was matched to.
type Route struct {
	Pattern string // the path with its {parameters}
	*Operation
	Path map[string]string // the values of the path's parameters
}

// greedy are the path parameters whose values may contain slashes.
var greedy = []string{"path", "ref", "branch", "tag"}

// Match finds the operation for a request, or says that there is none.
func (d *Document) Match(method, path string) (*Route, error) {
	var best *Route
	known := false
	for pattern, operations := range d.Paths {
		values, ok := matchPath(pattern, path)
		if !ok {
			continue
		}
		known = true
		op := operations[strings.ToLower(method)]
		// /releases/latest matches the pattern of a parameter too: the one with fewer parameters is meant.
		if op != nil && (best == nil || len(values) < len(best.Path)) {
			best = &Route{pattern, op, values}
		}
	}
	switch {
	case best != nil:
		return best, nil
	case known:
		return nil, fmt.Errorf("%s %s: the method is not described", method, path)
	}
	return nil, fmt.Errorf("%s %s: no such route is described", method, path)
}

// matchPath compares a path with a pattern segment by segment and returns the values of the parameters.
func matchPath(pattern, path string) (map[string]string, bool) {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(got) < len(want) {
		return nil, false
	}
	values := map[string]string{}
	for i, w := range want {
		name, isParam := strings.CutPrefix(w, "{")
		name = strings.TrimSuffix(name, "}")
		last := i == len(want)-1
		switch {
		case isParam && last && slices.Contains(greedy, name):
			values[name] = strings.Join(got[i:], "/")
			return values, values[name] != ""
		case isParam && got[i] != "":
			values[name] = got[i]
		case w != got[i]:
			return nil, false
		}
	}
	return values, len(got) == len(want)
}

// CheckRequest holds a request against its route. The body is given apart because reading it from the request would
// take it from the handler.
func (d *Document) CheckRequest(route *Route, r *http.Request, body []byte) error {
	if err := d.checkQuery(route, r.URL.Query()); err != nil {
		return fmt.Errorf("%s %s: %w", r.Method, route.Pattern, err)
	}
	if err := d.checkBody(route, body); err != nil {
		return fmt.Errorf("%s %s: %w", r.Method, route.Pattern, err)
	}
	return nil
}

// CheckAnswer holds the body of a successful answer against the description. Other statuses are not described.
func (d *Document) CheckAnswer(route *Route, status int, body []byte) error {
	answer := route.Responses[fmt.Sprint(status)]
	if answer == nil {
		if status < http.StatusMultipleChoices {
			return fmt.Errorf("%s: status %d is not described", route.Pattern, status)
		}
		return nil
	}
	return d.checkJSON(answer.JSON(), body)
}
