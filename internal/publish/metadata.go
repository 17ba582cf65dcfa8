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

// setMetadata gives a new pull request its labels, assignees, reviewers and milestone. A failure is a warning: the pull
// request is open, and people can add what it lacks.
func (b *Branch) setMetadata(ctx context.Context, want PullRequest) ([]string, error) {
	users, teams := splitReviewers(want.Reviewers)
	steps := []struct {
		what  string
		names []string
		set   func(context.Context, []string) error
	}{
		{"labels", want.Labels, b.addLabels},
		{"assignees", want.Assignees, b.setAssignees},
		{"reviewers", users, func(ctx context.Context, names []string) error {
			return b.requestReviews(ctx, gogithub.ReviewersRequest{Reviewers: names})
		}},
		// Apart from the users: the token of Actions may not request teams, and the whole request would be rejected.
		{"reviewing teams", teams, func(ctx context.Context, names []string) error {
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
			err = s.set(ctx, s.names)
		}
		if err == nil {
			continue
		}
		if ctx.Err() != nil {
			return append(warnings, "interrupted: add labels, assignees, reviewers and milestone by hand"), ctx.Err()
		}
		warnings = append(warnings, fmt.Sprintf("%s not set (%s): %v", s.what, strings.Join(s.names, ", "), reason(err)))
		if github.Stops(err) {
			return append(warnings, "nothing further was set: add what is missing by hand"), nil
		}
	}
	return warnings, nil
}

// splitReviewers parts users from teams, which are given as org/team. GitHub knows a team of the repository's
// organization by the second half alone.
func splitReviewers(reviewers []string) (users, teams []string) {
	for _, r := range reviewers {
		if _, slug, ok := strings.Cut(r, "/"); ok {
			teams = append(teams, slug)
		} else {
			users = append(users, r)
		}
	}
	return users, teams
}

// reason is an error in GitHub's words: go-github's quotes the whole address.
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

// setAssignees also reports whom GitHub left out, which it does without an error.
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
		return fmt.Errorf("GitHub ignored %s: only people with access to the repository can be assigned", strings.Join(left, ", "))
	}
	return nil
}

func (b *Branch) requestReviews(ctx context.Context, from gogithub.ReviewersRequest) error {
	_, _, err := b.client.REST.PullRequests.RequestReviewers(ctx, b.target.Repo.Owner, b.target.Repo.Name, b.pull.Number, from)
	return err
}

// setMilestone finds an open milestone by its title.
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
