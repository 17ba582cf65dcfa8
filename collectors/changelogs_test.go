package collectors

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/githubtest"
)

// linking is a release whose notes only link to an address.
func linking(tag, address string) githubtest.Release {
	return githubtest.Release{TagName: tag, PublishedAt: in, Body: "See the [CHANGELOG](" + address + ") for details."}
}

// changes lists the changes of a release's notes.
func changes(r digest.Release) []string {
	var out []string
	for _, g := range r.Notes.Groups {
		for _, item := range g.Items {
			out = append(out, item.Text.Unsafe())
		}
	}
	return out
}

const blobs = "https://github.com/istio/istio/blob/"

func TestNotesThatOnlyLinkToAChangelogAreReadFromIt(t *testing.T) {
	const log = "# v1.1.0\n\n## Changes since v1.0.0\n\n- Adds wings, CVE-2024-0002.\n\n# v1.0.0\n\n- Flies at all.\n"
	world := func(releases ...githubtest.Release) *githubtest.World {
		return istio(githubtest.Repo{Releases: releases, Files: map[string]string{"CHANGELOG/CHANGELOG-1.1.md": log, "README.md": log},
			Branches: map[string]map[string]string{"release-1": {"CHANGELOG.md": "## 1.0.0\n\n- On the branch.\n"}, "sdk/v1.0.0": {"CHANGELOG.md": "## 1.0.0\n\n- Of the package.\n"}}})
	}
	for _, tt := range []struct {
		name    string
		release githubtest.Release
		want    []string
	}{
		{"at a branch", linking("v1.1.0", blobs+"main/CHANGELOG/CHANGELOG-1.1.md"), []string{"Adds wings, CVE-2024-0002"}},
		{"with an anchor", linking("v1.0.0", blobs+"main/CHANGELOG/CHANGELOG-1.1.md#v100"), []string{"Flies at all"}},
		{"at another branch", linking("v1.0.0", blobs+"release-1/CHANGELOG.md"), []string{"On the branch"}},
		{"at a tag with a slash", linking("sdk/v1.0.0", blobs+"sdk/v1.0.0/CHANGELOG.md"), []string{"Of the package"}},
		{"of a version that is not in it", linking("v2.0.0", blobs+"main/CHANGELOG/CHANGELOG-1.1.md"), nil},
		{"that does not exist", linking("v1.0.0", blobs+"main/CHANGES.md"), nil},
		{"not a changelog", linking("v1.0.0", blobs+"main/README.md"), nil},
		{"of another repository", linking("v1.0.0", "https://github.com/istio/api/blob/main/CHANGELOG/CHANGELOG-1.1.md"), nil},
		{"on another host", linking("v1.0.0", "https://example.org/istio/istio/blob/main/CHANGELOG/CHANGELOG-1.1.md"), nil},
		{"beside notes", githubtest.Release{TagName: "v1.0.0", PublishedAt: in, Body: "- Own change.\n\n[CHANGELOG](" + blobs + "main/CHANGELOG/CHANGELOG-1.1.md)"}, []string{"Own change"}},
	} {
		s := githubtest.NewInProcess(t, world(tt.release))
		f := collect(t, newReleases(signed(t, s), []ReleaseSource{{Repos: repos("istio/istio")}}))
		wantReceipt(t, f, 0, 1, nil, digest.Complete)
		if diff := cmp.Diff(tt.want, changes(f.Releases[0])); diff != "" {
			t.Errorf("a file %s (-want +got)\n%s", tt.name, diff)
		}
		if tt.want != nil && tt.name != "beside notes" && len(f.Releases[0].Notes.Links) == 0 {
			t.Errorf("a file %s: the link to it is lost", tt.name)
		}
		if len(tt.want) > 0 && strings.Contains(tt.want[0], "CVE") && len(f.Releases[0].Notes.Identifiers) != 1 {
			t.Errorf("a file %s: identifiers %v", tt.name, f.Releases[0].Notes.Identifiers)
		}
	}
}

func TestFifteenChangelogsShareADocumentAndEachIsReadOnce(t *testing.T) {
	w := &githubtest.World{}
	var names []string
	for i := range 16 {
		name := fmt.Sprint("r", i)
		file := "https://github.com/o/" + name + "/blob/main/CHANGELOG.md"
		w.Repos = append(w.Repos, &githubtest.Repo{Owner: "o", Name: name, Files: map[string]string{"CHANGELOG.md": "# 1.0\n\n- Adds one thing.\n\n# 2.0\n\n- Adds two things.\n"},
			Releases: []githubtest.Release{linking("v1.0", file), linking("v2.0", file)}})
		names = append(names, "o/"+name)
	}
	s := githubtest.NewInProcess(t, w)
	f := collect(t, newReleases(signed(t, s), []ReleaseSource{{Repos: repos(names...)}}))
	if n := asked(s, "object("); n != 2 {
		t.Errorf("%d documents for 16 files, want 2", n)
	}
	for _, r := range f.Releases {
		if got := changes(r); len(got) != 1 || got[0] != map[string]string{"v1.0": "Adds one thing", "v2.0": "Adds two things"}[r.Tag.Unsafe()] {
			t.Errorf("%s %s: %q", r.Repo, r.Tag, got)
		}
	}
}

func TestChangelogThatCannotBeReadIsAGapAndTheReleaseIsKept(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := githubtest.NewInProcess(t, istio(githubtest.Repo{Releases: []githubtest.Release{linking("v1", blobs+"main/CHANGELOG.md")}}))
		s.Fail(githubtest.Fault{GraphQL: "object(", Times: -1, NullPath: []any{"r0", "object"}, ErrorType: "INTERNAL", Message: "no"})
		f := collect(t, newReleases(signed(t, s), []ReleaseSource{{Repos: repos("istio/istio")}}))
		wantReceipt(t, f, 0, 1, nil, digest.Failed)
		if got := f.Receipts[0].Detail.Unsafe(); !strings.Contains(got, "no") {
			t.Errorf("detail %q", got)
		}
	})
}

func TestTagsAreSelectedByPatterns(t *testing.T) {
	list := []githubtest.Release{{TagName: "v1.0", PublishedAt: in}, {TagName: "nightly-20231212", PublishedAt: in},
		{TagName: "sdk/v1.0", PublishedAt: in}, {TagName: "nightly-old", PublishedAt: before}}
	for _, tt := range []struct {
		filters []Filter
		want    int
	}{
		{[]Filter{{}}, 3},
		{[]Filter{{Exclude: []string{"Nightly-*"}}}, 2},
		{[]Filter{{Include: []string{"v*"}}}, 1},
		{[]Filter{{Include: []string{"*v1.0"}}}, 2},
		{[]Filter{{Include: []string{"v*"}}, {Include: []string{"sdk/*"}}}, 2},
		{[]Filter{{Include: []string{"*"}, Exclude: []string{"*"}}}, 0},
	} {
		var sources []ReleaseSource
		for _, f := range tt.filters {
			sources = append(sources, ReleaseSource{Repos: repos("istio/istio"), Tags: f})
		}
		s := githubtest.NewInProcess(t, istio(githubtest.Repo{Releases: list}))
		f := collect(t, newReleases(signed(t, s), sources))
		byREST := collect(t, newReleases(anonymous(t, s), sources))
		dropped := map[digest.DropReason]int{digest.OutsidePeriod: 1, digest.ExcludedByPattern: 3 - tt.want}
		if tt.want == 3 {
			delete(dropped, digest.ExcludedByPattern)
		}
		wantReceipt(t, f, 0, tt.want, dropped, digest.Complete)
		wantReceipt(t, byREST, 0, tt.want, dropped, digest.Complete)
	}
}
