package publish

import (
	"context"
	"fmt"

	"github.com/shurcooL/githubv4"

	"github.com/community-digest/digest/internal/github"
)

// PullRequest is what a pull request should look like. Everything but the body only applies when it is opened and is up
// to people afterwards: a better title, a draft marked ready and a label taken off stay.
type PullRequest struct {
	Title string
	// Body is kept up to date, next to what people write into the description.
	Body      string
	Draft     bool
	Labels    []string
	Reviewers []string // logins, and teams as org/team
	Assignees []string
	Milestone string // the title of an open one; "" is none
}

// Operation is what a run did to the pull request.
type Operation string

// The operations. They are part of the report that scripts read.
const (
	Created   Operation = "created"   // a pull request was opened
	Updated   Operation = "updated"   // the branch of an open one got a commit, or its description changed
	Unchanged Operation = "unchanged" // an open one is up to date
	None      Operation = "none"      // nothing is published; Reason says why
)

// Result is the outcome of [Branch.PullRequest].
type Result struct {
	Operation Operation
	Number    int    // of the pull request; 0 without one
	URL       string // likewise
	Reason    string // of None
	// Warnings list what was left out: a label that could not be set, a description that could not be changed.
	Warnings []string
}

// PullRequest opens the pull request of the branch, or updates the description of the open one. It searches for an open
// one before it opens any, and again after a failure whose outcome is in doubt, so that there is never a second.
func (b *Branch) PullRequest(ctx context.Context, want PullRequest) (Result, error) {
	r, err := b.pullRequest(ctx, want)
	if err == nil {
		return r, nil
	}
	err = fmt.Errorf("pull request for branch %s: %w", b, err)
	switch {
	case r.Operation == Created:
		err = &partialError{"it is open: " + r.URL, err}
	case b.committed:
		err = &partialError{"the draft is committed", err}
	}
	return r, err
}

func (b *Branch) pullRequest(ctx context.Context, want PullRequest) (Result, error) {
	if why := b.Done(); why != "" {
		return b.result(None, why), nil
	}
	if b.head == "" {
		return b.result(None, fmt.Sprintf("everything is in %s already", b.target.Base)), nil
	}
	if b.pull == nil {
		// Another run may have opened it, and a person closed it, since the branch was read.
		p, err := b.findPull(ctx)
		if err != nil {
			return Result{}, err
		}
		if p == nil {
			return b.openPull(ctx, want)
		}
		b.pull = p
	}
	return b.updatePull(ctx, want)
}

// result is a result about the pull request, if there is one.
func (b *Branch) result(op Operation, reason string) Result {
	r := Result{Operation: op, Reason: reason}
	if b.pull != nil {
		r.Number, r.URL = b.pull.Number, b.pull.URL
	}
	return r
}

// openPull opens the pull request. The branch stays, whatever the outcome.
func (b *Branch) openPull(ctx context.Context, want PullRequest) (Result, error) {
	if err := b.readOnly; err != nil {
		return Result{}, err
	}
	var warnings []string
	opened, err := b.createPull(ctx, want)
	if err != nil && want.Draft && says(err, "draft pull requests are not supported") {
		warnings = append(warnings, "the repository does not support draft pull requests: opened as an ordinary one")
		want.Draft = false
		opened, err = b.createPull(ctx, want)
	}
	var r Result
	if err != nil {
		r, err = b.openFailed(ctx, want, err)
	} else {
		r, err = b.opened(ctx, want, opened)
	}
	r.Warnings = append(warnings, r.Warnings...)
	return r, err
}

// opened completes a pull request that this run has opened.
func (b *Branch) opened(ctx context.Context, want PullRequest, p *pull) (r Result, err error) {
	b.pull, b.status = p, PullOpen
	r = b.result(Created, "")
	if !want.hasMetadata() {
		return r, nil
	}
	complete, warnings, err := b.setMetadata(ctx, want, nil)
	r.Warnings = warnings
	if err != nil || !complete {
		return r, err
	}
	// A person may have written into the description since.
	present, err := b.readDescription(ctx)
	if err == nil && b.pull.State == "OPEN" {
		err = b.writeDescription(ctx, describe(present, want.Body))
	}
	if err != nil {
		r.Warnings = append(r.Warnings, fmt.Sprintf("the description still says that metadata is missing, until the next run: %v", err))
	}
	return r, ctx.Err()
}

func (b *Branch) createPull(ctx context.Context, want PullRequest) (*pull, error) {
	if err := b.pace(ctx); err != nil {
		return nil, err
	}
	var m struct {
		CreatePullRequest struct {
			PullRequest *pull
		} `graphql:"createPullRequest(input: $input)"`
	}
	err := b.client.Mutate(ctx, &m, githubv4.CreatePullRequestInput{
		RepositoryID: b.id,
		BaseRefName:  githubv4.String(b.target.Base), HeadRefName: githubv4.String(b.target.Branch),
		Title: githubv4.String(cutTitle(want.Title)), Body: githubv4.NewString(githubv4.String(want.firstDescription())),
		Draft: githubv4.NewBoolean(githubv4.Boolean(want.Draft)),
	}, nil)
	if err == nil && m.CreatePullRequest.PullRequest == nil {
		err = errNoResult
	}
	return m.CreatePullRequest.PullRequest, err
}

// cutTitle cuts a title to 256 characters, which is GitHub's limit.
func cutTitle(title string) string {
	if runes := []rune(title); len(runes) > 256 {
		return string(runes[:255]) + "…"
	}
	return title
}

// openFailed finds out what a failure to open a pull request means, by searching for one before any words of the error
// count.
func (b *Branch) openFailed(ctx context.Context, want PullRequest, err error) (Result, error) {
	var found *pull
	look := func() (bool, error) {
		var err error
		found, err = b.findPull(ctx)
		return found != nil, err
	}
	lost := inDoubt(err)
	if lost || says(err, "already exists") {
		if _, failed := lookAgain(ctx, look); failed != nil {
			return Result{}, stillInDoubt(err, failed)
		}
	}
	switch {
	case found == nil && lost:
		return Result{}, notDone(err)
	case found == nil:
		return b.openRejected(ctx, err)
	}
	b.pull = found
	if body, failed := b.readDescription(ctx); failed == nil && lost && sameText(body, want.firstDescription()) {
		return b.opened(ctx, want, found) // with this very body: only the response was lost
	}
	return b.updatePull(ctx, want)
}

// openRejected explains why GitHub refused to open a pull request.
func (b *Branch) openRejected(ctx context.Context, err error) (Result, error) {
	switch {
	case says(err, "no commits between"):
		return b.result(None, fmt.Sprintf("everything is in %s already", b.target.Base)), nil
	case says(err, "not permitted to create"):
		return Result{}, &Error{PullsForbidden, fmt.Sprintf("GitHub Actions may not open pull requests in %s", b.target.Repo),
			fmt.Sprintf("turn on \"Allow GitHub Actions to create and approve pull requests\" under Settings > Actions > General > Workflow permissions "+
				"(an organization can forbid it for all its repositories), or open the pull request by hand: %s", b.compareURL()), err}
	case saysArchived(err):
		return Result{}, b.archived(err)
	case github.KindOf(err) == github.Forbidden:
		return Result{}, &Error{NotPermitted, fmt.Sprintf("the token may not open pull requests in %s", b.target.Repo),
			fmt.Sprintf("give it the permission pull-requests: write, or open the pull request by hand: %s", b.compareURL()), err}
	case github.KindOf(err) != github.Invalid && github.KindOf(err) != github.NotFound:
		return Result{}, err
	}
	head, failed := b.currentHead(ctx)
	if failed == nil && head == "" {
		return Result{}, &Error{Deleted, "the branch was deleted during this run", "run again", err}
	}
	if says(err, "base") {
		return Result{}, &Error{NoBase, fmt.Sprintf("%s no longer has a branch %s", b.target.Repo, b.target.Base), "set publish.base", err}
	}
	return Result{}, err
}

// updatePull updates the description, unless the pull request has been closed or merged since it was found.
func (b *Branch) updatePull(ctx context.Context, want PullRequest) (Result, error) {
	present, err := b.readDescription(ctx)
	if err != nil {
		return Result{}, err
	}
	b.status = statusOf(b.head, b.pull)
	if why := b.Done(); why != "" {
		return b.result(None, why), nil
	}
	r := b.result(Unchanged, "")
	if b.committed {
		r.Operation = Updated
	} else {
		want.Body = keepChanges(present, want.Body)
	}
	if lacksMetadata(present) && b.readOnly == nil {
		complete, warnings, err := b.resumeMetadata(ctx, want)
		r.Warnings = warnings
		if err != nil {
			return r, err
		}
		if !complete {
			want.Body += "\n\n" + lacksMetadataLine
		}
	}
	next := describe(present, want.Body)
	switch {
	case sameText(present, next):
		return r, nil
	case length(next) > maxDescription:
		r.Warnings = append(r.Warnings, "the description is left as it is: what people wrote into it leaves too little room")
		return r, nil
	case b.readOnly != nil:
		return Result{}, b.readOnly
	}
	if err := b.writeDescription(ctx, next); err != nil {
		return Result{}, fmt.Errorf("update its description: %w", err)
	}
	r.Operation = Updated
	return r, nil
}

// readDescription reads the description of the pull request, and its current state.
func (b *Branch) readDescription(ctx context.Context) (string, error) {
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
		return "", errNoResult
	}
	b.pull = &q.Repository.PullRequest.pull
	return q.Repository.PullRequest.Body, nil
}

func (b *Branch) writeDescription(ctx context.Context, text string) error {
	if err := b.pace(ctx); err != nil {
		return err
	}
	var m struct {
		UpdatePullRequest struct {
			PullRequest *struct{ Number int }
		} `graphql:"updatePullRequest(input: $input)"`
	}
	err := b.client.Mutate(ctx, &m, githubv4.UpdatePullRequestInput{
		PullRequestID: b.pull.ID, Body: githubv4.NewString(githubv4.String(text)),
	}, nil)
	if err == nil && m.UpdatePullRequest.PullRequest == nil {
		err = errNoResult
	}
	switch {
	case err == nil:
		return nil
	case inDoubt(err):
		done, failed := lookAgain(ctx, func() (bool, error) {
			now, err := b.readDescription(ctx)
			return sameText(now, text), err
		})
		if failed != nil {
			return stillInDoubt(err, failed)
		}
		if done {
			return nil
		}
		return notDone(err)
	case github.KindOf(err) == github.Forbidden:
		return &Error{NotPermitted, fmt.Sprintf("the token may not change pull requests in %s", b.target.Repo),
			"give it the permission pull-requests: write", err}
	}
	return err
}
