package collectors

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/githubtest"
)

// three is a world of three repositories with a release each.
func three() (*githubtest.World, []ReleaseSource) {
	w := &githubtest.World{}
	for _, name := range []string{"a", "b", "c"} {
		w.Repos = append(w.Repos, &githubtest.Repo{Owner: "o", Name: name,
			Releases: []githubtest.Release{{TagName: name + "1", PublishedAt: in}}})
	}
	return w, []ReleaseSource{{Repos: repos("o/a", "o/b", "o/c")}}
}

func TestRepositoryWhoseReleasesCannotBeReadByRESTIsAGapAndTheOthersAreKept(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault githubtest.Fault
		want  digest.Outcome
	}{
		{"missing", githubtest.Fault{Status: 404, Body: `{"message":"Not Found"}`}, digest.Missing},
		{"forbidden", githubtest.Fault{Status: 403, Body: `{"message":"Resource not accessible by integration"}`}, digest.Forbidden},
		{"broken server", githubtest.Fault{Status: 500, Body: `{"message":"Server Error"}`}, digest.Failed},
		{"web page", githubtest.Fault{Status: 200, Body: "<html>"}, digest.Failed},
		{"too many", githubtest.Fault{Status: 422, Body: `{"message":"Only the first 10000 results are available."}`}, digest.Failed},
		{"broken connection", githubtest.Fault{Reset: true}, digest.Failed},
		{"half an answer", githubtest.Fault{Truncate: true}, digest.Failed},
		{"elsewhere", githubtest.Fault{Redirect: "https://evil.example/"}, digest.Failed},
		{"in circles", githubtest.Fault{Redirect: "/repos/o/b/releases"}, digest.Failed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				w, sources := three()
				s := githubtest.NewInProcess(t, w)
				tt.fault.Path, tt.fault.Times = "/repos/o/b/", -1
				tt.fault.Header = http.Header{"X-Github-Request-Id": {"AB:12"}}
				s.Fail(tt.fault)
				f := collect(t, newReleases(anonymous(t, s), sources))
				wantReceipt(t, f, 1, 0, nil, tt.want)
				if diff := cmp.Diff([]string{"a1", "c1"}, tags(f)); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
				if r := f.Receipts[1]; tt.fault.Status != 0 && r.RequestID != "AB:12" {
					t.Errorf("request %q on the receipt: %s", r.RequestID, r.Detail)
				}
			})
		})
	}
}

func TestPagesBeforeTheOneThatFailedAreKept(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w, sources := three()
		for i := range 150 {
			w.Repos[0].Releases = append(w.Repos[0].Releases, githubtest.Release{TagName: fmt.Sprint("x", i), PublishedAt: before})
		}
		s := githubtest.NewInProcess(t, w)
		s.Fail(githubtest.Fault{Path: "/repos/o/a/", Skip: 1, Times: -1, Status: 502})
		f := collect(t, newReleases(anonymous(t, s), sources))
		wantReceipt(t, f, 0, 1, map[digest.DropReason]int{digest.OutsidePeriod: 99}, digest.Failed)
	})
}

func TestListWhoseNextPageIsThePresentOneIsAGap(t *testing.T) {
	w, sources := three()
	s := githubtest.NewInProcess(t, w)
	s.Fail(githubtest.Fault{Path: "/repos/o/a/", Times: -1, Status: 200, Body: `[]`,
		Header: http.Header{"Link": {`<` + s.URL() + `/repos/o/a/releases?page=2>; rel="next"`}}})
	f := collect(t, newReleases(anonymous(t, s), sources))
	wantReceipt(t, f, 0, 0, nil, digest.Failed)
	if n := asked(s, "/repos/o/a/"); n != 2 {
		t.Errorf("%d requests, want 2", n)
	}
}

func TestRenamedRepositoryIsNotedWithoutAReleaseInThePeriodToo(t *testing.T) {
	for _, at := range []struct{ kept, dropped int }{{1, 0}, {0, 1}} {
		published := map[int]string{1: "in the period", 0: "before it"}[at.kept]
		release := githubtest.Release{TagName: "v1", PublishedAt: in}
		if at.kept == 0 {
			release.PublishedAt = before
		}
		s := githubtest.NewInProcess(t, istio(githubtest.Repo{RenamedFrom: []string{"old/mesh"}, Releases: []githubtest.Release{release}}))
		for _, c := range []*github.Client{signed(t, s), anonymous(t, s)} {
			f := collect(t, newReleases(c, []ReleaseSource{{Repos: repos("old/mesh")}}))
			if r := f.Receipts[0]; r.Kept != at.kept || r.RenamedTo.String() != "istio/istio" || r.Source != "old/mesh" {
				t.Errorf("release %s: kept %d of %s, renamed to %q", published, r.Kept, r.Source, r.RenamedTo)
			}
			if at.kept == 1 && f.Releases[0].Repo.String() != "istio/istio" {
				t.Errorf("release of %s", f.Releases[0].Repo)
			}
		}
	}
}

func TestReleasesStopTheRunWhereGoingOnIsSenseless(t *testing.T) {
	w, sources := three()
	s := githubtest.NewInProcess(t, w)
	if _, err := newReleases(client(t, s, "stale", s.Transport()), sources).Collect(t.Context(), week); github.KindOf(err) != github.Unauthorized {
		t.Errorf("stale token: error %v", err)
	}
	w, sources = three()
	s = githubtest.NewInProcess(t, w)
	s.Fail(githubtest.Fault{Path: "/releases", Skip: 1, Times: -1, Status: 403, Body: `{"message":"API rate limit exceeded"}`, Header: http.Header{
		"X-Ratelimit-Limit": {"60"}, "X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {"4102444800"}}})
	f, err := newReleases(anonymous(t, s), sources).Collect(t.Context(), week)
	if e := github.AsError(err); e == nil || e.Kind != github.RateLimited || e.Reset.IsZero() || !strings.Contains(err.Error(), "list releases of o/") {
		t.Errorf("limit reached: error %v", err)
	}
	if len(f.Receipts) != 3 {
		t.Errorf("%d receipts, want one for each repository", len(f.Receipts))
	}
}

func TestNullInAListIsAGapAndTheRestIsKept(t *testing.T) {
	s := githubtest.NewInProcess(t, istio(githubtest.Repo{}))
	s.Fail(githubtest.Fault{Path: "/repos/istio/istio/releases", Status: 200, Body: `[null, {"id":1,"node_id":"R1","tag_name":"v1","published_at":"` + in.Format("2006-01-02T15:04:05Z07:00") + `"}]`})
	s.Fail(githubtest.Fault{Path: "/repos/istio/istio/security-advisories", Status: 200, Body: `[null]`})
	c := anonymous(t, s)
	wantReceipt(t, collect(t, newReleases(c, []ReleaseSource{{Repos: repos("istio/istio")}})), 0, 1, nil, digest.Failed)
	wantReceipt(t, collect(t, newAdvisories(c, []AdvisorySource{{Repos: repos("istio/istio")}})), 0, 0, nil, digest.Failed)
}
