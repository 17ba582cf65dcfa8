package collectors

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/githubtest"
	"github.com/community-digest/digest/internal/markdown"
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
	if diff := gocmp.Diff([]string{"GHSA-2222-3333-4446", "GHSA-2222-3333-4445"}, ids(f)); diff != "" {
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
	slices.Sort(sent) // the lists are read concurrently
	want := []string{"/advisories 100 false", "/advisories 100 true",
		"/repos/istio/istio/security-advisories 100 false", "/repos/istio/istio/security-advisories 100 true"}
	if diff := gocmp.Diff(want, sent); diff != "" {
		t.Errorf("requests (-want +got)\n%s", diff)
	}
}

func TestAdvisoryListWithoutANextCursorIsAGap(t *testing.T) {
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
	c := intercepted(t, s, func(r *http.Request) *http.Response {
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

func TestFatalErrorsWhileReadingAdvisoriesEndTheRun(t *testing.T) {
	for _, path := range []string{"/repos/istio", "/advisories"} {
		s := githubtest.NewInProcess(t, istio(githubtest.Repo{}))
		s.Fail(githubtest.Fault{Path: path, Times: -1, Status: 401, Body: `{"message":"Bad credentials"}`})
		f, err := newAdvisories(signed(t, s), []AdvisorySource{{Repos: repos("istio/istio")}}).Collect(t.Context(), week)
		if github.KindOf(err) != github.Unauthorized || len(f.Receipts) == 0 {
			t.Errorf("%s: %d receipts, error %v", path, len(f.Receipts), err)
		}
	}
}

func TestNoAdvisorySourcesSendNoRequest(t *testing.T) {
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

func texts(list ...string) []markdown.Text {
	var out []markdown.Text
	for _, s := range list {
		out = append(out, markdown.Untrusted(s))
	}
	return out
}

func TestAdvisoryFieldsFromBothLists(t *testing.T) {
	a := githubtest.Advisory{GHSAID: ghsa, CVEID: "CVE-2023-1", Summary: "A *bad* one", Description: "Some **words**.", Severity: "critical",
		Repo: "istio/istio", PublishedAt: before, UpdatedAt: in, WithdrawnAt: in, Credits: []githubtest.Credit{{Login: "ann"}, {Login: "bob"}},
		Vulnerabilities: []githubtest.Vulnerability{
			{Ecosystem: "go", Package: "istio.io/istio", Range: "< 1.19.5", Patched: "1.19.5"},
			{Ecosystem: "npm", Package: "@istio/ui", Range: ">= 2"},
		}}
	want := digest.Advisory{
		Item:    digest.Item{ID: ghsa, Repo: repos("istio/istio")[0], Section: "project"},
		Summary: text("A *bad* one"), Description: markdown.Prose("Some **words**."), Severity: digest.Critical,
		CVEs: texts("CVE-2023-1"), Credits: texts("ann", "bob"), PublishedAt: before, UpdatedAt: in, WithdrawnAt: in,
		Packages: []digest.Package{
			{Ecosystem: text("go"), Name: text("istio.io/istio"), Affected: text("< 1.19.5"), Patched: text("1.19.5")},
			{Ecosystem: text("npm"), Name: text("@istio/ui"), Affected: text(">= 2")},
		},
	}
	own, _ := advisories(t, []githubtest.Advisory{a}, nil, Exact)
	want.URL = link(t, "https://github.com/istio/istio/security/advisories/"+ghsa)
	if diff := gocmp.Diff([]digest.Advisory{want}, own.Advisories, inside); diff != "" {
		t.Errorf("the repository's own (-want +got)\n%s", diff)
	}
	global, _ := advisories(t, nil, []githubtest.Advisory{a}, Reviewed)
	want.URL, want.Reviewed = link(t, "https://github.com/advisories/"+ghsa), true
	if diff := gocmp.Diff([]digest.Advisory{want}, global.Advisories, inside); diff != "" {
		t.Errorf("the database's (-want +got)\n%s", diff)
	}
}

func TestScoreIsOfTheNewestStandard(t *testing.T) {
	v3, v4 := &githubtest.CVSS{Vector: "CVSS:3.1/AV:N", Score: 7.5}, &githubtest.CVSS{Vector: "CVSS:4.0/AV:N", Score: 6.9}
	for _, tt := range []struct {
		name   string
		v3, v4 *githubtest.CVSS
		want   digest.CVSS
	}{
		{"neither", nil, nil, digest.CVSS{}},
		{"version 3", v3, nil, digest.CVSS{Score: 7.5, Vector: text("CVSS:3.1/AV:N")}},
		{"version 4", nil, v4, digest.CVSS{Score: 6.9, Vector: text("CVSS:4.0/AV:N")}},
		{"both", v3, v4, digest.CVSS{Score: 6.9, Vector: text("CVSS:4.0/AV:N")}},
		{"version 4 without a score", v3, &githubtest.CVSS{}, digest.CVSS{Score: 7.5, Vector: text("CVSS:3.1/AV:N")}},
	} {
		list := []githubtest.Advisory{{GHSAID: ghsa, Summary: "Bad", Repo: "istio/istio", PublishedAt: in, CVSSv3: tt.v3, CVSSv4: tt.v4}}
		own, _ := advisories(t, list, nil, Exact)
		global, _ := advisories(t, nil, list, Reviewed)
		for _, f := range []digest.Findings{own, global} {
			if diff := gocmp.Diff(tt.want, f.Advisories[0].CVSS, inside); diff != "" {
				t.Errorf("%s (-want +got)\n%s", tt.name, diff)
			}
		}
	}
}

func TestScoreOfAnOldServerIsRead(t *testing.T) {
	s := githubtest.NewInProcess(t, istio(githubtest.Repo{}))
	s.Fail(githubtest.Fault{Path: "/security-advisories", Status: 200, Body: `[{"ghsa_id":"GHSA-2222-3333-4444","state":"published","summary":"Bad",
		"html_url":"https://evil.example/istio/istio/security/advisories/x","cvss":{"vector_string":"CVSS:3.1/AV:N","score":5},"published_at":"2023-12-13T00:00:00Z"}]`})
	f := collect(t, newAdvisories(signed(t, s), []AdvisorySource{{Repos: repos("istio/istio")}}))
	a := f.Advisories[0]
	if a.CVSS.Score != 5 || a.Severity != digest.UnknownSeverity || !a.URL.IsZero() {
		t.Errorf("score %v, severity %s, page %s", a.CVSS, a.Severity, a.URL)
	}
}

func TestAdvisoryOfBothListsIsOneAndCompletedByTheDatabase(t *testing.T) {
	own := githubtest.Advisory{GHSAID: ghsa, Summary: "Own words", Severity: "", PublishedAt: in}
	global := githubtest.Advisory{GHSAID: ghsa, CVEID: "CVE-2023-1", Summary: "Other words", Severity: "high", Repo: "istio/istio",
		PublishedAt: in.Add(days), UpdatedAt: in.Add(days), CVSSv3: &githubtest.CVSS{Vector: "CVSS:3.1/AV:N", Score: 7.5},
		Vulnerabilities: []githubtest.Vulnerability{{Ecosystem: "go", Package: "istio.io/istio", Range: "< 1.2", Patched: "1.2"}}}
	f, _ := advisories(t, []githubtest.Advisory{own}, []githubtest.Advisory{global}, Exact)
	want := []digest.Advisory{{
		Item:    digest.Item{ID: ghsa, Repo: repos("istio/istio")[0], URL: link(t, "https://github.com/istio/istio/security/advisories/"+ghsa), Section: "project"},
		Summary: text("Own words"), Severity: digest.High, CVSS: digest.CVSS{Score: 7.5, Vector: text("CVSS:3.1/AV:N")},
		CVEs:        texts("CVE-2023-1"),
		Packages:    []digest.Package{{Ecosystem: text("go"), Name: text("istio.io/istio"), Affected: text("< 1.2"), Patched: text("1.2")}},
		PublishedAt: in, UpdatedAt: in, Reviewed: true,
	}}
	if diff := gocmp.Diff(want, f.Advisories, inside); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	wantReceipt(t, f, 0, 1, nil, digest.Complete)
	wantReceipt(t, f, 1, 0, map[digest.DropReason]int{digest.FoundTwice: 1}, digest.Complete)
}

func TestAdvisoryAddedToTheDatabaseLaterIsAnUpdate(t *testing.T) {
	own := []githubtest.Advisory{{GHSAID: ghsa, Summary: "Bad", PublishedAt: before}}
	f, _ := advisories(t, own, []githubtest.Advisory{{GHSAID: ghsa, Summary: "Bad", Repo: "istio/istio", PublishedAt: in}}, Exact)
	if len(f.Advisories) != 1 || !f.Advisories[0].PublishedAt.Equal(before) || !f.Advisories[0].UpdatedAt.Equal(in) {
		t.Errorf("found %+v", f.Advisories)
	}
	// Published there in the period and updated after it: for this period nothing happened.
	f, _ = advisories(t, own, []githubtest.Advisory{{GHSAID: ghsa, Summary: "Bad", Repo: "istio/istio", PublishedAt: in, UpdatedAt: after}}, Exact)
	wantReceipt(t, f, 1, 0, map[digest.DropReason]int{digest.OutsidePeriod: 1}, digest.Complete)
}

func TestAdvisoryOfTheDatabaseIsFoundByEitherAddressOfItsRepository(t *testing.T) {
	for _, tt := range []struct {
		own, source string // JSON
		kept        bool
	}{
		{`"http://github.test/repos/istio/istio/security-advisories/GHSA-2222-3333-4444"`, `null`, true},
		{`"https://github.com/istio/istio/security/advisories/GHSA-2222-3333-4444"`, `null`, true},
		{`null`, `"https://github.com/istio/istio"`, true},
		{`null`, `"https://github.com/Istio/Istio.git"`, true},
		{`null`, `"https://github.com/istio/istio/tree/master/pkg"`, true},
		{`"http://github.test/repos/other/fork/security-advisories/GHSA-2222-3333-4444"`, `"https://github.com/istio/istio"`, true},
		{`null`, `"https://gitlab.com/istio/istio"`, false},
		{`null`, `"https://evil.example/repos/istio/istio"`, false},
		{`null`, `"https://github.com/other/repos/istio/istio"`, false},
		{`null`, `"https://github.com/istio"`, false},
		{`null`, `"https://github.com/istio/istio-tools"`, false},
		{`null`, `"::"`, false},
		{`null`, `null`, false},
	} {
		s := githubtest.NewInProcess(t, istio(githubtest.Repo{}))
		s.Fail(githubtest.Fault{Path: "/advisories", Status: 200, Body: `[{"ghsa_id":"GHSA-2222-3333-4444","summary":"Bad","severity":"low",
			"repository_advisory_url":` + tt.own + `,"source_code_location":` + tt.source + `,"published_at":"2023-12-13T00:00:00Z"}]`})
		f := collect(t, newAdvisories(signed(t, s), []AdvisorySource{{Repos: repos("istio/istio"), Mode: Reviewed}}))
		if got := len(f.Advisories) == 1; got != tt.kept {
			t.Errorf("%s, %s: found %t", tt.own, tt.source, got)
		}
		if !tt.kept {
			wantReceipt(t, f, 1, 0, map[digest.DropReason]int{digest.OtherRepository: 1}, digest.Complete)
		}
	}
}

func TestReviewedModeReadsOnlyTheDatabaseAndSharesItsGap(t *testing.T) {
	own := []githubtest.Advisory{{GHSAID: "GHSA-2222-3333-5555", Summary: "Own", PublishedAt: in}}
	global := []githubtest.Advisory{{GHSAID: ghsa, Summary: "Bad", Repo: "istio/istio", PublishedAt: in},
		{GHSAID: "GHSA-2222-3333-6666", Summary: "Elsewhere", Repo: "other/repo", PublishedAt: in},
		{GHSAID: "GHSA-2222-3333-7777", Summary: "Unowned", PublishedAt: in},
		{GHSAID: "GHSA-2222-3333-8888", Summary: "Raw", Repo: "istio/istio", Type: "unreviewed", PublishedAt: in}}
	f, s := advisories(t, own, global, Reviewed)
	if diff := gocmp.Diff([]string{ghsa}, ids(f)); diff != "" || !f.Advisories[0].Reviewed {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if n := asked(s, "/repos/"); n != 0 {
		t.Errorf("%d requests for the repository", n)
	}
	wantReceipt(t, f, 0, 1, nil, digest.Complete) // it has no list of its own to count
	wantReceipt(t, f, 1, 0, map[digest.DropReason]int{digest.OtherRepository: 2}, digest.Complete)

	bubble(t, func(t *testing.T) {
		s := githubtest.NewInProcess(t, istio(githubtest.Repo{}))
		s.Fail(githubtest.Fault{Path: "/advisories", Times: -1, Status: 500, Body: `{"message":"down"}`})
		f := collect(t, newAdvisories(signed(t, s), []AdvisorySource{{Repos: repos("istio/istio"), Mode: Reviewed}}))
		wantReceipt(t, f, 0, 0, nil, digest.Failed)
		wantReceipt(t, f, 1, 0, nil, digest.Failed)
	})
}

func TestMisspeltRepositoryIsAGapInReviewedModeToo(t *testing.T) {
	s := githubtest.NewInProcess(t, istio(githubtest.Repo{RenamedFrom: []string{"old/mesh"}}))
	s.Update(func(w *githubtest.World) {
		w.Advisories = []githubtest.Advisory{{GHSAID: ghsa, Summary: "Bad", Repo: "istio/istio", PublishedAt: in}}
	})
	f := collect(t, newAdvisories(signed(t, s), []AdvisorySource{{Repos: repos("no-such/repository", "old/mesh"), Mode: Reviewed}}))
	wantReceipt(t, f, 0, 0, nil, digest.Missing)
	wantReceipt(t, f, 1, 1, nil, digest.Complete)
	if got := f.Receipts[1].RenamedTo.String(); got != "istio/istio" {
		t.Errorf("renamed to %q", got)
	}
}

func TestDatabaseThatFailsIsAGapAndTheRepositorysListIsKept(t *testing.T) {
	for _, skip := range []int{0, 1} { // of its two lists
		bubble(t, func(t *testing.T) {
			s := githubtest.NewInProcess(t, istio(githubtest.Repo{RenamedFrom: []string{"old/mesh"}, Advisories: []githubtest.Advisory{{GHSAID: ghsa, Summary: "Bad", PublishedAt: in}}}))
			s.Fail(githubtest.Fault{Path: "/advisories", Skip: skip, Times: -1, Status: 503, Body: `{"message":"down"}`})
			f := collect(t, newAdvisories(signed(t, s), []AdvisorySource{{Repos: repos("istio/istio")}, {Repos: repos("old/mesh"), Mode: Reviewed}}))
			wantReceipt(t, f, 0, 1, nil, digest.Complete)
			wantReceipt(t, f, 2, 0, nil, digest.Failed)
		})
	}
}

func TestDatabaseIsQueriedForDaysAroundThePeriod(t *testing.T) {
	_, s := advisories(t, nil, nil, Reviewed)
	var got []string
	for _, q := range s.Requests() {
		if q.GraphQL != "" {
			continue
		}
		got = append(got, q.Query.Get("type")+" "+q.Query.Get("modified")+" "+q.Query.Get("is_withdrawn"))
	}
	if diff := gocmp.Diff([]string{"reviewed 2023-12-10..2023-12-17 ", "reviewed >=2023-12-10 true"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestAdvisoryOfARenamedRepositoryIsFoundUnderBothNames(t *testing.T) {
	w := istio(githubtest.Repo{RenamedFrom: []string{"old/mesh"}, Advisories: []githubtest.Advisory{{GHSAID: "GHSA-2222-3333-5555", Summary: "Old", PublishedAt: before}}})
	w.Advisories = []githubtest.Advisory{{GHSAID: ghsa, Summary: "Bad", Repo: "istio/istio", PublishedAt: in},
		{GHSAID: "GHSA-2222-3333-6666", Summary: "Bad", Repo: "old/mesh", PublishedAt: in.Add(-second)}}
	s := githubtest.NewInProcess(t, w)
	f := collect(t, newAdvisories(signed(t, s), []AdvisorySource{{Repos: repos("old/mesh")}}))
	if diff := gocmp.Diff([]string{ghsa, "GHSA-2222-3333-6666"}, ids(f)); diff != "" || f.Receipts[0].RenamedTo.String() != "istio/istio" {
		t.Errorf("renamed to %s (-want +got)\n%s", f.Receipts[0].RenamedTo, diff)
	}
}
