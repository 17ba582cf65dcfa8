package collectors

import (
	"context"
	"fmt"
	"slices"

	gogithub "github.com/google/go-github/v57/github"

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

// Releases collects releases that were published in the period.
//
// A release counts by published_at. The list is read to its end, every time: it comes
// by created_at, which is the date of the tagged commit, so a backport of an old commit
// or a draft that waited for months stands anywhere in it, and no bound is proven.
type Releases struct {
	client  *github.Client
	sources []ReleaseSource

	// Progress, if there is one, counts the sources that have been read.
	Progress *Progress
}

// NewReleases returns a collector of the sources' releases.
func NewReleases(client *github.Client, sources []ReleaseSource) *Releases {
	return &Releases{client: client, sources: sources}
}

// Collect implements [digest.Collector].
func (c *Releases) Collect(ctx context.Context, p digest.Period) (digest.Findings, error) {
	lists := c.lists()
	err := each(len(lists), func(i int) error {
		defer c.Progress.add(1)
		return lists[i].readAll(ctx, c.client, p)
	})
	var f digest.Findings
	for _, l := range lists {
		f.Releases = append(f.Releases, l.found...)
		f.Receipts = append(f.Receipts, l.receipt)
	}
	return f, err
}

// releaseList is the list of one repository while it is read.
type releaseList struct {
	repo        digest.Repo
	prereleases bool
	receipt     digest.Receipt
	seen        map[int64]bool
	found       []digest.Release
}

// lists gives every repository one list. Where several sources name the same
// repository the first one decides, but that prereleases are wanted if any wants them.
func (c *Releases) lists() []*releaseList {
	var lists []*releaseList
	byRepo := make(map[string]*releaseList)
	for _, s := range c.sources {
		for _, repo := range s.Repos {
			if l := byRepo[repo.Key()]; l != nil {
				l.prereleases = l.prereleases || s.Prereleases
				continue
			}
			l := &releaseList{
				repo:        repo,
				prereleases: s.Prereleases,
				seen:        make(map[int64]bool),
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

// maxPasses is how often a list is read that changes while it is read.
const maxPasses = 4

// readAll reads the list until it holds still. Pages are counted from the head, so a
// release that is deleted while the list is read moves those behind it one up, and one of
// them out of the page that comes next. A list of one page has no such seam; a longer one
// is read again when it has moved.
func (l *releaseList) readAll(ctx context.Context, client *github.Client, p digest.Period) error {
	for range maxPasses {
		still, err := l.readPass(ctx, client, p)
		if err != nil {
			return l.stop(fmt.Errorf("list releases of %s: %w", l.repo, err))
		}
		if still {
			return nil
		}
	}
	return l.stop(fmt.Errorf("list releases of %s: it changes faster than it can be read", l.repo))
}

// readPass reads the list once and reports whether it held still. The last page is read
// right after the first, and both again at the end: whatever moved something past the
// reader has changed the one, before the last page was read, or the other.
func (l *releaseList) readPass(ctx context.Context, client *github.Client, p digest.Period) (still bool, err error) {
	first, resp, err := l.readPage(ctx, client, 1, p)
	if err != nil || resp.NextPage == 0 {
		return err == nil, err
	}
	// A server that does not say which page is the last is walked to it.
	page, last := resp.NextPage, max(resp.LastPage, resp.NextPage)
	var tail []int64
	for walk := last; walk != 0; walk = resp.NextPage {
		if walk < last {
			return false, errStuck
		}
		last = walk
		if tail, resp, err = l.readPage(ctx, client, last, p); err != nil {
			return false, err
		}
		if resp.NextPage == last {
			return false, errStuck
		}
	}
	for ; page < last; page++ {
		if _, _, err := l.readPage(ctx, client, page, p); err != nil {
			return false, err
		}
	}
	firstAgain, _, err := l.readPage(ctx, client, 1, p)
	if err != nil {
		return false, err
	}
	tailAgain, resp, err := l.readPage(ctx, client, last, p)
	if err != nil {
		return false, err
	}
	return resp.NextPage == 0 && slices.Equal(first, firstAgain) && slices.Equal(tail, tailAgain), nil
}

// readPage takes in one page and returns the ids on it.
func (l *releaseList) readPage(ctx context.Context, client *github.Client, page int, p digest.Period) ([]int64, *gogithub.Response, error) {
	opts := &gogithub.ListOptions{PerPage: 100}
	if page > 1 {
		opts.Page = page
	}
	releases, resp, err := client.REST.Repositories.ListReleases(ctx, l.repo.Owner, l.repo.Name, opts)
	if err != nil {
		return nil, nil, err
	}
	l.receipt.Pages++
	var ids []int64
	for _, r := range releases {
		if r == nil {
			fail(&l.receipt, errUnnamed)
			continue
		}
		ids = append(ids, r.GetID())
		l.take(client, r, p)
	}
	return ids, resp, nil
}

// stop ends the list; the error is returned when the whole run must end.
func (l *releaseList) stop(err error) error {
	if github.Stops(err) {
		return err
	}
	fail(&l.receipt, err)
	return nil
}

func (l *releaseList) take(client *github.Client, w *gogithub.RepositoryRelease, p digest.Period) {
	if l.seen[w.GetID()] {
		return // seen in another pass, or moved to the next page by a new release
	}
	l.seen[w.GetID()] = true
	r := release(client, l.repo, w)
	if !r.Repo.Same(l.repo) {
		l.receipt.RenamedTo = r.Repo
	}
	switch {
	case w.GetDraft() || w.PublishedAt == nil:
		l.receipt.Drop(digest.IsDraft)
	case !p.Contains(r.PublishedAt):
		l.receipt.Drop(digest.OutsidePeriod)
	case r.Prerelease && !l.prereleases:
		l.receipt.Drop(digest.IsPrerelease)
	default:
		r.Section = l.receipt.Section
		l.receipt.Keep()
		l.found = append(l.found, r)
	}
}

// release turns the wire type into ours.
// See https://docs.github.com/rest/releases/releases#list-releases.
func release(client *github.Client, repo digest.Repo, w *gogithub.RepositoryRelease) digest.Release {
	u := page(client, w.GetHTMLURL())
	return digest.Release{
		Item:        digest.Item{ID: digest.ID(w.GetNodeID()), Repo: repoOf(client, u, repo), URL: u},
		Tag:         markdown.Untrusted(w.GetTagName()),
		Name:        markdown.Untrusted(w.GetName()),
		Notes:       markdown.Prose(w.GetBody()),
		Author:      person(w.GetAuthor().GetLogin(), w.GetAuthor().GetType() == "Bot"),
		Prerelease:  w.GetPrerelease(),
		PublishedAt: w.GetPublishedAt().UTC(),
	}
}
