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
//
// A discussion that is updated while the pages are read moves up, past the reader. So a list
// of several pages is read again, all pages in one document, and is complete when every page
// holds what it held before: nothing can then be between what was read. If not, it is read
// once more from its head.
type discussionList struct {
	repo    digest.Repo // its present name, once known
	targets []*discussionTarget

	pages      []readPage // of this pass
	verifying  bool       // the pages are read a second time
	passes     int
	after      string // cursor of the next page
	seen       map[string]bool
	outside    map[string]bool // seen, and dropped for their update time
	candidates []candidate
	done       bool
	found      []digest.Discussion
}

// readPage is a page that was read: the cursor it is behind, and its items.
type readPage struct {
	after string
	items []listedKey
}

// listedKey changes when a discussion moves.
type listedKey struct {
	id      string
	updated time.Time
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
				l = &discussionList{repo: repo, seen: make(map[string]bool), outside: make(map[string]bool)}
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

// cursors returns the cursors of the pages to read next: one, or all of the pass to verify
// it. Those are read from the last to the first, because what moves in between moves up.
func (l *discussionList) cursors() []string {
	if !l.verifying {
		return []string{l.after}
	}
	var cursors []string
	for _, page := range slices.Backward(l.pages) {
		cursors = append(cursors, page.after)
	}
	return cursors
}

// read adds the pages that were requested and decides whether others are needed. Each
// error belongs to the page at its place.
func (l *discussionList) read(repos []*repoPage, errs []error, p digest.Period) {
	pages := make([][]listedKey, len(repos))
	for i, repo := range repos {
		var ok bool
		if pages[i], ok = l.readPage(repo, errs[i], p); !ok {
			l.done = true
			return
		}
	}
	if l.verifying {
		l.verify(pages)
		return
	}
	l.pages = append(l.pages, readPage{l.after, pages[0]})
	l.advance(repos[0].Discussions, p)
}

// verify ends the list if the pages, from the last to the first, are what they were.
func (l *discussionList) verify(pages [][]listedKey) {
	same := true
	for i, page := range slices.Backward(l.pages) {
		again := pages[len(pages)-1-i]
		same = same && len(again) >= len(page.items) && slices.Equal(page.items, again[:len(page.items)])
	}
	l.passes++
	switch {
	case same:
		l.end()
	case l.passes == maxPasses:
		l.done = true
		l.fail(failPart, fmt.Errorf("list discussions of %s: %w", l.repo, errMoving))
	default:
		l.pages, l.verifying, l.after = nil, false, ""
	}
}

// readPage adds the discussions of one page. It reports false if the list ends here, as a gap.
func (l *discussionList) readPage(repo *repoPage, err error, p digest.Period) (items []listedKey, ok bool) {
	for _, t := range l.targets {
		t.receipt.Pages++
	}
	switch {
	case repo == nil:
		l.fail(fail, err)
		return nil, false
	case err != nil:
		l.fail(failPart, err)
	case repo.HasDiscussionsEnabled == false:
		for _, t := range l.targets {
			t.receipt.Outcome = digest.Disabled
		}
		return nil, false
	}
	page := repo.Discussions
	if page == nil || page.Nodes == nil || repo.HasDiscussionsEnabled != true {
		if err == nil { // else the error is on the receipts
			l.fail(failPart, errNoList)
		}
		return nil, false
	}
	bound := false
	for _, d := range page.Nodes {
		if d == nil || d.ID == "" || d.CreatedAt.IsZero() || d.UpdatedAt.IsZero() {
			if err == nil {
				l.fail(failPart, errNoItem)
			}
			continue
		}
		items = append(items, listedKey{d.ID, d.UpdatedAt})
		if !bound {
			l.addListed(d, p)
		}
		bound = bound || updatedBefore(d.UpdatedAt, p)
	}
	return items, true
}

// advance goes on to the page behind, unless the list ends or reaches its bound here: it
// is ordered by the very time that is compared, and nothing happens in a discussion after
// its last update, so what follows is older still.
func (l *discussionList) advance(page *discussionPage, p digest.Period) {
	bound := slices.ContainsFunc(page.Nodes, func(d *listedDiscussion) bool {
		return d != nil && !d.UpdatedAt.IsZero() && updatedBefore(d.UpdatedAt, p)
	})
	after, err := page.PageInfo.next(l.after)
	switch {
	case err != nil && !bound:
		l.done = true
		l.fail(failPart, err)
	case !bound && after != "":
		l.after = after
	case len(l.pages) == 1:
		l.end()
	default:
		l.verifying = true
	}
}

func (l *discussionList) end() {
	l.done = true
	for _, t := range l.targets {
		complete(&t.receipt)
	}
}

// addListed makes a candidate of a listed discussion, or drops it.
func (l *discussionList) addListed(d *listedDiscussion, p digest.Period) {
	r := &l.targets[0].receipt
	why := dropListedDiscussion(d, p)
	switch {
	case l.outside[d.ID] && why == "": // it was updated since
		delete(l.outside, d.ID)
		r.Undrop(digest.OutsidePeriod)
	case l.seen[d.ID]:
		return
	}
	l.seen[d.ID] = true
	if why != "" {
		l.outside[d.ID] = true
		r.Drop(why)
		return
	}
	var first *discussionTarget
	for _, t := range l.targets { // all of them: each records which of its categories exist
		if t.wants(d.Category.Slug, d.Category.Name) && first == nil {
			first = t
		}
	}
	if first == nil {
		r.Drop(digest.OtherCategory)
		return
	}
	l.candidates = append(l.candidates, candidate{d.ID, first})
}

// add decides about one candidate and counts it on its receipt.
func (l *discussionList) add(cand candidate, result discussionResult) {
	r := &cand.target.receipt
	d := result.Discussion
	switch notFound := github.KindOf(result.err) == github.NotFound; {
	case notFound && d == nil:
		r.Drop(digest.IsDeleted)
		return
	case notFound:
		failPart(r, result.err)
	case result.err != nil:
		fail(r, result.err)
	}
	if d == nil {
		if result.err == nil {
			failPart(r, fmt.Errorf("discussion %s is listed, but cannot be read", cand.id))
		}
		r.Seen++ // neither kept nor dropped: the gap
		return
	}
	switch {
	case result.drop == digest.Inactive && result.err != nil:
		r.Seen++ // it may have been active where it could not be read
		return
	case result.drop != "":
		r.Drop(result.drop)
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
