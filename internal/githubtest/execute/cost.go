package execute

import (
	"fmt"
	"math"

	"github.com/vektah/gqlparser/v2/ast"
)

// Cost is what GitHub charges for a query before running it.
// https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
type Cost struct {
	Points int // at least 1
	Nodes  int // the most nodes that the answer can hold
}

const (
	maxPage  = 100
	maxNodes = 500_000

	missingBounds = "MISSING_PAGINATION_BOUNDARIES"
)

// Measure computes the cost of a query, or the error with which GitHub refuses it: a connection without a page
// size, one over 100, or more than 500,000 nodes.
func Measure(op *ast.OperationDefinition, variables map[string]any) (Cost, *Error) {
	m := &meter{variables: variables}
	m.walk(op.SelectionSet, 1, []any{string(op.Operation)})
	if m.refused == nil && m.nodes > maxNodes {
		m.refused = &Error{Type: "MAX_NODE_LIMIT_EXCEEDED", Message: fmt.Sprintf(
			"This query requests up to %d possible nodes which exceeds the maximum limit of %d.", m.nodes, maxNodes)}
	}
	points := int(math.Round(float64(m.requests) / 100))
	return Cost{Points: max(points, 1), Nodes: m.nodes}, m.refused
}

// meter adds up, over all connections, the requests that it takes to fill them if every page above is full.
type meter struct {
	variables       map[string]any
	requests, nodes int
	refused         *Error
}

func (m *meter) walk(set ast.SelectionSet, parents int, path []any) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			m.field(s, parents, append(path[:len(path):len(path)], s.Alias))
		case *ast.InlineFragment:
			m.walk(s.SelectionSet, parents, path)
		case *ast.FragmentSpread:
			m.walk(s.Definition.SelectionSet, parents, path)
		}
	}
}

func (m *meter) field(f *ast.Field, parents int, path []any) {
	if f.Definition == nil { // introspection
		return
	}
	args := Args(f.ArgumentMap(m.variables))
	if !isConnection(f) {
		if f.Definition.Arguments.ForName("ids") != nil {
			parents *= len(args.Texts("ids"))
		}
		m.walk(f.SelectionSet, parents, path)
		return
	}
	size, err := pageSize(f.Name, args)
	if err != nil && err.Type == missingBounds && !selectsItems(f.SelectionSet) {
		err = nil // a connection that is only counted needs no page size
	}
	if err != nil && m.refused == nil {
		err.Path = path
		m.refused = err
	}
	m.requests += parents
	m.nodes += parents * size
	m.walk(f.SelectionSet, parents*size, path)
}

func isConnection(f *ast.Field) bool {
	args := f.Definition.Arguments
	return args.ForName("first") != nil && args.ForName("last") != nil
}

// selectsItems reports whether more than the size of a connection is asked for.
func selectsItems(set ast.SelectionSet) bool {
	for _, s := range set {
		if f, ok := s.(*ast.Field); !ok || f.Name == "nodes" || f.Name == "edges" {
			return true
		}
	}
	return false
}

// pageSize returns the page size that a connection is asked for.
func pageSize(name string, args Args) (int, *Error) {
	for _, bound := range []string{"first", "last"} {
		n, ok := args.Int(bound)
		switch {
		case !ok:
			continue
		case n > maxPage:
			return n, &Error{Type: "EXCESSIVE_PAGINATION", Message: fmt.Sprintf(
				"Requesting %d records on the `%s` connection exceeds the `%s` limit of %d records.", n, name, bound, maxPage)}
		case n < 0:
			return 0, &Error{Type: "ARGUMENT_ERROR", Message: fmt.Sprintf(
				"`%s` on the `%s` connection cannot be less than zero.", bound, name)}
		}
		return n, nil
	}
	return 0, &Error{Type: missingBounds, Message: fmt.Sprintf(
		"You must provide a `first` or `last` value to properly paginate the `%s` connection.", name)}
}
