package publish

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/shurcooL/githubv4"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
)

// repository is what one query reads of a repository.
// https://docs.github.com/graphql/reference/objects#repository
type repository struct {
	ID               githubv4.ID
	NameWithOwner    string
	ViewerPermission *string // null for a GitHub App, the token of Actions included
	IsArchived       bool
	IsEmpty          bool
	DefaultBranchRef *ref
	Base             *ref `graphql:"base: ref(qualifiedName: $base)"`
	Branch           *struct {
		Target struct {
			Oid    string
			Commit struct {
				Mark *struct{ Type string } `graphql:"mark: file(path: $mark)"`
			} `graphql:"... on Commit"`
		}
	} `graphql:"branch: ref(qualifiedName: $branch)"`
	PullRequests pullPage `graphql:"pullRequests(headRefName: $head, first: 20, after: $after, orderBy: {field: CREATED_AT, direction: DESC})"`
}

type ref struct {
	Name   string
	Target struct{ Oid string }
}

// Open reads the repository, its branches and the pull requests of the branch, in one query unless the branch has many
// of them. It writes nothing.
func Open(ctx context.Context, client *github.Client, target Target) (*Branch, error) {
	b := &Branch{client: client, target: target, known: map[string]string{}}
	if err := b.open(ctx); err != nil {
		return nil, fmt.Errorf("read branch %s: %w", b, err)
	}
	return b, nil
}

func (b *Branch) open(ctx context.Context) error {
	if !b.client.Authenticated() {
		return &Error{NotPermitted, "publishing requires a token", "set GITHUB_TOKEN", nil}
	}
	var q struct {
		Repository *repository `graphql:"repository(owner: $owner, name: $name)"`
	}
	vars := b.vars()
	vars["branch"], vars["head"] = githubv4.String("refs/heads/"+b.target.Branch), githubv4.String(b.target.Branch)
	vars["after"] = github.Cursor("")
	// Both must name something; without a base or a mark their values are not used.
	vars["base"] = githubv4.String("refs/heads/" + cmp.Or(b.target.Base, b.target.Branch))
	vars["mark"] = githubv4.String(cmp.Or(b.target.Mark, "-"))
	err := ignoreMissing(b.client.Query(ctx, &q, vars))
	r := q.Repository
	if github.KindOf(err) == github.NotFound || err == nil && r == nil {
		return &Error{Missing, fmt.Sprintf("%s does not exist, or the token may not see it", b.target.Repo),
			"check publish.repository and the repositories that the token has access to", err}
	}
	if err != nil {
		return err
	}
	b.id = r.ID
	if repo, err := digest.ParseRepo(r.NameWithOwner); err == nil {
		b.target.Repo = repo // writes under an old name are not redirected
	}
	b.readOnly = b.rights(r)
	if err := b.chooseBase(r); err != nil {
		return err
	}
	if r.Branch != nil {
		b.head = r.Branch.Target.Oid
	}
	if b.pull, err = b.ours(ctx, r.PullRequests); err != nil {
		return err
	}
	b.status = statusOf(b.head, b.pull)
	if b.active() && b.target.Mark != "" && !b.target.Adopt && r.Branch.Target.Commit.Mark == nil {
		return b.checkStart(ctx)
	}
	return nil
}

// rights returns why nothing can be written, as far as the repository says so.
func (b *Branch) rights(r *repository) error {
	switch {
	case r.IsArchived:
		return b.archived(nil)
	case r.ViewerPermission != nil && (*r.ViewerPermission == "READ" || *r.ViewerPermission == "TRIAGE"):
		return &Error{NotPermitted, fmt.Sprintf("the token may not write to %s", b.target.Repo),
			"give it the permissions contents: write and pull-requests: write", nil}
	}
	return nil
}

// chooseBase finds the branch to merge into.
func (b *Branch) chooseBase(r *repository) error {
	def := r.DefaultBranchRef
	switch {
	case r.IsEmpty:
		return &Error{Empty, fmt.Sprintf("%s has no commits", b.target.Repo), "push a first one, for example a README", nil}
	case b.target.Base == "" && def == nil:
		return &Error{NoBase, fmt.Sprintf("%s has no default branch", b.target.Repo), "set publish.base", nil}
	case b.target.Base == "":
		b.target.Base, b.base = def.Name, def.Target.Oid
	case r.Base == nil && def != nil:
		return &Error{NoBase, fmt.Sprintf("%s has no branch %s", b.target.Repo, b.target.Base),
			fmt.Sprintf("set publish.base (the default branch is %s)", def.Name), nil}
	case r.Base == nil:
		return &Error{NoBase, fmt.Sprintf("%s has no branch %s", b.target.Repo, b.target.Base), "set publish.base", nil}
	default:
		b.base = r.Base.Target.Oid
	}
	if b.target.Base == b.target.Branch {
		return &Error{Taken, fmt.Sprintf("%s is the branch to merge into", b.target.Branch), "set another publish.branch", nil}
	}
	return nil
}

// statusOf derives the status. An open pull request without a branch does not exist; a closed one counts more than a
// branch.
func statusOf(head string, p *pull) Status {
	switch {
	case p != nil && p.State == "MERGED":
		return PullMerged
	case p != nil && p.State == "CLOSED":
		return PullClosed
	case head == "":
		return NoBranch
	case p != nil:
		return PullOpen
	}
	return NoPull
}

// checkStart accepts a branch without our mark if it has no commits of its own: it then points at a commit of the base
// branch. Any other is someone else's.
func (b *Branch) checkStart(ctx context.Context) error {
	if b.head == b.base {
		return nil
	}
	var q struct {
		Repository struct {
			Object *struct {
				Commit struct {
					History struct{ Nodes []struct{ Oid string } } `graphql:"history(first: 100)"`
				} `graphql:"... on Commit"`
			} `graphql:"object(oid: $base)"`
		} `graphql:"repository(owner: $owner, name: $name)"`
	}
	vars := b.vars()
	vars["base"] = githubv4.GitObjectID(b.base)
	if err := b.client.Query(ctx, &q, vars); err != nil {
		return err
	}
	if q.Repository.Object != nil {
		for _, c := range q.Repository.Object.Commit.History.Nodes {
			if c.Oid == b.head {
				return nil
			}
		}
	}
	return &Error{Taken, fmt.Sprintf("the branch has someone else's work (it has no %s)", b.target.Mark),
		"rename or delete it, set another publish.branch, or take it over with --adopt", nil}
}

// currentHead reads the commit that the branch points at now, or "".
func (b *Branch) currentHead(ctx context.Context) (string, error) {
	var q struct {
		Repository struct {
			Ref *ref `graphql:"ref(qualifiedName: $branch)"`
		} `graphql:"repository(owner: $owner, name: $name)"`
	}
	vars := b.vars()
	vars["branch"] = githubv4.String("refs/heads/" + b.target.Branch)
	if err := b.client.Query(ctx, &q, vars); err != nil || q.Repository.Ref == nil {
		return "", err
	}
	return q.Repository.Ref.Target.Oid, nil
}

// pull is a pull request of the branch.
type pull struct {
	ID     githubv4.ID
	Number int
	URL    string
	State  string // OPEN, CLOSED or MERGED
}

// pullPage is a page of the pull requests whose branch has this name, in any repository: anyone can open one from a fork
// that has a branch of the same name.
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

// findPull searches for the pull request of the branch now.
func (b *Branch) findPull(ctx context.Context) (*pull, error) {
	page, err := b.pullPage(ctx, "")
	if err != nil {
		return nil, err
	}
	return b.ours(ctx, page)
}

// ours returns the pull request of this repository's branch, or nil: the open one, of which there is at most one for a
// base, else the newest. It reads all pages, since pull requests from forks could hide it.
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
			return nil, errors.New("list its pull requests: pagination does not advance")
		}
		page = next
	}
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
