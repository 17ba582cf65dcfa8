package collectors

import (
	"context"
	"fmt"

	gogithub "github.com/google/go-github/v57/github"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
)

// repoList is the answer to a question while it is read.
type repoList struct {
	selection Selection // one of those that ask for it
	isUser    bool      // the account is no organisation
	receipt   digest.Receipt
	found     map[string]listedRepo // by key
}

// readAll reads the list. The error is one that must end the run.
func (l *repoList) readAll(ctx context.Context, client *github.Client) error {
	defer protect(&l.receipt)
	var err error
	if l.selection.Org != "" {
		err = l.readAccount(ctx, client)
	} else {
		err = l.readSearch(ctx, client)
	}
	if err == nil {
		return nil
	}
	err = fmt.Errorf("list repositories of %s: %w", l.selection.question(), err)
	if github.Stops(err) {
		return err
	}
	fail(&l.receipt, err)
	return nil
}

// readAccount reads the repositories of an account, the oldest first: a new one stands
// at the end and moves none. The list of organisations shows members what is private,
// and does not know users, whose own list shows what everybody may see.
func (l *repoList) readAccount(ctx context.Context, client *github.Client) error {
	return readWhole(func(page int) ([]string, *gogithub.Response, error) {
		repos, resp, err := l.accountPage(ctx, client, page)
		if page == 1 && !l.isUser && github.KindOf(err) == github.NotFound {
			l.isUser = true
			repos, resp, err = l.accountPage(ctx, client, page)
		}
		if err != nil {
			return nil, nil, err
		}
		return l.take(repos), resp, nil
	})
}

// accountPage asks for one page.
// See https://docs.github.com/rest/repos/repos#list-organization-repositories
// and https://docs.github.com/rest/repos/repos#list-repositories-for-a-user.
func (l *repoList) accountPage(ctx context.Context, client *github.Client, page int) ([]*gogithub.Repository, *gogithub.Response, error) {
	const sort, direction = "created", "asc"
	if l.isUser {
		return client.REST.Repositories.ListByUser(ctx, l.selection.Org, &gogithub.RepositoryListByUserOptions{
			Sort: sort, Direction: direction, ListOptions: pageOf(page),
		})
	}
	return client.REST.Repositories.ListByOrg(ctx, l.selection.Org, &gogithub.RepositoryListByOrgOptions{
		Sort: sort, Direction: direction, ListOptions: pageOf(page),
	})
}

func pageOf(page int) gogithub.ListOptions {
	opts := gogithub.ListOptions{PerPage: 100}
	if page > 1 {
		opts.Page = page
	}
	return opts
}

// take takes in one page and returns the names on it.
func (l *repoList) take(repos []*gogithub.Repository) []string {
	l.receipt.Pages++
	var names []string
	for _, w := range repos {
		repo, err := digest.ParseRepo(w.GetFullName())
		if err != nil {
			fail(&l.receipt, errUnnamed)
			continue
		}
		names = append(names, repo.Key())
		l.found[repo.Key()] = listedRepo{
			repo: repo, topics: w.Topics, archived: w.GetArchived(), fork: w.GetFork(),
			private: w.Private == nil || w.GetPrivate() || w.GetVisibility() != "public" && w.GetVisibility() != "",
		}
	}
	return names
}
