package githubtest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/community-digest/digest/internal/githubtest/execute"
)

// repoNode is a repository in GraphQL.
type repoNode struct {
	s *Server
	*repoState
}

func (s *Server) repoNode(r *repoState) *repoNode { return &repoNode{s, r} }

func (r *repoState) nodeID() string { return nodeID("R", r.id) }

// TypeName implements execute.Object.
func (n *repoNode) TypeName() string { return "Repository" }

// Field implements execute.Object. One line a field, so that what is answered can be read off.
func (n *repoNode) Field(name string, args execute.Args) (any, error) {
	switch name {
	case "id":
		return n.nodeID(), nil
	case "databaseId":
		return n.id, nil
	case "name":
		return n.Name, nil
	case "nameWithOwner":
		return n.FullName(), nil
	case "owner":
		return n.s.actor(n.Owner), nil
	case "url":
		return webURL + n.FullName(), nil
	case "resourcePath":
		return "/" + n.FullName(), nil
	case "homepageUrl":
		return orNull(n.Homepage), nil
	case "isPrivate":
		return n.Private, nil
	case "isArchived":
		return n.Archived, nil
	case "isEmpty":
		return len(n.git.branches) == 0, nil
	case "isFork":
		return n.Fork, nil
	case "isDisabled", "isTemplate":
		return false, nil
	case "visibility":
		return map[bool]string{true: "PRIVATE", false: "PUBLIC"}[n.Private], nil
	case "viewerPermission":
		return map[bool]string{true: "WRITE", false: "READ"}[n.CanPush], nil
	case "stargazerCount":
		return n.Stars, nil
	case "createdAt":
		return n.created(), nil
	case "updatedAt":
		return n.updated(), nil
	case "pushedAt":
		return n.pushed(), nil
	case "hasDiscussionsEnabled":
		return !n.NoDiscussions, nil
	case "description":
		return orNull(n.Description), nil
	}
	return n.part(name, args)
}

// part answers the fields that lead on to other objects.
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
		return listOf("DiscussionCategory", n.Categories, args, func(c Category) execute.Object {
			return &categoryNode{n.s, n.repoState, c}
		}), nil
	case "discussionCategory":
		return n.categoryBySlug(args.Text("slug")), nil
	case "releases":
		return n.releases(args)
	case "release":
		return orNil(n.s.releaseNode(n.repoState, n.release(args.Text("tagName")))), nil
	case "latestRelease":
		return orNil(n.s.releaseNode(n.repoState, n.latestRelease())), nil
	case "labels":
		return listOf("Label", n.Labels, args, func(l Label) execute.Object { return &labelNode{n.s, n.repoState, l} }), nil
	case "repositoryTopics":
		return listOf("RepositoryTopic", n.Topics, args, func(t string) execute.Object { return topicNode(t) }), nil
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

func (n *repoNode) categoryBySlug(slug string) any {
	if !slices.ContainsFunc(n.Categories, func(c Category) bool { return c.Slug == slug }) {
		return nil
	}
	return &categoryNode{n.s, n.repoState, n.category(slug)}
}

// repositories lists what an account owns. Filters that it does not know are errors.
func (s *Server) repositories(login string, args execute.Args) (any, error) {
	for _, name := range []string{"affiliations", "hasIssuesEnabled", "isLocked", "privacy"} {
		if args[name] != nil {
			return nil, fmt.Errorf("argument %s: the fake cannot filter by it", name)
		}
	}
	var list []*repoState
	for _, r := range s.index.repos {
		if equalNames(r.Owner, login) && isOrAny(args, "isArchived", r.Archived) && isOrAny(args, "isFork", r.Fork) &&
			(args["visibility"] == nil || (args.Text("visibility") == "PRIVATE") == r.Private) {
			list = append(list, r)
		}
	}
	by := args.Object("orderBy")
	o := orderBy(len(list), descending(by, false), func(i int) string { return repoKey(list[i], by.Text("field")) })
	return &connection{typ: "Repository", order: o, args: args,
		node: func(i int) execute.Object { return s.repoNode(list[i]) }}, nil
}

func isOrAny(args execute.Args, name string, value bool) bool {
	return args[name] == nil || args[name] == value
}

func repoKey(r *repoState, field string) string {
	switch field {
	case "CREATED_AT":
		return timeKey(r.created(), r.id)
	case "UPDATED_AT":
		return timeKey(r.updated(), r.id)
	case "PUSHED_AT":
		return timeKey(r.pushed(), r.id)
	case "STARGAZERS":
		return fmt.Sprintf("%012d/%d", r.Stars, r.id)
	}
	return r.FullName()
}

// search answers searches for discussions and repositories, and refuses the other kinds.
func (r *root) search(args execute.Args) (any, error) {
	q, err := parseSearch(args.Text("query"))
	if err != nil {
		return nil, err
	}
	var hits []execute.Object
	count := ""
	switch args.Text("type") {
	case "REPOSITORY":
		count = "repositoryCount"
		for _, repo := range r.index.repos {
			if q.matchesRepo(repo) {
				hits = append(hits, r.repoNode(repo))
			}
		}
	case "DISCUSSION":
		count = "discussionCount"
		hits = r.searchDiscussions(q)
	default:
		return nil, fmt.Errorf("the fake cannot search for %s", args.Text("type"))
	}
	total := len(hits)
	c := listOf("SearchResultItem", hits[:min(total, searchCap)], args, func(o execute.Object) execute.Object { return o })
	c.extras = map[string]any{count: total}
	return c, nil
}

// searchDiscussions lists matches of all repositories, the newest first.
func (r *root) searchDiscussions(q *search) []execute.Object {
	var hits []*discussionNode
	for _, repo := range r.index.repos {
		if repo.NoDiscussions || !q.inScope(repo) {
			continue
		}
		for i := range repo.Discussions {
			if q.matchesDiscussion(&repo.Discussions[i]) {
				hits = append(hits, &discussionNode{r.Server, repo, &repo.Discussions[i]})
			}
		}
	}
	slices.SortStableFunc(hits, func(a, b *discussionNode) int { return b.CreatedAt.Compare(a.CreatedAt) })
	out := make([]execute.Object, len(hits))
	for i, h := range hits {
		out[i] = h
	}
	return out
}
