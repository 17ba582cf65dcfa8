package collectors

import (
	"cmp"
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

// readOn reads the comments and replies that the first document had no room for. Only
// an error that ends the run is returned, any other stands in the answer.
func (c *GitHub) readOn(ctx context.Context, a *github.NodeAnswer[discussionNode]) error {
	if a.Data == nil {
		return nil
	}
	err := c.readRest(ctx, &a.Data.Discussion)
	if github.Stops(err) {
		return err
	}
	a.Err = cmp.Or(a.Err, err)
	return nil
}

// settle decides about one candidate and writes it on its receipt.
func (l *discussionList) settle(client *github.Client, cand candidate, a github.NodeAnswer[discussionNode], p digest.Period) {
	r := &cand.target.receipt
	defer protect(r)
	if a.Err != nil {
		fail(r, a.Err)
		if r.Outcome == digest.Missing {
			r.Outcome = digest.Failed // the discussion is: its repository is there
		}
	}
	if a.Data == nil {
		if a.Err == nil {
			fail(r, fmt.Errorf("discussion %s is listed, but cannot be read", cand.id))
		}
		r.Seen++ // neither kept nor dropped: the gap
		return
	}
	details := &a.Data.Discussion
	if a.Err == nil && details.holes() {
		fail(r, errors.New("the service names a comment without showing it"))
	}
	d := details.discussion(client, p)
	if !p.Contains(d.CreatedAt) && !p.Contains(d.AnsweredAt) && d.Activity.Comments+d.Activity.Replies == 0 {
		r.Drop(digest.Inactive)
		return
	}
	d.Repo, d.Section = l.repo, cand.target.source.Section
	r.Keep()
	l.found = append(l.found, d)
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
