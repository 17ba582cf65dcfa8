package collectors

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shurcooL/githubv4"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/markdown"
)

// discussionNode is a candidate, read by its node id.
type discussionNode struct {
	Discussion discussionDetails `graphql:"... on Discussion"`
}

// discussionDetails is a discussion with its comments and their replies. Nullable fields
// are pointers. See https://docs.github.com/graphql/reference/objects#discussion.
type discussionDetails struct {
	ID             string
	Number         int
	Title          string
	Body           string
	URL            string
	CreatedAt      time.Time
	AnswerChosenAt *time.Time
	Author         *actor
	Category       struct {
		Name         string
		Slug         string
		IsAnswerable bool
	}
	Labels *struct {
		TotalCount int
		Nodes      []struct{ Name string }
	} `graphql:"labels(first: $first)"`
	UpvoteCount int
	Reactions   struct{ TotalCount int }
	Locked      bool
	// ActiveLockReason is SPAM, for example, or null.
	ActiveLockReason *string
	Closed           bool
	StateReason      *string
	Answer           *struct {
		URL    string
		Body   string
		Author *actor
	}
	Comments *commentsPage `graphql:"comments(first: $first)"`
}

// actor is an account; its type distinguishes bots from people.
// See https://docs.github.com/graphql/reference/interfaces#actor.
type actor struct {
	Typename string `graphql:"__typename"`
	Login    string
}

func (a *actor) person() digest.Person {
	if a == nil { // a deleted account
		return digest.Person{}
	}
	return person(a.Login, a.Typename == "Bot")
}

type commentsPage struct {
	TotalCount int
	PageInfo   *pageInfo
	Nodes      []*comment
}

// comment is a top-level comment.
// See https://docs.github.com/graphql/reference/objects#discussioncomment.
type comment struct {
	ID        string
	CreatedAt time.Time
	DeletedAt *time.Time
	Author    *actor
	Replies   *repliesPage `graphql:"replies(first: $first)"`
	minimizable
}

// minimizable is a comment that moderators can minimize.
// See https://docs.github.com/graphql/reference/interfaces#minimizable.
type minimizable struct {
	IsMinimized     bool
	MinimizedReason *string
}

type repliesPage struct {
	PageInfo *pageInfo
	Nodes    []*reply
}

type reply struct {
	CreatedAt time.Time
	DeletedAt *time.Time
	Author    *actor
	minimizable
}

// errNoComment is the gap of a comment or a reply that could not be read.
var errNoComment = errors.New("the discussion has a comment without contents")

// discussionResult is a candidate as it was read: the discussion without what only its
// list knows, or nil, why it is dropped, and what went wrong, which may leave a part of it.
type discussionResult struct {
	*digest.Discussion
	drop digest.DropReason
	err  error
}

// readDiscussion reads the comments and replies that the first document had no room for,
// and converts the result, which is much smaller. It returns only an error that ends the run.
func (c *GitHub) readDiscussion(ctx context.Context, n github.NodeAnswer[discussionNode], p digest.Period) (result discussionResult, err error) {
	result.err = n.Err
	if n.Data == nil || n.Data.Discussion.ID == "" || n.Data.Discussion.CreatedAt.IsZero() {
		return result, nil
	}
	w := &n.Data.Discussion
	if err := c.readThreads(ctx, w); github.Stops(err) {
		return result, err
	} else if result.err == nil {
		result.err = err
	}
	defer protectErr(&result.err)
	d := w.discussion(c.client, p)
	result.Discussion, result.drop = &d, dropDiscussion(&d, deref(w.ActiveLockReason), p)
	return result, nil
}

// threadPage is how many comments or replies a further page requests: the most GitHub
// allows, for a point.
const threadPage = 100

// readThreads reads comments and replies to their end. What it could not read is the
// error; everything else is in the discussion.
func (c *GitHub) readThreads(ctx context.Context, w *discussionDetails) error {
	if w.Comments == nil {
		w.Comments = &commentsPage{}
	}
	failed := c.readComments(ctx, w.ID, w.Comments)
	if github.Stops(failed) {
		return failed
	}
	for _, cm := range w.Comments.Nodes {
		if cm == nil || cm.CreatedAt.IsZero() {
			failed = cmp.Or(failed, errNoComment)
			continue
		}
		if cm.Replies == nil {
			cm.Replies = &repliesPage{}
		}
		err := c.readReplies(ctx, cm.ID, cm.Replies)
		if github.Stops(err) {
			return err
		}
		failed = cmp.Or(failed, err)
		if slices.ContainsFunc(cm.Replies.Nodes, func(r *reply) bool { return r == nil || r.CreatedAt.IsZero() }) {
			failed = cmp.Or(failed, errNoComment)
		}
	}
	return failed
}

// readComments reads the pages behind the first one.
func (c *GitHub) readComments(ctx context.Context, id string, list *commentsPage) error {
	page := list
	for after := ""; ; {
		next, err := page.PageInfo.next(after)
		switch {
		case page.Nodes == nil:
			return errNoList
		case err != nil || next == "":
			return err
		}
		if page, err = c.commentsBehind(ctx, id, next, threadPage); err != nil {
			return err
		}
		list.Nodes, after = append(list.Nodes, page.Nodes...), next
	}
}

// readReplies reads the pages behind the first one.
func (c *GitHub) readReplies(ctx context.Context, id string, list *repliesPage) error {
	page := list
	for after := ""; ; {
		next, err := page.PageInfo.next(after)
		switch {
		case page.Nodes == nil:
			return errNoList
		case err != nil || next == "":
			return err
		}
		if page, err = c.repliesBehind(ctx, id, next, threadPage); err != nil {
			return err
		}
		list.Nodes, after = append(list.Nodes, page.Nodes...), next
	}
}

func (c *GitHub) commentsBehind(ctx context.Context, id, after string, first int) (*commentsPage, error) {
	var q struct {
		Node *struct {
			Discussion struct {
				Comments *commentsPage `graphql:"comments(first: $first, after: $after)"`
			} `graphql:"... on Discussion"`
		} `graphql:"node(id: $id)"`
	}
	if err := c.queryThread(ctx, &q, id, after, first); github.KindOf(err) == github.TooHeavy && first > 1 {
		return c.commentsBehind(ctx, id, after, first/2)
	} else if err != nil {
		return nil, err
	}
	if q.Node == nil || q.Node.Discussion.Comments == nil {
		return nil, fmt.Errorf("discussion %s was deleted while its comments were read", id)
	}
	return q.Node.Discussion.Comments, nil
}

func (c *GitHub) repliesBehind(ctx context.Context, id, after string, first int) (*repliesPage, error) {
	var q struct {
		Node *struct {
			Comment struct {
				Replies *repliesPage `graphql:"replies(first: $first, after: $after)"`
			} `graphql:"... on DiscussionComment"`
		} `graphql:"node(id: $id)"`
	}
	if err := c.queryThread(ctx, &q, id, after, first); github.KindOf(err) == github.TooHeavy && first > 1 {
		return c.repliesBehind(ctx, id, after, first/2)
	} else if err != nil {
		return nil, err
	}
	if q.Node == nil || q.Node.Comment.Replies == nil {
		return nil, fmt.Errorf("comment %s was deleted while its replies were read", id)
	}
	return q.Node.Comment.Replies, nil
}

func (c *GitHub) queryThread(ctx context.Context, q any, id, after string, first int) error {
	return c.client.Query(ctx, q, map[string]any{
		"id": githubv4.ID(id), "after": githubv4.String(after), "first": githubv4.Int(first),
	})
}

// discussion converts the wire type; the list adds the repository and the section.
func (w *discussionDetails) discussion(client *github.Client, p digest.Period) digest.Discussion {
	d := digest.Discussion{
		Item:   digest.Item{ID: digest.NewID(w.ID), URL: page(client, w.URL)},
		Number: w.Number,
		Title:  markdown.Untrusted(w.Title),
		Body:   markdown.Prose(w.Body),
		Author: w.Author.person(),
		Category: digest.Category{
			Name: markdown.Untrusted(w.Category.Name), Slug: markdown.Untrusted(w.Category.Slug), Answerable: w.Category.IsAnswerable,
		},
		CreatedAt: w.CreatedAt.UTC(),
		Upvotes:   w.UpvoteCount,
		Reactions: w.Reactions.TotalCount,
		Comments:  w.comments(),
		Locked:    w.Locked,
		Activity:  w.activity(p),
	}
	if w.Labels != nil {
		for _, l := range w.Labels.Nodes {
			d.Labels = append(d.Labels, markdown.Untrusted(l.Name))
		}
		if w.Labels.TotalCount > len(w.Labels.Nodes) {
			d.Labels = append(d.Labels, markdown.Untrusted("…"))
		}
	}
	if w.Closed {
		reason := "closed"
		if w.StateReason != nil {
			reason = strings.ToLower(*w.StateReason)
		}
		d.Closed = markdown.Untrusted(reason)
	}
	if w.AnswerChosenAt != nil {
		d.AnsweredAt = w.AnswerChosenAt.UTC()
	}
	if w.Answer != nil {
		d.Answer = &digest.Answer{URL: page(client, w.Answer.URL), Author: w.Answer.Author.person(), Body: markdown.Prose(w.Answer.Body)}
	}
	return d
}

// comments is the number of top-level comments, without those that are worthless.
func (w *discussionDetails) comments() int {
	n := w.Comments.TotalCount
	for _, cm := range w.Comments.Nodes {
		if cm != nil && cm.worthless() {
			n--
		}
	}
	return max(n, 0)
}

// activity counts what was written in the period. A comment that is deleted or worthless
// does not count; the replies to it do.
func (w *discussionDetails) activity(p digest.Period) digest.Activity {
	var a digest.Activity
	people := make(map[string]digest.Person)
	count := func(n *int, at time.Time, deleted *time.Time, by *actor, m minimizable) {
		if deleted != nil || m.worthless() || !p.Contains(at) {
			return
		}
		*n++
		if by == nil || by.person().Bot {
			return
		}
		people[by.Login] = by.person()
		if w.Author == nil || by.Login != w.Author.Login {
			a.Others++
		}
	}
	for _, cm := range w.Comments.Nodes {
		if cm == nil {
			continue
		}
		count(&a.Comments, cm.CreatedAt, cm.DeletedAt, cm.Author, cm.minimizable)
		for _, r := range cm.Replies.Nodes {
			if r != nil {
				count(&a.Replies, r.CreatedAt, r.DeletedAt, r.Author, r.minimizable)
			}
		}
	}
	for _, who := range people {
		a.Participants = append(a.Participants, who.Login)
	}
	slices.SortFunc(a.Participants, func(x, y markdown.Text) int { return cmp.Compare(x.Unsafe(), y.Unsafe()) })
	return a
}
