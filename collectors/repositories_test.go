package collectors

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/githubtest"
)

// mesh is a world of one organisation with repositories of every sort, and one user.
func mesh() *githubtest.World {
	return &githubtest.World{Repos: []*githubtest.Repo{
		{Owner: "Mesh", Name: "proxy", Topics: []string{"go", "mesh"}},
		{Owner: "Mesh", Name: "API", Topics: []string{"mesh"}},
		{Owner: "Mesh", Name: "api-docs"},
		{Owner: "Mesh", Name: "old", Archived: true, Topics: []string{"mesh"}},
		{Owner: "Mesh", Name: "copy", Fork: true, Topics: []string{"mesh"}},
		{Owner: "Mesh", Name: "plans", Private: true, Topics: []string{"mesh"}},
		{Owner: "ann", OwnerIsUser: true, Name: "tool", Topics: []string{"mesh"}},
		{Owner: "Ann-B", OwnerIsUser: true, Name: "a", Topics: []string{"mesh"}},
	}}
}

func TestRepositoriesWithoutDiscussionsAreDroppedFromASourceOfDiscussions(t *testing.T) {
	w := mesh()
	w.Repos[1].NoDiscussions, w.Repos[3].NoDiscussions = true, true // Mesh/API, and Mesh/old, which is archived
	s := githubtest.NewInProcess(t, w)
	for _, selection := range []Selection{{Org: "mesh"}, {Topic: "mesh"}, {Org: "mesh", Include: []string{"proxy", "api", "api-docs"}}} {
		resolved, err := Resolve(t.Context(), signed(t, s), []Selection{selection})
		if err != nil {
			t.Fatal(err)
		}
		all, d := resolved[0].For(digest.Releases, "project"), resolved[0].For(digest.Discussions, "hot")
		if all.Receipt.Kind != digest.Releases || all.Receipt.Section != "project" || d.Receipt.Kind != digest.Discussions || d.Receipt.Section != "hot" {
			t.Errorf("%s: receipts of %s in %s and %s in %s", selection, all.Receipt.Kind, all.Receipt.Section, d.Receipt.Kind, d.Receipt.Section)
		}
		api := repos("Mesh/API")[0]
		if !slices.Contains(all.Repos, api) || all.Receipt.Dropped[digest.NoDiscussions] != 0 {
			t.Errorf("%s: releases of %v, dropped %v", selection, all.Repos, all.Receipt.Dropped)
		}
		want := all.Receipt
		if slices.Contains(d.Repos, api) || !slices.Equal(d.Repos, d.Receipt.Repos) || d.Receipt.Gap() ||
			d.Receipt.Kept != want.Kept-1 || d.Receipt.Seen != want.Seen || d.Receipt.Dropped[digest.NoDiscussions] != 1 {
			t.Errorf("%s: discussions of %v, seen %d, kept %d, dropped %v", selection, d.Repos, d.Receipt.Seen, d.Receipt.Kept, d.Receipt.Dropped)
		}
	}
}

func TestSelectionOfWhichNoRepositoryHasDiscussionsIsAGap(t *testing.T) {
	w := mesh()
	w.Repos[6].NoDiscussions = true
	s := githubtest.NewInProcess(t, w)
	resolved, err := Resolve(t.Context(), signed(t, s), []Selection{{Org: "ann"}})
	if err != nil {
		t.Fatal(err)
	}
	r := resolved[0].For(digest.Discussions, "hot").Receipt
	if r.Outcome != digest.Failed || !strings.Contains(r.Detail.Unsafe(), "1 discussions switched off") {
		t.Errorf("%s: %s", r.Outcome, r.Detail)
	}
}

// resolve resolves one selection, and checks its books.
func resolve(t *testing.T, c *github.Client, s Selection) Resolved {
	t.Helper()
	resolved, err := Resolve(t.Context(), c, []Selection{s})
	if err != nil || len(resolved) != 1 {
		t.Fatalf("%d resolved: %v", len(resolved), err)
	}
	r := resolved[0]
	if diff := gocmp.Diff(r.Repos, r.Receipt.Repos); diff != "" {
		t.Errorf("the repositories and those on the receipt differ:\n%s", diff)
	}
	sum := r.Receipt.Kept
	for _, n := range r.Receipt.Dropped {
		sum += n
	}
	if r.Receipt.Kept != len(r.Repos) || r.Receipt.Seen != sum || r.Receipt.Gap() == r.Receipt.Detail.Empty() {
		t.Errorf("the books are wrong: %+v", r.Receipt)
	}
	return r
}

func TestSelectionOfAnAccountsRepositories(t *testing.T) {
	type drops = map[digest.DropReason]int
	for _, tt := range []struct {
		name    string
		s       Selection
		want    []string
		dropped drops
	}{
		{"archived, forks and private ones are out", Selection{Org: "mesh"},
			[]string{"Mesh/API", "Mesh/api-docs", "Mesh/proxy"}, drops{digest.IsArchived: 1, digest.IsFork: 1, digest.IsPrivate: 1}},
		{"unless they are asked for", Selection{Org: "mesh", Archived: true, Forks: true, Private: true},
			[]string{"Mesh/API", "Mesh/api-docs", "Mesh/copy", "Mesh/old", "Mesh/plans", "Mesh/proxy"}, nil},
		{"a pattern to include", Selection{Org: "mesh", Include: []string{"api*"}},
			[]string{"Mesh/API", "Mesh/api-docs"}, drops{digest.ExcludedByPattern: 3, digest.IsPrivate: 1}},
		{"several, and of the whole name", Selection{Org: "mesh", Include: []string{"PROXY", "mesh/?pi"}},
			[]string{"Mesh/API", "Mesh/proxy"}, drops{digest.ExcludedByPattern: 3, digest.IsPrivate: 1}},
		{"a pattern to exclude", Selection{Org: "mesh", Exclude: []string{"*-docs", "none"}},
			[]string{"Mesh/API", "Mesh/proxy"}, drops{digest.ExcludedByPattern: 1, digest.IsArchived: 1, digest.IsFork: 1, digest.IsPrivate: 1}},
		{"excluding goes before including", Selection{Org: "mesh", Include: []string{"api*"}, Exclude: []string{"[ab]pi"}},
			[]string{"Mesh/api-docs"}, drops{digest.ExcludedByPattern: 4, digest.IsPrivate: 1}},
		{"a topic", Selection{Org: "mesh", Topic: "mesh"},
			[]string{"Mesh/API", "Mesh/proxy"}, drops{digest.OtherTopic: 1, digest.IsArchived: 1, digest.IsFork: 1, digest.IsPrivate: 1}},
		{"a user", Selection{Org: "ANN"}, []string{"ann/tool"}, nil},
		{"a topic of every account's", Selection{Topic: "mesh"},
			[]string{"ann/tool", "Ann-B/a", "Mesh/API", "Mesh/proxy"}, drops{digest.IsPrivate: 1}},
		{"a topic, archived and forks too", Selection{Topic: "mesh", Archived: true, Forks: true, Exclude: []string{"mesh/a*"}},
			[]string{"ann/tool", "Ann-B/a", "Mesh/copy", "Mesh/old", "Mesh/proxy"}, drops{digest.ExcludedByPattern: 1, digest.IsPrivate: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := githubtest.NewInProcess(t, mesh())
			r := resolve(t, signed(t, s), tt.s)
			if diff := gocmp.Diff(repos(tt.want...), r.Repos); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if diff := gocmp.Diff(tt.dropped, r.Receipt.Dropped); diff != "" || r.Receipt.Gap() || r.Receipt.Pages != 1 {
				t.Errorf("%d pages, %s (%s); dropped (-want +got)\n%s", r.Receipt.Pages, r.Receipt.Outcome, r.Receipt.Detail, diff)
			}
		})
	}
}

func TestSelectionsKeepTheirOrderAndAnAccountIsListedOnce(t *testing.T) {
	s := githubtest.NewInProcess(t, mesh())
	resolved, err := Resolve(t.Context(), signed(t, s), []Selection{
		{Topic: "mesh"}, {Org: "Mesh"}, {Org: "mesh", Topic: "go"}, {Org: "ann"}, {Topic: "mesh", Exclude: []string{"x"}}, {Topic: "mesh", Forks: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range resolved {
		got = append(got, fmt.Sprint(r.Receipt.Source, " ", len(r.Repos)))
	}
	want := []string{"topic:mesh 4", "org:Mesh 3", "org:mesh topic:go 1", "org:ann 1", "topic:mesh 4", "topic:mesh 5"}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if n := len(s.Requests()); n != 5 { // the organisation, the user twice, and two searches
		t.Errorf("%d requests, want 5", n)
	}
}

func TestWithoutATokenWhatIsPublicIsFound(t *testing.T) {
	s := githubtest.NewInProcess(t, mesh())
	c := client(t, s, "", s.Transport())
	for _, sel := range []Selection{{Org: "mesh", Private: true}, {Org: "ann"}, {Topic: "mesh"}} {
		if r := resolve(t, c, sel); r.Receipt.Gap() || r.Receipt.Dropped[digest.IsPrivate] != 0 {
			t.Errorf("%s: %+v", sel, r.Receipt)
		}
	}
}

func TestWhatIsPrivateIsNotNamed(t *testing.T) {
	s := githubtest.NewInProcess(t, mesh())
	for _, sel := range []Selection{{Org: "mesh"}, {Topic: "mesh"}, {Org: "mesh", Include: []string{"p*s"}}, {Org: "mesh", Include: []string{"p*s", "api"}}} {
		if r := resolve(t, signed(t, s), sel); strings.Contains(fmt.Sprintf("%+v", r), "plans") {
			t.Errorf("%s names it: %+v", sel, r)
		}
	}
	// Nothing is public that GitHub does not call so.
	for _, kind := range []string{``, `,"private":null`, `,"private":true`, `,"private":false,"visibility":"internal"`} {
		s.Fail(githubtest.Fault{Path: "/orgs/mesh/repos", Status: 200, Body: `[{"full_name":"Mesh/plans"` + kind + `}]`})
		if r := resolve(t, signed(t, s), Selection{Org: "mesh"}); len(r.Repos) != 0 {
			t.Errorf("%s: %v", kind, r.Repos)
		}
	}
}

func TestEmptySelectionIsAGap(t *testing.T) {
	for _, tt := range []struct {
		name   string
		s      Selection
		want   digest.Outcome
		detail string
		kept   int
	}{
		{"no such account", Selection{Org: "mash"}, digest.Missing, "404", 0},
		{"an empty account", Selection{Org: "empty"}, digest.Missing, "GitHub lists no repository", 0},
		{"no such topic", Selection{Topic: "mash"}, digest.Missing, "GitHub lists no repository", 0},
		{"no such topic there", Selection{Org: "mesh", Topic: "mash"}, digest.Failed, "no repository is selected: 5 other topic, 1 private", 0},
		{"all excluded", Selection{Org: "mesh", Exclude: []string{"*"}}, digest.Failed, "no repository is selected: 5 excluded by pattern, 1 private", 0},
		{"nothing included", Selection{Org: "mesh", Include: []string{"proxi"}}, digest.Failed, "no repository is selected: 5 excluded by pattern, 1 private", 0},
		{"one pattern of two", Selection{Org: "mesh", Include: []string{"proxy", "istoi"}}, digest.Failed, `the pattern "istoi" matches no repository`, 1},
		{"a pattern of a fork", Selection{Org: "mesh", Include: []string{"proxy", "copy"}}, digest.Failed, `the pattern "copy" matches no repository; archived and private`, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := mesh()
			w.Users = []githubtest.User{{Login: "empty", Type: "Organization"}}
			r := resolve(t, signed(t, githubtest.NewInProcess(t, w)), tt.s)
			if detail := r.Receipt.Detail.Unsafe(); r.Receipt.Outcome != tt.want || !strings.Contains(detail, tt.detail) || len(r.Repos) != tt.kept {
				t.Errorf("%v: %s, %s; want %s, %s", r.Repos, r.Receipt.Outcome, detail, tt.want, tt.detail)
			}
		})
	}
}

// large is an organisation with n repositories, which have a topic.
func large(n int) *githubtest.World {
	w := &githubtest.World{}
	for i := range n {
		w.Repos = append(w.Repos, &githubtest.Repo{
			Owner: "mesh", Name: fmt.Sprintf("r%04d", i), Topics: []string{"mesh"}, CreatedAt: before.Add(time.Duration(i) * time.Hour),
		})
	}
	return w
}

func TestListOfAnAccountIsReadToItsEnd(t *testing.T) {
	for repos, requests := range map[int]int{1: 1, 100: 1, 101: 4, 300: 5} {
		s := githubtest.NewInProcess(t, large(repos))
		r := resolve(t, signed(t, s), Selection{Org: "mesh"})
		if len(r.Repos) != repos || r.Receipt.Gap() || len(s.Requests()) != requests || r.Receipt.Pages != requests {
			t.Errorf("%d of %d repositories, %s, %d requests, want %d", len(r.Repos), repos, r.Receipt.Outcome, len(s.Requests()), requests)
		}
		for _, q := range s.Requests() {
			if q.Query.Get("per_page") != "100" {
				t.Errorf("asked for %v", q.Query)
			}
		}
	}
}

func TestRepositoryThatIsDeletedWhileTheListIsReadMovesNoneOut(t *testing.T) {
	s := githubtest.NewInProcess(t, large(350))
	n := 0
	c := intercepted(t, s, func(*http.Request) *http.Response {
		if n++; n == 3 { // the first and the last page are read
			s.Update(func(w *githubtest.World) { w.Repos = w.Repos[1:] })
		}
		return nil
	})
	r := resolve(t, c, Selection{Org: "mesh"})
	if len(r.Repos) != 350 || r.Receipt.Gap() {
		t.Errorf("%d repositories, %s (%s)", len(r.Repos), r.Receipt.Outcome, r.Receipt.Detail)
	}
}

func TestAccountWhoseListCannotBeReadToItsEndIsAGap(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault githubtest.Fault
		want  digest.Outcome
		kept  int
	}{
		{"forbidden", githubtest.Fault{Status: 403, Body: `{"message":"Resource not accessible by integration"}`}, digest.Forbidden, 0},
		{"broken server", githubtest.Fault{Status: 500}, digest.Failed, 0},
		{"web page", githubtest.Fault{Status: 200, Body: "<html>"}, digest.Failed, 0},
		{"no list", githubtest.Fault{Status: 200, Body: `{"message":"hello"}`}, digest.Failed, 0},
		{"elsewhere", githubtest.Fault{Redirect: "https://evil.example/"}, digest.Failed, 0},
		{"the second page", githubtest.Fault{Skip: 1, Status: 502}, digest.Failed, 100},
		{"a null", githubtest.Fault{Status: 200, Body: `[null, {"full_name":"mesh/a","private":false}]`}, digest.Failed, 1},
		{"a name that is none", githubtest.Fault{Status: 200, Body: `[{"full_name":"../..","private":false}]`}, digest.Failed, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				s := githubtest.NewInProcess(t, large(150))
				tt.fault.Path, tt.fault.Times = "/orgs/mesh/repos", -1
				s.Fail(tt.fault)
				r := resolve(t, signed(t, s), Selection{Org: "mesh"})
				if r.Receipt.Outcome != tt.want || len(r.Repos) != tt.kept {
					t.Errorf("%d repositories, %s (%s); want %d, %s", len(r.Repos), r.Receipt.Outcome, r.Receipt.Detail, tt.kept, tt.want)
				}
			})
		})
	}
}

func TestListsWhoseNextPageIsThePresentOneAreGaps(t *testing.T) {
	for path, sel := range map[string]Selection{"/orgs/mesh/repos": {Org: "mesh"}, "/search/repositories": {Topic: "mesh"}} {
		s := githubtest.NewInProcess(t, large(1))
		body := `[]`
		if sel.Topic != "" {
			body = `{"total_count":5,"incomplete_results":false,"items":[]}`
		}
		s.Fail(githubtest.Fault{Path: path, Times: -1, Status: 200, Body: body,
			Header: http.Header{"Link": {`<` + s.URL() + path + `?page=2>; rel="next"`}}})
		if r := resolve(t, signed(t, s), sel); r.Receipt.Outcome != digest.Failed || len(s.Requests()) != 2 {
			t.Errorf("%s: %s after %d requests", sel, r.Receipt.Outcome, len(s.Requests()))
		}
	}
}

func TestSearchBeyondItsLimitIsAGap(t *testing.T) {
	for repos, want := range map[int]digest.Outcome{1000: digest.Complete, 1001: digest.Truncated} {
		s := githubtest.NewInProcess(t, large(repos))
		r := resolve(t, signed(t, s), Selection{Topic: "mesh"})
		if r.Receipt.Outcome != want || len(r.Repos) != 1000 || len(s.Requests()) != 10 {
			t.Errorf("%d repositories: %d, %s (%s), %d requests", repos, len(r.Repos), r.Receipt.Outcome, r.Receipt.Detail, len(s.Requests()))
		}
	}
}

func TestIncompleteSearchIsRepeated(t *testing.T) {
	incomplete := func(items string) githubtest.Fault {
		return githubtest.Fault{Path: "/search/", Status: 200, Body: `{"total_count":3,"incomplete_results":true,"items":[` + items + `]}`}
	}
	short := githubtest.Fault{Path: "/search/", Status: 200, Body: `{"total_count":3,"incomplete_results":false,"items":[]}`}
	for _, tt := range []struct {
		name   string
		faults []githubtest.Fault
		want   digest.Outcome
		detail string
	}{
		{"whole", nil, digest.Complete, ""},
		{"incomplete once", []githubtest.Fault{incomplete("")}, digest.Complete, ""},
		{"one short once", []githubtest.Fault{short}, digest.Complete, ""},
		{"incomplete twice", []githubtest.Fault{incomplete(""), incomplete("")}, digest.Truncated, "GitHub ran out of time"},
		{"short twice", []githubtest.Fault{short, short}, digest.Truncated, "of 3 repositories found it lists 0"},
		{"a null", []githubtest.Fault{incomplete("null"), incomplete("null")}, digest.Truncated, "GitHub ran out of time"},
	} {
		s := githubtest.NewInProcess(t, large(3))
		for _, f := range tt.faults {
			s.Fail(f)
		}
		r := resolve(t, signed(t, s), Selection{Topic: "mesh"})
		if detail := r.Receipt.Detail.Unsafe(); r.Receipt.Outcome != tt.want || !strings.Contains(detail, tt.detail) || len(s.Requests()) != min(2, len(tt.faults)+1) {
			t.Errorf("%s: %s (%s), %d requests", tt.name, r.Receipt.Outcome, detail, len(s.Requests()))
		}
	}
}

func TestFatalErrorsWhileSelectingEndTheRun(t *testing.T) {
	both := []Selection{{Org: "mesh"}, {Topic: "mesh"}}
	s := githubtest.NewInProcess(t, large(1))
	if _, err := Resolve(t.Context(), client(t, s, "stale", s.Transport()), both); github.KindOf(err) != github.Unauthorized {
		t.Errorf("stale token: error %v", err)
	}
	w := large(101)
	w.Limits.Core = 1
	s = githubtest.NewInProcess(t, w)
	resolved, err := Resolve(t.Context(), signed(t, s), both)
	if e := github.AsError(err); e == nil || e.Kind != github.RateLimited || e.Reset.IsZero() || !strings.Contains(err.Error(), "list repositories of org:mesh: ") || resolved != nil {
		t.Errorf("limit reached: %v, error %v", resolved, err)
	}
}
