// Package collectors reads what happened in a period: discussions, releases and
// security advisories from GitHub, and entries from feeds. A file reads one kind.
//
// The one idea is that a collector returns facts and receipts. A service's wire types
// stay in the file that requests them, and every source leaves a receipt, whatever
// became of it: a missing repository, a list that ends early and a server that does not
// respond are gaps that readers of the draft can see, and the other sources are still
// collected.
//
// What puts an item of GitHub into the edition of a period is decided in period.go.
package collectors

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/markdown"
)

// Progress counts the sources that have been read. A nil Progress counts nothing.
type Progress struct{ done atomic.Int64 }

// Done returns the number of sources read so far, gaps included.
func (p *Progress) Done() int {
	if p == nil {
		return 0
	}
	return int(p.done.Load())
}

func (p *Progress) add(n int) {
	if p != nil {
		p.done.Add(int64(n))
	}
}

// Filter selects texts by patterns as of [path.Match], in which * matches slashes, too, and
// case does not matter. An empty Include matches all; Exclude wins.
type Filter struct {
	Include, Exclude []string
}

func (f Filter) matches(text string) bool {
	fits := func(pattern string) bool { return matchesText(pattern, text) }
	return (len(f.Include) == 0 || slices.ContainsFunc(f.Include, fits)) && !slices.ContainsFunc(f.Exclude, fits)
}

// each calls f for 0 to n-1 concurrently and returns the first error by index. f returns
// only errors that end the run and puts all others on receipts. The client limits how
// many requests are in flight. A panic of f is passed to the caller, which can recover
// from it; in a goroutine of its own it would end the program.
func each(n int, f func(i int) error) error {
	errs, panics := make([]error, n), make([]any, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			defer func() { panics[i] = recover() }()
			errs[i] = f(i)
		})
	}
	wg.Wait()
	if p := cmp.Or(panics...); p != nil {
		panic(p)
	}
	return cmp.Or(errs...)
}

// person returns the Person with a login. A deleted account has no login, or that of
// GitHub's ghost; an app's login ends in [bot] in one of GitHub's APIs and not in the
// other.
// See https://docs.github.com/account-and-profile/concepts/account-management#deleting-your-personal-account.
func person(login string, bot bool) digest.Person {
	if login == "" || login == "ghost" {
		return digest.Person{}
	}
	name, suffixed := strings.CutSuffix(login, "[bot]")
	return digest.Person{Login: markdown.Untrusted(name), Bot: bot || suffixed}
}

// page returns the checked address of a page on GitHub's own site. An address on
// another host is dropped, so that a link in the draft never leads elsewhere than it says.
func page(c *github.Client, address string) markdown.URL {
	u, err := markdown.ParseURL(address)
	if err != nil || !strings.EqualFold(u.Host(), c.WebHost()) {
		return markdown.URL{}
	}
	return u
}

// repoAt returns the repository that an address on GitHub's site or API points into. A
// repository on another host is a different one, whatever its name.
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

// repoOf returns the repository that a page belongs to, under its present name where the
// configuration has an old one, and the configured repository without a page.
func repoOf(client *github.Client, page markdown.URL, configured digest.Repo) digest.Repo {
	if repo := repoAt(client, page.String()); repo != (digest.Repo{}) {
		return repo
	}
	return configured
}
