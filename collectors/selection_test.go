package collectors

import (
	"fmt"
	"strings"
	"testing"

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

func TestSelectionsChooseAmongTheRepositoriesOfAnAccount(t *testing.T) {
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
		{"a topic of everybody's", Selection{Topic: "mesh"},
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

func TestSelectionsAreInOrderAndOneAccountIsOneQuestion(t *testing.T) {
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

func TestSelectionThatChoosesNothingIsAGap(t *testing.T) {
	for _, tt := range []struct {
		name   string
		s      Selection
		want   digest.Outcome
		detail string
		kept   int
	}{
		{"no such account", Selection{Org: "mash"}, digest.Missing, "404", 0},
		{"an empty account", Selection{Org: "nobody"}, digest.Missing, "GitHub lists no repository", 0},
		{"no such topic", Selection{Topic: "mash"}, digest.Missing, "GitHub lists no repository", 0},
		{"no such topic there", Selection{Org: "mesh", Topic: "mash"}, digest.Failed, "no repository is chosen: 5 other topic, 1 private", 0},
		{"all excluded", Selection{Org: "mesh", Exclude: []string{"*"}}, digest.Failed, "no repository is chosen: 5 excluded by pattern, 1 private", 0},
		{"nothing included", Selection{Org: "mesh", Include: []string{"proxi"}}, digest.Failed, "no repository is chosen: 5 excluded by pattern, 1 private", 0},
		{"one pattern of two", Selection{Org: "mesh", Include: []string{"proxy", "istoi"}}, digest.Failed, `the pattern "istoi" chooses no repository`, 1},
		{"a pattern of a fork", Selection{Org: "mesh", Include: []string{"proxy", "copy"}}, digest.Failed, `the pattern "copy" chooses no repository; archived ones, forks`, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := mesh()
			w.Users = []githubtest.User{{Login: "nobody", Type: "Organization"}}
			r := resolve(t, signed(t, githubtest.NewInProcess(t, w)), tt.s)
			if detail := r.Receipt.Detail.Unsafe(); r.Receipt.Outcome != tt.want || !strings.Contains(detail, tt.detail) || len(r.Repos) != tt.kept {
				t.Errorf("%v: %s, %s; want %s, %s", r.Repos, r.Receipt.Outcome, detail, tt.want, tt.detail)
			}
		})
	}
}
