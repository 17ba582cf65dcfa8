package githubtest

import (
	"fmt"
	"slices"

	"github.com/community-digest/digest/internal/githubtest/execute"
)

// discussions is the connection of a repository's discussions, empty where the feature is switched off.
func (n *repoNode) discussions(args execute.Args) (any, error) {
	by := args.Object("orderBy")
	field := by.Text("field")
	list := n.Discussions
	if n.NoDiscussions {
		list = nil
	}
	o := n.ordered("discussions "+field, len(list), descending(by, true), func(i int) string {
		if field == "CREATED_AT" {
			return timeKey(list[i].CreatedAt, list[i].Number)
		}
		return timeKey(list[i].updated(), list[i].Number)
	})
	return &connection{typ: "Discussion", order: o, args: args, keep: n.discussionFilter(args, list),
		node: func(i int) execute.Object { return &discussionNode{n.s, n.repoState, &list[i]} }}, nil
}

// discussionFilter evaluates categoryId, answered and states, or returns nil when none is given.
func (n *repoNode) discussionFilter(args execute.Args, list []Discussion) func(int) bool {
	category, states := args.Text("categoryId"), args.Texts("states")
	if category == "" && len(states) == 0 && args["answered"] == nil {
		return nil
	}
	return func(i int) bool {
		d := &list[i]
		if category != "" && nodeID("DIC", n.id, d.Category) != category {
			return false
		}
		if answered := args["answered"]; answered != nil && answered != (d.Answer != "") {
			return false
		}
		state := "OPEN"
		if d.closed() {
			state = "CLOSED"
		}
		return len(states) == 0 || slices.Contains(states, state)
	}
}

func (d *Discussion) closed() bool { return !d.ClosedAt.IsZero() && d.StateReason != "REOPENED" }

// discussionNode is a discussion in GraphQL.
type discussionNode struct {
	s    *Server
	repo *repoState
	*Discussion
}

// discussion finds a discussion by its number, or returns nil.
func (s *Server) discussion(r *repoState, number int) *discussionNode {
	i, ok := r.byNum[number]
	if !ok || r.NoDiscussions {
		return nil
	}
	return &discussionNode{s, r, &r.Discussions[i]}
}

// TypeName implements execute.Object.
func (n *discussionNode) TypeName() string { return "Discussion" }

func (n *discussionNode) id() string { return nodeID("D", n.repo.id, n.Number) }

func (n *discussionNode) path() string {
	return fmt.Sprintf("%s/discussions/%d", n.repo.FullName(), n.Number)
}

// Field implements execute.Object.
func (n *discussionNode) Field(name string, args execute.Args) (any, error) {
	switch name {
	case "id":
		return n.id(), nil
	case "databaseId":
		return numberOf("discussion", n.repo.id, n.Number), nil
	case "repository":
		return n.s.repoNode(n.repo), nil
	case "url":
		return webURL + n.path(), nil
	case "resourcePath":
		return "/" + n.path(), nil
	case "category":
		return &categoryNode{n.s, n.repo, n.repo.category(n.Category)}, nil
	case "labels":
		return n.s.labels(n.repo, n.Labels, args), nil
	case "comments":
		return n.comments(n.Comments, nil, args), nil
	case "answer":
		return orNil(n.comment(n.Answer)), nil
	case "answerChosenBy":
		return n.s.actorOrNull(n.AnswerChosenBy), nil
	case "isAnswered":
		if n.Answer == "" && !n.repo.category(n.Category).Answerable {
			return nil, nil
		}
		return n.Answer != "", nil
	case "activeLockReason":
		return orNull(n.LockReason), nil
	case "closed":
		return n.Discussion.closed(), nil
	case "updatedAt":
		return n.updated(), nil
	}
	post := post{n.s, n.Author, n.Editor, n.AuthorAssociation, n.Body, n.Reactions, n.CreatedAt, n.LastEditedAt}
	return post.field(name, args, func() (any, error) { return fact(n.Discussion, name) })
}
