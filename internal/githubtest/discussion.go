package githubtest

import (
	"fmt"
	"time"
)

// Discussion is a discussion with its comments. Empty texts and zero times stand for what GitHub answers with null.
type Discussion struct {
	Number            int            `json:"number"`
	Title             string         `json:"title"`
	Body              string         `json:"body"`
	Author            string         `json:"author"` // empty: the account is deleted
	AuthorAssociation string         `json:"author_association"`
	Editor            string         `json:"editor"`
	Category          string         `json:"category"` // slug
	Labels            []string       `json:"labels"`
	CreatedAt         time.Time      `json:"created_at"`
	UpdatedAt         time.Time      `json:"updated_at"` // default: the latest of its other times
	LastEditedAt      time.Time      `json:"last_edited_at"`
	UpvoteCount       int            `json:"upvote_count"`
	Reactions         map[string]int `json:"reactions"` // by REST's names: "+1", "heart", …
	Locked            bool           `json:"locked"`
	LockReason        string         `json:"lock_reason"`
	ClosedAt          time.Time      `json:"closed_at"`
	StateReason       string         `json:"state_reason"` // RESOLVED, OUTDATED, DUPLICATE or REOPENED
	Answer            string         `json:"answer"`       // ID of a comment or reply
	AnswerChosenAt    time.Time      `json:"answer_chosen_at"`
	AnswerChosenBy    string         `json:"answer_chosen_by"`
	Comments          []Comment      `json:"comments"`
}

// Comment is a comment or, inside Replies, a reply.
type Comment struct {
	ID                string         `json:"id"` // default: its place, "1" for the first comment, "1-2" for its second reply
	Author            string         `json:"author"`
	AuthorAssociation string         `json:"author_association"`
	Editor            string         `json:"editor"`
	Body              string         `json:"body"`
	CreatedAt         time.Time      `json:"created_at"`
	UpdatedAt         time.Time      `json:"updated_at"`
	LastEditedAt      time.Time      `json:"last_edited_at"`
	DeletedAt         time.Time      `json:"deleted_at"`
	MinimizedReason   string         `json:"minimized_reason"` // spam, outdated, …; empty: not minimized
	UpvoteCount       int            `json:"upvote_count"`
	Reactions         map[string]int `json:"reactions"`
	Replies           []Comment      `json:"replies"`
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
