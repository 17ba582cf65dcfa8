package githubtest

import (
	"slices"
	"strings"

	"github.com/community-digest/digest/internal/githubtest/schema"
)

// event is a change of a pull request's labels, assignees, reviewers or milestone, as GitHub lists it.
type event struct{ kind, subject string }

// record adds the events of a change: defer it with the pull request as it was.
func (r *repoState) record(p *Pull, before Pull) {
	changed := func(added, removed string, old, now []string) {
		for _, s := range now {
			if !slices.Contains(old, s) {
				r.events[p.Number] = append(r.events[p.Number], event{added, s})
			}
		}
		for _, s := range old {
			if !slices.Contains(now, s) {
				r.events[p.Number] = append(r.events[p.Number], event{removed, s})
			}
		}
	}
	milestone := func(title string) []string {
		return slices.DeleteFunc([]string{title}, func(s string) bool { return s == "" })
	}
	changed("labeled", "unlabeled", before.Labels, p.Labels)
	changed("assigned", "unassigned", before.Assignees, p.Assignees)
	changed("review_requested", "review_request_removed", before.Reviewers, p.Reviewers)
	changed("milestoned", "demilestoned", milestone(before.Milestone), milestone(p.Milestone))
}

func (c *call) issueEvents() (any, error) {
	p, err := c.theirPull("issue_number")
	if err != nil {
		return nil, err
	}
	all := c.repo.events[p.Number]
	from, to := c.page(len(all))
	out := []any{}
	for i, e := range all[from:to] {
		facts := map[string]any{
			"id": numberOf("event", c.repo.id, p.Number, from+i), "node_id": nodeID("EV", c.repo.id, p.Number, from+i), "event": e.kind,
			"url": c.origin + "/repos/" + c.repo.FullName() + "/issues/events/1", "actor": c.userFacts("github-actions[bot]"), "created_at": stamp(p.updated()),
		}
		switch e.kind {
		case "labeled", "unlabeled":
			facts["label"] = map[string]any{"name": e.subject, "color": "ededed"}
		case "assigned", "unassigned":
			facts["assignee"], facts["assigner"] = c.userFacts(e.subject), c.userFacts("github-actions[bot]")
		case "milestoned", "demilestoned":
			facts["milestone"] = map[string]any{"title": e.subject}
		default:
			facts["requested_reviewer"], facts["review_requester"] = c.userFacts(e.subject), c.userFacts("github-actions[bot]")
		}
		out = append(out, schema.REST().Fill(strings.ReplaceAll(e.kind, "_", "-")+"-issue-event", facts))
	}
	return out, nil
}
