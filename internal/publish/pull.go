package publish

import (
	"context"
	"fmt"

	"github.com/shurcooL/githubv4"

	"github.com/community-digest/digest/internal/github"
)

// PullRequest is what a pull request should be. Everything but the body counts when it is opened, and is people's
// afterwards: a title they improved, a draft they marked ready and a label they took off stay so.
type PullRequest struct {
	Title string
	// Body is kept up to date, beside what people write into the description.
	Body      string
	Draft     bool
	Labels    []string
	Reviewers []string // logins, and teams as org/team
	Assignees []string
	Milestone string // the title of an open one; "" is none
}

// Operation is what became of a publication.
type Operation string

// The operations. They are part of the report that scripts read.
const (
	Created   Operation = "created"   // a pull request was opened
	Updated   Operation = "updated"   // there was one; its branch got a commit, or its body changed
	Unchanged Operation = "unchanged" // there was one, and it is as it should be
	None      Operation = "none"      // nothing is published; Reason says why
)

// Result tells what became of a publication.
type Result struct {
	Operation Operation
	Number    int    // of the pull request; 0 when there is none
	URL       string // likewise
	Reason    string // of None, in words
	// Warnings tell what was left out: a label that could not be set, a description that could not be changed.
	Warnings []string
}

// PullRequest opens the pull request of the branch, or brings the body of the open one up to date. Before it opens one
// it looks for one, and again after a failure that may have been none, so that there is never a second.
func (b *Branch) PullRequest(ctx context.Context, want PullRequest) (Result, error) {
	r, err := b.propose(ctx, want)
	if err != nil {
		return r, fmt.Errorf("pull request for branch %s: %w", b, err)
	}
	return r, nil
}

func (b *Branch) propose(ctx context.Context, want PullRequest) (Result, error) {
	if why := b.Done(); why != "" {
		return b.result(None, why), nil
	}
	if b.head == "" {
		return b.result(None, fmt.Sprintf("everything is in %s already", b.target.Base)), nil
	}
	if b.pull == nil {
		// Another run may have opened it, and a person closed it, since the branch was opened.
		p, err := b.search(ctx)
		if err != nil {
			return Result{}, err
		}
		if p == nil {
			return b.openPull(ctx, want)
		}
		b.pull = p
	}
	return b.update(ctx, want)
}

// result is a result about the pull request there is.
func (b *Branch) result(op Operation, reason string) Result {
	r := Result{Operation: op, Reason: reason}
	if b.pull != nil {
		r.Number, r.URL = b.pull.Number, b.pull.URL
	}
	return r
}

// created is what the mutation answers.
type created struct {
	CreatePullRequest struct {
		PullRequest *pull
	} `graphql:"createPullRequest(input: $input)"`
}

// openPull opens the pull request. The branch stays, whatever comes of it.
func (b *Branch) openPull(ctx context.Context, want PullRequest) (Result, error) {
	if err := b.readOnly; err != nil {
		return Result{}, err
	}
	var warnings []string
	made, err := b.createPull(ctx, want)
	if err != nil && want.Draft && says(err, "draft pull requests are not supported") {
		warnings = append(warnings, "the repository has no draft pull requests: it was opened as an ordinary one")
		want.Draft = false
		made, err = b.createPull(ctx, want)
	}
	if err != nil {
		r, err := b.notOpened(ctx, want, err)
		r.Warnings = append(warnings, r.Warnings...)
		return r, err
	}
	r, err := b.opened(ctx, want, made)
	r.Warnings = append(warnings, r.Warnings...)
	return r, err
}

// opened finishes a pull request that this run has opened.
func (b *Branch) opened(ctx context.Context, want PullRequest, made *pull) (r Result, err error) {
	b.pull, b.state = made, PullOpen
	r = b.result(Created, "")
	r.Warnings, err = b.dress(ctx, want)
	return r, err
}

func (b *Branch) createPull(ctx context.Context, want PullRequest) (*pull, error) {
	if err := b.pace(ctx); err != nil {
		return nil, err
	}
	var m created
	err := b.client.Mutate(ctx, &m, githubv4.CreatePullRequestInput{
		RepositoryID: b.id,
		BaseRefName:  githubv4.String(b.target.Base), HeadRefName: githubv4.String(b.target.Branch),
		Title: githubv4.String(want.Title), Body: githubv4.NewString(githubv4.String(describe("", want.Body))),
		Draft: githubv4.NewBoolean(githubv4.Boolean(want.Draft)),
	}, nil)
	if err == nil && m.CreatePullRequest.PullRequest == nil {
		err = errNothing
	}
	return m.CreatePullRequest.PullRequest, err
}

// notOpened finds out what a failure to open a pull request means, by looking for one before any words are read.
func (b *Branch) notOpened(ctx context.Context, want PullRequest, err error) (Result, error) {
	var there *pull
	look := func() (bool, error) {
		var err error
		there, err = b.search(ctx)
		return there != nil, err
	}
	lost := doubtful(err)
	if lost || says(err, "already exists") {
		if _, failed := lookAgain(ctx, look); failed != nil {
			return Result{}, unclear(err, failed)
		}
	}
	switch {
	case there == nil && lost:
		return Result{}, undone(err)
	case there == nil:
		return b.refusedPull(ctx, err)
	}
	b.pull = there
	if body, failed := b.readBody(ctx); failed == nil && lost && sameText(body, describe("", want.Body)) {
		return b.opened(ctx, want, there) // with our very body: the answer was lost, not the request
	}
	return b.update(ctx, want)
}

// refusedPull explains why GitHub refused to open a pull request.
func (b *Branch) refusedPull(ctx context.Context, err error) (Result, error) {
	switch {
	case says(err, "no commits between"):
		return b.result(None, fmt.Sprintf("everything is in %s already", b.target.Base)), nil
	case says(err, "not permitted to create"):
		return Result{}, &Error{PullsForbidden, fmt.Sprintf("the branch is there, but GitHub Actions may not open pull requests in %s: tick \"Allow GitHub Actions to create "+
			"and approve pull requests\" under Settings > Actions > General > Workflow permissions (an organization can forbid it for all), or open it by hand: %s",
			b.target.Repo, b.compareURL()), err}
	case saysArchived(err):
		return Result{}, b.archived(err)
	case github.KindOf(err) == github.Forbidden:
		return Result{}, &Error{NotPermitted, fmt.Sprintf("the branch is there, but the token may not open pull requests in %s: it needs the permission "+
			"pull-requests: write; or open it by hand: %s", b.target.Repo, b.compareURL()), err}
	case github.KindOf(err) != github.Invalid && github.KindOf(err) != github.NotFound:
		return Result{}, err
	}
	head, failed := b.standing(ctx)
	if failed == nil && head == "" {
		return Result{}, &Error{Deleted, "the branch was deleted while this ran: run again to see what is left to do", err}
	}
	if says(err, "base") {
		return Result{}, &Error{NoBase, fmt.Sprintf("%s has no branch %s any more: set publish.base", b.target.Repo, b.target.Base), err}
	}
	return Result{}, err
}
