package config

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/community-digest/digest/digest"
)

// Repositories are named one by one, or by what they have in common: exactly one of the
// two is there.
type Repositories struct {
	Repos     []digest.Repo
	Selection *Selection
}

// Selection selects repositories that are looked up in every run: those of an
// account, those with a topic, or those of the account with the topic.
type Selection struct {
	// Org is the login of an organisation or a user, Topic a topic in lower case; one
	// of them may be empty.
	Org, Topic string
	// Include and Exclude are patterns as of [path.Match]. One with a slash is for
	// owner/name, any other for the name; case does not matter. No Include is all.
	Include, Exclude []string
	// Archived, Forks and Private include those as well.
	Archived, Forks, Private bool
}

// Repositories returns what the sources look at: those of discussions, of releases and of
// advisories, in the order of the file.
func (c *Config) Repositories() []Repositories {
	var all []Repositories
	for _, s := range c.Discussions {
		all = append(all, s.Repositories)
	}
	for _, s := range c.Releases {
		all = append(all, s.Repositories)
	}
	for _, s := range c.Advisories {
		all = append(all, s.Repositories)
	}
	return all
}

// decodeRepositories reads the keys of a source that say which repositories it looks at.
func decodeRepositories(m *mapping) Repositories {
	repos, org, topic := m.get("repos"), m.get("org"), m.get("topic")
	include, exclude := m.get("include"), m.get("exclude")
	archived, forks, private := m.get("archived"), m.get("forks"), m.get("private")
	if !repos.absent() {
		refuse("cannot be combined with repos: use a separate item", org, topic)
		refuse("has no effect with repos: it filters the repositories of org or topic", include, exclude, archived, forks, private)
		return Repositories{Repos: decodeRepos(repos)}
	}
	if org.absent() && topic.absent() && !m.absent() {
		m.problem("no repositories: want repos (a list of owner/name), org, topic, or org and topic")
	}
	return Repositories{Selection: &Selection{
		Org:      org.checked(checkLogin),
		Topic:    strings.ToLower(topic.checked(checkTopic)),
		Include:  include.texts(checkPattern),
		Exclude:  exclude.texts(checkPattern),
		Archived: archived.flag(false),
		Forks:    forks.flag(false),
		Private:  private.flag(false),
	}}
}

// refuse reports the values that are there.
func refuse(why string, values ...value) {
	for _, v := range values {
		if !v.absent() {
			v.problem("%s", why)
		}
	}
}

// checked reads a text that passes a check.
func (v value) checked(check func(s string) error) string {
	s := v.text("")
	if s == "" {
		return ""
	}
	if err := check(s); err != nil {
		v.problem("%v", err)
	}
	return s
}

var topicForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,49}$`)

func checkLogin(s string) error {
	if _, err := digest.ParseRepo(s + "/x"); err != nil {
		return fmt.Errorf("%q is not an account: want the login of an organisation or a user, for example istio", shorten(s))
	}
	return nil
}

func checkTopic(s string) error {
	if !topicForm.MatchString(s) {
		return fmt.Errorf("%q is not a topic: want one as GitHub writes them, for example service-mesh", shorten(s))
	}
	return nil
}

func checkPattern(s string) error {
	if _, err := path.Match(s, ""); err != nil || strings.Count(s, "/") > 1 {
		return fmt.Errorf("%q is not a pattern: want a name or owner/name, in which * matches any characters, ? for one and [ab] for one of those", shorten(s))
	}
	return nil
}

func decodeRepos(v value) []digest.Repo {
	items := v.list()
	if isEmptyList(v) {
		v.problem("the list is empty: want at least one repository, owner/name")
	}
	var repos []digest.Repo
	for _, item := range items {
		repo, ok := item.repo()
		if !ok {
			continue
		}
		for _, other := range repos {
			if repo.Same(other) {
				item.problem("duplicate %s", repo)
				break
			}
		}
		repos = append(repos, repo)
	}
	return repos
}

// repo reads one repository; absent or wrong is not ok.
func (v value) repo() (digest.Repo, bool) {
	s := v.text("")
	if s == "" {
		return digest.Repo{}, false
	}
	repo, err := digest.ParseRepo(s)
	if err != nil {
		v.problem("%v", err)
	}
	return repo, err == nil
}
