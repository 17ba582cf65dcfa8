package githubtest

import (
	"fmt"
	"slices"
	"time"

	"github.com/community-digest/digest/internal/githubtest/execute"
	"github.com/community-digest/digest/internal/githubtest/schema"
)

// Release is a release of a repository.
type Release struct {
	TagName     string         `json:"tag_name"`
	Name        string         `json:"name"` // empty: null, as when only a tag was given
	Body        string         `json:"body"` // empty: null
	Draft       bool           `json:"draft"`
	Prerelease  bool           `json:"prerelease"`
	CreatedAt   time.Time      `json:"created_at"` // REST: the date of the tagged commit, which the list is ordered by; default: PublishedAt
	PublishedAt time.Time      `json:"published_at"`
	UpdatedAt   time.Time      `json:"updated_at"`
	Author      string         `json:"author"`
	Reactions   map[string]int `json:"reactions"`
}

func (r *Release) created() time.Time { return firstTime(r.CreatedAt, r.PublishedAt, epoch) }

func (r *Release) updated() time.Time { return firstTime(r.UpdatedAt, r.PublishedAt, r.created()) }

// release finds a published release by its tag.
func (r *Repo) release(tag string) *Release {
	i := slices.IndexFunc(r.Releases, func(x Release) bool { return x.TagName == tag && !x.Draft })
	if i < 0 {
		return nil
	}
	return &r.Releases[i]
}

// releases is the connection of releases. GitHub documents no order for a query without orderBy; the newest come
// first.
func (n *repoNode) releases(args execute.Args) (any, error) {
	by := args.Object("orderBy")
	list := n.Releases
	o := n.ordered("releases "+by.Text("field"), len(list), descending(by, true), func(i int) string {
		if by.Text("field") == "NAME" {
			return fmt.Sprint(firstOf(list[i].Name, list[i].TagName), placeKey(i))
		}
		return timeKey(list[i].created(), i)
	})
	return &connection{typ: "Release", order: o, args: args,
		keep: func(i int) bool { return !list[i].Draft || n.CanPush },
		node: func(i int) execute.Object { return n.s.releaseNode(n.repoState, &list[i]) }}, nil
}

func (r *repoState) releaseID(rel *Release) string { return nodeID("RE", r.id, rel.TagName) }

func (r *repoState) releaseNumber(rel *Release) int { return numberOf("release", r.id, rel.TagName) }

// releaseNode is a release in GraphQL.
type releaseNode struct {
	s    *Server
	repo *repoState
	*Release
}

// releaseNode returns the node of a release, or nil for none.
func (s *Server) releaseNode(r *repoState, rel *Release) *releaseNode {
	if rel == nil {
		return nil
	}
	return &releaseNode{s, r, rel}
}

// TypeName implements execute.Object.
func (n *releaseNode) TypeName() string { return "Release" }

// Field implements execute.Object.
func (n *releaseNode) Field(name string, args execute.Args) (any, error) {
	path := n.repo.FullName() + "/releases/tag/" + n.TagName
	switch name {
	case "id":
		return n.repo.releaseID(n.Release), nil
	case "url":
		return webURL + path, nil
	case "author":
		return n.s.userOrNull(n.Author), nil
	case "description":
		return orNull(n.Body), nil
	case "isDraft":
		return n.Draft, nil
	case "isPrerelease":
		return n.Prerelease, nil
	}
	return fact(n.Release, name)
}

func (c *call) releases() (any, error) {
	list := c.repo.Releases
	o := c.repo.ordered("REST releases", len(list), true, func(i int) string { return timeKey(list[i].created(), i) })
	seen := slices.DeleteFunc(slices.Clone(o.items), func(i int) bool { return list[i].Draft && !c.pushes() })
	from, to := c.page(len(seen))
	out := []any{}
	for _, i := range seen[from:to] {
		out = append(out, c.releaseFacts(&list[i]))
	}
	return out, nil
}

// pushes reports whether the request comes from someone who may write to the repository.
func (c *call) pushes() bool { return c.repo.CanPush && c.q.Token != "" }

func (c *call) releaseByTag() (any, error) {
	return c.oneRelease(c.repo.release(c.route.Path["tag"]))
}

func (c *call) oneRelease(r *Release) (any, error) {
	if r == nil {
		return nil, errNotFound
	}
	return c.releaseFacts(r), nil
}

func (c *call) releaseFacts(r *Release) map[string]any {
	base := webURL + c.repo.FullName() + "/releases/"
	return schema.REST().Fill("release", map[string]any{
		"id": c.repo.releaseNumber(r), "node_id": c.repo.releaseID(r), "tag_name": r.TagName, "name": orNull(r.Name),
		"body": orNull(r.Body), "draft": r.Draft, "prerelease": r.Prerelease,
		"target_commitish": c.repo.defaultBranch(), "author": c.authorFacts(r.Author),
		"created_at": stamp(r.created()), "published_at": stamp(r.PublishedAt), "updated_at": stamp(r.updated()),
		"html_url":   base + "tag/" + r.TagName,
		"url":        c.origin + "/repos/" + c.repo.FullName() + "/releases",
		"assets_url": c.origin + "/repos/" + c.repo.FullName() + "/releases/assets",
	})
}

// authorFacts describes the author of a release, whom the description does not let be null: GitHub puts the
// account "ghost" in the place of a deleted one.
func (c *call) authorFacts(login string) any { return c.userFacts(firstOf(login, "ghost")) }
