// Package schema holds the parts of GitHub's published GraphQL schema and REST description that this project uses
// (uses.txt lists them), and says whether a request keeps to them. What is not listed is refused, also when GitHub
// has it: a new use is a new line in uses.txt and a go generate.
package schema

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/community-digest/digest/internal/githubtest/openapi"
)

//go:generate go run ./gen

//go:embed schema.graphql
var graphQLText string

//go:embed openapi.json
var openAPIText []byte

// GraphQL returns the GraphQL schema.
var GraphQL = sync.OnceValue(func() *ast.Schema {
	return gqlparser.MustLoadSchema(&ast.Source{Name: "schema.graphql", Input: graphQLText})
})

// REST returns the description of the REST operations.
var REST = sync.OnceValue(func() *openapi.Document {
	d, err := openapi.Parse(openAPIText)
	if err != nil {
		panic(err) // unreachable: the file is generated and a test reads it
	}
	return d
})

var defaultRules = sync.OnceValue(rules.NewDefaultRules)

// Query is a valid GraphQL request, ready to be executed.
type Query struct {
	Document  *ast.QueryDocument
	Operation *ast.OperationDefinition
	Variables map[string]any // coerced, with defaults
}

// ParseQuery reads a GraphQL request of one operation and returns all that is wrong with it: unknown fields and
// arguments, wrong types and enum values, and the use of what GitHub has marked as deprecated.
func ParseQuery(query string, variables map[string]any) (*Query, error) {
	doc, err := document(query)
	if err != nil {
		return nil, err
	}
	if len(doc.Operations) != 1 {
		return nil, fmt.Errorf("query has %d operations, want 1", len(doc.Operations))
	}
	op := doc.Operations[0]
	for name := range variables {
		if op.VariableDefinitions.ForName(name) == nil {
			return nil, fmt.Errorf("variable %s is sent but not declared", name)
		}
	}
	values, err := validator.VariableValues(GraphQL(), op, variables)
	if err != nil {
		return nil, err
	}
	return &Query{Document: doc, Operation: op, Variables: values}, nil
}

// parsed remembers valid documents by their text: clients send the same few queries thousands of times.
var parsed sync.Map

func document(query string) (*ast.QueryDocument, error) {
	if doc, ok := parsed.Load(query); ok {
		return doc.(*ast.QueryDocument), nil
	}
	doc, list := gqlparser.LoadQueryWithRules(GraphQL(), query, defaultRules())
	if len(list) > 0 {
		return nil, list
	}
	var problems []error
	for _, op := range doc.Operations {
		problems = append(problems, deprecated(op.SelectionSet)...)
	}
	for _, f := range doc.Fragments {
		problems = append(problems, deprecated(f.SelectionSet)...)
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	parsed.Store(query, doc)
	return doc, nil
}

// deprecated lists the selected fields that GitHub has announced to remove.
func deprecated(set ast.SelectionSet) []error {
	var out []error
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if s.Definition != nil && s.Definition.Directives.ForName("deprecated") != nil {
				out = append(out, fmt.Errorf("field %s.%s is deprecated", s.ObjectDefinition.Name, s.Name))
			}
			out = append(out, deprecated(s.SelectionSet)...)
		case *ast.InlineFragment:
			out = append(out, deprecated(s.SelectionSet)...)
		}
	}
	return out
}

// CheckREST returns the route of a REST request and what is wrong with it: an unknown route or method, and unknown,
// missing or wrongly typed parameters or parts of the body, which is given apart because reading takes it away.
func CheckREST(r *http.Request, body []byte) (*openapi.Route, error) {
	route, err := REST().Match(r.Method, r.URL.Path)
	if err != nil {
		return nil, err
	}
	// GitHub says in words that labels may also come as a bare list, and describes the object only.
	if route.Pattern == "/repos/{owner}/{repo}/issues/{issue_number}/labels" && bytes.HasPrefix(body, []byte("[")) {
		body = fmt.Appendf(nil, `{"labels":%s}`, body)
	}
	return route, REST().CheckRequest(route, r, body)
}
