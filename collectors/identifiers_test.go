package collectors

import (
	"regexp"
	"slices"
	"testing"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/githubtest"
)

// vendors are patterns without the hyphen that the built-in one needs.
var vendors = []*regexp.Regexp{regexp.MustCompile(`JSA\d{5}`)}

func TestConfiguredIdentifiersAreFoundInNotes(t *testing.T) {
	const log = "# v1.0.0\n\n- Fixes a leak, JSA10003.\n"
	w := istio(githubtest.Repo{Files: map[string]string{"CHANGELOG.md": log}, Releases: []githubtest.Release{
		{TagName: "v2.0.0", PublishedAt: in, Body: "- Fixes a race, see [JSA10001](https://example.org/JSA10001)."},
		linking("v1.0.0", blobs+"main/CHANGELOG.md"),
	}})
	collect := func(client *github.Client) digest.Findings {
		return collect(t, NewGitHub(client, Sources{Releases: []ReleaseSource{{Repos: repos("istio/istio")}}, Identifiers: vendors}))
	}
	s := githubtest.NewInProcess(t, w)
	byTag := func(f digest.Findings) map[string][]string {
		ids := make(map[string][]string)
		for _, r := range f.Releases {
			for _, id := range r.Notes.Identifiers {
				ids[r.Tag.Unsafe()] = append(ids[r.Tag.Unsafe()], id.Unsafe())
			}
		}
		return ids
	}
	if got := byTag(collect(signed(t, s))); !slices.Equal(got["v2.0.0"], []string{"JSA10001"}) || !slices.Equal(got["v1.0.0"], []string{"JSA10003"}) {
		t.Errorf("by GraphQL: %v", got)
	}
	if got := byTag(collect(anonymous(t, s))); !slices.Equal(got["v2.0.0"], []string{"JSA10001"}) {
		t.Errorf("by REST: %v", got)
	}
}

func TestConfiguredIdentifiersAreFoundInFeeds(t *testing.T) {
	f := collectFeed(t, rss(item(`<title>Bulletin JSA10002</title><link>https://example.org/b</link><description>Read it.</description>`)),
		func(s *FeedSource) { s.Identifiers = vendors })
	if ids := f.Entries[0].Notes.Identifiers; len(ids) != 1 || ids[0].Unsafe() != "JSA10002" {
		t.Errorf("identifiers %v", ids)
	}
}
