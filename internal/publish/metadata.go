package publish

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	gogithub "github.com/google/go-github/v57/github"
	"github.com/shurcooL/githubv4"

	"github.com/community-digest/digest/internal/github"
)

// lacksMetadataLine is in the description of a new pull request until its metadata is set: its labels, assignees, reviewers
// and milestone. A run that finds it takes over from one that was killed.
const lacksMetadataLine = "<!-- digest: labels, assignees, reviewers and milestone are not set yet -->"

func lacksMetadata(description string) bool {
	return slices.Contains(parseDescription(description).ours, lacksMetadataLine)
}

func (p PullRequest) hasMetadata() bool {
	return len(p.Labels)+len(p.Assignees)+len(p.Reviewers) > 0 || p.Milestone != ""
}

// firstDescription is the description to open the pull request with.
func (p PullRequest) firstDescription() string {
	if p.hasMetadata() {
		return describe("", strings.TrimSpace(p.Body)+"\n\n"+lacksMetadataLine)
	}
	return describe("", p.Body)
}

// setMetadata sets the metadata of the pull request, without what has been changed since it was opened. A rejected value
// is a warning: people can add what is missing. Complete reports that nothing is left for the next run.
func (b *Branch) setMetadata(ctx context.Context, want PullRequest, changed metadataChanges) (
	complete bool, warnings []string, err error,
) {
	users, teams := splitReviewers(want.Reviewers)
	var milestone []string
	if want.Milestone != "" {
		milestone = []string{want.Milestone}
	}
	steps := []struct {
		what  string
		names []string
		set   func(context.Context, []string) error
	}{
		{"labels", changed.unlessAny("labeled", want.Labels), b.addLabels},
		{"assignees", changed.unlessAny("assigned", want.Assignees), b.setAssignees},
		{"reviewers", changed.without("review_requested", users), func(ctx context.Context, names []string) error {
			return b.requestReviews(ctx, gogithub.ReviewersRequest{Reviewers: names})
		}},
		// Apart from the users: the token of Actions may not request teams, and the whole request would be rejected.
		{"reviewing teams", changed.without("review_requested", teams), func(ctx context.Context, names []string) error {
			return b.requestReviews(ctx, gogithub.ReviewersRequest{TeamReviewers: names})
		}},
		{"milestone", changed.unlessAny("milestoned", milestone), b.setMilestone},
	}
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
			return false, warnings, ctx.Err()
		}
		warnings = append(warnings, fmt.Sprintf("%s not set (%s): %v", s.what, strings.Join(s.names, ", "), reason(err)))
		if github.Stops(err) {
			return false, append(warnings, "the next run sets what is missing"), nil
		}
	}
	return true, warnings, nil
}

// resumeMetadata sets what a killed run did not get to.
func (b *Branch) resumeMetadata(ctx context.Context, want PullRequest) (complete bool, warnings []string, err error) {
	if !want.hasMetadata() {
		return true, nil, nil
	}
	changed, err := b.metadataChanges(ctx)
	switch {
	case ctx.Err() != nil:
		return false, nil, ctx.Err()
	case err != nil: // without them people's changes would be undone
		const missing = "labels, assignees, reviewers and milestone may be missing: list the events of the pull request"
		return false, []string{fmt.Sprintf("%s: %v", missing, reason(err))}, nil
	}
	return b.setMetadata(ctx, want, changed)
}

// metadataChanges are the names that were added to or removed from a pull request, by the event of adding them.
type metadataChanges map[string][]string

// unlessAny returns the names unless there was any such event.
func (c metadataChanges) unlessAny(event string, names []string) []string {
	if len(c[event]) > 0 {
		return nil
	}
	return names
}

// without returns the names that had no such event. It is for reviewers, whom GitHub requests by itself, too.
func (c metadataChanges) without(event string, names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return slices.ContainsFunc(c[event], func(s string) bool { return strings.EqualFold(s, name) })
	})
}

// metadataChanges reads what has been changed since the pull request was opened, by anyone.
func (b *Branch) metadataChanges(ctx context.Context) (metadataChanges, error) {
	changes := metadataChanges{}
	for opts := (&gogithub.ListOptions{PerPage: 100}); ; {
		events, resp, err := b.client.REST.Issues.ListIssueEvents(ctx, b.target.Repo.Owner, b.target.Repo.Name, b.pull.Number, opts)
		if err != nil {
			return nil, err
		}
		for _, e := range events {
			switch e.GetEvent() {
			case "labeled", "unlabeled":
				changes["labeled"] = append(changes["labeled"], e.GetLabel().GetName())
			case "assigned", "unassigned":
				changes["assigned"] = append(changes["assigned"], e.GetAssignee().GetLogin())
			case "milestoned", "demilestoned":
				changes["milestoned"] = append(changes["milestoned"], e.GetMilestone().GetTitle())
			case "review_requested", "review_request_removed":
				reviewer := cmp.Or(e.GetRequestedTeam().GetSlug(), e.GetRequestedReviewer().GetLogin())
				changes["review_requested"] = append(changes["review_requested"], reviewer)
			}
		}
		if resp.NextPage == 0 {
			return changes, nil
		}
		opts.Page = resp.NextPage
	}
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
	repo, edit := b.target.Repo, &gogithub.IssueRequest{Assignees: &logins}
	issue, _, err := b.client.REST.Issues.Edit(ctx, repo.Owner, repo.Name, b.pull.Number, edit)
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
