package collectors

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"github.com/shurcooL/githubv4"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/notes"
)

// Sources are the repositories to read, by kind.
type Sources struct {
	Discussions []DiscussionSource
	Releases    []ReleaseSource
	Advisories  []AdvisorySource
	// Identifiers are patterns of vendors' identifiers in notes, beside CVE, GHSA and the like.
	Identifiers []*regexp.Regexp
	// Past holds the earlier editions; what came too late for them is collected too. It may be nil.
	Past *digest.Past
}

// Len counts the sources, a repository once for each entry that lists it.
func (s Sources) Len() int {
	n := 0
	for _, d := range s.Discussions {
		n += len(d.Repos)
	}
	for _, r := range s.Releases {
		n += len(r.Repos)
	}
	for _, a := range s.Advisories {
		n += len(a.Repos)
	}
	return n
}

// GitHub collects the discussions, releases and security advisories of repositories.
//
// It is one collector for the three kinds because they share documents: GitHub charges
// GraphQL by the lists that a document requests, and a hundred lists cost no more than
// one. So the first pages of the lists of 50 repositories are one request, and one point.
// They hold only what shows whether an item can be of the period; the candidates are then
// read by node id, again many in one document.
type GitHub struct {
	client  *github.Client
	sources Sources

	// Progress counts the sources that have been read. It may be nil.
	Progress *Progress
}

// NewGitHub returns a collector of sources. With a client that has no token it cannot read
// discussions, and reads releases from one repository at a time.
func NewGitHub(client *github.Client, s Sources) *GitHub {
	return &GitHub{client: client, sources: s}
}

// Collect implements [digest.Collector].
func (c *GitHub) Collect(ctx context.Context, p digest.Period) (digest.Findings, error) {
	l := c.lists()
	steps := []func() error{
		func() error { return c.readGraphQL(ctx, l, p) },
		func() error { return c.readRepositoryAdvisories(ctx, l.advisories, p) },
		func() error { return c.readDatabase(ctx, l, p) },
	}
	err := each(len(steps), func(i int) error { return steps[i]() })
	if err == nil {
		c.matchDatabase(l, p) // last: the documents contain the present names of renamed repositories
	}
	return l.findings(), err
}

// notes reads release notes.
func (c *GitHub) notes(source string) digest.Notes {
	return notes.Parse(source, c.sources.Identifiers...)
}

// readGraphQL reads what GraphQL has, which requires a token.
func (c *GitHub) readGraphQL(ctx context.Context, l *lists, p digest.Period) error {
	if !c.client.Authenticated() {
		for _, t := range l.targets {
			t.receipt.Outcome = digest.NeedsToken
		}
		return c.readReleasesByREST(ctx, l.releases, p)
	}
	if err := c.readLists(ctx, l.repos, p); err != nil {
		return err
	}
	if err := c.checkCategories(ctx, l.discussions); err != nil {
		return err
	}
	return c.readItems(ctx, l, p)
}

// lists are all lists of a run, each kind in the order of its sources.
type lists struct {
	repos       []*repoLists
	targets     []*discussionTarget
	discussions []*discussionList
	releases    []*releaseList
	advisories  []*advisoryList
	database    database
}

// repoLists are the lists of one repository that the documents read. Each may be nil.
type repoLists struct {
	repo        digest.Repo
	discussions *discussionList
	releases    *releaseList
	advisories  *advisoryList // only the repository's name is read
	split       bool          // the lists are requested one after the other
}

func (c *GitHub) lists() *lists {
	l := &lists{}
	l.discussions, l.targets = discussionLists(c.sources.Discussions)
	l.releases = releaseLists(c.sources.Releases, c.sources.Past)
	l.advisories = advisoryLists(c.sources.Advisories, c.sources.Past)
	byRepo := make(map[string]*repoLists)
	of := func(repo digest.Repo) *repoLists {
		r := byRepo[repo.Key()]
		if r == nil {
			r = &repoLists{repo: repo}
			byRepo[repo.Key()], l.repos = r, append(l.repos, r)
		}
		return r
	}
	for _, d := range l.discussions {
		of(d.repo).discussions = d
	}
	for _, r := range l.releases {
		of(r.repo).releases = r
	}
	for _, a := range l.advisories {
		// The repository's own list shows whether it exists; the database does not.
		if a.mode == Reviewed || byRepo[a.repo.Key()] != nil {
			of(a.repo).advisories = a
		}
	}
	return l
}

func (l *lists) findings() digest.Findings {
	var f digest.Findings
	receive := func(r digest.Receipt) {
		if r.Outcome == "" {
			fail(&r, fmt.Errorf("the list of %s %w", r.Kind, errUnread))
		}
		f.Receipts = append(f.Receipts, r)
	}
	for _, d := range l.discussions {
		f.Discussions = append(f.Discussions, d.found...)
	}
	for _, t := range l.targets {
		receive(t.receipt)
	}
	for _, r := range l.releases {
		f.Releases = append(f.Releases, r.found...)
		f.Late.Releases = append(f.Late.Releases, r.late...)
		receive(r.receipt)
	}
	for _, a := range l.advisories {
		f.Advisories = append(f.Advisories, a.found...)
		f.Late.Advisories = append(f.Late.Advisories, a.late...)
		receive(a.receipt)
	}
	if len(l.advisories) > 0 {
		receive(l.database.receipt)
	}
	return f
}

// repoPage is a page of each requested list of a repository.
// See https://docs.github.com/graphql/reference/objects#repository.
type repoPage struct {
	NameWithOwner         string
	HasDiscussionsEnabled any             // a Boolean
	Discussions           *discussionPage `graphql:"discussions(first: $first, after: $discussionsAfter, orderBy: {field: UPDATED_AT, direction: DESC}) @include(if: $discussions)"`
	Releases              *releasePage    `graphql:"releases(first: $first, after: $releasesAfter, orderBy: {field: CREATED_AT, direction: DESC}) @include(if: $releases)"`
}

// listPage is the number of items of a list's page, the most GitHub allows.
const listPage = 100

// readLists reads the lists page by page, those of all repositories that have another
// page in the same documents.
func (c *GitHub) readLists(ctx context.Context, open []*repoLists, p digest.Period) error {
	for len(open) > 0 {
		var pages []github.RepoPage
		counts := make([]int, len(open))
		for i, l := range open {
			next := l.next()
			pages, counts[i] = append(pages, next...), len(next)
		}
		responses, err := github.QueryRepos[repoPage](ctx, c.client, pages, listPage)
		if err != nil {
			return fmt.Errorf("list discussions and releases: %w", err)
		}
		var more []*repoLists
		for i, l := range open {
			own := responses[:counts[i]]
			responses = responses[counts[i]:]
			before := l.unread()
			if !l.splitHeavy(own[0]) {
				l.read(own, p)
			}
			after := l.unread()
			c.Progress.add(before - after)
			if after > 0 {
				more = append(more, l)
			}
		}
		open = more
	}
	return nil
}

// unread counts the sources whose lists have another page to read.
func (l *repoLists) unread() int {
	n := 0
	if d := l.discussions; d != nil && !d.done {
		n += len(d.targets)
	}
	if r := l.releases; r != nil && !r.done {
		n++
	}
	return n
}

func (l *repoLists) readsDiscussions() bool { return l.discussions != nil && !l.discussions.done }

func (l *repoLists) readsReleases() bool {
	return l.releases != nil && !l.releases.done && !(l.split && l.readsDiscussions())
}

// splitHeavy reports whether a list was so heavy that GitHub returned nothing at all of
// the repository, and separates the lists from then on: a null takes the object around it
// with it where the schema does not allow it.
func (l *repoLists) splitHeavy(r github.RepoAnswer[repoPage]) bool {
	q, ok := errors.AsType[github.QueryErrors](r.Err)
	if !ok || r.Data != nil || github.KindOf(r.Err) != github.TooHeavy || len(q[0].Path) < 1 || !l.readsDiscussions() || !l.readsReleases() {
		return false
	}
	l.split = true
	return true
}

// next requests the next page of each list that has one; the second page on is of
// discussions alone.
func (l *repoLists) next() []github.RepoPage {
	cursors := []string{""}
	if l.readsDiscussions() {
		cursors = l.discussions.cursors()
	}
	pages := make([]github.RepoPage, len(cursors))
	for i, cursor := range cursors {
		releases, releasesAfter := i == 0 && l.readsReleases(), ""
		if releases {
			releasesAfter = l.releases.after
		}
		pages[i] = github.RepoPage{Owner: l.repo.Owner, Name: l.repo.Name, Vars: map[string]any{
			"discussions": githubv4.Boolean(l.readsDiscussions()), "discussionsAfter": github.Cursor(cursor),
			"releases": githubv4.Boolean(releases), "releasesAfter": github.Cursor(releasesAfter),
		}}
	}
	return pages
}

// read adds the pages that next requested.
func (l *repoLists) read(responses []github.RepoAnswer[repoPage], p digest.Period) {
	first := responses[0]
	if first.Data != nil {
		l.setName(first.Data.NameWithOwner)
	}
	readsReleases := l.readsReleases()
	if l.readsDiscussions() {
		repos, errs := make([]*repoPage, len(responses)), make([]error, len(responses))
		for i, r := range responses {
			repos[i], errs[i] = r.Data, r.In("discussions").Err
		}
		l.discussions.read(repos, errs, p)
	}
	if readsReleases {
		l.releases.read(first.Data, first.In("releases").Err, p)
	}
	if a := l.advisories; a != nil && a.mode == Reviewed {
		switch {
		case first.Data == nil:
			fail(&a.receipt, first.Err)
		case first.Data.NameWithOwner == "":
			failPart(&a.receipt, fmt.Errorf("read the name of %s: %w", l.repo, errNoItem))
		}
	}
}

// setName records the repository's present name if it was renamed.
func (l *repoLists) setName(nameWithOwner string) {
	repo, err := digest.ParseRepo(nameWithOwner)
	if err != nil || repo.Same(l.repo) {
		return
	}
	l.repo = repo
	if d := l.discussions; d != nil {
		d.repo = repo
		for _, t := range d.targets {
			t.receipt.RenamedTo = repo
		}
	}
	if r := l.releases; r != nil {
		r.repo, r.receipt.RenamedTo = repo, repo
	}
	if a := l.advisories; a != nil {
		a.receipt.RenamedTo = repo
	}
}

// commentPage is how many comments of a discussion, and how many replies to each of them,
// a document about many discussions requests; longer threads are read to their end one by
// one, in larger pages. GitHub charges what could be returned, not what is: a document about
// 40 discussions costs 9 points with 20 comments each, and 5 with 10. Few discussions have
// more than 20 comments, so 20 saves requests; with very many discussions it is the points
// that run out.
func commentPage(discussions int) int {
	if discussions > 4000 {
		return 10
	}
	return 20
}

// readItems reads the candidates of all lists and lets each list decide about its own.
func (c *GitHub) readItems(ctx context.Context, l *lists, p digest.Period) error {
	var discussionIDs, releaseIDs []string
	for _, list := range l.discussions {
		for _, cand := range list.candidates {
			discussionIDs = append(discussionIDs, cand.id)
		}
	}
	for _, list := range l.releases {
		for _, cand := range list.candidates {
			releaseIDs = append(releaseIDs, cand.ID)
		}
	}
	discussions := make([]discussionResult, len(discussionIDs))
	releases := make([]releaseResult, len(releaseIDs))
	err := github.QueryNodes(ctx, c.client, discussionIDs, releaseIDs, commentPage(len(discussionIDs)),
		func(i int, n github.NodeAnswer[discussionNode]) (err error) {
			discussions[i], err = c.readDiscussion(ctx, n, p)
			return err
		}, func(i int, n github.NodeAnswer[releaseNode]) error {
			releases[i] = c.readRelease(n)
			return nil
		})
	if err != nil {
		return fmt.Errorf("read discussions and releases: %w", err)
	}
	if err := c.readChangelogs(ctx, l.releases, releases); err != nil {
		return err
	}
	for _, list := range l.discussions {
		for _, cand := range list.candidates {
			list.add(cand, discussions[0])
			discussions = discussions[1:]
		}
	}
	for _, list := range l.releases {
		for _, cand := range list.candidates {
			list.add(cand, releases[0], p)
			releases = releases[1:]
		}
	}
	return nil
}
