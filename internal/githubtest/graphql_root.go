package githubtest

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/community-digest/digest/internal/githubtest/execute"
)

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
	case "rateLimit":
		return &rateLimitNode{r.Server.bucket("graphql", true), r.cost}, nil
	case "organization":
		return r.owner(args.Text("login"), "Organization")
	case "repositoryOwner":
		return r.owner(args.Text("login"), "")
	case "search":
		return r.search(args)
	case "securityAdvisory":
		return r.advisory(args.Text("ghsaId")), nil
	case "securityAdvisories":
		return r.advisories(args)
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

// owner resolves a login that owns a repository or is listed as a user.
func (r *root) owner(login, kind string) (any, error) {
	known := false
	for _, repo := range r.index.repos {
		known = known || equalNames(repo.Owner, login)
	}
	for _, u := range r.world.Users {
		known = known || equalNames(u.Login, login)
	}
	actor := r.actor(login)
	if !known || kind != "" && actor.TypeName() != kind {
		return nil, notFound("Could not resolve to %s with the login of '%s'.", withArticle(firstOf(kind, "RepositoryOwner")), login)
	}
	return actor, nil
}

func withArticle(kind string) string {
	if strings.HasPrefix(kind, "O") {
		return "an " + kind
	}
	return "a " + kind
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
	case "U", "O", "BOT":
		return s.actor(parts[0])
	case "GSA":
		return orNil(s.advisoryNode(parts[0]))
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
	case "DIC":
		return &categoryNode{s, r, r.category(parts[0])}
	case "LA":
		return &labelNode{s, r, r.label(strings.Join(parts, " "))}
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

// rateLimitNode is the count of points after this query.
type rateLimitNode struct {
	b    *bucket
	cost execute.Cost
}

// TypeName implements execute.Object.
func (n *rateLimitNode) TypeName() string { return "RateLimit" }

// Field implements execute.Object.
func (n *rateLimitNode) Field(name string, _ execute.Args) (any, error) {
	switch name {
	case "cost":
		return n.cost.Points, nil
	case "nodeCount":
		return n.cost.Nodes, nil
	case "limit":
		return n.b.limit, nil
	case "remaining":
		return n.b.remaining(), nil
	case "used":
		return min(n.b.used, n.b.limit), nil
	case "resetAt":
		return n.b.reset, nil
	}
	return nil, execute.ErrUnsupported
}
