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

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/markdown"
)

// Selection stands for repositories by what they have in common: their account, a topic,
// or both.
type Selection struct {
	// Org is the login of an organisation or a user, Topic a topic in lower case; one
	// of them may be empty.
	Org, Topic string
	// Include and Exclude are patterns as of [path.Match]. One with a slash is for
	// owner/name, any other for the name; case does not matter. No Include is all.
	Include, Exclude []string
	// Archived, Forks and Private tell to take in those as well. Without Private, what
	// not everybody may see is counted and never named.
	Archived, Forks, Private bool
}

// Resolved is what a selection stands for in this run.
type Resolved struct {
	// Repos are sorted by owner and name.
	Repos []digest.Repo
	// Receipt names them too. Its kind and section are for the caller to set: one
	// selection may serve several sources.
	Receipt digest.Receipt
}

// Resolve looks up what the selections stand for, in their order. Several of one account,
// or of one topic, are one question.
//
// A selection that stands for nothing is a gap, and so is a pattern to include that chooses
// nothing: it may be misspelt, and would be missing in silence, every week. What else was
// found is returned all the same. An error is one that makes going on senseless.
func Resolve(ctx context.Context, client *github.Client, selections []Selection) ([]Resolved, error) {
	var lists []*repoList
	byQuestion := make(map[string]*repoList)
	for _, s := range selections {
		if q := s.question(); byQuestion[q] == nil {
			byQuestion[q] = &repoList{selection: s, receipt: digest.Receipt{Outcome: digest.Complete}, found: make(map[string]listedRepo)}
			lists = append(lists, byQuestion[q])
		}
	}
	if err := each(len(lists), func(i int) error { return lists[i].readAll(ctx, client) }); err != nil {
		return nil, err
	}
	resolved := make([]Resolved, 0, len(selections))
	for _, s := range selections {
		resolved = append(resolved, s.choose(byQuestion[s.question()]))
	}
	return resolved, nil
}

// question tells selections apart that are answered by different lists. That of an
// account has every repository on it; a search finds what it is asked for.
func (s Selection) question() string {
	if s.Org != "" {
		return "org:" + strings.ToLower(s.Org)
	}
	return s.search()
}

// String names the selection in the words of GitHub's search, for receipts.
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

// listedRepo is what a list tells about a repository.
type listedRepo struct {
	repo                    digest.Repo
	topics                  []string
	archived, fork, private bool
}

// choose applies the selection to its list.
func (s Selection) choose(l *repoList) Resolved {
	r := l.receipt
	r.Source = s.String()
	chosen := make(map[string]bool) // patterns to include
	for _, listed := range l.found {
		if why := s.drops(listed); why != "" {
			r.Drop(why)
			continue
		}
		for _, p := range s.Include {
			chosen[p] = chosen[p] || matches(p, listed.repo)
		}
		r.Keep()
		r.Repos = append(r.Repos, listed.repo)
	}
	slices.SortFunc(r.Repos, func(a, b digest.Repo) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Owner), strings.ToLower(b.Owner)), strings.Compare(a.Key(), b.Key()))
	})
	if !r.Gap() {
		s.doubt(&r, chosen)
	}
	return Resolved{Repos: slices.Clone(r.Repos), Receipt: r}
}

// drops tells why a repository is not chosen; it is empty when it is.
func (s Selection) drops(l listedRepo) digest.DropReason {
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

// matches reports whether a pattern is of a repository. One that cannot be read matches nothing.
func matches(pattern string, repo digest.Repo) bool {
	name := repo.Name
	if strings.Contains(pattern, "/") {
		name = repo.String()
	}
	ok, err := path.Match(strings.ToLower(pattern), strings.ToLower(name))
	return ok && err == nil
}

// doubt makes a gap of a selection that chooses nothing, wholly or with one of its patterns.
func (s Selection) doubt(r *digest.Receipt, chosen map[string]bool) {
	unmet := slices.IndexFunc(s.Include, func(p string) bool { return !chosen[p] })
	switch {
	case r.Seen == 0:
		r.Outcome = digest.Missing
		r.Detail = markdown.Untrusted("GitHub lists no repository")
	case r.Kept == 0:
		fail(r, errors.New("no repository is chosen: "+inWords(r.Dropped)))
	case unmet >= 0:
		fail(r, fmt.Errorf("the pattern %q chooses no repository; archived ones, forks and private ones have to be asked for", s.Include[unmet]))
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
