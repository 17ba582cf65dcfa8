package collectors

import (
	"context"
	"fmt"
	"slices"
	"time"

	gogithub "github.com/google/go-github/v57/github"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/markdown"
)

// ReleaseSource names repositories whose releases are wanted.
type ReleaseSource struct {
	Repos []digest.Repo
	// Prereleases includes prereleases.
	Prereleases bool
	// Tags selects releases by their tags.
	Tags    Filter
	Section digest.SectionName
}

// releaseList is the releases of one repository while they are read.
//
// A release counts by published_at. The list is read to its end, every time: it is ordered
// by the time at which a release was drafted or its commit was made, so a backport of an
// old commit or a draft that waited for months can be anywhere in it, and no bound is proven.
type releaseList struct {
	repo        digest.Repo // its present name, once known
	prereleases bool
	tags        []Filter // of all sources that name it; one must match
	past        *digest.Past
	receipt     digest.Receipt

	after      string // cursor of the next page
	total      int    // the list's length on the first page of this pass
	moved      bool   // the length has changed in this pass
	passes     int
	seen       map[string]bool // by node id
	candidates []listedRelease
	done       bool
	found      []digest.Release
	late       []digest.Release
}

// releaseLists returns a list for every repository. Where several sources name the same
// repository the first one decides, but prereleases and tags are included if any source
// includes them.
func releaseLists(sources []ReleaseSource, past *digest.Past) []*releaseList {
	var lists []*releaseList
	byRepo := make(map[string]*releaseList)
	for _, s := range sources {
		for _, repo := range s.Repos {
			if l := byRepo[repo.Key()]; l != nil {
				l.prereleases, l.tags = l.prereleases || s.Prereleases, append(l.tags, s.Tags)
				continue
			}
			l := &releaseList{
				repo:        repo,
				prereleases: s.Prereleases,
				tags:        []Filter{s.Tags},
				past:        past,
				seen:        make(map[string]bool),
				receipt: digest.Receipt{
					Kind: digest.Releases, Source: repo.String(), Section: s.Section,
				},
			}
			byRepo[repo.Key()] = l
			lists = append(lists, l)
		}
	}
	return lists
}

// releasePage is a page of a repository's releases.
type releasePage struct {
	TotalCount *int
	PageInfo   *pageInfo
	Nodes      []*listedRelease
}

// listedRelease is what the list shows of a release.
// See https://docs.github.com/graphql/reference/objects#release.
type listedRelease struct {
	ID           string
	TagName      string
	PublishedAt  *time.Time
	IsDraft      bool
	IsPrerelease bool
}

// read adds one page and decides whether another one is needed. A release that is deleted
// while the list is read can move the one behind it past the reader: a list of several
// pages is read again when its length has changed.
func (l *releaseList) read(repo *repoPage, err error, p digest.Period) {
	l.receipt.Pages++
	if repo == nil {
		l.done = true
		fail(&l.receipt, err)
		return
	}
	if err != nil {
		failPart(&l.receipt, err)
	}
	page := repo.Releases
	if page == nil || page.Nodes == nil || page.TotalCount == nil {
		l.done = true
		if err == nil { // else the error is on the receipt
			failPart(&l.receipt, errNoList)
		}
		return
	}
	if l.after == "" {
		l.total, l.moved = *page.TotalCount, false
	}
	l.moved = l.moved || *page.TotalCount != l.total
	for _, r := range page.Nodes {
		switch {
		case r.complete():
			if l.wants(r, p) {
				l.candidates = append(l.candidates, *r)
			}
		case err == nil:
			failPart(&l.receipt, errNoItem)
		}
	}
	switch after, err := page.PageInfo.next(l.after); {
	case err != nil:
		l.done = true
		failPart(&l.receipt, err)
	case after == "":
		l.endPass()
	default:
		l.after = after
	}
}

// complete reports whether the release can be placed: only a draft has no date.
func (r *listedRelease) complete() bool {
	return r != nil && r.ID != "" && (r.IsDraft || r.PublishedAt != nil && !r.PublishedAt.IsZero())
}

// endPass ends the list, or starts it again if it has moved.
func (l *releaseList) endPass() {
	l.after = ""
	l.passes++
	switch {
	case !l.moved:
		l.done = true
		complete(&l.receipt)
	case l.passes == maxPasses:
		l.done = true
		failPart(&l.receipt, fmt.Errorf("list releases of %s: %w", l.repo, errMoving))
	}
}

// wants reports whether a listed release is one of the period, and counts it if not.
func (l *releaseList) wants(r *listedRelease, p digest.Period) bool {
	if l.seen[r.ID] {
		return false // seen in another pass, or moved to the next page by a new release
	}
	l.seen[r.ID] = true
	// A prerelease is old news a week later.
	missed := !r.IsDraft && !r.IsPrerelease && r.PublishedAt != nil &&
		l.past.Missed(digest.Releases, l.receipt.Source, digest.NewID(r.ID), *r.PublishedAt)
	if why := l.drop(r, p, missed); why != "" {
		l.receipt.Drop(why)
		return false
	}
	return true
}

// drop returns why a listed release is not wanted, or "" if it is.
func (l *releaseList) drop(r *listedRelease, p digest.Period, missed bool) digest.DropReason {
	if why := dropRelease(r, p, l.prereleases, missed); why != "" {
		return why
	}
	if !slices.ContainsFunc(l.tags, func(f Filter) bool { return f.matches(r.TagName) }) {
		return digest.ExcludedByPattern
	}
	return ""
}

// releaseNode is a release of the period, read by its node id.
// See https://docs.github.com/graphql/reference/objects#release.
type releaseNode struct {
	Release struct {
		ID          string
		TagName     string
		Name        *string
		Description *string
		URL         string
		Author      *actor
	} `graphql:"... on Release"`
}

// releaseResult is a release as it was read: without what only its list knows, or nil,
// and what went wrong, which may leave a part of the release.
type releaseResult struct {
	*digest.Release
	err error
}

// readRelease converts the wire type.
func (c *GitHub) readRelease(n github.NodeAnswer[releaseNode]) (result releaseResult) {
	result.err = n.Err
	if n.Data == nil || n.Data.Release.ID == "" {
		return result
	}
	defer protectErr(&result.err)
	w := n.Data.Release
	result.Release = &digest.Release{
		Item:   digest.Item{URL: page(c.client, w.URL)},
		Tag:    markdown.Untrusted(w.TagName),
		Name:   markdown.Untrusted(deref(w.Name)),
		Notes:  c.notes(deref(w.Description)),
		Author: w.Author.person(),
	}
	return result
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// add counts a release of the period and keeps it.
func (l *releaseList) add(listed listedRelease, result releaseResult, p digest.Period) {
	if result.Release == nil && github.KindOf(result.err) == github.NotFound {
		l.receipt.Drop(digest.IsDeleted)
		return
	}
	if result.err == nil && result.Release == nil {
		result.err = fmt.Errorf("release %s is listed, but cannot be read", listed.ID)
	}
	if result.err != nil {
		failPart(&l.receipt, result.err)
	}
	if result.Release == nil {
		l.receipt.Seen++ // neither kept nor dropped: the gap
		return
	}
	r := *result.Release
	r.ID, r.Prerelease, r.PublishedAt = digest.NewID(listed.ID), listed.IsPrerelease, listed.PublishedAt.UTC()
	l.keep(r, p)
}

func (l *releaseList) keep(r digest.Release, p digest.Period) {
	r.Repo, r.Section = l.repo, l.receipt.Section
	l.receipt.Keep()
	if p.Contains(r.PublishedAt) {
		l.found = append(l.found, r)
	} else {
		l.late = append(l.late, r)
	}
}

// readReleasesByREST reads the lists without a token, which GraphQL requires: one
// repository at a time, every release with all its facts.
func (c *GitHub) readReleasesByREST(ctx context.Context, lists []*releaseList, p digest.Period) error {
	return each(len(lists), func(i int) error {
		defer c.Progress.add(1)
		l := lists[i]
		err := readStable(func(page int) ([]int64, *gogithub.Response, error) { return l.readRESTPage(ctx, c, page, p) })
		if err == nil {
			complete(&l.receipt)
			return nil
		}
		err = fmt.Errorf("list releases of %s: %w", l.repo, err)
		if github.Stops(err) {
			return err
		}
		fail(&l.receipt, err)
		return nil
	})
}

// readRESTPage adds one page and returns the ids on it.
func (l *releaseList) readRESTPage(ctx context.Context, c *GitHub, page int, p digest.Period) ([]int64, *gogithub.Response, error) {
	opts := pageOptions(page)
	releases, resp, err := c.client.REST.Repositories.ListReleases(ctx, l.repo.Owner, l.repo.Name, &opts)
	if err != nil {
		return nil, nil, err
	}
	if releases == nil {
		return nil, nil, errNoList
	}
	l.receipt.Pages++
	var ids []int64
	for _, r := range releases {
		ids = append(ids, r.GetID())
		l.addREST(c, r, p)
	}
	return ids, resp, nil
}

func (l *releaseList) addREST(c *GitHub, w *gogithub.RepositoryRelease, p digest.Period) {
	defer protect(&l.receipt)
	listed := listedRelease{ID: w.GetNodeID(), TagName: w.GetTagName(), IsDraft: w.GetDraft(), IsPrerelease: w.GetPrerelease()}
	if w != nil && w.PublishedAt != nil {
		listed.PublishedAt = &w.PublishedAt.Time
	}
	if !listed.complete() {
		failPart(&l.receipt, errNoItem)
		return
	}
	u := page(c.client, w.GetHTMLURL())
	if repo := repoOf(c.client, u, l.repo); !repo.Same(l.repo) {
		l.repo, l.receipt.RenamedTo = repo, repo
	}
	if !l.wants(&listed, p) {
		return
	}
	l.keep(digest.Release{
		Item:        digest.Item{ID: digest.NewID(listed.ID), URL: u},
		Tag:         markdown.Untrusted(w.GetTagName()),
		Name:        markdown.Untrusted(w.GetName()),
		Notes:       c.notes(w.GetBody()),
		Author:      person(w.GetAuthor().GetLogin(), w.GetAuthor().GetType() == "Bot"),
		Prerelease:  listed.IsPrerelease,
		PublishedAt: listed.PublishedAt.UTC(),
	}, p)
}
