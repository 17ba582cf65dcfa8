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
)

func TestBackportOnTheLastPageIsFoundByREST(t *testing.T) {
	f, s := releases(t, backport(), false, anonymous)
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

func TestListThatMovesWhileItIsReadByRESTLosesAndDoublesNothing(t *testing.T) {
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
		look := func(r *http.Request) *http.Response {
			if r.URL.Query().Get("page") == "2" && !moved {
				moved = true
				s.Update(func(w *githubtest.World) { tt.move(w.Repos[0]) })
			}
			return nil
		}
		f := collect(t, newReleases(client(t, s, "", wire{s.Transport(), look}), []ReleaseSource{{Repos: repos("istio/istio")}}))
		t.Log(name)
		wantReceipt(t, f, 0, tt.want, nil, digest.Complete)
	}
}

func TestListThatNeverHoldsStillIsAGapByREST(t *testing.T) {
	var list []githubtest.Release
	for i := range 120 {
		list = append(list, githubtest.Release{TagName: fmt.Sprint("v", i), PublishedAt: in.Add(-time.Duration(i) * time.Minute)})
	}
	s := githubtest.NewInProcess(t, istio(githubtest.Repo{Releases: list}))
	n := 0
	look := func(r *http.Request) *http.Response {
		n++
		s.Update(func(w *githubtest.World) {
			w.Repos[0].Releases = append(w.Repos[0].Releases, githubtest.Release{TagName: fmt.Sprint("new", n), PublishedAt: in.Add(time.Hour)})
		})
		return nil
	}
	f := collect(t, newReleases(client(t, s, "", wire{s.Transport(), look}), []ReleaseSource{{Repos: repos("istio/istio")}}))
	if r := f.Receipts[0]; r.Outcome != digest.Failed || !strings.Contains(r.Detail.Unsafe(), "faster than it can be read") || n > 20 {
		t.Errorf("after %d requests: %s, %s", n, r.Outcome, r.Detail)
	}
}

func TestReleaseLinkToAnotherHostIsDropped(t *testing.T) {
	s := githubtest.NewInProcess(t, istio(githubtest.Repo{}))
	s.Fail(githubtest.Fault{Path: "/releases", Status: 200, Body: `[{"id":1,"node_id":"R_1","tag_name":"v1",
		"html_url":"https://evil.example/other/place/releases/tag/v1","published_at":"2023-12-13T00:00:00Z"}]`})
	f := collect(t, newReleases(anonymous(t, s), []ReleaseSource{{Repos: repos("istio/istio")}}))
	if r := f.Releases[0]; !r.URL.IsZero() || r.Repo.String() != "istio/istio" || f.Receipts[0].RenamedTo != (digest.Repo{}) {
		t.Errorf("release of %s at %s, renamed to %s", r.Repo, r.URL, f.Receipts[0].RenamedTo)
	}
}
