package collectors

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/githubtest"
)

func tags(f digest.Findings) []string {
	var out []string
	for _, r := range f.Releases {
		out = append(out, r.Tag.Unsafe())
	}
	return out
}

// releases collects the releases of one repository, in one of two ways.
func releases(t *testing.T, r githubtest.Repo, prereleases bool, way func(*testing.T, *githubtest.Server) *github.Client) (digest.Findings, *githubtest.Server) {
	t.Helper()
	s := githubtest.NewInProcess(t, istio(r))
	return collect(t, newReleases(way(t, s), []ReleaseSource{{Repos: repos("istio/istio"), Prereleases: prereleases, Section: "project"}})), s
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
		{"a prerelease, not configured", githubtest.Release{Prerelease: true, PublishedAt: in}, digest.IsPrerelease},
		{"a prerelease of another week", githubtest.Release{Prerelease: true, PublishedAt: before}, digest.OutsidePeriod},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.release.TagName = "v1"
			f, _ := releases(t, githubtest.Repo{CanPush: true, Releases: []githubtest.Release{tt.release}}, false, signed)
			if tt.dropped == "" {
				wantReceipt(t, f, 0, 1, nil, digest.Complete)
				return
			}
			wantReceipt(t, f, 0, 0, map[digest.DropReason]int{tt.dropped: 1}, digest.Complete)
		})
	}
}

func TestReleaseFieldsByGraphQLAndREST(t *testing.T) {
	for _, way := range []func(*testing.T, *githubtest.Server) *github.Client{signed, anonymous} {
		checkReleaseFacts(t, way)
	}
}

func checkReleaseFacts(t *testing.T, way func(*testing.T, *githubtest.Server) *github.Client) {
	t.Helper()
	f, _ := releases(t, githubtest.Repo{Releases: []githubtest.Release{
		{TagName: "v2-rc.1", Name: "Two *rc*", Body: "# New\n\nSome **notes**.", Author: "ann", Prerelease: true, PublishedAt: in},
		{TagName: "v1", PublishedAt: in.Add(-second)}, // name and notes are null, and its author's account is deleted
	}}, true, way)
	if len(f.Releases) != 2 {
		t.Fatalf("found %v", tags(f))
	}
	want := []digest.Release{
		{Item: digest.Item{ID: f.Releases[0].ID, Repo: repos("istio/istio")[0], URL: link(t, "https://github.com/istio/istio/releases/tag/v2-rc.1"), Section: "project"},
			Tag: text("v2-rc.1"), Name: text("Two *rc*"), Notes: digest.Notes{Groups: []digest.NoteGroup{
				{Kind: digest.ChangeFeature, Heading: text("New"), Items: []digest.NoteItem{{Text: text("Some notes.")}}, Total: 1},
			}},
			Prerelease: true, PublishedAt: in,
			Author: digest.Person{Login: text("ann")}},
		{Item: digest.Item{ID: f.Releases[1].ID, Repo: repos("istio/istio")[0], URL: link(t, "https://github.com/istio/istio/releases/tag/v1"), Section: "project"},
			Tag: text("v1"), PublishedAt: in.Add(-second)},
	}
	if diff := gocmp.Diff(want, f.Releases, inside); diff != "" || f.Releases[0].ID == "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestRepositoryInTwoSourcesIsListedOnceWithPrereleasesIfAnyWantsThem(t *testing.T) {
	s := githubtest.NewInProcess(t, istio(githubtest.Repo{Releases: []githubtest.Release{
		{TagName: "v2", PublishedAt: in}, {TagName: "v3-rc", Prerelease: true, PublishedAt: in.Add(second)}}}))
	f := collect(t, newReleases(signed(t, s), []ReleaseSource{
		{Repos: repos("istio/istio"), Section: "project"},
		{Repos: repos("Istio/istio"), Prereleases: true, Section: "community"},
	}))
	wantReceipt(t, f, 0, 2, nil, digest.Complete)
	if len(f.Receipts) != 1 || asked(s, "releases(") != 1 || f.Releases[0].Section != "project" {
		t.Errorf("%d receipts, %d requests, section %s", len(f.Receipts), len(s.Requests()), f.Releases[0].Section)
	}
}

// backport is a list of three pages whose oldest release was published in the period.
func backport() githubtest.Repo {
	list := []githubtest.Release{{TagName: "1.0.9", CreatedAt: before.Add(-1000 * days), PublishedAt: in}}
	for i := range 250 {
		list = append(list, githubtest.Release{TagName: fmt.Sprint("2.0.", i), PublishedAt: before.Add(-time.Duration(i) * time.Hour)})
	}
	return githubtest.Repo{Releases: list}
}

func TestPromotedPrereleaseIsCollectedAsARelease(t *testing.T) {
	lastWeek := digest.Period{From: week.From.AddDate(0, 0, -7), To: week.From}
	source := []ReleaseSource{{Repos: repos("istio/istio"), Prereleases: true}}
	for _, way := range []func(*testing.T, *githubtest.Server) *github.Client{signed, anonymous} {
		s := githubtest.NewInProcess(t, istio(githubtest.Repo{Releases: []githubtest.Release{
			{TagName: "v2", Prerelease: true, PublishedAt: in.Add(-7 * days)}, {TagName: "v3-rc", Prerelease: true, PublishedAt: in.Add(-7 * days)}}}))
		f, err := newReleases(way(t, s), source).Collect(t.Context(), lastWeek)
		if err != nil || len(f.Releases) != 2 {
			t.Fatalf("last week: %v, %v", tags(f), err)
		}
		past := digest.NewPast(digest.Snapshot{Period: lastWeek, Findings: f})
		s.Update(func(w *githubtest.World) { w.Repos[0].Releases[0].Prerelease = false })
		f = collect(t, NewGitHub(way(t, s), Sources{Releases: source, Past: past}))
		if len(f.Releases) != 0 || len(f.Late.Releases) != 1 || f.Late.Releases[0].Tag.Unsafe() != "v2" || f.Late.Releases[0].Prerelease {
			t.Errorf("this week: %v, late %v", tags(f), f.Late.Releases)
		}
		past = digest.NewPast(digest.Snapshot{Period: lastWeek, Findings: digest.Findings{Receipts: f.Receipts}}, digest.Snapshot{Period: week, Findings: f})
		if f = collect(t, NewGitHub(way(t, s), Sources{Releases: source, Past: past})); len(f.Late.Releases) != 0 {
			t.Errorf("next week: late %v", f.Late.Releases)
		}
	}
}

func TestBackportOnTheLastPageIsFound(t *testing.T) {
	f, s := releases(t, backport(), false, signed)
	wantReceipt(t, f, 0, 1, map[digest.DropReason]int{digest.OutsidePeriod: 250}, digest.Complete)
	if diff := gocmp.Diff([]string{"1.0.9"}, tags(f)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if n := len(s.Requests()); n != 4 || f.Receipts[0].Pages != 3 {
		t.Errorf("%d requests for %d pages and the notes, want 4 for 3", n, f.Receipts[0].Pages)
	}
}

func TestMovingReleaseListLosesAndDuplicatesNothing(t *testing.T) {
	for name, tt := range map[string]struct {
		move func(*githubtest.Repo)
		want int
	}{
		"one is published, the others move down": {func(r *githubtest.Repo) {
			r.Releases = append(r.Releases, githubtest.Release{TagName: "new", PublishedAt: in.Add(time.Hour)})
		}, 121},
		// The ones read before are read again by id: the deleted one is a gap.
		"an older one is deleted": {func(r *githubtest.Repo) { r.Releases = r.Releases[:120] }, 120},
	} {
		var list []githubtest.Release
		for i := range 121 {
			list = append(list, githubtest.Release{TagName: fmt.Sprint("v", i), PublishedAt: in.Add(-time.Duration(i) * time.Minute)})
		}
		list[120].PublishedAt = before
		if name[0] == 'o' {
			list = list[:120]
		}
		s := githubtest.NewInProcess(t, istio(githubtest.Repo{Releases: list}))
		c := intercepted(t, s, nth(2, func() { s.Update(func(w *githubtest.World) { tt.move(w.Repos[0]) }) }))
		f := collect(t, newReleases(c, []ReleaseSource{{Repos: repos("istio/istio")}}))
		if r := f.Receipts[0]; r.Kept != tt.want || r.Outcome != digest.Complete || r.Pages != 4 {
			t.Errorf("%s: kept %d of %d pages, want %d of 4; %s %s", name, r.Kept, r.Pages, tt.want, r.Outcome, r.Detail)
		}
	}
}

func TestReleaseListThatIsNeverStableIsAGap(t *testing.T) {
	var list []githubtest.Release
	for i := range 120 {
		list = append(list, githubtest.Release{TagName: fmt.Sprint("v", i), PublishedAt: in.Add(-time.Duration(i) * time.Minute)})
	}
	s := githubtest.NewInProcess(t, istio(githubtest.Repo{Releases: list}))
	n := 0
	c := intercepted(t, s, func(*http.Request) *http.Response {
		s.Update(func(w *githubtest.World) { // one at a time: documents are sent concurrently
			n++
			w.Repos[0].Releases = append(w.Repos[0].Releases, githubtest.Release{TagName: fmt.Sprint("new", n), PublishedAt: in.Add(time.Hour)})
		})
		return nil
	})
	f := collect(t, newReleases(c, []ReleaseSource{{Repos: repos("istio/istio")}}))
	if r := f.Receipts[0]; r.Outcome != digest.Failed || !strings.Contains(r.Detail.Unsafe(), "faster than it can be read") || n > 20 {
		t.Errorf("after %d requests: %s, %s", n, r.Outcome, r.Detail)
	}
}

func TestReleaseListWithoutANextCursorIsAGap(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, cursor := range []string{`null`, `""`} {
			s := githubtest.NewInProcess(t, istio(githubtest.Repo{}))
			s.Fail(githubtest.Fault{Path: "/graphql", Status: 200, Times: -1, Body: `{"data":{"r0":{"nameWithOwner":"istio/istio",
			"releases":{"totalCount":1,"pageInfo":{"hasNextPage":true,"endCursor":` + cursor + `},"nodes":[]}}}}`})
			f := collect(t, newReleases(signed(t, s), []ReleaseSource{{Repos: repos("istio/istio")}}))
			wantReceipt(t, f, 0, 0, nil, digest.Failed)
		}
	})
}

func TestReleaseThatCannotBeListedOrReadIsAGapAndTheRestIsKept(t *testing.T) {
	for _, tt := range []struct {
		stage string
		null  []any
		kind  string
		want  digest.Outcome
	}{
		{"releases(", []any{"r0", "releases", "nodes", 1}, "FORBIDDEN", digest.Failed},
		{"nodes(ids", []any{"light", 1}, "FORBIDDEN", digest.Failed},
		{"nodes(ids", []any{"light", 1}, "INTERNAL", digest.Failed},
		{"releases(", []any{"r0"}, "NOT_FOUND", digest.Missing},
		{"releases(", []any{"r0"}, "FORBIDDEN", digest.Forbidden},
	} {
		bubble(t, func(t *testing.T) {
			s := githubtest.NewInProcess(t, istio(githubtest.Repo{Releases: []githubtest.Release{
				{TagName: "v3", PublishedAt: in}, {TagName: "v2", PublishedAt: in.Add(-second)}, {TagName: "v1", PublishedAt: in.Add(-2 * second)}}}))
			s.Fail(githubtest.Fault{GraphQL: tt.stage, NullPath: tt.null, ErrorType: tt.kind, Message: "this one not", Times: -1})
			f := collect(t, newReleases(signed(t, s), []ReleaseSource{{Repos: repos("istio/istio")}}))
			kept := map[bool]int{true: 2, false: 0}[len(tt.null) > 1]
			wantReceipt(t, f, 0, kept, nil, tt.want)
		})
	}
}

func TestDiscussionsAndReleasesOfManyRepositoriesAreTwoDocuments(t *testing.T) {
	w, list := fleet(50)
	for i, r := range w.Repos {
		r.Releases = []githubtest.Release{{TagName: fmt.Sprint("v", i), PublishedAt: in}}
		if i >= 20 {
			r.Discussions = nil
		}
	}
	s := githubtest.NewInProcess(t, w)
	f := collect(t, NewGitHub(signed(t, s), Sources{
		Discussions: []DiscussionSource{{Repos: list[:40]}},
		Releases:    []ReleaseSource{{Repos: list[10:]}},
		Advisories:  []AdvisorySource{{Repos: list[5:], Mode: Reviewed}},
	}))
	if len(f.Discussions) != 20 || len(f.Releases) != 40 || len(digest.Gaps(f.Receipts)) != 0 {
		t.Errorf("%d discussions, %d releases, gaps %v", len(f.Discussions), len(f.Releases), digest.Gaps(f.Receipts))
	}
	if n, global := asked(s, "query"), asked(s, "/advisories"); n != 2 || global != 2 {
		t.Errorf("%d documents and %d requests to the database, want 2 and 2", n, global)
	}
}

func TestErrorInOneListOfARepositoryIsNotTheOthers(t *testing.T) {
	s := githubtest.NewInProcess(t, istio(githubtest.Repo{Discussions: many(1, 3, in), Releases: []githubtest.Release{{TagName: "v1", PublishedAt: in}}}))
	s.Fail(githubtest.Fault{GraphQL: "releases(", NullPath: []any{"r0", "discussions", "nodes", 1}, ErrorType: "FORBIDDEN", Message: "this one not", Times: -1})
	f := collect(t, NewGitHub(signed(t, s), Sources{
		Discussions: []DiscussionSource{{Repos: repos("istio/istio")}}, Releases: []ReleaseSource{{Repos: repos("istio/istio")}}}))
	wantReceipt(t, f, 0, 2, nil, digest.Failed)
	wantReceipt(t, f, 1, 1, nil, digest.Complete)
}

func TestBackportOnTheLastPageIsFoundByREST(t *testing.T) {
	f, s := releases(t, backport(), false, anonymous)
	wantReceipt(t, f, 0, 1, map[digest.DropReason]int{digest.OutsidePeriod: 250}, digest.Complete)
	if diff := gocmp.Diff([]string{"1.0.9"}, tags(f)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	var pages []string
	for _, q := range s.Requests() {
		pages = append(pages, q.Query.Get("per_page")+"/"+q.Query.Get("page"))
	}
	// The first and the last page a second time, to see that the list held still.
	if diff := gocmp.Diff([]string{"100/", "100/3", "100/2", "100/", "100/3"}, pages); diff != "" || f.Receipts[0].Pages != 5 {
		t.Errorf("%d pages on the receipt; asked for (-want +got)\n%s", f.Receipts[0].Pages, diff)
	}
}

func TestMovingReleaseListLosesAndDuplicatesNothingByREST(t *testing.T) {
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

func TestReleaseListThatIsNeverStableIsAGapByREST(t *testing.T) {
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
		{"half a response", githubtest.Fault{Truncate: true}, digest.Failed},
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
				if diff := gocmp.Diff([]string{"a1", "c1"}, tags(f)); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
				if r := f.Receipts[1]; tt.fault.Status != 0 && r.RequestID.Unsafe() != "AB:12" {
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

func TestReleaseListThatDoesNotAdvanceIsAGapByREST(t *testing.T) {
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

func TestFatalErrorsWhileReadingReleasesEndTheRun(t *testing.T) {
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
