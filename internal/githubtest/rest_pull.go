package githubtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/community-digest/digest/internal/githubtest/schema"
)

func (c *call) listPulls() (any, error) {
	q := c.q.Query
	state := firstOf(q.Get("state"), "open")
	var list []*Pull
	for i := range c.repo.pulls {
		p := &c.repo.pulls[i]
		head := q.Get("head")
		if (state == "all" || state == p.state()) && (q.Get("base") == "" || q.Get("base") == p.Base) &&
			(head == "" || !p.fromFork() && head == c.repo.Owner+":"+p.Head) {
			list = append(list, p)
		}
	}
	if q.Get("direction") != "asc" {
		slices.Reverse(list)
	}
	from, to := c.page(len(list))
	out := []any{}
	for _, p := range list[from:to] {
		out = append(out, c.pullFacts("pull-request-simple", p))
	}
	return out, nil
}

// pullFacts describes a pull request in one of GitHub's two shapes for it.
func (c *call) pullFacts(shape string, p *Pull) map[string]any {
	end := func(branch string) map[string]any {
		return map[string]any{
			"label": c.repo.Owner + ":" + branch, "ref": branch, "sha": c.repo.oid(branch), "user": c.userFacts(c.repo.Owner),
			"repo": c.repoFacts("repository", c.repo),
		}
	}
	users := func(logins []string) []any {
		out := []any{}
		for _, login := range logins {
			out = append(out, c.userFacts(login))
		}
		return out
	}
	facts := map[string]any{
		"id": numberOf("pull", c.repo.id, p.Number), "node_id": nodeID("PR", c.repo.id, p.Number), "number": p.Number,
		"title": p.Title, "body": orNull(p.Body), "state": p.state(), "draft": p.Draft, "user": c.userFacts(firstOf(p.Author, "ghost")),
		"html_url": fmt.Sprintf("%s%s/pull/%d", webURL, c.repo.FullName(), p.Number), "locked": false,
		"url":  fmt.Sprintf("%s/repos/%s/pulls/%d", c.origin, c.repo.FullName(), p.Number),
		"head": end(p.branch()), "base": end(p.Base), "labels": c.labelFacts(p.Labels), "author_association": "NONE",
		"requested_reviewers": users(p.Reviewers), "assignees": users(p.Assignees), "created_at": stamp(p.created()),
		"updated_at": stamp(p.updated()), "closed_at": stamp(p.ClosedAt), "merged_at": stamp(p.MergedAt),
	}
	if shape == "pull-request" {
		facts["merged"] = !p.MergedAt.IsZero()
		facts["mergeable_state"] = "clean"
	}
	return schema.REST().Fill(shape, facts)
}

func (c *call) labelFacts(names []string) []map[string]any {
	out := []map[string]any{}
	for _, name := range names {
		l := c.repo.label(name)
		out = append(out, schema.REST().Fill("label", map[string]any{
			"id": numberOf("label", c.repo.id, name), "node_id": nodeID("LA", c.repo.id, name), "name": name,
			"color": l.Color, "description": l.Description, "default": l.Default,
		}))
	}
	return out
}

// theirPull finds the pull request that the path names.
func (c *call) theirPull(parameter string) (*Pull, error) {
	number, _ := strconv.Atoi(c.route.Path[parameter])
	p := c.repo.pullByNumber(number)
	if p == nil {
		return nil, errNotFound
	}
	return p, nil
}

func (c *call) pull() (any, error) {
	p, err := c.theirPull("pull_number")
	if err != nil {
		return nil, err
	}
	return c.pullFacts("pull-request", p), nil
}

func (c *call) createPull() (any, error) {
	var in struct {
		Title, Body, Head, Base string
		Draft                   bool
	}
	if err := c.body(&in); err != nil {
		return nil, err
	}
	p, problem := c.openPull(c.repo, Pull{Title: in.Title, Body: in.Body, Head: in.Head, Base: in.Base, Draft: in.Draft})
	if problem != "" {
		return nil, invalid("PullRequest", problem)
	}
	c.status = http.StatusCreated
	return c.pullFacts("pull-request", p), nil
}

func (c *call) updatePull() (any, error) {
	p, err := c.theirPull("pull_number")
	if err != nil {
		return nil, err
	}
	var in struct{ Title, Body, Base, State *string }
	if err := c.body(&in); err != nil {
		return nil, err
	}
	p.edit(c.Server, in.Title, in.Body, in.Base, in.State)
	return c.pullFacts("pull-request", p), nil
}

func (c *call) addLabels() (any, error) {
	p, err := c.theirPull("issue_number")
	if err != nil {
		return nil, err
	}
	labels, err := c.labelsFromBody()
	if err != nil {
		return nil, err
	}
	defer c.repo.record(p, *p)
	p.Labels = addNew(p.Labels, labels)
	return c.labelFacts(p.Labels), nil
}

// labelsFromBody reads either form that GitHub takes: {"labels": [...]} or a bare list.
func (c *call) labelsFromBody() ([]string, error) {
	var list []string
	if c.body(&list) == nil {
		return list, nil
	}
	var in struct{ Labels []string }
	err := c.body(&in)
	return in.Labels, err
}

// noAccess is a login that can be neither a reviewer nor an assignee of anything.
const noAccess = "ghost"

func (c *call) requestReviewers() (any, error) {
	p, err := c.theirPull("pull_number")
	if err != nil {
		return nil, err
	}
	var in struct {
		Reviewers     []string
		TeamReviewers []string `json:"team_reviewers"`
	}
	if err := c.body(&in); err != nil {
		return nil, err
	}
	if slices.Contains(in.Reviewers, noAccess) {
		return nil, &restError{status: http.StatusUnprocessableEntity, message: "Reviews may only be requested from collaborators. One or more of " +
			"the users or teams you specified is not a collaborator of the " + c.repo.FullName() + " repository."}
	}
	defer c.repo.record(p, *p)
	p.Reviewers = addNew(p.Reviewers, append(in.Reviewers, in.TeamReviewers...))
	c.status = http.StatusCreated
	return c.pullFacts("pull-request-simple", p), nil
}

func (c *call) addAssignees() (any, error) {
	p, err := c.theirPull("issue_number")
	if err != nil {
		return nil, err
	}
	var in struct{ Assignees []string }
	if err := c.body(&in); err != nil {
		return nil, err
	}
	defer c.repo.record(p, *p)
	p.Assignees = addNew(p.Assignees, assignable(in.Assignees))
	c.status = http.StatusCreated
	return c.issueFacts(p), nil
}

// assignable leaves out who has no access, without a word, as GitHub does.
func assignable(logins []string) []string {
	return slices.DeleteFunc(logins, func(login string) bool { return login == noAccess })
}

// updateIssue sets the assignees of a pull request, which is an issue too; the fake sets nothing else this way.
func (c *call) updateIssue() (any, error) {
	p, err := c.theirPull("issue_number")
	if err != nil {
		return nil, err
	}
	var in map[string]json.RawMessage
	if err := c.body(&in); err != nil {
		return nil, err
	}
	var logins []string
	if err := json.Unmarshal(in["assignees"], &logins); err != nil || len(in) != 1 {
		return nil, fmt.Errorf("the fake sets assignees only: %v", err)
	}
	defer c.repo.record(p, *p)
	p.Assignees = assignable(logins)
	p.UpdatedAt = c.now()
	return c.issueFacts(p), nil
}

// issueFacts describes a pull request as the issue it also is.
func (c *call) issueFacts(p *Pull) map[string]any {
	assignees := []any{}
	for _, login := range p.Assignees {
		assignees = append(assignees, c.userFacts(login))
	}
	return schema.REST().Fill("issue", map[string]any{
		"number": p.Number, "title": p.Title, "state": p.state(), "labels": c.labelFacts(p.Labels), "assignees": assignees,
		"created_at": stamp(p.created()), "updated_at": stamp(p.updated()), "closed_at": stamp(p.ClosedAt),
	})
}

// addNew appends what is not in the list yet.
func addNew(list, more []string) []string {
	for _, s := range more {
		if !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}
