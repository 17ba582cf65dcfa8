package collectors

import (
	"errors"
	"time"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/markdown"
)

// DiscussionSource names repositories whose discussions are wanted.
type DiscussionSource struct {
	Repos []digest.Repo
	// Categories are slugs or names of the categories that are wanted; none means all.
	Categories []string
	Section    digest.SectionName
}

// discussionList is the discussions of one repository while they are read. Several sources
// may name the same repository with different categories; it is read once.
//
// The list comes by update, the last one first, and is read down to the first discussion
// that was last updated before the period: those above it are the candidates. Their
// comments, replies and answers decide.
type discussionList struct {
	repo    digest.Repo // its present name, once known
	targets []*discussionTarget

	pages      int
	after      string    // cursor of the next page
	newest     time.Time // update time at the head of the list when it was first read
	seen       map[string]bool
	candidates []candidate
	rereading  bool
	done       bool
	found      []digest.Discussion
}

// discussionTarget is a repository of a source, and where its items go.
type discussionTarget struct {
	source  DiscussionSource
	receipt digest.Receipt
	met     map[string]bool // the source's categories that a discussion was found in
}

// candidate is a discussion that may be of the period, and whose it is then.
type candidate struct {
	id     string
	target *discussionTarget
}

// discussionLists gives every repository one list, and every source's repository one target, in
// the order of the sources.
func discussionLists(sources []DiscussionSource) ([]*discussionList, []*discussionTarget) {
	var lists []*discussionList
	var targets []*discussionTarget
	byRepo := make(map[string]*discussionList)
	for _, s := range sources {
		for _, repo := range s.Repos {
			l := byRepo[repo.Key()]
			if l == nil {
				l = &discussionList{repo: repo, seen: make(map[string]bool)}
				byRepo[repo.Key()] = l
				lists = append(lists, l)
			}
			t := &discussionTarget{source: s, met: make(map[string]bool), receipt: digest.Receipt{
				Kind: digest.Discussions, Source: repo.String(), Section: s.Section, Outcome: digest.Complete,
			}}
			l.targets, targets = append(l.targets, t), append(targets, t)
		}
	}
	return lists, targets
}

// listedDiscussion is what a list tells of a discussion.
// See https://docs.github.com/graphql/reference/objects#discussion.
type listedDiscussion struct {
	ID        string
	CreatedAt time.Time
	UpdatedAt time.Time
	Category  struct {
		Name string
		Slug string
	}
}

// discussionPage is a page of a repository's discussions, the last updated first.
type discussionPage struct {
	PageInfo pageInfo
	Nodes    []*listedDiscussion
}

// read takes in one page and decides whether another one is needed.
func (l *discussionList) read(a github.RepoAnswer[repoPage], p digest.Period) {
	l.pages++
	for _, t := range l.targets {
		t.receipt.Pages++
	}
	if a.Err != nil {
		l.fail(a.Err, a.Data != nil)
	}
	if a.Data == nil {
		l.done = true
		return
	}
	if !a.Data.HasDiscussionsEnabled {
		l.end(digest.Disabled)
		return
	}
	for _, d := range a.Data.Discussions.Nodes {
		if d == nil {
			if a.Err == nil { // else its error is on the receipt
				l.fail(errors.New("the list names a discussion without saying which"), true)
			}
			continue
		}
		if l.newest.IsZero() {
			l.newest = d.UpdatedAt
		}
		// What moved to the head within its second may stand behind it.
		if l.rereading && d.UpdatedAt.Before(l.newest) {
			l.done = true
			return
		}
		l.take(d, p)
		// The list is ordered by the very time that is compared here, and nothing happens
		// in a discussion after its last update: what follows is older still.
		if d.UpdatedAt.Before(bound(p)) {
			l.reachedBound()
			return
		}
	}
	l.turn(a.Data.Discussions.PageInfo)
}

// bound is the update time from which on a discussion is a candidate: an hour before
// the period, as GitHub does not promise that a comment and the update that it causes
// bear the same time.
func bound(p digest.Period) time.Time { return p.From.Add(-time.Hour) }

// turn goes on to the next page, if there is one.
func (l *discussionList) turn(info pageInfo) {
	switch {
	case !info.HasNextPage:
		l.reachedBound()
	case info.EndCursor == "" || info.EndCursor == l.after:
		l.end(digest.Failed)
		for _, t := range l.targets {
			t.receipt.Detail = markdown.Untrusted("the list says that it goes on, but not where")
		}
	default:
		l.after = info.EndCursor
	}
}

// reachedBound ends the list, after a look back if it took several pages: a discussion
// that was updated while they were read has moved to the head, past the reader.
func (l *discussionList) reachedBound() {
	if l.pages == 1 || l.rereading {
		l.done = true
		return
	}
	l.rereading = true
	l.after = ""
}

// take decides whether a listed discussion is a candidate.
func (l *discussionList) take(d *listedDiscussion, p digest.Period) {
	if l.seen[d.ID] {
		return // it moved between two pages, or is seen again while rereading
	}
	l.seen[d.ID] = true
	if d.UpdatedAt.Before(bound(p)) || !d.CreatedAt.Before(p.To) {
		l.targets[0].receipt.Drop(digest.OutsidePeriod)
		return
	}
	var taker *discussionTarget
	for _, t := range l.targets { // all are asked: each learns that its category is met
		if t.wants(d.Category.Slug, d.Category.Name) && taker == nil {
			taker = t
		}
	}
	if taker == nil {
		l.targets[0].receipt.Drop(digest.OtherCategory)
		return
	}
	l.candidates = append(l.candidates, candidate{d.ID, taker})
}

// fail makes gaps of the list. What was refused is a part of it when the repository itself
// is there.
func (l *discussionList) fail(err error, there bool) {
	for _, t := range l.targets {
		fail(&t.receipt, err)
		if there {
			t.receipt.Outcome = digest.Failed
		}
	}
}

func (l *discussionList) end(o digest.Outcome) {
	l.done = true
	for _, t := range l.targets {
		t.receipt.Outcome = o
	}
}
