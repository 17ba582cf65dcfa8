package githubtest

import (
	"net/http"
	"strings"
	"time"

	"github.com/community-digest/digest/internal/githubtest/execute"
	"github.com/community-digest/digest/internal/githubtest/schema"
)

// Repo is a repository and everything in it.
type Repo struct {
	Owner       string    `json:"owner"`
	Name        string    `json:"name"`
	OwnerIsUser bool      `json:"owner_is_user"`
	RenamedFrom []string  `json:"renamed_from"` // "owner/name"; REST redirects, GraphQL follows
	Description string    `json:"description"`
	Topics      []string  `json:"topics"`
	Stars       int       `json:"stars"`
	CreatedAt   time.Time `json:"created_at"`
	UpdatedAt   time.Time `json:"updated_at"`

	Private       bool `json:"private"` // seen with the token only
	Archived      bool `json:"archived"`
	Fork          bool `json:"fork"`
	NoDiscussions bool `json:"no_discussions"` // the feature is switched off
	CanPush       bool `json:"can_push"`       // the token may write, and sees drafts and unpublished advisories

	Categories  []Category   `json:"categories"`
	Discussions []Discussion `json:"discussions"`
	Releases    []Release    `json:"releases"`
	Advisories  []Advisory   `json:"advisories"` // its own list

	DefaultBranch string                       `json:"default_branch"` // "main" when empty
	Files         map[string]string            `json:"files"`          // path → text on the default branch
	Branches      map[string]map[string]string `json:"branches"`       // other branches, each one commit ahead
	Pulls         []Pull                       `json:"pulls"`
}

// Category is a discussion category.
type Category struct {
	Name        string    `json:"name"`
	Slug        string    `json:"slug"`
	Emoji       string    `json:"emoji"`
	Description string    `json:"description"`
	Answerable  bool      `json:"answerable"`
	CreatedAt   time.Time `json:"created_at"`
	UpdatedAt   time.Time `json:"updated_at"`
}

// Pull is a pull request between two branches of the repository.
type Pull struct {
	Number    int       `json:"number"`
	Title     string    `json:"title"`
	Body      string    `json:"body"`
	Author    string    `json:"author"`
	State     string    `json:"state"` // open (also when empty) or closed
	Draft     bool      `json:"draft"`
	Head      string    `json:"head"` // branch; of a fork: owner:branch
	Base      string    `json:"base"` // branch
	Labels    []string  `json:"labels"`
	Reviewers []string  `json:"reviewers"`
	Assignees []string  `json:"assignees"`
	Milestone string    `json:"milestone"` // title
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
	ClosedAt  time.Time `json:"closed_at"`
	MergedAt  time.Time `json:"merged_at"`
}

// FullName returns "owner/name".
func (r *Repo) FullName() string { return r.Owner + "/" + r.Name }

func (r *Repo) defaultBranch() string { return firstOf(r.DefaultBranch, "main") }

func (r *Repo) created() time.Time { return firstTime(r.CreatedAt, epoch) }

// category finds a category by its slug. One that is not listed is made of its slug, so that small tests need not
// list categories.
func (r *Repo) category(slug string) Category {
	for _, c := range r.Categories {
		if c.Slug == slug {
			return c
		}
	}
	return Category{Name: slug, Slug: slug}
}

// epoch replaces creation times that a world leaves out and GitHub never does.
var epoch = time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC)

// firstOf returns the first text that is not empty.
func firstOf(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}

// firstTime returns the first time that is not zero.
func firstTime(times ...time.Time) time.Time {
	for _, t := range times {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

// repoNode is a repository in GraphQL.
type repoNode struct {
	s *Server
	*repoState
}

func (s *Server) repoNode(r *repoState) *repoNode { return &repoNode{s, r} }

func (r *repoState) nodeID() string { return nodeID("R", r.id) }

// TypeName implements execute.Object.
func (n *repoNode) TypeName() string { return "Repository" }

// Field implements execute.Object. One line a field, so that the fields can be read off.
func (n *repoNode) Field(name string, args execute.Args) (any, error) {
	switch name {
	case "id":
		return n.nodeID(), nil
	case "nameWithOwner":
		return n.FullName(), nil
	case "isArchived":
		return n.Archived, nil
	case "isEmpty":
		return len(n.git.branches) == 0, nil
	case "viewerPermission":
		return map[bool]string{true: "WRITE", false: "READ"}[n.CanPush], nil
	case "hasDiscussionsEnabled":
		return !n.NoDiscussions, nil
	}
	return n.part(name, args)
}

// part resolves the fields that lead on to other objects.
func (n *repoNode) part(name string, args execute.Args) (any, error) {
	switch name {
	case "discussions":
		return n.discussions(args)
	case "discussion":
		d := n.s.discussion(n.repoState, number(args))
		if d == nil {
			return nil, notFound("Could not resolve to a Discussion with the number of %d.", number(args))
		}
		return d, nil
	case "discussionCategories":
		return listOf("DiscussionCategory", n.Categories, args, categoryNode), nil
	case "releases":
		return n.releases(args)
	case "defaultBranchRef":
		return n.s.refOrNull(n.repoState, n.defaultBranch()), nil
	case "ref":
		return n.s.refOrNull(n.repoState, strings.TrimPrefix(args.Text("qualifiedName"), "refs/heads/")), nil
	case "refs":
		return n.refs(args)
	case "object":
		return n.object(args)
	case "milestones":
		return n.milestones(args)
	case "pullRequest":
		if p := n.s.pull(n.repoState, number(args)); p != nil {
			return p, nil
		}
		return nil, notFound("Could not resolve to a PullRequest with the number of %d.", number(args))
	case "pullRequests":
		return n.pullRequests(args)
	}
	return nil, execute.ErrUnsupported
}

func number(args execute.Args) int {
	n, _ := args.Int("number")
	return n
}

// stamp writes a time as JSON does in GitHub's responses: null when there is none.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339)
}

// orNull writes a text, or null for an empty one.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// userFacts describes an account, or null when there is none.
func (s *Server) userFacts(login string) any {
	if login == "" {
		return nil
	}
	u := s.world.user(login)
	return schema.REST().Fill("simple-user", map[string]any{
		"login": login, "id": numberOf("user", login), "node_id": s.actor(login).id(), "type": u.Type,
		"html_url": webURL + login, "url": s.url + "/users/" + login,
	})
}

// repoFacts describes a repository in one of the shapes that GitHub has for it.
func (s *Server) repoFacts(shape string, r *repoState) map[string]any {
	visibility := "public"
	if r.Private {
		visibility = "private"
	}
	facts := map[string]any{
		"id": r.id, "node_id": r.nodeID(), "name": r.Name, "full_name": r.FullName(), "owner": s.userFacts(r.Owner),
		"private": r.Private, "visibility": visibility, "archived": r.Archived, "fork": r.Fork,
		"html_url": webURL + r.FullName(), "url": s.url + "/repos/" + r.FullName(), "description": orNull(r.Description),
		"topics": append([]string{}, r.Topics...), "default_branch": r.defaultBranch(),
		"created_at": stamp(r.created()), "updated_at": stamp(r.updated()),
		"stargazers_count": r.Stars, "has_discussions": !r.NoDiscussions, "has_issues": true,
		"permissions": map[string]any{"admin": false, "push": r.CanPush, "pull": true},
	}
	return schema.REST().Fill(shape, facts)
}

func (r *Repo) updated() time.Time { return firstTime(r.UpdatedAt, r.created()) }

// visible lists the repositories that the request may see and keep wants.
func (c *call) visible(keep func(*repoState) bool) []*repoState {
	var out []*repoState
	for _, r := range c.index.repos {
		if (!r.Private || c.q.Token != "") && keep(r) {
			out = append(out, r)
		}
	}
	return out
}

func (c *call) orgRepos() (any, error) {
	org := c.world.user(c.route.Path["org"])
	if org.Type != "Organization" {
		return nil, errNotFound
	}
	kind := firstOf(c.q.Query.Get("type"), "all")
	list := c.visible(func(r *repoState) bool {
		return equalNames(r.Owner, org.Login) && ofType(r, kind)
	})
	return c.repoPage(list, "created"), nil
}

// userRepos lists the public repositories of any account, an organization too. Type owner and all are the same here:
// no account is a member of anything.
func (c *call) userRepos() (any, error) {
	login := c.route.Path["username"]
	if !c.world.knows(login) {
		return nil, errNotFound
	}
	list := c.visible(func(r *repoState) bool {
		return equalNames(r.Owner, login) && !r.Private && c.q.Query.Get("type") != "member"
	})
	return c.repoPage(list, "full_name"), nil
}

// repoPage returns a page of a list in the order asked for, else in the usual one.
func (c *call) repoPage(list []*repoState, usual string) []any {
	sortRepos(list, firstOf(c.q.Query.Get("sort"), usual), c.q.Query.Get("direction"))
	from, to := c.page(len(list))
	out := []any{}
	for _, r := range list[from:to] {
		out = append(out, c.repoFacts("minimal-repository", r))
	}
	return out
}

// ofType evaluates the filter "type" of an organization's repositories.
func ofType(r *repoState, kind string) bool {
	switch kind {
	case "public":
		return !r.Private
	case "private":
		return r.Private
	case "forks":
		return r.Fork
	case "sources":
		return !r.Fork
	}
	return true
}

// sortRepos puts repositories in the order asked for. Names go upwards unless asked otherwise, times downwards.
func sortRepos(list []*repoState, by, direction string) {
	key := func(r *repoState) string {
		switch by {
		case "created":
			return timeKey(r.created(), r.id)
		case "updated":
			return timeKey(r.updated(), r.id)
		case "stars":
			return timeKey(epoch.Add(time.Duration(r.Stars)*time.Second), r.id)
		}
		return r.FullName()
	}
	desc := direction == "desc" || direction == "" && by != "full_name"
	o := orderBy(len(list), desc, func(i int) string { return key(list[i]) })
	sorted := make([]*repoState, len(list))
	for i, item := range o.items {
		sorted[i] = list[item]
	}
	copy(list, sorted)
}

func (c *call) searchRepos() (any, error) {
	q, err := parseSearch(c.q.Query.Get("q"))
	if err != nil {
		return nil, err
	}
	if (c.number("page", 1, 1<<30)-1)*c.number("per_page", 30, 100) >= searchCap {
		return nil, &restError{status: http.StatusUnprocessableEntity, message: "Only the first 1000 search results are available"}
	}
	list := c.visible(q.matchesRepo)
	sortRepos(list, firstOf(c.q.Query.Get("sort"), "stars"), c.q.Query.Get("order"))
	reachable := min(len(list), searchCap)
	from, to := c.page(reachable)
	items := []any{}
	for _, r := range list[from:to] {
		facts := c.repoFacts("repo-search-result-item", r)
		facts["score"] = 1.0
		items = append(items, facts)
	}
	return map[string]any{"total_count": len(list), "incomplete_results": false, "items": items}, nil
}

func (c *call) rateLimit() (any, error) {
	token := c.q.Token != ""
	resources := map[string]any{}
	for _, name := range []string{"core", "graphql", "search"} {
		resources[name] = c.bucket(name, token).facts()
	}
	return map[string]any{"resources": resources, "rate": resources["core"]}, nil
}
