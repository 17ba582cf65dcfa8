package githubtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/community-digest/digest/internal/githubtest/execute"
	"github.com/community-digest/digest/internal/githubtest/schema"
)

// Pulls returns the pull requests of a repository in the order of their creation.
func (s *Server) Pulls(repo string) []Pull {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mustRepo(repo).pulls)
}

// EditPull changes a pull request as another person would, past the API.
func (s *Server) EditPull(repo string, number int, change func(*Pull)) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.mustRepo(repo)
	p := r.pullByNumber(number)
	if p == nil {
		s.t.Fatalf("githubtest: %s has no pull request %d", repo, number)
	}
	defer r.record(p, *p)
	change(p)
}

func (r *repoState) pullByNumber(number int) *Pull {
	i := slices.IndexFunc(r.pulls, func(p Pull) bool { return p.Number == number })
	if i < 0 {
		return nil
	}
	return &r.pulls[i]
}

func (p *Pull) created() time.Time { return firstTime(p.CreatedAt, epoch) }

func (p *Pull) updated() time.Time { return firstTime(p.UpdatedAt, p.created()) }

// fromFork reports whether the branch is another repository's.
func (p *Pull) fromFork() bool { return strings.Contains(p.Head, ":") }

// branch is the name of the branch in its own repository.
func (p *Pull) branch() string { return p.Head[strings.Index(p.Head, ":")+1:] }

func (p *Pull) state() string { return firstOf(p.State, "open") }

// nextNumber continues the sequence that discussions and pull requests share.
func (r *repoState) nextNumber() int {
	last := 0
	for number := range r.byNum {
		last = max(last, number)
	}
	for _, p := range r.pulls {
		last = max(last, p.Number)
	}
	return last + 1
}

// openPull opens a pull request, or says in GitHub's words why it cannot.
func (s *Server) openPull(r *repoState, p Pull) (*Pull, string) {
	if owner, branch, ok := strings.Cut(p.Head, ":"); ok && equalNames(owner, r.Owner) {
		p.Head = branch
	}
	head, base := r.git.branches[p.Head], r.git.branches[p.Base]
	switch {
	case p.Draft && r.git.rules.noDrafts:
		return nil, "Draft pull requests are not supported in this repository."
	case head == nil:
		return nil, "Head sha can't be blank"
	case base == nil:
		return nil, "Base ref must be a branch"
	case base.contains(head):
		return nil, fmt.Sprintf("No commits between %s and %s", p.Base, p.Head)
	}
	for _, other := range r.pulls {
		if other.state() == "open" && other.Head == p.Head && other.Base == p.Base {
			return nil, fmt.Sprintf("A pull request already exists for %s:%s.", r.Owner, p.Head)
		}
	}
	p.Number, p.State, p.CreatedAt, p.UpdatedAt = r.nextNumber(), "open", s.now(), s.now()
	p.Author = firstOf(p.Author, "github-actions[bot]")
	r.pulls = append(r.pulls, p)
	return &r.pulls[len(r.pulls)-1], ""
}

// edit applies the given changes; nil leaves a fact as it is.
func (p *Pull) edit(s *Server, title, body, base, state *string) {
	for into, value := range map[*string]*string{&p.Title: title, &p.Body: body, &p.Base: base} {
		if value != nil {
			*into = *value
		}
	}
	if state != nil {
		p.setState(s, strings.ToLower(*state))
	}
	p.UpdatedAt = s.now()
}

func (p *Pull) setState(s *Server, state string) {
	p.State, p.ClosedAt = state, s.now()
	if state == "open" {
		p.ClosedAt = p.MergedAt
	}
}

// oid returns the commit at the head of a branch; a branch that is gone has none.
func (r *repoState) oid(branch string) string {
	if c := r.git.branches[branch]; c != nil {
		return c.OID
	}
	return strings.Repeat("0", 40)
}

// pullNode is a pull request in GraphQL.
type pullNode struct {
	s    *Server
	repo *repoState
	*Pull
}

// pull finds a pull request by its number, or returns nil.
func (s *Server) pull(r *repoState, number int) *pullNode {
	if p := r.pullByNumber(number); p != nil {
		return &pullNode{s, r, p}
	}
	return nil
}

// TypeName implements execute.Object.
func (n *pullNode) TypeName() string { return "PullRequest" }

func (n *pullNode) state() string {
	if !n.MergedAt.IsZero() {
		return "MERGED"
	}
	return strings.ToUpper(n.Pull.state())
}

// Field implements execute.Object.
func (n *pullNode) Field(name string, args execute.Args) (any, error) {
	path := n.repo.FullName() + "/pull/" + strconv.Itoa(n.Number)
	switch name {
	case "id":
		return nodeID("PR", n.repo.id, n.Number), nil
	case "url", "permalink":
		return webURL + path, nil
	case "state":
		return n.state(), nil
	case "body":
		return n.Body, nil
	case "isCrossRepository":
		return n.fromFork(), nil
	}
	return fact(n.Pull, name)
}

// pullRequests is the connection of pull requests in the order of their creation, or as orderBy says.
func (n *repoNode) pullRequests(args execute.Args) (any, error) {
	list := n.pulls
	keep := func(i int) bool {
		p := &pullNode{n.s, n.repoState, &list[i]}
		states, labels := args.Texts("states"), args.Texts("labels")
		return (len(states) == 0 || slices.Contains(states, p.state())) && textOrAny(args, "headRefName", p.branch()) &&
			textOrAny(args, "baseRefName", p.Base) && (len(labels) == 0 || slices.ContainsFunc(labels, func(l string) bool { return slices.Contains(p.Labels, l) }))
	}
	by := args.Object("orderBy")
	o := orderBy(len(list), descending(by, false), func(i int) string {
		if by.Text("field") == "UPDATED_AT" {
			return timeKey(list[i].updated(), i)
		}
		return timeKey(list[i].created(), i)
	})
	return &connection{typ: "PullRequest", order: o, args: args, keep: keep,
		node: func(i int) execute.Object { return &pullNode{n.s, n.repoState, &list[i]} }}, nil
}

func textOrAny(args execute.Args, name, value string) bool {
	want := args.Text(name)
	return want == "" || want == value
}

// milestones lists the open milestones whose titles contain the query.
func (n *repoNode) milestones(args execute.Args) (any, error) {
	var found []string
	if states := args.Texts("states"); len(states) == 0 || slices.Contains(states, "OPEN") {
		for _, title := range n.git.rules.milestones {
			if strings.Contains(strings.ToLower(title), strings.ToLower(args.Text("query"))) {
				found = append(found, title)
			}
		}
	}
	return listOf("Milestone", found, args, func(title string) execute.Object { return n.s.milestoneNode(n.repoState, title) }), nil
}

// milestoneNode finds a milestone by its title, or returns nil.
func (s *Server) milestoneNode(r *repoState, title string) *recordNode {
	i := slices.Index(r.git.rules.milestones, title)
	if i < 0 {
		return nil
	}
	return record("Milestone", map[string]any{"id": nodeID("MI", r.id, title), "number": i + 1, "title": title})
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
		out = append(out, schema.REST().Fill("label", map[string]any{
			"id": numberOf("label", c.repo.id, name), "node_id": nodeID("LA", c.repo.id, name), "name": name,
			"color": "ededed", "description": "", "default": false,
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
