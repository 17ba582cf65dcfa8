package collectors

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/githubtest"
	"github.com/community-digest/digest/internal/markdown"
)

func texts(list ...string) []markdown.Text {
	var out []markdown.Text
	for _, s := range list {
		out = append(out, markdown.Untrusted(s))
	}
	return out
}

func TestAdvisoryHasAllItsFactsFromEitherList(t *testing.T) {
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
	if diff := cmp.Diff([]digest.Advisory{want}, own.Advisories, inside); diff != "" {
		t.Errorf("the repository's own (-want +got)\n%s", diff)
	}
	global, _ := advisories(t, nil, []githubtest.Advisory{a}, Reviewed)
	want.URL, want.Reviewed = link(t, "https://github.com/advisories/"+ghsa), true
	if diff := cmp.Diff([]digest.Advisory{want}, global.Advisories, inside); diff != "" {
		t.Errorf("the database's (-want +got)\n%s", diff)
	}
}

func TestScoreIsOfTheNewestStandardThatGivesOne(t *testing.T) {
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
			if diff := cmp.Diff(tt.want, f.Advisories[0].CVSS, inside); diff != "" {
				t.Errorf("%s (-want +got)\n%s", tt.name, diff)
			}
		}
	}
}

func TestScoreOfAnOldServerIsTaken(t *testing.T) {
	s := githubtest.NewInProcess(t, istio(githubtest.Repo{}))
	s.Fail(githubtest.Fault{Path: "/security-advisories", Status: 200, Body: `[{"ghsa_id":"GHSA-2222-3333-4444","state":"published","summary":"Bad",
		"html_url":"https://evil.example/istio/istio/security/advisories/x","cvss":{"vector_string":"CVSS:3.1/AV:N","score":5},"published_at":"2023-12-13T00:00:00Z"}]`})
	f := collect(t, newAdvisories(signed(t, s), []AdvisorySource{{Repos: repos("istio/istio")}}))
	a := f.Advisories[0]
	if a.CVSS.Score != 5 || a.Severity != digest.UnknownSeverity || !a.URL.IsZero() {
		t.Errorf("score %v, severity %s, page %s", a.CVSS, a.Severity, a.URL)
	}
}
