package collectors

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/url"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
)

// AdvisorySource names repositories whose security advisories are wanted.
type AdvisorySource struct {
	Repos []digest.Repo
	// Mode is how they are found; none leaves it to the number of repositories.
	Mode    AdvisoryMode
	Section digest.SectionName
}

// AdvisoryMode is how a repository's security advisories are found.
type AdvisoryMode string

// The modes.
const (
	// Exact reads the repository's own list, a request for each repository, and what
	// GitHub's global database says about it.
	Exact AdvisoryMode = "exact"
	// Reviewed asks the global database only, a request or two for any number of repositories.
	Reviewed AdvisoryMode = "reviewed"
)

// exactUpTo is how many repositories are read exactly that name no mode.
const exactUpTo = 100

// note tells readers of the receipts what the mode can miss.
func (m AdvisoryMode) note() string {
	if m == Reviewed {
		return "reviewed: read from the GitHub Advisory Database alone. Advisories that GitHub has not reviewed are missed."
	}
	return "exact: read from the repository's own list, and completed from the GitHub Advisory Database. " +
		"An advisory that others reported is missed when it was withdrawn in the period and updated since."
}

// readOwnAdvisories reads the repositories' own lists, one after the other: they are not in GraphQL.
func (c *GitHub) readOwnAdvisories(ctx context.Context, lists []*advisoryList, p digest.Period) error {
	return each(len(lists), func(i int) error {
		defer c.Progress.add(1)
		if lists[i].mode == Reviewed {
			return nil
		}
		return lists[i].readAll(ctx, c.client, p)
	})
}

// advisoryList holds the security advisories that were found for one repository, from its
// own list and from the global database: those that were published in the period, and
// earlier ones that were updated or withdrawn in it. One that both have is one advisory.
type advisoryList struct {
	repo    digest.Repo
	mode    AdvisoryMode
	receipt digest.Receipt
	// known are the public advisories of its own list, whether they are of the period or not.
	known map[digest.ID]digest.Advisory
	found []digest.Advisory

	past *digest.Past
	late []digest.Advisory
}

// advisoryLists gives every repository one list; the first source that names it decides.
func advisoryLists(sources []AdvisorySource, past *digest.Past) []*advisoryList {
	var lists []*advisoryList
	known := make(map[string]bool)
	for _, s := range sources {
		for _, repo := range s.Repos {
			if known[repo.Key()] {
				continue
			}
			known[repo.Key()] = true
			lists = append(lists, &advisoryList{
				repo:  repo,
				mode:  s.Mode,
				known: make(map[digest.ID]digest.Advisory),
				past:  past,
				receipt: digest.Receipt{
					Kind: digest.Advisories, Source: repo.String(), Section: s.Section, Outcome: digest.Complete,
				},
			})
		}
	}
	unnamed := Exact
	if n := countIf(lists, func(l *advisoryList) bool { return l.mode == "" }); n > exactUpTo {
		unnamed = Reviewed
	}
	for _, l := range lists {
		l.mode = cmp.Or(l.mode, unnamed)
		l.receipt.Note = l.mode.note()
	}
	return lists
}

func countIf[T any](list []T, ok func(T) bool) int {
	n := 0
	for _, x := range list {
		if ok(x) {
			n++
		}
	}
	return n
}

// readAll reads the repository's own list to its end. It has no bound that is proven
// (sorting by update hides nothing, but nothing says that an update never moves), and
// a hundred of them fit on a page.
func (l *advisoryList) readAll(ctx context.Context, client *github.Client, p digest.Period) error {
	err := eachAdvisory(ctx, client, fmt.Sprintf("repos/%s/security-advisories", l.repo), nil, &l.receipt, func(w *repositoryAdvisory) {
		l.take(client, w, p)
	})
	if err != nil {
		return l.stop(fmt.Errorf("list security advisories of %s: %w", l.repo, err))
	}
	return nil
}

// eachAdvisory calls f for every advisory of a list, page by page to the end. It asks
// for the list itself, because go-github's own methods decode types that lack fields.
func eachAdvisory[T any](ctx context.Context, client *github.Client, path string, query url.Values, r *digest.Receipt, f func(*T)) error {
	next := url.Values{"per_page": {"100"}}
	maps.Copy(next, query)
	for {
		req, err := client.REST.NewRequest("GET", path+"?"+next.Encode(), nil)
		if err != nil {
			return err
		}
		var page []*T
		resp, err := client.REST.Do(ctx, req, &page)
		if err != nil {
			return err
		}
		r.Pages++
		for _, w := range page {
			if w == nil {
				fail(r, errUnnamed)
				continue
			}
			f(w)
		}
		switch {
		case resp.After == "" && resp.NextPage == 0 && resp.Cursor == "":
			return nil
		case resp.After == "" || resp.After == next.Get("after"): // no cursor of this list's kind, or the same again
			return errStuck
		}
		next.Set("after", resp.After)
	}
}

func (l *advisoryList) stop(err error) error {
	if github.Stops(err) {
		return err
	}
	fail(&l.receipt, err)
	return nil
}

func (l *advisoryList) take(client *github.Client, w *repositoryAdvisory, p digest.Period) {
	defer protect(&l.receipt)
	a := w.advisory(client, l.repo)
	if _, twice := l.known[a.ID]; twice {
		return // it moved between two pages
	}
	// Maintainers' tokens see reports that are not public yet: those must never get out.
	if state := w.GetState(); state != "published" && state != "withdrawn" || w.PublishedAt == nil {
		l.receipt.Drop(digest.IsDraft)
		return
	}
	l.known[a.ID] = a
	if !a.Repo.Same(l.repo) {
		l.receipt.RenamedTo = a.Repo
	}
	if !l.keep(a, p) {
		l.receipt.Drop(digest.OutsidePeriod)
		return
	}
	l.receipt.Keep()
}

// keep takes in an advisory of the period, or one that came too late for the edition that
// it belongs to, whatever has happened to it since.
func (l *advisoryList) keep(a digest.Advisory, p digest.Period) bool {
	a.Section = l.receipt.Section
	switch {
	case !p.Contains(a.PublishedAt) && l.past.Missed(digest.Advisories, l.receipt.Source, a.ID, a.PublishedAt):
		l.late = append(l.late, a)
	case happenedIn(a, p):
		l.found = append(l.found, a)
	default:
		return false
	}
	return true
}

// happenedIn reports whether the advisory was published, updated or withdrawn in the
// period. One that was published or withdrawn after it is of a later period.
func happenedIn(a digest.Advisory, p digest.Period) bool {
	if !a.PublishedAt.Before(p.To) {
		return false
	}
	return p.Contains(a.PublishedAt) || p.Contains(a.UpdatedAt) || p.Contains(a.WithdrawnAt)
}
