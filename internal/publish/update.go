package publish

import (
	"context"
	"fmt"

	"github.com/shurcooL/githubv4"

	"github.com/community-digest/digest/internal/github"
)

// update brings the body up to date, unless the pull request has been closed or merged since it was found.
func (b *Branch) update(ctx context.Context, want PullRequest) (Result, error) {
	body, err := b.readBody(ctx)
	if err != nil {
		return Result{}, err
	}
	b.state = stateOf(b.head, b.pull)
	if why := b.Done(); why != "" {
		return b.result(None, why), nil
	}
	r := b.result(Unchanged, "")
	if b.committed {
		r.Operation = Updated
	} else {
		want.Body = sameChanges(body, want.Body)
	}
	next := describe(body, want.Body)
	switch {
	case sameText(body, next):
		return r, nil
	case length(next) > maxDescription:
		r.Warnings = append(r.Warnings, "the description is left as it is: what people wrote into it leaves no room")
		return r, nil
	case b.readOnly != nil:
		return Result{}, b.readOnly
	}
	if err := b.writeBody(ctx, next); err != nil {
		return Result{}, err
	}
	r.Operation = Updated
	return r, nil
}

// readBody reads the pull request's description, and its state as it is now.
func (b *Branch) readBody(ctx context.Context) (string, error) {
	var q struct {
		Repository struct {
			PullRequest *struct {
				pull
				Body string
			} `graphql:"pullRequest(number: $number)"`
		} `graphql:"repository(owner: $owner, name: $name)"`
	}
	vars := b.vars()
	vars["number"] = githubv4.Int(b.pull.Number)
	if err := b.client.Query(ctx, &q, vars); err != nil {
		return "", err
	}
	if q.Repository.PullRequest == nil {
		return "", errNothing
	}
	b.pull = &q.Repository.PullRequest.pull
	return q.Repository.PullRequest.Body, nil
}

func (b *Branch) writeBody(ctx context.Context, body string) error {
	if err := b.pace(ctx); err != nil {
		return err
	}
	var m struct {
		UpdatePullRequest struct {
			PullRequest *struct{ Number int }
		} `graphql:"updatePullRequest(input: $input)"`
	}
	err := b.client.Mutate(ctx, &m, githubv4.UpdatePullRequestInput{
		PullRequestID: b.pull.ID, Body: githubv4.NewString(githubv4.String(body)),
	}, nil)
	if err == nil && m.UpdatePullRequest.PullRequest == nil {
		err = errNothing
	}
	switch {
	case err == nil:
		return nil
	case doubtful(err):
		done, failed := lookAgain(ctx, func() (bool, error) {
			now, err := b.readBody(ctx)
			return sameText(now, body), err
		})
		if failed != nil {
			return unclear(err, failed)
		}
		if done {
			return nil
		}
		err = undone(err)
	case github.KindOf(err) == github.Forbidden:
		return &Error{NotPermitted, fmt.Sprintf("the token may not change pull requests in %s: it needs the permission pull-requests: write", b.target.Repo), err}
	}
	return fmt.Errorf("change its description: %w", err)
}
