package collectors

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	gogithub "github.com/google/go-github/v57/github"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/markdown"
)

// database is what GitHub's global database says of a period.
type database struct {
	receipt    digest.Receipt
	advisories []*globalAdvisory
}

// askDatabase reads what the global database has of the period, once for all repositories.
func (c *GitHub) askDatabase(ctx context.Context, w *watch, p digest.Period) error {
	if len(w.advisories) == 0 {
		return nil
	}
	db := &w.database
	db.receipt = digest.Receipt{
		Kind: digest.Advisories, Source: digest.AdvisoryDatabase, Section: w.advisories[0].receipt.Section, Outcome: digest.Complete,
	}
	seen := make(map[string]bool)
	for _, query := range globalQueries(p, slices.ContainsFunc(w.advisories, func(l *advisoryList) bool { return l.mode == Reviewed })) {
		err := eachAdvisory(ctx, c.client, "advisories", query, &db.receipt, func(a *globalAdvisory) {
			if id := a.GetGHSAID(); !seen[id] {
				seen[id] = true
				db.advisories = append(db.advisories, a)
			}
		})
		if err != nil {
			err = fmt.Errorf("list advisories of the %s: %w", digest.AdvisoryDatabase, err)
			if github.Stops(err) {
				return err
			}
			fail(&db.receipt, err)
			return nil
		}
	}
	return nil
}

// matchDatabase adds what the database says about the watched repositories to their lists.
func (c *GitHub) matchDatabase(w *watch, p digest.Period) {
	watched := make(map[string]*advisoryList)
	for _, l := range w.advisories {
		watched[l.repo.Key()] = l
		if l.receipt.RenamedTo != (digest.Repo{}) {
			watched[l.receipt.RenamedTo.Key()] = l
		}
	}
	r := &w.database.receipt
	for _, a := range w.database.advisories {
		a.settle(c.client, watched, r, p)
	}
	for _, l := range w.advisories {
		if l.mode == Reviewed && r.Gap() && !l.receipt.Gap() {
			l.receipt.Outcome, l.receipt.Detail, l.receipt.RequestID = r.Outcome, r.Detail, r.RequestID
		}
	}
}

// globalQueries asks for what was published or last updated in the period. Where the
// database is all there is, it is also asked for what was withdrawn and updated at any time
// since: the list has no filter for the time of a withdrawal, and a later update would hide
// it. The range is in whole UTC days around the period; the exact edges are compared here.
func globalQueries(p digest.Period, alone bool) []url.Values {
	from, to := p.From.UTC().Format(time.DateOnly), p.To.UTC().Format(time.DateOnly)
	queries := []url.Values{{"type": {"reviewed"}, "modified": {from + ".." + to}}}
	if alone {
		queries = append(queries, url.Values{"type": {"reviewed"}, "modified": {">=" + from}, "is_withdrawn": {"true"}})
	}
	return queries
}

// globalAdvisory is an advisory of the global database, with the field that go-github
// v57 lacks. See https://docs.github.com/rest/security-advisories/global-advisories.
type globalAdvisory struct {
	gogithub.GlobalSecurityAdvisory
	CVSSSeverities cvssSeverities `json:"cvss_severities"`
}

// settle decides about one advisory of the global database.
func (w *globalAdvisory) settle(client *github.Client, watched map[string]*advisoryList, r *digest.Receipt, p digest.Period) {
	defer protect(r)
	l, repo := w.watchedBy(client, watched)
	if l == nil {
		r.Drop(digest.OtherRepository)
		return
	}
	a := w.advisory(client, repo)
	// The database may take an advisory in weeks after its repository published it:
	// that is an update, not a second publication.
	if own, ok := l.known[a.ID]; ok && own.PublishedAt.Before(a.PublishedAt) {
		a.PublishedAt = own.PublishedAt
	}
	switch {
	case l.enrich(a):
		r.Drop(digest.FoundTwice)
	case !l.keep(a, p):
		r.Drop(digest.OutsidePeriod)
	default:
		if l.mode == Reviewed { // the repository has no list of its own to count
			r = &l.receipt
		}
		r.Keep()
	}
}

// watchedBy finds the watched repository that the advisory points at, if any.
func (w *globalAdvisory) watchedBy(client *github.Client, watched map[string]*advisoryList) (*advisoryList, digest.Repo) {
	for _, address := range []string{w.GetRepositoryAdvisoryURL(), w.GetSourceCodeLocation()} {
		repo := repoAt(client, address)
		if l := watched[repo.Key()]; l != nil {
			return l, repo
		}
	}
	return nil, digest.Repo{}
}

// repoAt returns the repository that an address names: a page of it, or an address of
// the API, in which "repos" stands before it. A repository on another host is another
// one, whatever its name.
func repoAt(client *github.Client, address string) digest.Repo {
	u, err := url.Parse(address)
	if err != nil {
		return digest.Repo{}
	}
	api := client.REST.BaseURL
	rest, ok := strings.CutPrefix(u.Path, api.Path+"repos/")
	switch {
	case ok && strings.EqualFold(u.Host, api.Host):
	case strings.EqualFold(u.Host, client.WebHost()):
		rest = u.Path
	default:
		return digest.Repo{}
	}
	path := strings.Split(strings.Trim(rest, "/"), "/")
	if len(path) < 2 {
		return digest.Repo{}
	}
	repo, err := digest.ParseRepo(path[0] + "/" + strings.TrimSuffix(path[1], ".git"))
	if err != nil {
		return digest.Repo{}
	}
	return repo
}

// repoOf returns the repository that a page belongs to: the present name, where the
// configuration has an old one. Without a page it is the one that was asked for.
func repoOf(client *github.Client, page markdown.URL, asked digest.Repo) digest.Repo {
	if repo := repoAt(client, page.String()); repo != (digest.Repo{}) {
		return repo
	}
	return asked
}

// enrich completes an advisory that the repository's own list has with what the
// database adds, and reports whether there is one.
func (l *advisoryList) enrich(g digest.Advisory) bool {
	for _, a := range slices.Concat(pointers(l.found), pointers(l.late)) {
		if a.ID != g.ID {
			continue
		}
		a.Reviewed = true
		if a.Severity == digest.UnknownSeverity {
			a.Severity = g.Severity
		}
		if a.CVSS.Score == 0 {
			a.CVSS = g.CVSS
		}
		if len(a.CVEs) == 0 {
			a.CVEs = g.CVEs
		}
		if len(a.Packages) == 0 {
			a.Packages = g.Packages
		}
		if a.WithdrawnAt.IsZero() {
			a.WithdrawnAt = g.WithdrawnAt
		}
		return true
	}
	return false
}

func (w *globalAdvisory) advisory(client *github.Client, repo digest.Repo) digest.Advisory {
	a := advisoryFacts(&w.SecurityAdvisory, w.CVSSSeverities)
	a.Repo, a.URL, a.Reviewed = repo, page(client, w.GetHTMLURL()), true
	for _, v := range w.Vulnerabilities {
		a.Packages = append(a.Packages, affected(v.Package, v.GetVulnerableVersionRange(), v.GetFirstPatchedVersion()))
	}
	for _, credit := range w.Credits {
		a.Credits = append(a.Credits, markdown.Untrusted(credit.GetUser().GetLogin()))
	}
	return a
}

func pointers[T any](list []T) []*T {
	all := make([]*T, len(list))
	for i := range list {
		all[i] = &list[i]
	}
	return all
}
