package githubtest

import (
	"slices"
	"strconv"
	"strings"

	"github.com/community-digest/digest/internal/githubtest/execute"
)

// pullNode is a pull request in GraphQL.
type pullNode struct {
	s    *Server
	repo *repoState
	*Pull
}

// pull finds a pull request by its number, or returns nil.
func (s *Server) pull(r *repoState, number int) *pullNode {
	if p := r.pullByNumber(number); p != nil {
		return &pullNode{s, r, p}
	}
	return nil
}

// TypeName implements execute.Object.
func (n *pullNode) TypeName() string { return "PullRequest" }

func (n *pullNode) state() string {
	if !n.MergedAt.IsZero() {
		return "MERGED"
	}
	return strings.ToUpper(n.Pull.state())
}

// Field implements execute.Object.
func (n *pullNode) Field(name string, args execute.Args) (any, error) {
	path := n.repo.FullName() + "/pull/" + strconv.Itoa(n.Number)
	switch name {
	case "id":
		return nodeID("PR", n.repo.id, n.Number), nil
	case "repository":
		return n.s.repoNode(n.repo), nil
	case "url", "permalink":
		return webURL + path, nil
	case "resourcePath":
		return "/" + path, nil
	case "state":
		return n.state(), nil
	case "body":
		return n.Body, nil
	case "isDraft":
		return n.Draft, nil
	case "closed":
		return n.state() != "OPEN", nil
	case "merged":
		return n.state() == "MERGED", nil
	case "locked":
		return false, nil
	case "headRefName":
		return n.branch(), nil
	case "isCrossRepository":
		return n.fromFork(), nil
	case "milestone":
		return orNil(n.s.milestoneNode(n.repo, n.Milestone)), nil
	case "baseRefName":
		return n.Base, nil
	case "headRefOid":
		return n.repo.oid(n.Head), nil
	case "baseRefOid":
		return n.repo.oid(n.Base), nil
	case "labels":
		return n.s.labels(n.repo, n.Labels, args), nil
	case "updatedAt":
		return n.updated(), nil
	case "createdAt":
		return n.created(), nil
	}
	return fact(n.Pull, name)
}

// pullRequests is the connection of pull requests in the order of their creation, or as orderBy says.
func (n *repoNode) pullRequests(args execute.Args) (any, error) {
	list := n.pulls
	keep := func(i int) bool {
		p := &pullNode{n.s, n.repoState, &list[i]}
		states, labels := args.Texts("states"), args.Texts("labels")
		return (len(states) == 0 || slices.Contains(states, p.state())) && textOrAny(args, "headRefName", p.branch()) &&
			textOrAny(args, "baseRefName", p.Base) && (len(labels) == 0 || slices.ContainsFunc(labels, func(l string) bool { return slices.Contains(p.Labels, l) }))
	}
	by := args.Object("orderBy")
	o := orderBy(len(list), descending(by, false), func(i int) string {
		if by.Text("field") == "UPDATED_AT" {
			return timeKey(list[i].updated(), i)
		}
		return timeKey(list[i].created(), i)
	})
	return &connection{typ: "PullRequest", order: o, args: args, keep: keep,
		node: func(i int) execute.Object { return &pullNode{n.s, n.repoState, &list[i]} }}, nil
}

func textOrAny(args execute.Args, name, value string) bool {
	want := args.Text(name)
	return want == "" || want == value
}

// milestones lists the open milestones whose titles contain the query.
func (n *repoNode) milestones(args execute.Args) (any, error) {
	var found []string
	if states := args.Texts("states"); len(states) == 0 || slices.Contains(states, "OPEN") {
		for _, title := range n.git.rules.milestones {
			if strings.Contains(strings.ToLower(title), strings.ToLower(args.Text("query"))) {
				found = append(found, title)
			}
		}
	}
	return listOf("Milestone", found, args, func(title string) execute.Object { return n.s.milestoneNode(n.repoState, title) }), nil
}

// milestoneNode finds a milestone by its title, or returns nil.
func (s *Server) milestoneNode(r *repoState, title string) *recordNode {
	i := slices.Index(r.git.rules.milestones, title)
	if i < 0 {
		return nil
	}
	return record("Milestone", map[string]any{"id": nodeID("MI", r.id, title), "number": i + 1, "title": title})
}
