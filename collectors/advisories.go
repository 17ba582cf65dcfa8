package collectors

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"

	gogithub "github.com/google/go-github/v57/github"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/markdown"
)

// AdvisorySource names repositories whose security advisories are wanted.
type AdvisorySource struct {
	Repos []digest.Repo
	// Mode is how they are found; empty leaves it to the number of repositories.
	Mode    AdvisoryMode
	Section digest.SectionName
}

// AdvisoryMode is how a repository's security advisories are found.
type AdvisoryMode string

// The modes.
const (
	// Exact reads the repository's own list, a request for each repository, and what
	// GitHub's global database has about it.
	Exact AdvisoryMode = "exact"
	// Reviewed reads the global database only, in a request or two for any number of repositories.
	Reviewed AdvisoryMode = "reviewed"
)

// maxExact is how many repositories without a mode are read exactly.
const maxExact = 100

// note explains to readers of the receipts what the mode can miss.
func (m AdvisoryMode) note() string {
	if m == Reviewed {
		return "reviewed: read from the GitHub Advisory Database alone. Advisories that GitHub has not reviewed are missed."
	}
	return "exact: read from the repository's own list, and completed from the GitHub Advisory Database. " +
		"An advisory that others reported is missed when it was withdrawn in the period and updated since."
}

// advisoryList holds the security advisories of one repository, from its own list and
// from the global database: those that were published in the period, and earlier ones that
// were updated or withdrawn in it. An advisory that both have is one.
type advisoryList struct {
	repo    digest.Repo
	mode    AdvisoryMode
	past    *digest.Past
	receipt digest.Receipt
	// known are the public advisories of its own list, of the period or not.
	known map[digest.ID]digest.Advisory
	found []digest.Advisory
	late  []digest.Advisory
}

// advisoryLists returns a list for every repository; the first source that names it decides.
func advisoryLists(sources []AdvisorySource, past *digest.Past) []*advisoryList {
	var lists []*advisoryList
	listed := make(map[string]bool)
	withoutMode := 0
	for _, s := range sources {
		for _, repo := range s.Repos {
			if listed[repo.Key()] {
				continue
			}
			listed[repo.Key()] = true
			if s.Mode == "" {
				withoutMode++
			}
			lists = append(lists, &advisoryList{
				repo:  repo,
				mode:  s.Mode,
				past:  past,
				known: make(map[digest.ID]digest.Advisory),
				receipt: digest.Receipt{
					Kind: digest.Advisories, Source: repo.String(), Section: s.Section,
				},
			})
		}
	}
	fallback := Exact
	if withoutMode > maxExact {
		fallback = Reviewed
	}
	for _, l := range lists {
		l.mode = cmp.Or(l.mode, fallback)
		l.receipt.Note = l.mode.note()
	}
	return lists
}

// readRepositoryAdvisories reads the repositories' own lists, which GraphQL does not have.
func (c *GitHub) readRepositoryAdvisories(ctx context.Context, lists []*advisoryList, p digest.Period) error {
	return each(len(lists), func(i int) error {
		defer c.Progress.add(1)
		if lists[i].mode == Reviewed {
			return nil
		}
		return lists[i].read(ctx, c.client, p)
	})
}

// read reads the repository's own list to its end. It has no proven bound (sorting by
// update hides nothing, but nothing says that an update always moves), and a hundred of
// them fit on a page.
func (l *advisoryList) read(ctx context.Context, client *github.Client, p digest.Period) error {
	err := eachAdvisory(ctx, client, fmt.Sprintf("repos/%s/security-advisories", l.repo), nil, &l.receipt, func(w *repositoryAdvisory) {
		l.add(client, w, p)
	})
	if err == nil {
		complete(&l.receipt)
		return nil
	}
	err = fmt.Errorf("list security advisories of %s: %w", l.repo, err)
	if github.Stops(err) {
		return err
	}
	fail(&l.receipt, err)
	return nil
}

// eachAdvisory calls f for every advisory of a list, page by page to the end. It sends
// the requests itself, because go-github's own methods decode types that lack fields.
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
		if page == nil {
			return errNoList
		}
		r.Pages++
		for _, w := range page {
			f(w)
		}
		switch {
		case resp.After == "" && resp.NextPage == 0 && resp.Cursor == "":
			return nil
		case resp.After == "" || resp.After == next.Get("after"): // another kind of cursor, or the same again
			return errStuck
		}
		next.Set("after", resp.After)
	}
}

// add decides about an advisory of the repository's own list.
func (l *advisoryList) add(client *github.Client, w *repositoryAdvisory, p digest.Period) {
	defer protect(&l.receipt)
	if w == nil || w.GetGHSAID() == "" || w.GetState() == "" {
		failPart(&l.receipt, errNoItem)
		return
	}
	a := w.advisory(client, l.repo)
	if _, duplicate := l.known[a.ID]; duplicate {
		return // it moved between two pages
	}
	// Maintainers' tokens see reports that are not public yet: those must never get out.
	if state := w.GetState(); state != "published" && state != "withdrawn" {
		l.receipt.Drop(digest.IsDraft)
		return
	}
	if w.PublishedAt == nil {
		failPart(&l.receipt, errNoItem)
		return
	}
	l.known[a.ID] = a
	if !a.Repo.Same(l.repo) {
		l.receipt.RenamedTo = a.Repo
	}
	if why := l.keep(a, p); why != "" {
		l.receipt.Drop(why)
		return
	}
	l.receipt.Keep()
}

// keep keeps an advisory of the period, or one that came too late for the edition that it
// belongs to, whatever has happened to it since. Otherwise it returns why not.
func (l *advisoryList) keep(a digest.Advisory, p digest.Period) digest.DropReason {
	a.Section = l.receipt.Section
	missed := !p.Contains(a.PublishedAt) && l.past.Missed(digest.Advisories, l.receipt.Source, a.ID, a.PublishedAt)
	switch why := dropAdvisory(&a, p, missed); {
	case why != "":
		return why
	case missed:
		l.late = append(l.late, a)
	default:
		l.found = append(l.found, a)
	}
	return ""
}

// database is what GitHub's global advisory database has of a period.
type database struct {
	receipt    digest.Receipt
	advisories []*globalAdvisory
}

// readDatabase reads what the global database has of the period, once for all repositories.
func (c *GitHub) readDatabase(ctx context.Context, l *lists, p digest.Period) error {
	if len(l.advisories) == 0 {
		return nil
	}
	db := &l.database
	db.receipt = digest.Receipt{
		Kind: digest.Advisories, Source: digest.AdvisoryDatabase, Section: l.advisories[0].receipt.Section,
	}
	seen := make(map[string]bool)
	reviewed := slices.ContainsFunc(l.advisories, func(l *advisoryList) bool { return l.mode == Reviewed })
	for _, query := range databaseQueries(p, reviewed) {
		err := eachAdvisory(ctx, c.client, "advisories", query, &db.receipt, func(a *globalAdvisory) {
			if a == nil || a.GetGHSAID() == "" || a.PublishedAt == nil {
				failPart(&db.receipt, errNoItem)
				return
			}
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
	complete(&db.receipt)
	return nil
}

// databaseQueries request what was published or last updated in the period. For
// repositories in mode reviewed they also request what was withdrawn and updated at any
// time since: the list has no filter for the time of a withdrawal, and a later update would
// hide it. The range is in whole UTC days around the period; the exact edges are compared here.
func databaseQueries(p digest.Period, reviewed bool) []url.Values {
	from, to := p.From.UTC().Format(time.DateOnly), p.To.UTC().Format(time.DateOnly)
	queries := []url.Values{{"type": {"reviewed"}, "modified": {from + ".." + to}}}
	if reviewed {
		queries = append(queries, url.Values{"type": {"reviewed"}, "modified": {">=" + from}, "is_withdrawn": {"true"}})
	}
	return queries
}

// matchDatabase adds the advisories of the database to the lists of the repositories that
// they are about.
func (c *GitHub) matchDatabase(l *lists, p digest.Period) {
	byRepo := make(map[string]*advisoryList)
	for _, list := range l.advisories {
		byRepo[list.repo.Key()] = list
		if list.receipt.RenamedTo != (digest.Repo{}) {
			byRepo[list.receipt.RenamedTo.Key()] = list
		}
	}
	r := &l.database.receipt
	for _, a := range l.database.advisories {
		a.match(c.client, byRepo, r, p)
	}
	for _, list := range l.advisories { // what was read of these is what was read of the database
		if list.mode == Reviewed && list.receipt.Outcome == "" {
			list.receipt.Outcome, list.receipt.Detail, list.receipt.RequestID = r.Outcome, r.Detail, r.RequestID
		}
	}
}

// match decides about one advisory of the database and counts it on the database's receipt,
// or on the repository's if that has no list of its own to count.
func (w *globalAdvisory) match(client *github.Client, byRepo map[string]*advisoryList, r *digest.Receipt, p digest.Period) {
	defer protect(r)
	var l *advisoryList
	var repo digest.Repo
	for _, address := range []string{w.GetRepositoryAdvisoryURL(), w.GetSourceCodeLocation()} {
		if repo = repoAt(client, address); byRepo[repo.Key()] != nil {
			l = byRepo[repo.Key()]
			break
		}
	}
	if l == nil {
		r.Drop(digest.OtherRepository)
		return
	}
	a := w.advisory(client, repo)
	// The database may add an advisory weeks after its repository published it: that is an
	// update, not a second publication.
	if own, ok := l.known[a.ID]; ok && own.PublishedAt.Before(a.PublishedAt) {
		a.PublishedAt = own.PublishedAt
	}
	if l.complete(a) {
		r.Drop(digest.FoundTwice)
		return
	}
	if why := l.keep(a, p); why != "" {
		r.Drop(why)
		return
	}
	if l.mode == Reviewed {
		r = &l.receipt
	}
	r.Keep()
}

// complete adds what the database has to an advisory of the repository's own list, and
// reports whether that list has it.
func (l *advisoryList) complete(g digest.Advisory) bool {
	for _, list := range [][]digest.Advisory{l.found, l.late} {
		i := slices.IndexFunc(list, func(a digest.Advisory) bool { return a.ID == g.ID })
		if i < 0 {
			continue
		}
		a := &list[i]
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

// repositoryAdvisory is an advisory of a repository's own list, with the field that
// go-github v57 lacks.
// See https://docs.github.com/rest/security-advisories/repository-advisories.
type repositoryAdvisory struct {
	gogithub.SecurityAdvisory
	CVSSSeverities cvssSeverities `json:"cvss_severities"`
}

// globalAdvisory is an advisory of the global database, with the field that go-github
// v57 lacks. See https://docs.github.com/rest/security-advisories/global-advisories.
type globalAdvisory struct {
	gogithub.GlobalSecurityAdvisory
	CVSSSeverities cvssSeverities `json:"cvss_severities"`
}

// cvssSeverities are the scores by version of the standard; a version without a score is null.
type cvssSeverities struct {
	V3 *cvssScore `json:"cvss_v3"`
	V4 *cvssScore `json:"cvss_v4"`
}

type cvssScore struct {
	Vector string  `json:"vector_string"`
	Score  float64 `json:"score"`
}

func (w *repositoryAdvisory) advisory(client *github.Client, repo digest.Repo) digest.Advisory {
	u := page(client, w.GetHTMLURL())
	a := commonAdvisory(&w.SecurityAdvisory, w.CVSSSeverities)
	a.Repo, a.URL = repoOf(client, u, repo), u
	for _, v := range w.Vulnerabilities {
		a.Packages = append(a.Packages, affectedPackage(v.Package, v.GetVulnerableVersionRange(), v.GetPatchedVersions()))
	}
	for _, credit := range w.Credits {
		a.Credits = append(a.Credits, markdown.Untrusted(credit.GetLogin()))
	}
	return a
}

func (w *globalAdvisory) advisory(client *github.Client, repo digest.Repo) digest.Advisory {
	a := commonAdvisory(&w.SecurityAdvisory, w.CVSSSeverities)
	a.Repo, a.URL, a.Reviewed = repo, page(client, w.GetHTMLURL()), true
	for _, v := range w.Vulnerabilities {
		a.Packages = append(a.Packages, affectedPackage(v.Package, v.GetVulnerableVersionRange(), v.GetFirstPatchedVersion()))
	}
	for _, credit := range w.Credits {
		a.Credits = append(a.Credits, markdown.Untrusted(credit.GetUser().GetLogin()))
	}
	return a
}

// commonAdvisory converts the fields that both wire types have.
func commonAdvisory(w *gogithub.SecurityAdvisory, scores cvssSeverities) digest.Advisory {
	a := digest.Advisory{
		Item:        digest.Item{ID: digest.NewID(w.GetGHSAID())},
		Summary:     markdown.Untrusted(w.GetSummary()),
		Description: markdown.Prose(w.GetDescription()),
		Severity:    digest.ParseSeverity(w.GetSeverity()),
		PublishedAt: utc(w.PublishedAt),
		UpdatedAt:   utc(w.UpdatedAt),
		WithdrawnAt: utc(w.WithdrawnAt),
	}
	switch {
	case scores.V4 != nil && scores.V4.Score > 0: // the newer standard, where both are given
		a.CVSS = digest.CVSS{Score: scores.V4.Score, Vector: markdown.Untrusted(scores.V4.Vector)}
	case scores.V3 != nil && scores.V3.Score > 0:
		a.CVSS = digest.CVSS{Score: scores.V3.Score, Vector: markdown.Untrusted(scores.V3.Vector)}
	case w.CVSS != nil && w.CVSS.Score != nil && *w.CVSS.Score > 0:
		a.CVSS = digest.CVSS{Score: *w.CVSS.Score, Vector: markdown.Untrusted(w.CVSS.GetVectorString())}
	}
	if id := w.GetCVEID(); id != "" {
		a.CVEs = []markdown.Text{markdown.Untrusted(id)}
	}
	return a
}

func affectedPackage(p *gogithub.VulnerabilityPackage, versions, patched string) digest.Package {
	return digest.Package{
		Ecosystem: markdown.Untrusted(p.GetEcosystem()),
		Name:      markdown.Untrusted(p.GetName()),
		Affected:  markdown.Untrusted(versions),
		Patched:   markdown.Untrusted(patched),
	}
}

func utc(t *gogithub.Timestamp) time.Time {
	if t == nil || t.IsZero() {
		return time.Time{}
	}
	return t.UTC()
}
