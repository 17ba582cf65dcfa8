package publish

import (
	"context"
	"errors"

	"github.com/shurcooL/githubv4"

	"github.com/community-digest/digest/internal/github"
)

// pull is a pull request of the branch.
type pull struct {
	ID     githubv4.ID
	Number int
	URL    string
	State  string // OPEN, CLOSED or MERGED
}

// pullPage is a page of the pull requests whose branch has a name, in whatever repository: anybody can open one from a
// fork with a branch of ours in its name.
type pullPage struct {
	Nodes []struct {
		pull
		IsCrossRepository bool
	}
	PageInfo struct {
		HasNextPage bool
		EndCursor   string
	}
}

// ours returns the pull request of this repository's branch, or nil: the open one, of which there is at most one for a
// base, else the newest. It reads all pages, or enough pull requests from forks would hide it.
func (b *Branch) ours(ctx context.Context, page pullPage) (*pull, error) {
	var newest *pull
	for {
		for _, n := range page.Nodes {
			if n.IsCrossRepository {
				continue
			}
			p := n.pull
			if p.State == "OPEN" {
				return &p, nil
			}
			if newest == nil {
				newest = &p
			}
		}
		if !page.PageInfo.HasNextPage {
			return newest, nil
		}
		next, err := b.pullPage(ctx, page.PageInfo.EndCursor)
		if err != nil {
			return nil, err
		}
		if next.PageInfo.HasNextPage && next.PageInfo.EndCursor == page.PageInfo.EndCursor {
			return nil, errors.New("list its pull requests: the list does not end")
		}
		page = next
	}
}

// search looks for the pull request of the branch now.
func (b *Branch) search(ctx context.Context) (*pull, error) {
	page, err := b.pullPage(ctx, "")
	if err != nil {
		return nil, err
	}
	return b.ours(ctx, page)
}

func (b *Branch) pullPage(ctx context.Context, after string) (pullPage, error) {
	var q struct {
		Repository struct {
			PullRequests pullPage `graphql:"pullRequests(headRefName: $head, first: 20, after: $after, orderBy: {field: CREATED_AT, direction: DESC})"`
		} `graphql:"repository(owner: $owner, name: $name)"`
	}
	vars := b.vars()
	vars["head"], vars["after"] = githubv4.String(b.target.Branch), github.Cursor(after)
	err := b.client.Query(ctx, &q, vars)
	return q.Repository.PullRequests, err
}
