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

// readReleasesByREST reads the lists without a token, which GraphQL asks for: one
// repository after the other, with all that is told about every release on them.
func (c *GitHub) readReleasesByREST(ctx context.Context, lists []*releaseList, p digest.Period) error {
	return each(len(lists), func(i int) error {
		defer c.Progress.add(1)
		return lists[i].readAll(ctx, c.client, p)
	})
}

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
	defer protect(&l.receipt)
	u := page(client, w.GetHTMLURL())
	if repo := repoOf(client, u, l.repo); !repo.Same(l.repo) {
		l.repo, l.receipt.RenamedTo = repo, repo
	}
	listed := listedRelease{ID: w.GetNodeID(), IsDraft: w.GetDraft(), IsPrerelease: w.GetPrerelease()}
	if w.PublishedAt != nil {
		listed.PublishedAt = &w.PublishedAt.Time
	}
	if !l.wants(&listed, p) {
		return
	}
	l.keep(digest.Release{
		Item:        digest.Item{ID: digest.ID(listed.ID), URL: u},
		Tag:         markdown.Untrusted(w.GetTagName()),
		Name:        markdown.Untrusted(w.GetName()),
		Notes:       markdown.Prose(w.GetBody()),
		Author:      person(w.GetAuthor().GetLogin(), w.GetAuthor().GetType() == "Bot"),
		Prerelease:  listed.IsPrerelease,
		PublishedAt: listed.PublishedAt.UTC(),
	})
}
