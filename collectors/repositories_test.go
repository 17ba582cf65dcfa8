package collectors

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/githubtest"
)

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
	c := watched(t, s, func(*http.Request) *http.Response {
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

func TestAccountWhoseListCannotBeReadWholeIsAGap(t *testing.T) {
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

func TestSearchBeyondItsReachIsAGap(t *testing.T) {
	for repos, want := range map[int]digest.Outcome{1000: digest.Complete, 1001: digest.Truncated} {
		s := githubtest.NewInProcess(t, large(repos))
		r := resolve(t, signed(t, s), Selection{Topic: "mesh"})
		if r.Receipt.Outcome != want || len(r.Repos) != 1000 || len(s.Requests()) != 10 {
			t.Errorf("%d repositories: %d, %s (%s), %d requests", repos, len(r.Repos), r.Receipt.Outcome, r.Receipt.Detail, len(s.Requests()))
		}
	}
}

func TestSearchThatDoesNotComeOutWholeIsMadeAgain(t *testing.T) {
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

func TestSelectionsStopTheRunWhereGoingOnIsSenseless(t *testing.T) {
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
