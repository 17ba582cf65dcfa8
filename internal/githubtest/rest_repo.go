package githubtest

import (
	"net/http"
	"time"

	"github.com/community-digest/digest/internal/githubtest/schema"
)

// stamp writes a time as JSON does in GitHub's answers: null when there is none.
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
		"homepage": orNull(r.Homepage), "topics": append([]string{}, r.Topics...), "default_branch": r.defaultBranch(),
		"created_at": stamp(r.created()), "updated_at": stamp(r.updated()), "pushed_at": stamp(r.pushed()),
		"stargazers_count": r.Stars, "has_discussions": !r.NoDiscussions, "has_issues": true,
		"permissions": map[string]any{"admin": false, "push": r.CanPush, "pull": true},
	}
	return schema.REST().Fill(shape, facts)
}

func (r *Repo) updated() time.Time { return firstTime(r.UpdatedAt, r.created()) }

func (r *Repo) pushed() time.Time { return firstTime(r.PushedAt, r.created()) }

func (c *call) repository() (any, error) {
	return c.repoFacts("full-repository", c.repo), nil
}

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
// nobody is a member of anything.
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

// repoPage answers a page of a list in the order asked for, else in the usual one.
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

// sortRepos puts repositories in the order asked for. Names go upwards unless told otherwise, times downwards.
func sortRepos(list []*repoState, by, direction string) {
	key := func(r *repoState) string {
		switch by {
		case "created":
			return timeKey(r.created(), r.id)
		case "updated":
			return timeKey(r.updated(), r.id)
		case "pushed":
			return timeKey(r.pushed(), r.id)
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
