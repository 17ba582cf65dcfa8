package collectors

import (
	"context"
	"errors"
	"fmt"

	gogithub "github.com/google/go-github/v57/github"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/markdown"
)

const (
	// searchReach is how many results of a search GitHub lists.
	searchReach = 1000
	// searchPasses is how often a search is made that does not come out whole: GitHub
	// allows few in a minute.
	searchPasses = 2
)

// search asks for what a selection by topic alone can choose: what would be dropped here
// for being archived or a fork would take the place of something within GitHub's reach.
// What is private is asked for, as it is of an account, to be counted.
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

// readSearch searches until the number of results that were listed is the number that
// were found. The order of a search is not a firm one, and results get lost between pages.
func (l *repoList) readSearch(ctx context.Context, client *github.Client) error {
	var err error
	for range searchPasses {
		var total int
		if total, err = l.searchPass(ctx, client); err != nil {
			if errors.Is(err, errUnfinished) {
				continue
			}
			return err
		}
		if l.receipt.Gap() || len(l.found) >= total {
			return nil
		}
		err = fmt.Errorf("%w: of %d repositories found it lists %d", errUnfinished, total, len(l.found))
		if total > searchReach {
			break
		}
	}
	l.receipt.Outcome, l.receipt.Detail = digest.Truncated, markdown.Untrusted(err.Error())
	return nil
}

// errUnfinished is that GitHub says itself that there is more.
var errUnfinished = errors.New("the search is not complete")

// searchPass reads all pages and returns how many results there are.
// See https://docs.github.com/rest/search/search#search-repositories.
func (l *repoList) searchPass(ctx context.Context, client *github.Client) (total int, err error) {
	whole := true
	for page := 1; page != 0; {
		result, resp, err := client.REST.Search.Repositories(ctx, l.selection.search(), &gogithub.SearchOptions{
			Sort: "stars", ListOptions: pageOf(page), // the best known first, where there are too many
		})
		if err != nil {
			return 0, err
		}
		l.take(result.Repositories)
		total, whole = max(total, result.GetTotal()), whole && !result.GetIncompleteResults()
		if resp.NextPage != 0 && resp.NextPage <= page {
			return 0, errStuck
		}
		page = resp.NextPage
	}
	if !whole {
		return total, fmt.Errorf("%w: GitHub ran out of time", errUnfinished)
	}
	return total, nil
}
