package publish

import (
	"context"
	"fmt"
	"strings"

	"github.com/shurcooL/githubv4"

	"github.com/community-digest/digest/internal/github"
)

// create makes the branch where the base branch stood when it was read. One that another run has just made there will
// do; whose commit comes second is then told so.
func (b *Branch) create(ctx context.Context) error {
	if err := b.pace(ctx); err != nil {
		return err
	}
	var m struct {
		CreateRef struct {
			Ref *struct{ Name string }
		} `graphql:"createRef(input: $input)"`
	}
	err := b.client.Mutate(ctx, &m, githubv4.CreateRefInput{
		RepositoryID: b.id, Name: githubv4.String("refs/heads/" + b.target.Branch), Oid: githubv4.GitObjectID(b.base),
	}, nil)
	if err == nil && m.CreateRef.Ref == nil {
		err = errNothing
	}
	if err != nil {
		err = b.notCreated(ctx, err)
	}
	if err == nil {
		b.head, b.state = b.base, NoPull
	}
	return err
}

// notCreated finds out what a failed creation means. It returns nil when the branch is there as wanted.
func (b *Branch) notCreated(ctx context.Context, err error) error {
	var head string
	look := func() (bool, error) {
		var err error
		head, err = b.standing(ctx)
		return head != "", err
	}
	switch kind := github.KindOf(err); {
	case doubtful(err):
		if _, failed := lookAgain(ctx, look); failed != nil {
			return unclear(err, failed)
		}
	case kind == github.Invalid:
		if _, failed := look(); failed != nil {
			return err
		}
	default:
		return b.refusal(err)
	}
	switch {
	case head == b.base:
		return nil
	case head != "":
		return ErrMoved
	case doubtful(err):
		return undone(err)
	}
	if name := b.inTheWay(ctx); name != "" {
		return &Error{Taken, fmt.Sprintf("git cannot keep it beside the branch %s: rename or delete that one, or set another publish.branch", name), err}
	}
	return b.refusal(err)
}

// inTheWay names a branch that is a folder of ours in git's store, or the other way round, or "" when none is found.
func (b *Branch) inTheWay(ctx context.Context) string {
	parts := strings.Split(b.target.Branch, "/")
	for i := 1; i < len(parts); i++ {
		above := *b
		above.target.Branch = strings.Join(parts[:i], "/")
		if oid, err := above.standing(ctx); err == nil && oid != "" {
			return above.target.Branch
		}
	}
	var q struct {
		Repository struct {
			Refs *struct {
				Nodes []struct{ Prefix, Name string }
			} `graphql:"refs(refPrefix: $below, first: 1)"`
		} `graphql:"repository(owner: $owner, name: $name)"`
	}
	vars := b.vars()
	vars["below"] = githubv4.String("refs/heads/" + b.target.Branch + "/")
	// What this would explain is an error already; that it cannot be explained is not another.
	if err := b.client.Query(ctx, &q, vars); err != nil || q.Repository.Refs == nil || len(q.Repository.Refs.Nodes) == 0 {
		return ""
	}
	n := q.Repository.Refs.Nodes[0]
	return strings.TrimPrefix(n.Prefix+n.Name, "refs/heads/")
}
