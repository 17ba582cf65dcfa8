package collectors

import (
	"fmt"
	"time"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/markdown"
)

// ReleaseSource names repositories whose releases are wanted.
type ReleaseSource struct {
	Repos []digest.Repo
	// Prereleases asks for prereleases too.
	Prereleases bool
	Section     digest.SectionName
}

// releaseList is the releases of one repository while they are read.
//
// A release counts by published_at. The list is read to its end, every time: it comes
// by the time at which a release was drafted or its commit was made, so a backport of an
// old commit or a draft that waited for months stands anywhere in it, and no bound is proven.
type releaseList struct {
	repo        digest.Repo // its present name, once known
	prereleases bool
	receipt     digest.Receipt
	seen        map[string]bool // by node id

	after      string // cursor of the next page
	total      int    // how many there are, as the first page of this pass said
	moved      bool   // the list has changed in this pass
	passes     int
	candidates []listedRelease
	done       bool
	found      []digest.Release

	past *digest.Past
	late []digest.Release
}

// releaseLists gives every repository one list. Where several sources name the same
// repository the first one decides, but that prereleases are wanted if any wants them.
func releaseLists(sources []ReleaseSource, past *digest.Past) []*releaseList {
	var lists []*releaseList
	byRepo := make(map[string]*releaseList)
	for _, s := range sources {
		for _, repo := range s.Repos {
			if l := byRepo[repo.Key()]; l != nil {
				l.prereleases = l.prereleases || s.Prereleases
				continue
			}
			l := &releaseList{
				repo:        repo,
				prereleases: s.Prereleases,
				seen:        make(map[string]bool),
				past:        past,
				receipt: digest.Receipt{
					Kind: digest.Releases, Source: repo.String(), Section: s.Section, Outcome: digest.Complete,
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
	TotalCount int
	PageInfo   pageInfo
	Nodes      []*listedRelease
}

// listedRelease is what a list tells of a release.
// See https://docs.github.com/graphql/reference/objects#release.
type listedRelease struct {
	ID           string
	PublishedAt  *time.Time
	IsDraft      bool
	IsPrerelease bool
}

// maxPasses is how often a list is read that changes while it is read.
const maxPasses = 4

// read takes in one page and decides whether another one is needed. A release that is
// deleted while the list is read can move one behind it past the reader: a list of several
// pages is read again when its length has changed.
func (l *releaseList) read(a github.RepoAnswer[repoPage], p digest.Period) {
	l.receipt.Pages++
	if a.Err != nil {
		fail(&l.receipt, a.Err)
		if a.Data != nil { // the repository is there
			l.receipt.Outcome = digest.Failed
		}
	}
	if a.Data == nil {
		l.done = true
		return
	}
	list := a.Data.Releases
	if l.after == "" {
		l.total, l.moved = list.TotalCount, false
	}
	l.moved = l.moved || list.TotalCount != l.total
	for _, r := range list.Nodes {
		switch {
		case r != nil:
			if l.wants(r, p) {
				l.candidates = append(l.candidates, *r)
			}
		case a.Err == nil: // else its error is on the receipt
			fail(&l.receipt, errUnnamed)
		}
	}
	switch info := list.PageInfo; {
	case !info.HasNextPage:
		l.endPass()
	case info.EndCursor == "" || info.EndCursor == l.after:
		l.done = true
		fail(&l.receipt, errStuck)
	default:
		l.after = info.EndCursor
	}
}

// endPass ends the list, or begins it again when it has moved.
func (l *releaseList) endPass() {
	l.after = ""
	l.passes++
	l.done = !l.moved || l.passes == maxPasses
	if l.moved && l.done {
		fail(&l.receipt, fmt.Errorf("list releases of %s: %w", l.repo, errMoving))
	}
}

// wants decides whether a listed release is one of the period that is asked for.
func (l *releaseList) wants(r *listedRelease, p digest.Period) bool {
	if l.seen[r.ID] {
		return false // seen in another pass, or moved to the next page by a new release
	}
	l.seen[r.ID] = true
	switch {
	case r.IsDraft || r.PublishedAt == nil:
		l.receipt.Drop(digest.IsDraft)
	case !p.Contains(*r.PublishedAt) && !l.missed(r):
		l.receipt.Drop(digest.OutsidePeriod)
	case r.IsPrerelease && !l.prereleases:
		l.receipt.Drop(digest.IsPrerelease)
	default:
		return true
	}
	return false
}

// missed reports whether a release came too late for the edition that it belongs to. A
// prerelease is no news a week later.
func (l *releaseList) missed(r *listedRelease) bool {
	return !r.IsPrerelease && l.past.Missed(digest.Releases, l.receipt.Source, digest.ID(r.ID), *r.PublishedAt)
}

// releaseNode is what is told about a release of the period.
// See https://docs.github.com/graphql/reference/objects#release.
type releaseNode struct {
	Release struct {
		TagName     string
		Name        *string
		Description *string
		URL         string
		Author      *actor
	} `graphql:"... on Release"`
}

// readRelease is what was read of a release: the item without what only its list knows,
// or why there is none.
type readRelease struct {
	*digest.Release
	err error // which may leave a part of it
}

// readRelease makes an item of what is told about a release.
func (c *GitHub) readRelease(a github.NodeAnswer[releaseNode]) (read readRelease) {
	read.err = a.Err
	if a.Data == nil {
		return read
	}
	defer defect(&read.err)
	w := a.Data.Release
	read.Release = &digest.Release{
		Item:   digest.Item{URL: page(c.client, w.URL)},
		Tag:    markdown.Untrusted(w.TagName),
		Name:   markdown.Untrusted(deref(w.Name)),
		Notes:  markdown.Prose(deref(w.Description)),
		Author: w.Author.person(),
	}
	return read
}

// settle writes a release of the period on the receipt.
func (l *releaseList) settle(listed listedRelease, read readRelease, p digest.Period) {
	if read.err == nil && read.Release == nil {
		read.err = fmt.Errorf("release %s is listed, but cannot be read", listed.ID)
	}
	if read.err != nil {
		fail(&l.receipt, read.err)
		l.receipt.Outcome = digest.Failed // the release is missing: its repository is there
	}
	if read.Release == nil {
		l.receipt.Seen++ // neither kept nor dropped: the gap
		return
	}
	r := *read.Release
	r.ID, r.Prerelease, r.PublishedAt = digest.ID(listed.ID), listed.IsPrerelease, listed.PublishedAt.UTC()
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

// deref reads what may be null.
func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
