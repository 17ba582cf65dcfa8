package collectors

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/githubtest"
)

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
	if diff := cmp.Diff(want, f.Advisories, inside); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	wantReceipt(t, f, 0, 1, nil, digest.Complete)
	wantReceipt(t, f, 1, 0, map[digest.DropReason]int{digest.FoundTwice: 1}, digest.Complete)
}

func TestDatabaseThatTakesAnAdvisoryInLaterUpdatesItAndPublishesItNotAgain(t *testing.T) {
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

func TestReviewedModeAsksOnlyTheDatabaseAndSharesItsFate(t *testing.T) {
	own := []githubtest.Advisory{{GHSAID: "GHSA-2222-3333-5555", Summary: "Own", PublishedAt: in}}
	global := []githubtest.Advisory{{GHSAID: ghsa, Summary: "Bad", Repo: "istio/istio", PublishedAt: in},
		{GHSAID: "GHSA-2222-3333-6666", Summary: "Elsewhere", Repo: "other/repo", PublishedAt: in},
		{GHSAID: "GHSA-2222-3333-7777", Summary: "Nobody's", PublishedAt: in},
		{GHSAID: "GHSA-2222-3333-8888", Summary: "Raw", Repo: "istio/istio", Type: "unreviewed", PublishedAt: in}}
	f, s := advisories(t, own, global, Reviewed)
	if diff := cmp.Diff([]string{ghsa}, ids(f)); diff != "" || !f.Advisories[0].Reviewed {
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

func TestDatabaseIsAskedForWholeDaysAroundThePeriod(t *testing.T) {
	_, s := advisories(t, nil, nil, Reviewed)
	var got []string
	for _, q := range s.Requests() {
		if q.GraphQL != "" {
			continue
		}
		got = append(got, q.Query.Get("type")+" "+q.Query.Get("modified")+" "+q.Query.Get("is_withdrawn"))
	}
	if diff := cmp.Diff([]string{"reviewed 2023-12-10..2023-12-17 ", "reviewed >=2023-12-10 true"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestAdvisoryOfARenamedRepositoryIsFoundUnderBothNames(t *testing.T) {
	w := istio(githubtest.Repo{RenamedFrom: []string{"old/mesh"}, Advisories: []githubtest.Advisory{{GHSAID: "GHSA-2222-3333-5555", Summary: "Old", PublishedAt: before}}})
	w.Advisories = []githubtest.Advisory{{GHSAID: ghsa, Summary: "Bad", Repo: "istio/istio", PublishedAt: in},
		{GHSAID: "GHSA-2222-3333-6666", Summary: "Bad", Repo: "old/mesh", PublishedAt: in.Add(-second)}}
	s := githubtest.NewInProcess(t, w)
	f := collect(t, newAdvisories(signed(t, s), []AdvisorySource{{Repos: repos("old/mesh")}}))
	if diff := cmp.Diff([]string{ghsa, "GHSA-2222-3333-6666"}, ids(f)); diff != "" || f.Receipts[0].RenamedTo.String() != "istio/istio" {
		t.Errorf("renamed to %s (-want +got)\n%s", f.Receipts[0].RenamedTo, diff)
	}
}
