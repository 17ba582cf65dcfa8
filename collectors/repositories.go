package collectors

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	gogithub "github.com/google/go-github/v57/github"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/markdown"
)

// Selection selects repositories by what they have in common: their account, a topic, or both.
type Selection struct {
	// Org is the login of an organisation or a user, Topic a topic in lower case; one
	// of them may be empty.
	Org, Topic string
	// Include and Exclude are patterns as of [path.Match]. One with a slash matches
	// owner/name, any other the name; case does not matter. An empty Include matches all.
	Include, Exclude []string
	// Archived, Forks and Private include repositories of that sort. Without Private, what
	// is not public is counted and never named.
	Archived, Forks, Private bool
}

// String returns the selection as a search qualifier of GitHub, for receipts.
func (s Selection) String() string {
	var words []string
	if s.Org != "" {
		words = append(words, "org:"+s.Org)
	}
	if s.Topic != "" {
		words = append(words, "topic:"+s.Topic)
	}
	return strings.Join(words, " ")
}

// listKey identifies the list that the selection is made from. That of an account has all
// its repositories; a search has what it was made for.
func (s Selection) listKey() string {
	if s.Org != "" {
		return "org:" + strings.ToLower(s.Org)
	}
	return s.search()
}

// search is the query of a selection by topic alone. It leaves out archived repositories
// and forks that would be dropped here, which would otherwise take up GitHub's limit of
// results. Private repositories are in it, as they are in an account's list, to be counted.
func (s Selection) search() string {
	query := "topic:" + s.Topic
	if !s.Archived {
		query += " archived:false"
	}
	if s.Forks {
		query += " fork:true"
	}
	return query
}

// Resolved is what a selection consists of in this run.
type Resolved struct {
	// Repos are sorted by owner and name.
	Repos []digest.Repo
	// Receipt has them too. Its kind and section are those of a source: see [Resolved.For].
	Receipt digest.Receipt

	withoutDiscussions map[string]bool // by key
}

// For returns what a source of a kind reads of the selection: of discussions, without the
// repositories that have them switched off.
func (r Resolved) For(kind digest.Kind, section digest.SectionName) Resolved {
	r.Receipt.Kind, r.Receipt.Section = kind, section
	if kind != digest.Discussions || len(r.withoutDiscussions) == 0 {
		return r
	}
	r.Receipt.Dropped = maps.Clone(r.Receipt.Dropped)
	var repos []digest.Repo
	for _, repo := range r.Repos {
		if !r.withoutDiscussions[repo.Key()] {
			repos = append(repos, repo)
			continue
		}
		r.Receipt.Seen--
		r.Receipt.Kept--
		r.Receipt.Drop(digest.NoDiscussions)
	}
	r.Repos, r.Receipt.Repos = repos, slices.Clone(repos)
	if len(repos) == 0 && !r.Receipt.Gap() {
		fail(&r.Receipt, errNothingSelected(r.Receipt))
	}
	return r
}

func errNothingSelected(r digest.Receipt) error {
	return errors.New("no repository is selected: " + inWords(r.Dropped))
}

// Resolve looks up the repositories of selections and returns them in the same order.
// Selections of the same account, or the same search, are read once.
//
// An empty selection is a gap, and so is a pattern to include that matches nothing: it may
// be misspelt, and would be missing in silence, every week. Everything else that was found
// is returned all the same. The error is one that ends the run.
func Resolve(ctx context.Context, client *github.Client, selections []Selection) ([]Resolved, error) {
	var lists []*repoList
	byKey := make(map[string]*repoList)
	for _, s := range selections {
		if key := s.listKey(); byKey[key] == nil {
			byKey[key] = &repoList{selection: s, found: make(map[string]listedRepo)}
			lists = append(lists, byKey[key])
		}
	}
	if err := each(len(lists), func(i int) error { return lists[i].read(ctx, client) }); err != nil {
		return nil, err
	}
	resolved := make([]Resolved, 0, len(selections))
	for _, s := range selections {
		resolved = append(resolved, s.apply(byKey[s.listKey()]))
	}
	return resolved, nil
}

// apply makes the selection from its list.
func (s Selection) apply(l *repoList) Resolved {
	r := l.receipt
	r.Source = s.String()
	matched := make(map[string]bool) // patterns to include
	withoutDiscussions := make(map[string]bool)
	for _, listed := range l.found {
		if why := s.drop(listed); why != "" {
			r.Drop(why)
			continue
		}
		for _, p := range s.Include {
			matched[p] = matched[p] || matches(p, listed.repo)
		}
		r.Keep()
		r.Repos = append(r.Repos, listed.repo)
		if listed.withoutDiscussions {
			withoutDiscussions[listed.repo.Key()] = true
		}
	}
	slices.SortFunc(r.Repos, func(a, b digest.Repo) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Owner), strings.ToLower(b.Owner)), strings.Compare(a.Key(), b.Key()))
	})
	if r.Outcome == digest.Complete {
		s.checkEmpty(&r, matched)
	}
	return Resolved{slices.Clone(r.Repos), r, withoutDiscussions}
}

// drop returns why a repository is not selected, or "" if it is.
func (s Selection) drop(l listedRepo) digest.DropReason {
	fits := func(patterns []string) bool {
		return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, l.repo) })
	}
	switch {
	case l.private && !s.Private:
		return digest.IsPrivate
	case s.Topic != "" && !slices.Contains(l.topics, s.Topic):
		return digest.OtherTopic
	case len(s.Include) > 0 && !fits(s.Include), fits(s.Exclude):
		return digest.ExcludedByPattern
	case l.archived && !s.Archived:
		return digest.IsArchived
	case l.fork && !s.Forks:
		return digest.IsFork
	}
	return ""
}

// matches reports whether a pattern matches a repository. A malformed one matches nothing.
func matches(pattern string, repo digest.Repo) bool {
	name := repo.Name
	if strings.Contains(pattern, "/") {
		name = repo.String()
	}
	ok, err := path.Match(strings.ToLower(pattern), strings.ToLower(name))
	return ok && err == nil
}

// checkEmpty makes a gap of a selection that is empty, wholly or for one of its patterns.
func (s Selection) checkEmpty(r *digest.Receipt, matched map[string]bool) {
	unmatched := slices.IndexFunc(s.Include, func(p string) bool { return !matched[p] })
	switch {
	case r.Seen == 0:
		r.Outcome = digest.Missing
		r.Detail = markdown.Untrusted("GitHub lists no repository")
	case r.Kept == 0:
		fail(r, errNothingSelected(*r))
	case unmatched >= 0:
		fail(r, fmt.Errorf("the pattern %q matches no repository; archived and private repositories and forks must be included explicitly", s.Include[unmatched]))
	}
}

// inWords lists reasons, "3 archived, 1 fork".
func inWords(dropped map[digest.DropReason]int) string {
	var words []string
	for _, why := range slices.Sorted(maps.Keys(dropped)) {
		words = append(words, fmt.Sprint(dropped[why], " ", why))
	}
	return strings.Join(words, ", ")
}

// repoList is the repositories of an account or a search while they are read.
type repoList struct {
	selection Selection // one of those that are made from it
	isUser    bool      // the account is a user's
	receipt   digest.Receipt
	found     map[string]listedRepo // by key
}

// listedRepo is what a list shows of a repository.
type listedRepo struct {
	repo                    digest.Repo
	topics                  []string
	archived, fork, private bool
	withoutDiscussions      bool
}

// read reads the list. The error is one that ends the run.
func (l *repoList) read(ctx context.Context, client *github.Client) error {
	defer protect(&l.receipt)
	var err error
	if l.selection.Org != "" {
		err = l.readAccount(ctx, client)
	} else {
		err = l.readSearch(ctx, client)
	}
	if err == nil {
		complete(&l.receipt)
		return nil
	}
	err = fmt.Errorf("list repositories of %s: %w", l.selection.listKey(), err)
	if github.Stops(err) {
		return err
	}
	fail(&l.receipt, err)
	return nil
}

// readAccount reads the repositories of an account, the oldest first: a new one is added
// at the end and moves no other. The list of an organisation shows its members what is
// private, and does not exist for users, whose own list shows what is public.
func (l *repoList) readAccount(ctx context.Context, client *github.Client) error {
	return readStable(func(page int) ([]string, *gogithub.Response, error) {
		repos, resp, err := l.accountPage(ctx, client, page)
		if page == 1 && !l.isUser && github.KindOf(err) == github.NotFound {
			l.isUser = true
			repos, resp, err = l.accountPage(ctx, client, page)
		}
		if err != nil {
			return nil, nil, err
		}
		if repos == nil {
			return nil, nil, errNoList
		}
		return l.add(repos), resp, nil
	})
}

// accountPage reads one page.
// See https://docs.github.com/rest/repos/repos#list-organization-repositories
// and https://docs.github.com/rest/repos/repos#list-repositories-for-a-user.
func (l *repoList) accountPage(ctx context.Context, client *github.Client, page int) ([]*gogithub.Repository, *gogithub.Response, error) {
	const sort, direction = "created", "asc"
	if l.isUser {
		return client.REST.Repositories.ListByUser(ctx, l.selection.Org, &gogithub.RepositoryListByUserOptions{
			Sort: sort, Direction: direction, ListOptions: pageOptions(page),
		})
	}
	return client.REST.Repositories.ListByOrg(ctx, l.selection.Org, &gogithub.RepositoryListByOrgOptions{
		Sort: sort, Direction: direction, ListOptions: pageOptions(page),
	})
}

// add adds one page and returns the names on it.
func (l *repoList) add(repos []*gogithub.Repository) []string {
	l.receipt.Pages++
	var names []string
	for _, w := range repos {
		repo, err := digest.ParseRepo(w.GetFullName())
		if err != nil {
			failPart(&l.receipt, errNoItem)
			continue
		}
		names = append(names, repo.Key())
		l.found[repo.Key()] = listedRepo{
			repo: repo, topics: w.Topics, archived: w.GetArchived(), fork: w.GetFork(),
			withoutDiscussions: w.HasDiscussions != nil && !*w.HasDiscussions,
			private:            w.Private == nil || w.GetPrivate() || w.GetVisibility() != "public" && w.GetVisibility() != "",
		}
	}
	return names
}

const (
	// searchLimit is how many results of a search GitHub lists.
	searchLimit = 1000
	// searchPasses is how many times an incomplete search is made: GitHub allows few
	// searches a minute.
	searchPasses = 2
)

// errIncomplete means that GitHub itself says that there are more results.
var errIncomplete = errors.New("the search is not complete")

// readSearch searches until as many results were listed as GitHub counted. The order of a
// search is not stable, and results get lost between pages.
func (l *repoList) readSearch(ctx context.Context, client *github.Client) error {
	var err error
	for range searchPasses {
		var total int
		if total, err = l.searchPass(ctx, client); err != nil {
			if errors.Is(err, errIncomplete) {
				continue
			}
			return err
		}
		if l.receipt.Outcome != "" || len(l.found) >= total {
			return nil
		}
		err = fmt.Errorf("%w: of %d repositories found it lists %d", errIncomplete, total, len(l.found))
		if total > searchLimit {
			break
		}
	}
	l.receipt.Outcome, l.receipt.Detail = digest.Truncated, markdown.Untrusted(err.Error())
	return nil
}

// searchPass reads all pages and returns the number of results.
// See https://docs.github.com/rest/search/search#search-repositories.
func (l *repoList) searchPass(ctx context.Context, client *github.Client) (total int, err error) {
	complete := true
	for page := 1; page != 0; {
		result, resp, err := client.REST.Search.Repositories(ctx, l.selection.search(), &gogithub.SearchOptions{
			Sort: "stars", ListOptions: pageOptions(page), // the best known first, where there are too many
		})
		if err != nil {
			return 0, err
		}
		if result.Repositories == nil || result.Total == nil {
			return 0, errNoList
		}
		l.add(result.Repositories)
		total, complete = max(total, result.GetTotal()), complete && !result.GetIncompleteResults()
		if resp.NextPage != 0 && resp.NextPage <= page {
			return 0, errStuck
		}
		page = resp.NextPage
	}
	if !complete {
		return total, fmt.Errorf("%w: GitHub ran out of time", errIncomplete)
	}
	return total, nil
}
