package collectors

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/githubtest"
	"github.com/community-digest/digest/internal/markdown"
)

func tags(f digest.Findings) []string {
	var out []string
	for _, r := range f.Releases {
		out = append(out, r.Tag.Unsafe())
	}
	return out
}

// releases collects the releases of one repository.
func releases(t *testing.T, r githubtest.Repo, prereleases bool) (digest.Findings, *githubtest.Server) {
	t.Helper()
	s := githubtest.NewInProcess(t, istio(r))
	return collect(t, NewReleases(signed(t, s), []ReleaseSource{{Repos: repos("istio/istio"), Prereleases: prereleases, Section: "project"}})), s
}

func TestReleaseCountsByItsPublication(t *testing.T) {
	from, to := week.From.UTC(), week.To.UTC()
	for _, tt := range []struct {
		name    string
		release githubtest.Release
		dropped digest.DropReason
	}{
		{"at the first instant", githubtest.Release{PublishedAt: from}, ""},
		{"a second before", githubtest.Release{PublishedAt: from.Add(-second)}, digest.OutsidePeriod},
		{"in the last second", githubtest.Release{PublishedAt: to.Add(-second)}, ""},
		{"at the end", githubtest.Release{PublishedAt: to}, digest.OutsidePeriod},
		{"of an old commit", githubtest.Release{PublishedAt: in, CreatedAt: before}, ""},
		{"of a commit of the period, published later", githubtest.Release{PublishedAt: after, CreatedAt: in}, digest.OutsidePeriod},
		{"edited in the period", githubtest.Release{PublishedAt: before, UpdatedAt: in}, digest.OutsidePeriod},
		{"a draft", githubtest.Release{Draft: true, CreatedAt: in}, digest.IsDraft},
		{"a draft with a date of publication", githubtest.Release{Draft: true, CreatedAt: in, PublishedAt: in}, digest.IsDraft},
		{"a prerelease nobody asked for", githubtest.Release{Prerelease: true, PublishedAt: in}, digest.IsPrerelease},
		{"a prerelease of another week", githubtest.Release{Prerelease: true, PublishedAt: before}, digest.OutsidePeriod},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.release.TagName = "v1"
			f, _ := releases(t, githubtest.Repo{CanPush: true, Releases: []githubtest.Release{tt.release}}, false)
			if tt.dropped == "" {
				wantReceipt(t, f, 0, 1, nil, digest.Complete)
				return
			}
			wantReceipt(t, f, 0, 0, map[digest.DropReason]int{tt.dropped: 1}, digest.Complete)
		})
	}
}

func TestBackportOnTheLastPageIsFound(t *testing.T) {
	list := []githubtest.Release{{TagName: "1.0.9", CreatedAt: before.Add(-1000 * days), PublishedAt: in}}
	for i := range 250 {
		list = append(list, githubtest.Release{TagName: fmt.Sprint("2.0.", i), PublishedAt: before.Add(-time.Duration(i) * time.Hour)})
	}
	f, s := releases(t, githubtest.Repo{Releases: list}, false)
	wantReceipt(t, f, 0, 1, map[digest.DropReason]int{digest.OutsidePeriod: 250}, digest.Complete)
	if diff := cmp.Diff([]string{"1.0.9"}, tags(f)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	var pages []string
	for _, q := range s.Requests() {
		pages = append(pages, q.Query.Get("per_page")+"/"+q.Query.Get("page"))
	}
	// The first and the last page a second time, to see that the list held still.
	if diff := cmp.Diff([]string{"100/", "100/3", "100/2", "100/", "100/3"}, pages); diff != "" || f.Receipts[0].Pages != 5 {
		t.Errorf("%d pages on the receipt; asked for (-want +got)\n%s", f.Receipts[0].Pages, diff)
	}
}

func TestReleaseHasAllItsFacts(t *testing.T) {
	f, _ := releases(t, githubtest.Repo{Releases: []githubtest.Release{
		{TagName: "v2-rc.1", Name: "Two *rc*", Body: "# New\n\nSome **notes**.", Author: "robot[bot]", Prerelease: true, PublishedAt: in},
		{TagName: "v1", PublishedAt: in.Add(-second)}, // name and notes are null
	}}, true)
	if len(f.Releases) != 2 {
		t.Fatalf("found %v", tags(f))
	}
	want := []digest.Release{
		{Item: digest.Item{ID: f.Releases[0].ID, Repo: repos("istio/istio")[0], URL: link(t, "https://github.com/istio/istio/releases/tag/v2-rc.1"), Section: "project"},
			Tag: text("v2-rc.1"), Name: text("Two *rc*"), Notes: markdown.Prose("Some **notes**."), Prerelease: true, PublishedAt: in,
			Author: digest.Person{Login: text("robot[bot]"), Bot: true}},
		{Item: digest.Item{ID: f.Releases[1].ID, Repo: repos("istio/istio")[0], URL: link(t, "https://github.com/istio/istio/releases/tag/v1"), Section: "project"},
			Tag: text("v1"), PublishedAt: in.Add(-second), Author: digest.Person{Login: text("ghost")}},
	}
	if diff := cmp.Diff(want, f.Releases, inside); diff != "" || f.Releases[0].ID == "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestListThatMovesWhileItIsReadLosesAndDoublesNothing(t *testing.T) {
	for name, tt := range map[string]struct {
		move func(*githubtest.Repo)
		want int
	}{
		"one is published, the others move down": {func(r *githubtest.Repo) {
			r.Releases = append(r.Releases, githubtest.Release{TagName: "new", PublishedAt: in.Add(time.Hour)})
		}, 121},
		"one is deleted, the others move up": {func(r *githubtest.Repo) { r.Releases = r.Releases[1:] }, 120},
	} {
		var list []githubtest.Release
		for i := range 120 {
			list = append(list, githubtest.Release{TagName: fmt.Sprint("v", i), PublishedAt: in.Add(-time.Duration(i) * time.Minute)})
		}
		s := githubtest.NewInProcess(t, istio(githubtest.Repo{Releases: list}))
		moved := false
		c := watched(t, s, func(r *http.Request) *http.Response {
			if r.URL.Query().Get("page") == "2" && !moved {
				moved = true
				s.Update(func(w *githubtest.World) { tt.move(w.Repos[0]) })
			}
			return nil
		})
		f := collect(t, NewReleases(c, []ReleaseSource{{Repos: repos("istio/istio")}}))
		t.Log(name)
		wantReceipt(t, f, 0, tt.want, nil, digest.Complete)
	}
}

func TestListThatNeverHoldsStillIsAGap(t *testing.T) {
	var list []githubtest.Release
	for i := range 120 {
		list = append(list, githubtest.Release{TagName: fmt.Sprint("v", i), PublishedAt: in.Add(-time.Duration(i) * time.Minute)})
	}
	s := githubtest.NewInProcess(t, istio(githubtest.Repo{Releases: list}))
	n := 0
	c := watched(t, s, func(r *http.Request) *http.Response {
		n++
		s.Update(func(w *githubtest.World) {
			w.Repos[0].Releases = append(w.Repos[0].Releases, githubtest.Release{TagName: fmt.Sprint("new", n), PublishedAt: in.Add(time.Hour)})
		})
		return nil
	})
	f := collect(t, NewReleases(c, []ReleaseSource{{Repos: repos("istio/istio")}}))
	if r := f.Receipts[0]; r.Outcome != digest.Failed || !strings.Contains(r.Detail.Unsafe(), "faster than it can be read") || n > 20 {
		t.Errorf("after %d requests: %s, %s", n, r.Outcome, r.Detail)
	}
}

func TestRepositoryInTwoSourcesIsListedOnceWithPrereleasesIfAnyWantsThem(t *testing.T) {
	s := githubtest.NewInProcess(t, istio(githubtest.Repo{Releases: []githubtest.Release{
		{TagName: "v2", PublishedAt: in}, {TagName: "v3-rc", Prerelease: true, PublishedAt: in.Add(second)}}}))
	f := collect(t, NewReleases(signed(t, s), []ReleaseSource{
		{Repos: repos("istio/istio"), Section: "project"},
		{Repos: repos("Istio/istio"), Prereleases: true, Section: "community"},
	}))
	wantReceipt(t, f, 0, 2, nil, digest.Complete)
	if len(f.Receipts) != 1 || len(s.Requests()) != 1 || f.Releases[0].Section != "project" {
		t.Errorf("%d receipts, %d requests, section %s", len(f.Receipts), len(s.Requests()), f.Releases[0].Section)
	}
}

func TestReleaseLinkToAnotherHostIsDropped(t *testing.T) {
	s := githubtest.NewInProcess(t, istio(githubtest.Repo{}))
	s.Fail(githubtest.Fault{Path: "/releases", Status: 200, Body: `[{"id":1,"node_id":"R_1","tag_name":"v1",
		"html_url":"https://evil.example/other/place/releases/tag/v1","published_at":"2023-12-13T00:00:00Z"}]`})
	f := collect(t, NewReleases(signed(t, s), []ReleaseSource{{Repos: repos("istio/istio")}}))
	if r := f.Releases[0]; !r.URL.IsZero() || r.Repo.String() != "istio/istio" || f.Receipts[0].RenamedTo != (digest.Repo{}) {
		t.Errorf("release of %s at %s, renamed to %s", r.Repo, r.URL, f.Receipts[0].RenamedTo)
	}
}
