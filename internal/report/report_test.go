package report

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/markdown"
)

func TestReportListsStoriesWithTheirReasons(t *testing.T) {
	url := func(s string) markdown.URL {
		u, err := markdown.ParseURL(s)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	from := time.Date(2024, 6, 17, 0, 0, 0, 0, time.UTC)
	repo := digest.Repo{Owner: "acme", Name: "app"}
	s := digest.Snapshot{Period: digest.Period{From: from, To: from.AddDate(0, 0, 7)}, Findings: digest.Findings{
		Releases: []digest.Release{
			{Item: digest.Item{ID: "R1", Repo: repo, URL: url("https://github.com/acme/app/releases/tag/v1"), Section: digest.Project}, Tag: markdown.Untrusted("v1.0.1"), PublishedAt: from},
			{Item: digest.Item{ID: "R2", Repo: digest.Repo{Owner: "acme", Name: "lib"}, Section: digest.Project}, Tag: markdown.Untrusted("v9"), PublishedAt: from},
		},
		Advisories: []digest.Advisory{{
			Item: digest.Item{ID: "GHSA-x\x1b[2J", Repo: repo, Section: digest.Community}, Severity: digest.High, PublishedAt: from,
			Packages: []digest.Package{{Name: markdown.Untrusted("app"), Patched: markdown.Untrusted("1.0.1")}},
		}},
	}}
	got := ForEdition(digest.Edit(s, 1, digest.Rules{}), s).Stories
	const release = "https://github.com/acme/app/releases/tag/v1"
	want := []Story{{
		Section: digest.Community,
		Items:   []string{"GHSA-x[2J", release},
		Joins:   []Join{{Item: "GHSA-x[2J", With: release, Reason: digest.JoinedByPatch, Detail: "v1.0.1"}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
