package publish

import (
	"context"
	"fmt"

	"github.com/shurcooL/githubv4"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
)

// opened is what one document asks about a repository.
// https://docs.github.com/graphql/reference/objects#repository
type opened struct {
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

// Open looks at the repository, its branches and the pull requests of the branch, in one document unless the branch
// has many of them. It writes nothing.
func Open(ctx context.Context, client *github.Client, target Target) (*Branch, error) {
	b := &Branch{client: client, target: target, known: map[string]string{}}
	if err := b.open(ctx); err != nil {
		return nil, fmt.Errorf("look at branch %s: %w", b, err)
	}
	return b, nil
}

func (b *Branch) open(ctx context.Context) error {
	if !b.client.Authenticated() {
		return &Error{NotPermitted, "publishing needs a token: set GITHUB_TOKEN", nil}
	}
	var q struct {
		Repository *opened `graphql:"repository(owner: $owner, name: $name)"`
	}
	vars := b.vars()
	vars["branch"], vars["head"] = githubv4.String("refs/heads/"+b.target.Branch), githubv4.String(b.target.Branch)
	vars["after"] = github.Cursor("")
	// Without a base or a mark something is asked for whose answer nobody looks at.
	vars["base"] = githubv4.String("refs/heads/" + or(b.target.Base, b.target.Branch))
	vars["mark"] = githubv4.String(or(b.target.Mark, "-"))
	err := withoutMissing(b.client.Query(ctx, &q, vars))
	r := q.Repository
	if github.KindOf(err) == github.NotFound || err == nil && r == nil {
		return &Error{Missing, fmt.Sprintf("%s does not exist, or the token may not see it", b.target.Repo), err}
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
	b.state = stateOf(b.head, b.pull)
	if b.live() && b.target.Mark != "" && r.Branch.Target.Commit.Mark == nil {
		return b.checkStart(ctx)
	}
	return nil
}

// rights says what is certain before any write is tried.
func (b *Branch) rights(r *opened) error {
	switch {
	case r.IsArchived:
		return b.archived(nil)
	case r.ViewerPermission != nil && (*r.ViewerPermission == "READ" || *r.ViewerPermission == "TRIAGE"):
		return &Error{NotPermitted, fmt.Sprintf("the token may not write to %s: it needs the permissions contents: write and pull-requests: write", b.target.Repo), nil}
	}
	return nil
}

// chooseBase finds the branch to merge into.
func (b *Branch) chooseBase(r *opened) error {
	standard := r.DefaultBranchRef
	switch {
	case r.IsEmpty:
		return &Error{Empty, fmt.Sprintf("%s has no commit yet: push a first one, a README will do", b.target.Repo), nil}
	case b.target.Base == "" && standard == nil:
		return &Error{NoBase, fmt.Sprintf("%s has no default branch: set publish.base", b.target.Repo), nil}
	case b.target.Base == "":
		b.target.Base, b.base = standard.Name, standard.Target.Oid
	case r.Base == nil && standard != nil:
		return &Error{NoBase, fmt.Sprintf("%s has no branch %s: set publish.base (its default branch is %s)", b.target.Repo, b.target.Base, standard.Name), nil}
	case r.Base == nil:
		return &Error{NoBase, fmt.Sprintf("%s has no branch %s: set publish.base", b.target.Repo, b.target.Base), nil}
	default:
		b.base = r.Base.Target.Oid
	}
	if b.target.Base == b.target.Branch {
		return &Error{Taken, fmt.Sprintf("%s is the branch to merge into: set another publish.branch", b.target.Branch), nil}
	}
	return nil
}

// stateOf names what there is. An open pull request without a branch cannot be; a closed one tells more than a branch.
func stateOf(head string, p *pull) State {
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

// checkStart tells whether a branch without our mark is one that we made and did not get to commit to: then it stands at
// a commit of the base branch. Any other is somebody else's.
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
	return &Error{Taken, fmt.Sprintf("the branch holds somebody else's work (%s is not in it): rename or delete it, or set another publish.branch", b.target.Mark), nil}
}

// vars are the variables that every query has.
func (b *Branch) vars() map[string]any {
	return map[string]any{"owner": githubv4.String(b.target.Repo.Owner), "name": githubv4.String(b.target.Repo.Name)}
}

// or returns a, or b when a is empty.
func or(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// standing returns the commit that the branch stands at now, or "".
func (b *Branch) standing(ctx context.Context) (string, error) {
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
