package githubtest

import (
	"fmt"

	"github.com/community-digest/digest/internal/githubtest/execute"
)

// releases is the connection of releases. GitHub documents no order for a query without orderBy; the newest come
// first.
func (n *repoNode) releases(args execute.Args) (any, error) {
	by := args.Object("orderBy")
	list := n.Releases
	o := n.ordered("releases "+by.Text("field"), len(list), descending(by, true), func(i int) string {
		if by.Text("field") == "NAME" {
			return fmt.Sprint(firstOf(list[i].Name, list[i].TagName), placeKey(i))
		}
		return timeKey(list[i].recorded(), i)
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
	case "databaseId":
		return n.repo.releaseNumber(n.Release), nil
	case "repository":
		return n.s.repoNode(n.repo), nil
	case "url":
		return webURL + path, nil
	case "resourcePath":
		return "/" + path, nil
	case "author":
		return n.s.userOrNull(n.Author), nil
	case "description":
		return orNull(n.Body), nil
	case "descriptionHTML":
		return plainHTML(n.Body), nil
	case "isDraft":
		return n.Draft, nil
	case "isPrerelease":
		return n.Prerelease, nil
	case "isLatest":
		return n.repo.latestRelease() == n.Release, nil
	case "createdAt":
		return n.recorded(), nil
	case "updatedAt":
		return n.updated(), nil
	case "reactions":
		return reactionsOf(n.Reactions, args), nil
	case "reactionGroups":
		return reactionGroups(n.Reactions), nil
	case "releaseAssets":
		return listOf("ReleaseAsset", n.Assets, args, func(a Asset) execute.Object { return &assetNode{n, a} }), nil
	}
	return fact(n.Release, name)
}

// assetNode is a file of a release.
type assetNode struct {
	release *releaseNode
	Asset
}

// TypeName implements execute.Object.
func (n *assetNode) TypeName() string { return "ReleaseAsset" }

// Field implements execute.Object.
func (n *assetNode) Field(name string, _ execute.Args) (any, error) {
	switch name {
	case "id":
		return nodeID("RA", n.release.repo.id, n.release.TagName, n.Name), nil
	case "release":
		return n.release, nil
	case "contentType":
		return firstOf(n.ContentType, "application/octet-stream"), nil
	case "createdAt", "updatedAt":
		return n.release.updated(), nil
	case "downloadUrl", "url":
		return webURL + n.release.repo.FullName() + "/releases/download/" + n.release.TagName + "/" + n.Name, nil
	}
	return fact(&n.Asset, name)
}
