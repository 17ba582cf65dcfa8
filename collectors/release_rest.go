package collectors

import (
	"context"
	"fmt"

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

func (l *releaseList) readAll(ctx context.Context, client *github.Client, p digest.Period) error {
	err := readWhole(func(page int) ([]int64, *gogithub.Response, error) { return l.readPage(ctx, client, page, p) })
	if err != nil {
		return l.stop(fmt.Errorf("list releases of %s: %w", l.repo, err))
	}
	return nil
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
	}, p)
}
