package collectors

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/shurcooL/githubv4"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
)

// restPage is how many comments or replies are asked for where the first page of a
// discussion or a comment was not all: the most GitHub allows, for a point.
const restPage = 100

// actor is an account; its type tells bots from people.
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

// discussionDetails is a discussion with its comments and their replies. What can be
// null is a pointer. See https://docs.github.com/graphql/reference/objects#discussion.
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
	Closed      bool
	StateReason *string
	Answer      *struct {
		URL    string
		Body   string
		Author *actor
	}
	Comments commentsPage `graphql:"comments(first: $first)"`
}

type commentsPage struct {
	TotalCount int
	PageInfo   pageInfo
	Nodes      []*comment
}

// comment is a top-level comment.
// See https://docs.github.com/graphql/reference/objects#discussioncomment.
type comment struct {
	ID        string
	CreatedAt time.Time
	DeletedAt *time.Time
	Author    *actor
	Replies   repliesPage `graphql:"replies(first: $first)"`
}

type repliesPage struct {
	PageInfo pageInfo
	Nodes    []*reply
}

type reply struct {
	CreatedAt time.Time
	DeletedAt *time.Time
	Author    *actor
}

type discussionNode struct {
	Discussion discussionDetails `graphql:"... on Discussion"`
}

// readDiscussion is what was read of a candidate: the discussion without what only its
// list knows, or why there is none.
type readDiscussion struct {
	*digest.Discussion
	err error // which may leave a part of it
}

// readDiscussion reads on where the first document had no room for all comments and
// replies, and makes an item of them, which is much smaller. Only an error that ends the
// run is returned.
func (c *GitHub) readDiscussion(ctx context.Context, a github.NodeAnswer[discussionNode], p digest.Period) (read readDiscussion, err error) {
	read.err = a.Err
	if a.Data == nil {
		return read, nil
	}
	w := &a.Data.Discussion
	if err := c.readRest(ctx, w); github.Stops(err) {
		return read, err
	} else if read.err == nil {
		read.err = err
	}
	if read.err == nil && w.holes() {
		read.err = errHole
	}
	defer defect(&read.err)
	d := w.discussion(c.client, p)
	read.Discussion = &d
	return read, nil
}

// errHole is the gap that a null among comments or replies is.
var errHole = errors.New("the service names a comment without showing it")

// settle decides about one candidate and writes it on its receipt.
func (l *discussionList) settle(cand candidate, read readDiscussion, p digest.Period) {
	r := &cand.target.receipt
	if read.err != nil {
		fail(r, read.err)
		if r.Outcome == digest.Missing {
			r.Outcome = digest.Failed // the discussion is: its repository is there
		}
	}
	d := read.Discussion
	if d == nil {
		if read.err == nil {
			fail(r, fmt.Errorf("discussion %s is listed, but cannot be read", cand.id))
		}
		r.Seen++ // neither kept nor dropped: the gap
		return
	}
	if !p.Contains(d.CreatedAt) && !p.Contains(d.AnsweredAt) && d.Activity.Comments+d.Activity.Replies == 0 {
		r.Drop(digest.Inactive)
		return
	}
	d.Repo, d.Section = l.repo, cand.target.source.Section
	r.Keep()
	l.found = append(l.found, *d)
}

func (c *GitHub) readRest(ctx context.Context, d *discussionDetails) error {
	for page := d.Comments.PageInfo; page.HasNextPage; {
		if page.EndCursor == "" {
			return errStuck
		}
		next, err := c.moreComments(ctx, d.ID, page.EndCursor, restPage)
		if err != nil {
			return err
		}
		d.Comments.Nodes = append(d.Comments.Nodes, next.Nodes...)
		if page, err = advance(page, next.PageInfo); err != nil {
			return err
		}
	}
	for _, cm := range d.Comments.Nodes {
		if cm == nil {
			continue
		}
		for page := cm.Replies.PageInfo; page.HasNextPage; {
			if page.EndCursor == "" {
				return errStuck
			}
			next, err := c.moreReplies(ctx, cm.ID, page.EndCursor, restPage)
			if err != nil {
				return err
			}
			cm.Replies.Nodes = append(cm.Replies.Nodes, next.Nodes...)
			if page, err = advance(page, next.PageInfo); err != nil {
				return err
			}
		}
	}
	return nil
}

// holes reports whether a comment or a reply is there that could not be read.
func (d *discussionDetails) holes() bool {
	return slices.ContainsFunc(d.Comments.Nodes, func(cm *comment) bool {
		return cm == nil || slices.Contains(cm.Replies.Nodes, nil)
	})
}

// advance refuses a list that goes on without going forward.
func advance(from, to pageInfo) (pageInfo, error) {
	if to.HasNextPage && to.EndCursor == from.EndCursor {
		return to, errStuck
	}
	return to, nil
}

// moreComments reads a page of comments, or a smaller one when GitHub finds it too heavy.
func (c *GitHub) moreComments(ctx context.Context, id, after string, comments int) (commentsPage, error) {
	var q struct {
		Node *struct {
			Discussion struct {
				Comments commentsPage `graphql:"comments(first: $first, after: $after)"`
			} `graphql:"... on Discussion"`
		} `graphql:"node(id: $id)"`
	}
	err := c.client.Query(ctx, &q, map[string]any{
		"id": githubv4.ID(id), "after": githubv4.String(after), "first": githubv4.Int(comments),
	})
	if github.KindOf(err) == github.TooHeavy && comments > 1 {
		return c.moreComments(ctx, id, after, comments/2)
	}
	if err == nil && q.Node == nil {
		err = fmt.Errorf("discussion %s has gone while its comments were read", id)
	}
	if err != nil {
		return commentsPage{}, err
	}
	return q.Node.Discussion.Comments, nil
}

// moreReplies reads a page of replies likewise.
func (c *GitHub) moreReplies(ctx context.Context, id, after string, replies int) (repliesPage, error) {
	var q struct {
		Node *struct {
			Comment struct {
				Replies repliesPage `graphql:"replies(first: $first, after: $after)"`
			} `graphql:"... on DiscussionComment"`
		} `graphql:"node(id: $id)"`
	}
	err := c.client.Query(ctx, &q, map[string]any{
		"id": githubv4.ID(id), "after": githubv4.String(after), "first": githubv4.Int(replies),
	})
	if github.KindOf(err) == github.TooHeavy && replies > 1 {
		return c.moreReplies(ctx, id, after, replies/2)
	}
	if err == nil && q.Node == nil {
		err = fmt.Errorf("comment %s has gone while its replies were read", id)
	}
	if err != nil {
		return repliesPage{}, err
	}
	return q.Node.Comment.Replies, nil
}
