package githubtest

import (
	"net/url"

	"github.com/community-digest/digest/internal/githubtest/execute"
)

// categoryNode is a discussion category.
type categoryNode struct {
	s    *Server
	repo *repoState
	Category
}

// TypeName implements execute.Object.
func (n *categoryNode) TypeName() string { return "DiscussionCategory" }

func (n *categoryNode) id() string { return nodeID("DIC", n.repo.id, n.Slug) }

// Field implements execute.Object.
func (n *categoryNode) Field(name string, _ execute.Args) (any, error) {
	switch name {
	case "id":
		return n.id(), nil
	case "repository":
		return n.s.repoNode(n.repo), nil
	case "isAnswerable":
		return n.Answerable, nil
	case "emoji":
		return firstOf(n.Emoji, ":speech_balloon:"), nil
	case "createdAt":
		return firstTime(n.CreatedAt, n.repo.created()), nil
	case "updatedAt":
		return firstTime(n.UpdatedAt, n.CreatedAt, n.repo.created()), nil
	}
	return fact(&n.Category, name)
}

// labelNode is a label.
type labelNode struct {
	s    *Server
	repo *repoState
	Label
}

// TypeName implements execute.Object.
func (n *labelNode) TypeName() string { return "Label" }

// Field implements execute.Object.
func (n *labelNode) Field(name string, _ execute.Args) (any, error) {
	path := n.repo.FullName() + "/labels/" + url.PathEscape(n.Name)
	switch name {
	case "id":
		return nodeID("LA", n.repo.id, n.Name), nil
	case "repository":
		return n.s.repoNode(n.repo), nil
	case "isDefault":
		return n.Default, nil
	case "url":
		return webURL + path, nil
	case "resourcePath":
		return "/" + path, nil
	}
	return fact(&n.Label, name)
}

// labels is the connection of an item's labels.
func (s *Server) labels(r *repoState, names []string, args execute.Args) *connection {
	return listOf("Label", names, args, func(name string) execute.Object { return &labelNode{s, r, r.label(name)} })
}

// topicNode is a topic of a repository, both the link and the topic itself.
type topicNode string

// TypeName implements execute.Object.
func (n topicNode) TypeName() string { return "RepositoryTopic" }

// Field implements execute.Object.
func (n topicNode) Field(name string, _ execute.Args) (any, error) {
	switch name {
	case "id":
		return nodeID("RT", string(n)), nil
	case "topic":
		return topic(n), nil
	case "url":
		return webURL + "topics/" + string(n), nil
	case "resourcePath":
		return "/topics/" + string(n), nil
	}
	return nil, execute.ErrUnsupported
}

type topic string

// TypeName implements execute.Object.
func (n topic) TypeName() string { return "Topic" }

// Field implements execute.Object.
func (n topic) Field(name string, _ execute.Args) (any, error) {
	switch name {
	case "id":
		return nodeID("TO", string(n)), nil
	case "name":
		return string(n), nil
	}
	return nil, execute.ErrUnsupported
}
