package githubtest

import (
	"slices"

	"github.com/community-digest/digest/internal/githubtest/schema"
)

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

// pushes reports whether the request comes from somebody who may write to the repository.
func (c *call) pushes() bool { return c.repo.CanPush && c.q.Token != "" }

func (c *call) latestRelease() (any, error) {
	return c.oneRelease(c.repo.latestRelease())
}

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
	assets := []map[string]any{}
	for _, a := range r.Assets {
		assets = append(assets, map[string]any{
			"id": numberOf(c.repo.FullName(), r.TagName, a.Name), "name": a.Name, "size": a.Size, "state": "uploaded",
			"content_type": firstOf(a.ContentType, "application/octet-stream"), "download_count": a.DownloadCount,
			"browser_download_url": base + "download/" + r.TagName + "/" + a.Name, "uploader": c.userFacts(r.Author),
			"created_at": stamp(r.created()), "updated_at": stamp(r.updated()),
		})
	}
	return schema.REST().Fill("release", map[string]any{
		"id": c.repo.releaseNumber(r), "node_id": c.repo.releaseID(r), "tag_name": r.TagName, "name": orNull(r.Name),
		"body": orNull(r.Body), "draft": r.Draft, "prerelease": r.Prerelease, "immutable": r.Immutable,
		"target_commitish": firstOf(r.TargetCommitish, c.repo.defaultBranch()), "author": c.authorFacts(r.Author),
		"created_at": stamp(r.created()), "published_at": stamp(r.PublishedAt), "updated_at": stamp(r.updated()),
		"html_url": base + "tag/" + r.TagName, "assets": assets,
		"url":        c.origin + "/repos/" + c.repo.FullName() + "/releases",
		"assets_url": c.origin + "/repos/" + c.repo.FullName() + "/releases/assets",
	})
}

// authorFacts describes the author of a release, whom the description does not let be null: GitHub puts the
// account "ghost" in the place of a deleted one.
func (c *call) authorFacts(login string) any { return c.userFacts(firstOf(login, "ghost")) }
