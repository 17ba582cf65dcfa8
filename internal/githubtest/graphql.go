package githubtest

import (
	"net/http"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/community-digest/digest/internal/githubtest/execute"
	"github.com/community-digest/digest/internal/githubtest/schema"
)

// Schema returns the part of GitHub's GraphQL schema that this project uses.
func Schema() *ast.Schema { return schema.GraphQL() }

// CheckQuery returns what is wrong with a GraphQL request by GitHub's schema, or nil.
func CheckQuery(query string, variables map[string]any) error {
	_, err := schema.ParseQuery(query, variables)
	return err
}

// CheckREST returns what is wrong with a REST request by GitHub's description: an unknown route or method, unknown
// or wrongly typed parameters, a wrong body. The path may have the prefix /api/v3. It reads the body and puts it back.
func CheckREST(r *http.Request) error {
	q, err := readRequest(r)
	if err != nil {
		return err
	}
	restoreBody(r, q.Body)
	checked := *r
	u := *r.URL
	u.Path = q.Path
	checked.URL = &u
	_, err = schema.CheckREST(&checked, q.Body)
	return err
}

// graphQL answers a GraphQL request: authentication, validity, limits, execution, in the order that GitHub has.
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

// refused is the answer to a query that is not executed: no data, status 200.
func refused(e *execute.Error) *answer {
	return jsonAnswer(http.StatusOK, map[string]any{"errors": []*execute.Error{e}})
}
