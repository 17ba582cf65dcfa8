package githubtest

import (
	"fmt"
	"time"

	"github.com/community-digest/digest/internal/githubtest/execute"
)

// Discussion is a discussion with its comments. Empty texts and zero times stand for what GitHub answers with null.
type Discussion struct {
	Number         int            `json:"number"`
	Title          string         `json:"title"`
	Body           string         `json:"body"`
	Author         string         `json:"author"`   // empty: the account is deleted
	Category       string         `json:"category"` // slug
	Labels         []string       `json:"labels"`
	CreatedAt      time.Time      `json:"created_at"`
	UpdatedAt      time.Time      `json:"updated_at"` // default: the latest of its other times
	LastEditedAt   time.Time      `json:"last_edited_at"`
	UpvoteCount    int            `json:"upvote_count"`
	Reactions      map[string]int `json:"reactions"` // by REST's names: "+1", "heart", …
	Locked         bool           `json:"locked"`
	LockReason     string         `json:"lock_reason"`
	ClosedAt       time.Time      `json:"closed_at"`
	StateReason    string         `json:"state_reason"` // RESOLVED, OUTDATED, DUPLICATE or REOPENED
	Answer         string         `json:"answer"`       // ID of a comment or reply
	AnswerChosenAt time.Time      `json:"answer_chosen_at"`
	Comments       []Comment      `json:"comments"`
}

// Comment is a comment or, inside Replies, a reply.
type Comment struct {
	ID              string         `json:"id"` // default: its place, "1" for the first comment, "1-2" for its second reply
	Author          string         `json:"author"`
	Body            string         `json:"body"`
	CreatedAt       time.Time      `json:"created_at"`
	UpdatedAt       time.Time      `json:"updated_at"`
	LastEditedAt    time.Time      `json:"last_edited_at"`
	DeletedAt       time.Time      `json:"deleted_at"`
	MinimizedReason string         `json:"minimized_reason"` // spam, outdated, …; empty: not minimized
	UpvoteCount     int            `json:"upvote_count"`
	Reactions       map[string]int `json:"reactions"`
	Replies         []Comment      `json:"replies"`
}

// id returns the comment's own or default ID; prefix is that of the comment it replies to.
func (c *Comment) id(prefix string, index int) string {
	if c.ID != "" {
		return c.ID
	}
	if prefix != "" {
		prefix += "-"
	}
	return fmt.Sprint(prefix, index+1)
}

// updated returns when the discussion was last touched.
func (d *Discussion) updated() time.Time {
	if !d.UpdatedAt.IsZero() {
		return d.UpdatedAt
	}
	last := latest(d.CreatedAt, d.LastEditedAt, d.ClosedAt, d.AnswerChosenAt)
	for i := range d.Comments {
		last = latest(last, d.Comments[i].updated())
	}
	return last
}

func (c *Comment) updated() time.Time {
	last := latest(c.CreatedAt, c.LastEditedAt, c.UpdatedAt, c.DeletedAt)
	for i := range c.Replies {
		last = latest(last, c.Replies[i].updated())
	}
	return last
}

func latest(times ...time.Time) time.Time {
	var last time.Time
	for _, t := range times {
		if t.After(last) {
			last = t
		}
	}
	return last
}

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
	return &connection{typ: "Discussion", order: o, args: args,
		node: func(i int) execute.Object { return &discussionNode{n.s, n.repoState, &list[i]} }}, nil
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
	case "url":
		return webURL + n.path(), nil
	case "category":
		return categoryNode(n.repo.category(n.Category)), nil
	case "labels":
		return labels(n.Labels, args), nil
	case "comments":
		return n.comments(n.Comments, nil, args), nil
	case "answer":
		return orNil(n.comment(n.Answer)), nil
	case "activeLockReason":
		return orNull(n.LockReason), nil
	case "closed":
		return n.Discussion.closed(), nil
	case "updatedAt":
		return n.updated(), nil
	}
	post := post{n.s, n.Author, n.Body, n.Reactions, n.CreatedAt, n.LastEditedAt}
	return post.field(name, args, func() (any, error) { return fact(n.Discussion, name) })
}

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
	case "url":
		return webURL + path, nil
	case "replies":
		return n.d.comments(n.Replies, n, args), nil
	case "isMinimized":
		return n.MinimizedReason != "", nil
	}
	post := post{n.d.s, n.Author, n.Body, n.Reactions, n.CreatedAt, n.LastEditedAt}
	return post.field(name, args, func() (any, error) { return fact(n.Comment, name) })
}

// post is what discussions and comments have in common: someone wrote it and others react to it.
type post struct {
	s               *Server
	author, body    string
	reactions       map[string]int
	created, edited time.Time
}

// field answers a field of the post, or leaves it to the next one. Texts that are rendered on GitHub are the plain
// text here.
func (p *post) field(name string, args execute.Args, next func() (any, error)) (any, error) {
	switch name {
	case "author":
		return p.s.actorOrNull(p.author), nil
	case "body", "bodyText":
		return p.body, nil
	case "reactions":
		return reactionsOf(p.reactions, args), nil
	}
	return next()
}

// reactionNames are the kinds of reaction in GitHub's order, by REST's and GraphQL's names.
var reactionNames = [][2]string{
	{"+1", "THUMBS_UP"}, {"-1", "THUMBS_DOWN"}, {"laugh", "LAUGH"}, {"hooray", "HOORAY"}, {"confused", "CONFUSED"},
	{"heart", "HEART"}, {"rocket", "ROCKET"}, {"eyes", "EYES"},
}

// reactionsOf is the connection of reactions. Who reacted is not a fact of the world: only counts are answered.
func reactionsOf(counts map[string]int, args execute.Args) *counted {
	total := 0
	for _, name := range reactionNames {
		if want := args.Text("content"); want == "" || want == name[1] {
			total += counts[name[0]]
		}
	}
	return &counted{"ReactionConnection", total}
}

// counted is a connection of which only the size is known.
type counted struct {
	typ   string
	total int
}

// TypeName implements execute.Object.
func (c *counted) TypeName() string { return c.typ }

// Field implements execute.Object.
func (c *counted) Field(name string, _ execute.Args) (any, error) {
	if name == "totalCount" {
		return c.total, nil
	}
	return nil, execute.ErrUnsupported
}

// categoryNode is a discussion category.
func categoryNode(c Category) execute.Object {
	return record("DiscussionCategory", map[string]any{"name": c.Name, "slug": c.Slug, "isAnswerable": c.Answerable})
}

// labels is the connection of an item's labels.
func labels(names []string, args execute.Args) *connection {
	return listOf("Label", names, args, func(name string) execute.Object {
		return record("Label", map[string]any{"name": name})
	})
}
