package githubtest

import (
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/community-digest/digest/internal/githubtest/execute"
	"github.com/community-digest/digest/internal/githubtest/schema"
)

// Schema returns the part of GitHub's GraphQL schema that this project uses.
func Schema() *ast.Schema { return schema.GraphQL() }

// graphQL serves a GraphQL request: authentication, validity, limits, execution, in the order that GitHub has.
func (s *Server) graphQL(q *Request, fault *Fault) *answer {
	if q.Method != http.MethodPost {
		s.violation("%s /graphql: the method is POST", q.Method)
		return failure(http.StatusNotFound, "Not Found")
	}
	if q.Token == "" {
		return failure(http.StatusUnauthorized, "This endpoint requires you to be authenticated.")
	}
	b := s.bucket("graphql", true)
	a := s.runGraphQL(q, b, fault)
	b.headers(a.header)
	return a
}

func (s *Server) runGraphQL(q *Request, b *bucket, fault *Fault) *answer {
	if b.remaining() == 0 {
		return refused(&execute.Error{Type: "RATE_LIMITED", Message: "API rate limit exceeded for user ID 1."})
	}
	parsed, err := schema.ParseQuery(q.GraphQL, q.Variables)
	if err != nil {
		s.violation("GraphQL: %v\n%s", err, q.GraphQL)
		return refused(&execute.Error{Message: err.Error()})
	}
	cost, tooMuch := execute.Measure(parsed.Operation, parsed.Variables)
	b.take(cost.Points)
	if tooMuch != nil {
		s.violation("GraphQL: %s\n%s", tooMuch.Message, q.GraphQL)
		return refused(tooMuch)
	}
	root := &root{Server: s, cost: cost, mutation: parsed.Operation.Operation == ast.Mutation}
	result := execute.Run(Schema(), parsed.Operation, parsed.Variables, root)
	for _, p := range result.Problems {
		s.violation("GraphQL: %s", p)
	}
	fault.graphQL(result)
	body := map[string]any{"data": result.Data}
	if len(result.Errors) > 0 {
		body["errors"] = result.Errors
	}
	return jsonAnswer(http.StatusOK, body)
}

// refused is the response to a query that is not executed: no data, status 200.
func refused(e *execute.Error) *answer {
	return jsonAnswer(http.StatusOK, map[string]any{"errors": []*execute.Error{e}})
}

// root is Query or Mutation.
type root struct {
	*Server
	cost     execute.Cost
	mutation bool
}

// TypeName implements execute.Object.
func (r *root) TypeName() string {
	if r.mutation {
		return "Mutation"
	}
	return "Query"
}

// Field implements execute.Object.
func (r *root) Field(name string, args execute.Args) (any, error) {
	if r.mutation {
		return r.mutate(name, args.Object("input"))
	}
	switch name {
	case "repository":
		return r.repository(args.Text("owner")+"/"+args.Text("name"), args["followRenames"] != false)
	case "node":
		id := args.Text("id")
		return found(r.node(id), id)
	case "nodes":
		return r.nodes(args.Texts("ids")), nil
	}
	return nil, execute.ErrUnsupported
}

func notFound(format string, args ...any) *execute.Error {
	return &execute.Error{Type: "NOT_FOUND", Message: fmt.Sprintf(format, args...)}
}

func (r *root) repository(full string, followRenames bool) (any, error) {
	repo := r.index.repo(full)
	if repo == nil || !followRenames && !repo.isNamed(full) {
		return nil, notFound("Could not resolve to a Repository with the name '%s'.", full)
	}
	return r.repoNode(repo), nil
}

// found returns a node, or the error that GitHub has for an ID that leads nowhere.
func found(o execute.Object, id string) (any, error) {
	if o == nil {
		return nil, notFound("Could not resolve to a node with the global id of '%s'", id)
	}
	return o, nil
}

func (r *root) nodes(ids []string) execute.Partial {
	var p execute.Partial
	for i, id := range ids {
		o := r.node(id)
		if o == nil {
			e := notFound("Could not resolve to a node with the global id of '%s'", id)
			e.Path = []any{i}
			p.Errors = append(p.Errors, e)
			p.List = append(p.List, nil)
			continue
		}
		p.List = append(p.List, o)
	}
	return p
}

// node finds an object by its global ID, or returns nil.
func (s *Server) node(id string) execute.Object {
	prefix, parts := parseID(id, 3)
	if len(parts) == 0 {
		return nil
	}
	switch prefix {
	}
	r := s.repoByID(parts[0])
	if r == nil {
		return nil
	}
	if prefix == "R" {
		return s.repoNode(r)
	}
	if len(parts) < 2 {
		return nil
	}
	return s.nodeOf(r, prefix, parts[1:])
}

// nodeOf finds what lies inside a repository.
func (s *Server) nodeOf(r *repoState, prefix string, parts []string) execute.Object {
	number, _ := strconv.Atoi(parts[0])
	switch prefix {
	case "D":
		return orNil(s.discussion(r, number))
	case "DC":
		if d := s.discussion(r, number); d != nil && len(parts) == 2 {
			return orNil(d.comment(parts[1]))
		}
	case "PR":
		return orNil(s.pull(r, number))
	case "RE":
		return orNil(s.releaseNode(r, r.release(strings.Join(parts, " "))))
	}
	return nil
}

// orNil keeps a nil pointer from becoming an interface that is not nil.
func orNil[T any, P interface {
	*T
	execute.Object
}](p P) execute.Object {
	if p == nil {
		return nil
	}
	return p
}

func (s *Server) repoByID(id string) *repoState {
	for _, r := range s.index.repos {
		if strconv.Itoa(r.id) == id {
			return r
		}
	}
	return nil
}

// webURL is the root of the web pages that responses link to.
const webURL = "https://github.com/"

// factIndexes remembers, for each struct of facts, which field has which JSON name.
var factIndexes sync.Map // reflect.Type → map[string]int

// fact resolves a GraphQL field from the fact of the same name (isDraft is not: draft is), so that only what differs
// between the two interfaces needs code. An empty text is not a fact: it is null.
func fact(facts any, field string) (any, error) {
	v := reflect.ValueOf(facts).Elem()
	i, ok := indexesOf(v.Type())[snake(field)]
	if !ok {
		return nil, execute.ErrUnsupported
	}
	value := v.Field(i).Interface()
	if value == "" {
		return nil, nil
	}
	return value, nil
}

func indexesOf(t reflect.Type) map[string]int {
	if known, ok := factIndexes.Load(t); ok {
		return known.(map[string]int)
	}
	names := map[string]int{}
	for i := range t.NumField() {
		names[t.Field(i).Tag.Get("json")] = i
	}
	factIndexes.Store(t, names)
	return names
}

// snake writes lastEditedAt as last_edited_at.
func snake(camel string) string {
	var b strings.Builder
	for _, r := range camel {
		if unicode.IsUpper(r) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// recordNode is an object whose few fields are all known beforehand.
type recordNode struct {
	typ    string
	fields map[string]any
}

func record(typ string, fields map[string]any) *recordNode { return &recordNode{typ, fields} }

// TypeName implements execute.Object.
func (n *recordNode) TypeName() string { return n.typ }

// Field implements execute.Object.
func (n *recordNode) Field(name string, _ execute.Args) (any, error) {
	value, ok := n.fields[name]
	if !ok {
		return nil, execute.ErrUnsupported
	}
	return value, nil
}
