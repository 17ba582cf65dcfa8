package collectors

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/githubtest"
)

const ghsa = "GHSA-2222-3333-4444"

func ids(f digest.Findings) []string {
	var out []string
	for _, a := range f.Advisories {
		out = append(out, string(a.ID))
	}
	return out
}

// advisories collects the advisories of one repository and those of the database.
func advisories(t *testing.T, own, global []githubtest.Advisory, mode AdvisoryMode) (digest.Findings, *githubtest.Server) {
	t.Helper()
	w := istio(githubtest.Repo{CanPush: true, Advisories: own})
	w.Advisories = global
	s := githubtest.NewInProcess(t, w)
	return collect(t, newAdvisories(signed(t, s), []AdvisorySource{{Repos: repos("istio/istio"), Mode: mode, Section: "project"}})), s
}

func TestAdvisoryCountsWhenItWasPublishedUpdatedOrWithdrawnInThePeriod(t *testing.T) {
	from, to := week.From.UTC(), week.To.UTC()
	type when struct{ published, updated, withdrawn time.Time }
	for _, tt := range []struct {
		name string
		when when
		kept bool
	}{
		{"published at the first instant", when{published: from}, true},
		{"published a second before", when{published: from.Add(-second)}, false},
		{"published in the last second", when{published: to.Add(-second)}, true},
		{"published at the end", when{published: to}, false},
		{"published in the period, updated after it", when{published: in, updated: after}, true},
		{"updated at the first instant", when{published: before, updated: from}, true},
		{"updated a second before", when{published: before, updated: from.Add(-second)}, false},
		{"updated in the last second", when{published: before, updated: to.Add(-second)}, true},
		{"updated at the end", when{published: before, updated: to}, false},
		{"withdrawn at the first instant", when{before, from, from}, true},
		{"withdrawn a second before", when{before, from.Add(-second), from.Add(-second)}, false},
		{"withdrawn in the last second", when{before, to.Add(-second), to.Add(-second)}, true},
		{"withdrawn at the end", when{before, to, to}, false},
		{"withdrawn in the period, updated after it", when{before, after, in}, true},
		{"published and withdrawn after it", when{published: after, withdrawn: after}, false},
	} {
		for _, where := range []string{"repository", "database", "both"} {
			t.Run(tt.name+", "+where, func(t *testing.T) {
				list := []githubtest.Advisory{{GHSAID: ghsa, Repo: "istio/istio", Summary: "Bad",
					PublishedAt: tt.when.published, UpdatedAt: tt.when.updated, WithdrawnAt: tt.when.withdrawn}}
				own, global, mode := list, list, Exact
				switch where {
				case "repository":
					global = nil
				case "database":
					own, mode = nil, Reviewed
				}
				f, _ := advisories(t, own, global, mode)
				if got := len(f.Advisories) == 1; got != tt.kept || len(f.Advisories) > 1 {
					t.Fatalf("%d found, want it: %t", len(f.Advisories), tt.kept)
				}
				if tt.kept && !f.Advisories[0].WithdrawnAt.Equal(tt.when.withdrawn) {
					t.Errorf("withdrawn at %s", f.Advisories[0].WithdrawnAt)
				}
			})
		}
	}
}

func TestReportsThatAreNotPublicNeverGetOut(t *testing.T) {
	var own []githubtest.Advisory
	for i, state := range []string{"draft", "triage", "closed", "published", "withdrawn"} {
		own = append(own, githubtest.Advisory{GHSAID: fmt.Sprintf("GHSA-2222-3333-444%d", i+2), State: state, Summary: "Secret of " + state,
			CreatedAt: in, PublishedAt: in, UpdatedAt: in})
	}
	f, _ := advisories(t, own, nil, Exact)
	if diff := cmp.Diff([]string{"GHSA-2222-3333-4446", "GHSA-2222-3333-4445"}, ids(f)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	wantReceipt(t, f, 0, 2, map[digest.DropReason]int{digest.IsDraft: 3}, digest.Complete)
}

func TestAdvisoriesAreReadToTheEndOfTheirLists(t *testing.T) {
	var own, global []githubtest.Advisory
	for i := range 130 {
		a := githubtest.Advisory{GHSAID: fmt.Sprintf("GHSA-2222-3333-%04d", i), Summary: "Bad", PublishedAt: before.Add(-time.Duration(i) * time.Hour)}
		own = append(own, a)
		a.GHSAID, a.Repo, a.UpdatedAt = fmt.Sprintf("GHSA-5555-3333-%04d", i), "istio/istio", in
		global = append(global, a)
	}
	own[129].UpdatedAt = in
	f, s := advisories(t, own, global, Exact)
	wantReceipt(t, f, 0, 1, map[digest.DropReason]int{digest.OutsidePeriod: 129}, digest.Complete)
	wantReceipt(t, f, 1, 130, nil, digest.Complete)
	if f.Receipts[0].Pages != 2 || f.Receipts[1].Pages != 2 {
		t.Errorf("pages %d and %d", f.Receipts[0].Pages, f.Receipts[1].Pages)
	}
	var sent []string
	for _, q := range s.Requests() {
		sent = append(sent, fmt.Sprint(q.Path, " ", q.Query.Get("per_page"), " ", q.Query.Get("after") != ""))
	}
	slices.Sort(sent) // the lists are read side by side
	want := []string{"/advisories 100 false", "/advisories 100 true",
		"/repos/istio/istio/security-advisories 100 false", "/repos/istio/istio/security-advisories 100 true"}
	if diff := cmp.Diff(want, sent); diff != "" {
		t.Errorf("requests (-want +got)\n%s", diff)
	}
}

func TestAdvisoryListThatGoesOnWithoutSayingWhereIsAGap(t *testing.T) {
	for _, next := range []string{"?after=same", "?page=2"} {
		s := githubtest.NewInProcess(t, istio(githubtest.Repo{}))
		path := "/repos/istio/istio/security-advisories"
		s.Fail(githubtest.Fault{Path: path, Times: -1, Status: 200, Body: `[]`,
			Header: http.Header{"Link": {`<` + s.URL() + path + next + `>; rel="next"`}}})
		f := collect(t, newAdvisories(signed(t, s), []AdvisorySource{{Repos: repos("istio/istio")}}))
		wantReceipt(t, f, 0, 0, nil, digest.Failed)
		wantReceipt(t, f, 1, 0, nil, digest.Complete)
	}
}

func TestAdvisorySeenOnTwoPagesCountsOnce(t *testing.T) {
	var own []githubtest.Advisory
	for i := range 130 {
		at := in.Add(-time.Duration(i) * time.Minute)
		own = append(own, githubtest.Advisory{GHSAID: fmt.Sprintf("GHSA-2222-3333-%04d", i), Summary: "Bad", CreatedAt: at, PublishedAt: at})
	}
	s := githubtest.NewInProcess(t, istio(githubtest.Repo{Advisories: own}))
	c := watched(t, s, func(r *http.Request) *http.Response {
		if r.URL.Query().Has("after") { // the first one falls behind the first page, where it was read already
			s.Update(func(w *githubtest.World) { w.Repos[0].Advisories[0].CreatedAt = before })
		}
		return nil
	})
	f := collect(t, newAdvisories(c, []AdvisorySource{{Repos: repos("istio/istio")}}))
	wantReceipt(t, f, 0, 130, nil, digest.Complete)
}

func TestRepositoryWhoseAdvisoriesCannotBeReadIsAGapAndTheOthersAreKept(t *testing.T) {
	a := githubtest.Advisory{GHSAID: ghsa, Summary: "Bad", PublishedAt: in, Repo: "o/b"}
	for status, want := range map[int]digest.Outcome{404: digest.Missing, 403: digest.Forbidden, 500: digest.Failed} {
		bubble(t, func(t *testing.T) {
			s := githubtest.NewInProcess(t, &githubtest.World{Repos: []*githubtest.Repo{
				{Owner: "o", Name: "a"}, {Owner: "o", Name: "b", Advisories: []githubtest.Advisory{a}}}, Advisories: []githubtest.Advisory{a}})
			s.Fail(githubtest.Fault{Path: "/repos/o/a/", Times: -1, Status: status, Body: `{"message":"no"}`})
			f := collect(t, newAdvisories(signed(t, s), []AdvisorySource{{Repos: repos("o/a", "o/b")}}))
			wantReceipt(t, f, 0, 0, nil, want)
			wantReceipt(t, f, 1, 1, nil, digest.Complete)
			wantReceipt(t, f, 2, 0, map[digest.DropReason]int{digest.FoundTwice: 1}, digest.Complete)
		})
	}
}

func TestAdvisoriesStopTheRunWhereGoingOnIsSenseless(t *testing.T) {
	for _, path := range []string{"/repos/istio", "/advisories"} {
		s := githubtest.NewInProcess(t, istio(githubtest.Repo{}))
		s.Fail(githubtest.Fault{Path: path, Times: -1, Status: 401, Body: `{"message":"Bad credentials"}`})
		f, err := newAdvisories(signed(t, s), []AdvisorySource{{Repos: repos("istio/istio")}}).Collect(t.Context(), week)
		if github.KindOf(err) != github.Unauthorized || len(f.Receipts) == 0 {
			t.Errorf("%s: %d receipts, error %v", path, len(f.Receipts), err)
		}
	}
}

func TestNoAdvisorySourcesAskNothing(t *testing.T) {
	s := githubtest.NewInProcess(t, &githubtest.World{})
	if f := collect(t, newAdvisories(signed(t, s), nil)); len(f.Receipts) != 0 || len(s.Requests()) != 0 {
		t.Errorf("%d receipts, %d requests", len(f.Receipts), len(s.Requests()))
	}
}

func TestRepositoriesAreReadExactlyUnlessThereAreTooMany(t *testing.T) {
	for _, tt := range []struct {
		n    int
		mode AdvisoryMode
		want AdvisoryMode
	}{{100, "", Exact}, {101, "", Reviewed}, {101, Exact, Exact}, {1, Reviewed, Reviewed}} {
		w := &githubtest.World{}
		var list []string
		for i := range tt.n {
			r := &githubtest.Repo{Owner: "o", Name: fmt.Sprint("r", i)}
			w.Repos, list = append(w.Repos, r), append(list, "o/"+r.Name)
		}
		s := githubtest.NewInProcess(t, w)
		f := collect(t, newAdvisories(signed(t, s), []AdvisorySource{{Repos: repos(list...), Mode: tt.mode}}))
		own := 0
		if tt.want == Exact {
			own = tt.n
		}
		if got := asked(s, "/security-advisories"); got != own || f.Receipts[0].Note != tt.want.note() {
			t.Errorf("%d repositories, mode %q: %d lists read, want %d; note %q", tt.n, tt.mode, got, own, f.Receipts[0].Note)
		}
	}
}
