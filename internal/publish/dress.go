package publish

import (
	"context"
	"fmt"
	"slices"
	"strings"

	gogithub "github.com/google/go-github/v57/github"
	"github.com/shurcooL/githubv4"

	"github.com/community-digest/digest/internal/github"
)

// dress gives a new pull request its labels, assignees, reviewers and milestone. What fails is a warning: the pull
// request is there, and people can add what it lacks.
func (b *Branch) dress(ctx context.Context, want PullRequest) ([]string, error) {
	logins, slugs := teams(want.Reviewers)
	steps := []struct {
		what   string
		names  []string
		attach func(context.Context, []string) error
	}{
		{"labels", want.Labels, b.addLabels},
		{"assignees", want.Assignees, b.setAssignees},
		{"reviewers", logins, func(ctx context.Context, names []string) error {
			return b.requestReviews(ctx, gogithub.ReviewersRequest{Reviewers: names})
		}},
		// Apart from the logins: the token of Actions may not ask teams, and would be refused the whole request.
		{"reviewing teams", slugs, func(ctx context.Context, names []string) error {
			return b.requestReviews(ctx, gogithub.ReviewersRequest{TeamReviewers: names})
		}},
		{"milestone", slices.DeleteFunc([]string{want.Milestone}, func(s string) bool { return s == "" }), b.setMilestone},
	}
	var warnings []string
	for _, s := range steps {
		if len(s.names) == 0 {
			continue
		}
		err := b.pace(ctx)
		if err == nil {
			err = s.attach(ctx, s.names)
		}
		if err == nil {
			continue
		}
		if ctx.Err() != nil {
			return append(warnings, "interrupted: add labels, assignees, reviewers and milestone by hand"), ctx.Err()
		}
		warnings = append(warnings, fmt.Sprintf("%s not set as wanted (%s): %v", s.what, strings.Join(s.names, ", "), reason(err)))
		if github.Stops(err) {
			return append(warnings, "nothing further was set: add what is missing by hand"), nil
		}
	}
	return warnings, nil
}

// teams parts teams, given as org/team, from logins. GitHub knows a team of the repository's organization by the
// second half alone.
func teams(reviewers []string) (logins, slugs []string) {
	for _, r := range reviewers {
		if _, slug, ok := strings.Cut(r, "/"); ok {
			slugs = append(slugs, slug)
		} else {
			logins = append(logins, r)
		}
	}
	return logins, slugs
}

// reason is an error as GitHub puts it: go-github's quotes the whole address.
func reason(err error) error {
	if e := github.AsError(err); e != nil {
		return e
	}
	return err
}

func (b *Branch) addLabels(ctx context.Context, labels []string) error {
	_, _, err := b.client.REST.Issues.AddLabelsToIssue(ctx, b.target.Repo.Owner, b.target.Repo.Name, b.pull.Number, labels)
	return err
}

// setAssignees also tells who GitHub left out, which it does without a word.
func (b *Branch) setAssignees(ctx context.Context, logins []string) error {
	issue, _, err := b.client.REST.Issues.Edit(ctx, b.target.Repo.Owner, b.target.Repo.Name, b.pull.Number, &gogithub.IssueRequest{Assignees: &logins})
	if err != nil {
		return err
	}
	var left []string
	for _, login := range logins {
		if !slices.ContainsFunc(issue.Assignees, func(u *gogithub.User) bool { return strings.EqualFold(u.GetLogin(), login) }) {
			left = append(left, login)
		}
	}
	if len(left) > 0 {
		return fmt.Errorf("GitHub left out %s: is it somebody with access to the repository?", strings.Join(left, ", "))
	}
	return nil
}

func (b *Branch) requestReviews(ctx context.Context, of gogithub.ReviewersRequest) error {
	_, _, err := b.client.REST.PullRequests.RequestReviewers(ctx, b.target.Repo.Owner, b.target.Repo.Name, b.pull.Number, of)
	return err
}

// setMilestone looks for an open milestone by its title.
func (b *Branch) setMilestone(ctx context.Context, titles []string) error {
	var q struct {
		Repository struct {
			Milestones struct {
				Nodes []struct {
					ID    githubv4.ID
					Title string
				}
			} `graphql:"milestones(query: $title, states: OPEN, first: 100)"`
		} `graphql:"repository(owner: $owner, name: $name)"`
	}
	vars := b.vars()
	vars["title"] = githubv4.String(titles[0])
	if err := b.client.Query(ctx, &q, vars); err != nil {
		return err
	}
	for _, m := range q.Repository.Milestones.Nodes {
		if m.Title != titles[0] {
			continue
		}
		var done struct {
			UpdatePullRequest struct {
				PullRequest *struct{ Number int }
			} `graphql:"updatePullRequest(input: $input)"`
		}
		return b.client.Mutate(ctx, &done, githubv4.UpdatePullRequestInput{PullRequestID: b.pull.ID, MilestoneID: &m.ID}, nil)
	}
	return fmt.Errorf("%s has no open milestone of this title", b.target.Repo)
}
