package githubtest

import (
	"fmt"

	"github.com/community-digest/digest/internal/githubtest/execute"
)

// comment finds a comment or a reply by its own ID, or returns nil.
func (n *discussionNode) comment(id string) *commentNode {
	if id == "" {
		return nil
	}
	for i := range n.Comments {
		c := &commentNode{n, &n.Comments[i], n.Comments[i].id("", i), nil}
		if c.key == id {
			return c
		}
		for j := range c.Replies {
			if key := c.Replies[j].id(c.key, j); key == id {
				return &commentNode{n, &c.Replies[j], key, c}
			}
		}
	}
	return nil
}

// comments is the connection of comments, or of the replies to one, in the order of their creation.
func (n *discussionNode) comments(list []Comment, parent *commentNode, args execute.Args) *connection {
	prefix := ""
	if parent != nil {
		prefix = parent.key
	}
	o := orderBy(len(list), false, func(i int) string { return timeKey(list[i].CreatedAt, i) })
	return &connection{typ: "DiscussionComment", order: o, args: args, node: func(i int) execute.Object {
		return &commentNode{n, &list[i], list[i].id(prefix, i), parent}
	}}
}

// commentNode is a comment, or a reply to one.
type commentNode struct {
	d *discussionNode
	*Comment
	key     string
	replyTo *commentNode
}

// TypeName implements execute.Object.
func (n *commentNode) TypeName() string { return "DiscussionComment" }

// Field implements execute.Object.
func (n *commentNode) Field(name string, args execute.Args) (any, error) {
	database := numberOf("comment", n.d.repo.id, n.d.Number, n.key)
	path := fmt.Sprintf("%s#discussioncomment-%d", n.d.path(), database)
	switch name {
	case "id":
		return nodeID("DC", n.d.repo.id, n.d.Number, n.key), nil
	case "databaseId":
		return database, nil
	case "url":
		return webURL + path, nil
	case "resourcePath":
		return "/" + path, nil
	case "discussion":
		return n.d, nil
	case "replyTo":
		return orNil(n.replyTo), nil
	case "replies":
		return n.d.comments(n.Replies, n, args), nil
	case "isAnswer":
		return n.d.Answer == n.key, nil
	case "isMinimized":
		return n.MinimizedReason != "", nil
	case "updatedAt":
		return firstTime(n.UpdatedAt, n.LastEditedAt, n.CreatedAt), nil
	}
	post := post{n.d.s, n.Author, n.Editor, n.AuthorAssociation, n.Body, n.Reactions, n.CreatedAt, n.LastEditedAt}
	return post.field(name, args, func() (any, error) { return fact(n.Comment, name) })
}
