package collectors

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/markdown"
)

// discussion turns the wire type into ours; whose it is, the list knows.
func (w *discussionDetails) discussion(client *github.Client, p digest.Period) digest.Discussion {
	d := digest.Discussion{
		Item:   digest.Item{ID: digest.ID(w.ID), URL: page(client, w.URL)},
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
		Comments:  w.Comments.TotalCount,
		Locked:    w.Locked,
		Activity:  activity(w, p),
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

// activity counts what was written in the period. A comment that was deleted does not
// count, the replies to it do.
func activity(w *discussionDetails, p digest.Period) digest.Activity {
	var a digest.Activity
	people := make(map[string]digest.Person)
	count := func(n *int, at time.Time, deleted *time.Time, by *actor) {
		if deleted != nil || !p.Contains(at) {
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
		count(&a.Comments, cm.CreatedAt, cm.DeletedAt, cm.Author)
		for _, r := range cm.Replies.Nodes {
			if r != nil {
				count(&a.Replies, r.CreatedAt, r.DeletedAt, r.Author)
			}
		}
	}
	for _, who := range people {
		a.Participants = append(a.Participants, who.Login)
	}
	slices.SortFunc(a.Participants, func(x, y markdown.Text) int { return cmp.Compare(x.Unsafe(), y.Unsafe()) })
	return a
}
