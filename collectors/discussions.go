package collectors

import (
	"context"
	"fmt"
	"slices"
	"strings"
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
// The list is ordered by update, newest first, and is read down to the first discussion
// that was last updated before the period. Those above it are the candidates; their
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

// discussionTarget is a repository of a source, where its items go.
type discussionTarget struct {
	source  DiscussionSource
	receipt digest.Receipt
	met     map[string]bool // the source's categories that exist in the repository
}

// candidate is a discussion that may be of the period, and the target it would go to.
type candidate struct {
	id     string
	target *discussionTarget
}

// discussionLists returns a list for every repository, and a target for every repository
// of every source, in the order of the sources.
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
				Kind: digest.Discussions, Source: repo.String(), Section: s.Section,
			}}
			l.targets, targets = append(l.targets, t), append(targets, t)
		}
	}
	return lists, targets
}

// discussionPage is a page of a repository's discussions, newest update first.
type discussionPage struct {
	PageInfo *pageInfo
	Nodes    []*listedDiscussion
}

// listedDiscussion is what the list shows of a discussion.
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

// read adds one page and decides whether another one is needed.
func (l *discussionList) read(repo *repoPage, err error, p digest.Period) {
	l.pages++
	for _, t := range l.targets {
		t.receipt.Pages++
	}
	if repo == nil {
		l.done = true
		l.fail(fail, err)
		return
	}
	if err != nil {
		l.fail(failPart, err)
	}
	if repo.HasDiscussionsEnabled == false {
		l.done = true
		for _, t := range l.targets {
			t.receipt.Outcome = digest.Disabled
		}
		return
	}
	page := repo.Discussions
	if page == nil || page.Nodes == nil || repo.HasDiscussionsEnabled != true {
		l.done = true
		if err == nil { // else the error is on the receipts
			l.fail(failPart, errNoList)
		}
		return
	}
	for _, d := range page.Nodes {
		if d == nil || d.ID == "" || d.CreatedAt.IsZero() || d.UpdatedAt.IsZero() {
			if err == nil {
				l.fail(failPart, errNoItem)
			}
			continue
		}
		if l.newest.IsZero() {
			l.newest = d.UpdatedAt
		}
		// What moved to the head within its second may stand behind it.
		if l.rereading && d.UpdatedAt.Before(l.newest) {
			l.end()
			return
		}
		l.addListed(d, p)
		// The list is ordered by the very time that is compared here, and nothing happens
		// in a discussion after its last update: what follows is older still.
		if updatedBefore(d.UpdatedAt, p) {
			l.endPass()
			return
		}
	}
	switch after, err := page.PageInfo.next(l.after); {
	case err != nil:
		l.done = true
		l.fail(failPart, err)
	case after == "":
		l.endPass()
	default:
		l.after = after
	}
}

// endPass ends the list, after a second look at its head if it took several pages: a
// discussion that was updated while they were read has moved to the head, past the reader.
func (l *discussionList) endPass() {
	if l.pages == 1 || l.rereading {
		l.end()
		return
	}
	l.rereading = true
	l.after = ""
}

func (l *discussionList) end() {
	l.done = true
	for _, t := range l.targets {
		complete(&t.receipt)
	}
}

// addListed makes a candidate of a listed discussion, or drops it.
func (l *discussionList) addListed(d *listedDiscussion, p digest.Period) {
	if l.seen[d.ID] {
		return // it moved between two pages, or this is the second look
	}
	l.seen[d.ID] = true
	if why := dropListedDiscussion(d, p); why != "" {
		l.targets[0].receipt.Drop(why)
		return
	}
	var first *discussionTarget
	for _, t := range l.targets { // all of them: each records which of its categories exist
		if t.wants(d.Category.Slug, d.Category.Name) && first == nil {
			first = t
		}
	}
	if first == nil {
		l.targets[0].receipt.Drop(digest.OtherCategory)
		return
	}
	l.candidates = append(l.candidates, candidate{d.ID, first})
}

// add decides about one candidate and counts it on its receipt.
func (l *discussionList) add(cand candidate, result discussionResult, p digest.Period) {
	r := &cand.target.receipt
	if err := result.err; github.KindOf(err) == github.NotFound {
		failPart(r, err)
	} else if err != nil {
		fail(r, err)
	}
	d := result.Discussion
	if d == nil {
		if result.err == nil {
			failPart(r, fmt.Errorf("discussion %s is listed, but cannot be read", cand.id))
		}
		r.Seen++ // neither kept nor dropped: the gap
		return
	}
	switch why := dropDiscussion(d, p); {
	case why != "" && result.err != nil:
		r.Seen++ // it may have been active where it could not be read
		return
	case why != "":
		r.Drop(why)
		return
	}
	d.Repo, d.Section = l.repo, cand.target.source.Section
	r.Keep()
	l.found = append(l.found, *d)
}

// fail makes gaps of all receipts of the list.
func (l *discussionList) fail(record func(*digest.Receipt, error), err error) {
	for _, t := range l.targets {
		record(&t.receipt, err)
	}
}

// wants reports whether the source includes a category, named by slug or name.
func (t *discussionTarget) wants(slug, name string) bool {
	if len(t.source.Categories) == 0 {
		return true
	}
	for _, c := range t.source.Categories {
		if strings.EqualFold(c, slug) || strings.EqualFold(c, name) {
			t.met[c] = true
			return true
		}
	}
	return false
}

// categoryList is the categories of a repository, of which GitHub allows 25.
// See https://docs.github.com/graphql/reference/objects#discussioncategory.
type categoryList struct {
	DiscussionCategories struct {
		Nodes []struct{ Name, Slug string }
	} `graphql:"discussionCategories(first: 25)"`
}

// checkCategories reads the categories of the repositories in which a configured category
// has no discussion: it may be quiet, or misspelt, and a misspelt one would be missing in
// silence, every week.
func (c *GitHub) checkCategories(ctx context.Context, lists []*discussionList) error {
	var doubtful []*discussionList
	var pages []github.RepoPage
	for _, l := range lists {
		if slices.ContainsFunc(l.targets, func(t *discussionTarget) bool { return len(t.unmet()) > 0 }) {
			doubtful = append(doubtful, l)
			pages = append(pages, github.RepoPage{Owner: l.repo.Owner, Name: l.repo.Name})
		}
	}
	responses, err := github.QueryRepos[categoryList](ctx, c.client, pages, listPage)
	if err != nil {
		return err
	}
	for i, r := range responses {
		for _, t := range doubtful[i].targets {
			t.checkCategories(r)
		}
	}
	return nil
}

// unmet returns the categories that may not exist. A list that could not be read is a gap
// already.
func (t *discussionTarget) unmet() []string {
	if t.receipt.Gap() {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(t.source.Categories), func(c string) bool { return t.met[c] })
}

// checkCategories makes a gap of a category that the repository does not have.
func (t *discussionTarget) checkCategories(r github.RepoAnswer[categoryList]) {
	if len(t.unmet()) == 0 {
		return
	}
	if r.Err != nil || r.Data == nil {
		fail(&t.receipt, fmt.Errorf("read the categories: %w", r.Err))
		return
	}
	var slugs []string
	for _, category := range r.Data.DiscussionCategories.Nodes {
		slugs = append(slugs, category.Slug)
		t.wants(category.Slug, category.Name)
	}
	if missing := t.unmet(); len(missing) > 0 {
		t.receipt.Outcome = digest.Failed
		t.receipt.Detail = markdown.Untrusted(fmt.Sprintf("the repository has no category %q, it has %s", missing[0], strings.Join(slugs, ", ")))
	}
}
