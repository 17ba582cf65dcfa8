// Package collectors reads what happened in a period: discussions, releases and
// security advisories from GitHub, and entries from feeds. One file reads one kind.
//
// The one idea is that a collector returns facts and receipts. The service's wire
// types stay in the file that asks for them, and every source that was looked at
// leaves a receipt, whatever became of it: a repository that does not exist, a list
// that ends too early and a server that does not answer are gaps that the reader of
// the draft can see, while everything else is still collected.
//
// Which time counts, and when paging may stop, is said where it is decided.
package collectors

import (
	"cmp"
	"errors"
	"strings"
	"sync"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/markdown"
)

// person makes a Person of a login. A deleted account has none, or GitHub's own in its
// place; that of an app ends in [bot] in one of GitHub's APIs and not in the other.
// See https://docs.github.com/account-and-profile/concepts/account-management#deleting-your-personal-account.
func person(login string, bot bool) digest.Person {
	if login == "" || login == "ghost" {
		return digest.Person{}
	}
	name, suffixed := strings.CutSuffix(login, "[bot]")
	return digest.Person{Login: markdown.Untrusted(name), Bot: bot || suffixed}
}

// page returns the checked address of a page on GitHub's own site. An address on
// another host is dropped: a link in the draft never leads elsewhere than it says.
func page(c *github.Client, address string) markdown.URL {
	u, err := markdown.ParseURL(address)
	if err != nil || !strings.EqualFold(u.Host(), c.WebHost()) {
		return markdown.URL{}
	}
	return u
}

// fail records on the receipt why its source could not be read, in the service's own
// words where it said something.
func fail(r *digest.Receipt, err error) {
	r.Outcome = digest.Failed
	switch github.KindOf(err) {
	case github.NotFound:
		r.Outcome = digest.Missing
	case github.Forbidden:
		r.Outcome = digest.Forbidden
	}
	r.Detail = markdown.Untrusted(err.Error())
	if e := github.AsError(err); e != nil {
		r.Detail, r.RequestID = markdown.Untrusted(e.Text()), e.RequestID
	}
	if q, ok := errors.AsType[github.QueryErrors](err); ok {
		r.Detail, r.RequestID = markdown.Untrusted(q.Error()), q[0].RequestID
	}
}

// errUnnamed is the gap that a null in a list is.
var errUnnamed = errors.New("the list names something without saying what")

// errStuck is what a list is refused with that says it goes on where it already is.
var errStuck = errors.New("the list says that it goes on, but not where")

// each calls f for 0 to n-1 side by side and returns the first error by index: f
// returns only errors that make going on senseless, the others are on its receipts.
// How many requests are really in flight is the client's business. A panic of f is the
// caller's to recover from: in a goroutine of its own it would end the program.
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
