package collectors

import (
	"context"
	"fmt"

	"github.com/shurcooL/githubv4"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/markdown"
)

// Watched names what is watched of a GitHub's repositories.
type Watched struct {
	Discussions []DiscussionSource
	Releases    []ReleaseSource
	Advisories  []AdvisorySource
	// Past, if there is one, is of the editions before: what came too late for them is found too.
	Past *digest.Past
}

// Sources counts what there is to look at, a repository once for each source that names it.
func (w Watched) Sources() int {
	n := 0
	for _, s := range w.Discussions {
		n += len(s.Repos)
	}
	for _, s := range w.Releases {
		n += len(s.Repos)
	}
	for _, s := range w.Advisories {
		n += len(s.Repos)
	}
	return n
}

// GitHub collects the discussions, releases and security advisories of repositories.
//
// It is one collector for the three of them because they share documents: GitHub counts
// GraphQL requests by the lists that they name, and a hundred lists cost no more than one.
// So the first pages of the lists of 50 repositories are one request, and one point. They
// hold nothing but what tells whether an item can be of the period; what is told about
// those that can is read by node id afterwards, again many in one document.
type GitHub struct {
	client  *github.Client
	watched Watched

	// Progress, if there is one, counts the sources that have been read.
	Progress *Progress
}

// NewGitHub returns a collector of what is watched. With a client that has no token
// discussions cannot be read, and releases are read from one repository after the other.
func NewGitHub(client *github.Client, w Watched) *GitHub {
	return &GitHub{client: client, watched: w}
}

// Collect implements [digest.Collector].
func (c *GitHub) Collect(ctx context.Context, p digest.Period) (digest.Findings, error) {
	w := c.watch()
	err := together(
		func() error { return c.readDocuments(ctx, w, p) },
		func() error { return c.readOwnAdvisories(ctx, w.advisories, p) },
		func() error { return c.askDatabase(ctx, w, p) },
	)
	if err == nil {
		c.matchDatabase(w, p) // last: the documents tell the present names of renamed repositories
	}
	return w.findings(), err
}

// readDocuments reads what GraphQL answers, which takes a token.
func (c *GitHub) readDocuments(ctx context.Context, w *watch, p digest.Period) error {
	if !c.client.Authenticated() {
		for _, t := range w.targets {
			t.receipt.Outcome = digest.NeedsToken
		}
		return c.readReleasesByREST(ctx, w.releases, p)
	}
	if err := c.readLists(ctx, w.repos, p); err != nil {
		return err
	}
	if err := c.checkCategories(ctx, w.discussions); err != nil {
		return err
	}
	return c.readDetails(ctx, w, p)
}

// watch is the lists of the watched repositories while they are read, each in the order
// of the sources.
type watch struct {
	repos       []*repoLists
	targets     []*discussionTarget
	discussions []*discussionList
	releases    []*releaseList
	advisories  []*advisoryList
	database    database
}

// repoLists are the lists of one repository that the documents ask for. A nil one is not wanted.
type repoLists struct {
	repo        digest.Repo
	discussions *discussionList
	releases    *releaseList
	advisories  *advisoryList // only the name of its repository is asked for
}

func (c *GitHub) watch() *watch {
	w := &watch{}
	w.discussions, w.targets = discussionLists(c.watched.Discussions)
	w.releases = releaseLists(c.watched.Releases, c.watched.Past)
	w.advisories = advisoryLists(c.watched.Advisories, c.watched.Past)
	byRepo := make(map[string]*repoLists)
	of := func(repo digest.Repo) *repoLists {
		l := byRepo[repo.Key()]
		if l == nil {
			l = &repoLists{repo: repo}
			byRepo[repo.Key()], w.repos = l, append(w.repos, l)
		}
		return l
	}
	for _, l := range w.discussions {
		of(l.repo).discussions = l
	}
	for _, l := range w.releases {
		of(l.repo).releases = l
	}
	for _, l := range w.advisories {
		// Where the repository's own list is read, it tells whether there is a repository.
		if l.mode == Reviewed || byRepo[l.repo.Key()] != nil {
			of(l.repo).advisories = l
		}
	}
	return w
}

func (w *watch) findings() digest.Findings {
	var f digest.Findings
	for _, l := range w.discussions {
		f.Discussions = append(f.Discussions, l.found...)
	}
	for _, t := range w.targets {
		f.Receipts = append(f.Receipts, t.receipt)
	}
	for _, l := range w.releases {
		f.Releases = append(f.Releases, l.found...)
		f.Late.Releases = append(f.Late.Releases, l.late...)
		f.Receipts = append(f.Receipts, l.receipt)
	}
	for _, l := range w.advisories {
		f.Advisories = append(f.Advisories, l.found...)
		f.Late.Advisories = append(f.Late.Advisories, l.late...)
		f.Receipts = append(f.Receipts, l.receipt)
	}
	if len(w.advisories) > 0 {
		f.Receipts = append(f.Receipts, w.database.receipt)
	}
	return f
}

// repoPage is a page of each list of a repository that is wanted.
// See https://docs.github.com/graphql/reference/objects#repository.
type repoPage struct {
	NameWithOwner         string
	HasDiscussionsEnabled bool
	Discussions           discussionPage `graphql:"discussions(first: $first, after: $discussionsAfter, orderBy: {field: UPDATED_AT, direction: DESC}) @include(if: $discussions)"`
	Releases              releasePage    `graphql:"releases(first: $first, after: $releasesAfter, orderBy: {field: CREATED_AT, direction: DESC}) @include(if: $releases)"`
}

type pageInfo struct {
	HasNextPage bool
	EndCursor   string
}

// listPage is how many items a page of a list asks for, the most GitHub allows.
const listPage = 100

// readLists reads the lists page by page, all repositories that have another page side
// by side.
func (c *GitHub) readLists(ctx context.Context, open []*repoLists, p digest.Period) error {
	for len(open) > 0 {
		pages := make([]github.RepoPage, len(open))
		for i, l := range open {
			pages[i] = l.next()
		}
		answers, err := github.QueryRepos[repoPage](ctx, c.client, pages, listPage)
		if err != nil {
			return fmt.Errorf("list discussions and releases: %w", err)
		}
		var more []*repoLists
		for i, a := range answers {
			before := open[i].waiting()
			open[i].read(a, p)
			after := open[i].waiting()
			c.Progress.add(before - after)
			if after > 0 {
				more = append(more, open[i])
			}
		}
		open = more
	}
	return nil
}

// waiting counts the sources whose lists have another page to read.
func (l *repoLists) waiting() int {
	n := 0
	if d := l.discussions; d != nil && !d.done {
		n += len(d.targets)
	}
	if r := l.releases; r != nil && !r.done {
		n++
	}
	return n
}

// next asks for the next page of each list that has one.
func (l *repoLists) next() github.RepoPage {
	p := github.RepoPage{Owner: l.repo.Owner, Name: l.repo.Name, Vars: map[string]any{
		"discussions": githubv4.Boolean(false), "discussionsAfter": github.Cursor(""),
		"releases": githubv4.Boolean(false), "releasesAfter": github.Cursor(""),
	}}
	if d := l.discussions; d != nil && !d.done {
		p.Vars["discussions"], p.Vars["discussionsAfter"] = githubv4.Boolean(true), github.Cursor(d.after)
	}
	if r := l.releases; r != nil && !r.done {
		p.Vars["releases"], p.Vars["releasesAfter"] = githubv4.Boolean(true), github.Cursor(r.after)
	}
	return p
}

// read takes in one page of each list that was asked for.
func (l *repoLists) read(a github.RepoAnswer[repoPage], p digest.Period) {
	if a.Data != nil {
		l.named(a.Data.NameWithOwner)
	}
	if d := l.discussions; d != nil && !d.done {
		d.read(listAnswer(a, "discussions"), p)
	}
	if r := l.releases; r != nil && !r.done {
		r.read(listAnswer(a, "releases"), p)
	}
	if s := l.advisories; s != nil && s.mode == Reviewed && a.Data == nil {
		fail(&s.receipt, a.Err)
	}
}

// listAnswer leaves of an answer's errors those that concern one of its lists.
func listAnswer(a github.RepoAnswer[repoPage], list string) github.RepoAnswer[repoPage] {
	a.Err = github.ErrorIn(a.Err, list)
	return a
}

// named notes the repository's present name when it was renamed.
func (l *repoLists) named(nameWithOwner string) {
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
	if s := l.advisories; s != nil {
		s.receipt.RenamedTo = repo
	}
}

// commentPage is how many comments of a discussion, and how many replies to each of them,
// a document about many discussions asks for; the others are read on one by one, in larger
// pages. GitHub counts what could come back, not what does: a document about 40 discussions
// costs 9 points with 20 comments each, and 5 with 10. Few discussions have more than 20,
// so of a few discussions it is asked for that, and saves requests. Of many it is asked for
// 10: there it is the points that run out.
func commentPage(discussions int) int {
	if discussions > 4000 {
		return 10
	}
	return 20
}

// readDetails reads what is told about the items that can be of the period.
func (c *GitHub) readDetails(ctx context.Context, w *watch, p digest.Period) error {
	var discussions, releases []string
	for _, l := range w.discussions {
		for _, cand := range l.candidates {
			discussions = append(discussions, cand.id)
		}
	}
	for _, l := range w.releases {
		for _, cand := range l.candidates {
			releases = append(releases, cand.ID)
		}
	}
	readDiscussions := make([]readDiscussion, len(discussions))
	readReleases := make([]readRelease, len(releases))
	err := github.QueryNodes(ctx, c.client, discussions, releases, commentPage(len(discussions)),
		func(i int, a github.NodeAnswer[discussionNode]) (err error) {
			readDiscussions[i], err = c.readDiscussion(ctx, a, p)
			return err
		}, func(i int, a github.NodeAnswer[releaseNode]) error {
			readReleases[i] = c.readRelease(a)
			return nil
		})
	if err != nil {
		return fmt.Errorf("read discussions and releases: %w", err)
	}
	for _, l := range w.discussions {
		for _, cand := range l.candidates {
			l.settle(cand, readDiscussions[0], p)
			readDiscussions = readDiscussions[1:]
		}
	}
	for _, l := range w.releases {
		for _, cand := range l.candidates {
			l.settle(cand, readReleases[0], p)
			readReleases = readReleases[1:]
		}
	}
	return nil
}

// protect makes a gap of a panic while one item is read: a defect of this program costs
// that item, and not in silence, and none of the others.
func protect(r *digest.Receipt) {
	if p := recover(); p != nil {
		r.Outcome = digest.Failed
		r.Detail = markdown.Untrusted(fmt.Sprintf("a defect of this program: %v", p))
	}
}

// defect makes an error of a panic while one item is read, unless there is one already.
func defect(err *error) {
	if p := recover(); p != nil && *err == nil {
		*err = fmt.Errorf("a defect of this program: %v", p)
	}
}

// together runs steps side by side and returns the first error in their order.
func together(steps ...func() error) error {
	return each(len(steps), func(i int) error { return steps[i]() })
}
