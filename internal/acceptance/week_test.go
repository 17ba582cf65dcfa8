//go:build acceptance

package acceptance

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const modelConfig = `
title: Istio Community Weekly
timezone: %s
first_edition: {number: 1, from: 2023-12-11}
sources:
  discussions:
    - repos: [istio/istio]
  releases:
    - repos: [istio/istio]
    - repos: [kubernetes/kubernetes, cilium/cilium]
      prereleases: %t
      section: community
  advisories:
    - repos: [istio/istio, istio/ztunnel, kubernetes/kubernetes]
  feeds:
    - url: %s/_octosim/files/istio-news.xml
editions:
  - language: en
    path: weekly.md
` + unlimited

// TestTheModelWeek drafts 11 to 17 December 2023 and looks for exactly what belongs to it.
func TestTheModelWeek(t *testing.T) {
	r := start(t, "data/istio-2023-12")
	tests := []struct {
		zone        string
		prereleases bool
		discussions []string
		releases    []string
	}{
		{"Asia/Shanghai", false, []string{"47500", "48064", "48293", "48343"},
			[]string{"1.18.6", "1.19.5", "1.20.1", "v1.12.17", "v1.13.10", "v1.14.5", "v1.29.0"}},
		{"UTC", true, []string{"47500", "48064", "48293", "48343", "48405"},
			[]string{"1.18.6", "1.19.5", "1.20.1", "v1.12.17", "v1.13.10", "v1.14.5", "v1.15.0-rc.0", "v1.29.0"}},
	}
	for _, tt := range tests {
		t.Run(tt.zone, func(t *testing.T) {
			r := &replica{t, r.url}
			r.reset()
			o := r.run(fmt.Sprintf(modelConfig, tt.zone, tt.prereleases, r.url), "--from", "2023-12-11", "--to", "2023-12-17")
			if o.code != 0 {
				t.Fatalf("exit code %d\n%s", o.code, o.stderr)
			}
			page := o.read(t, "weekly.md")
			if got := linked(page, `/discussions/(\d+)\)`); !slices.Equal(got, tt.discussions) {
				t.Errorf("discussions %v, want %v", got, tt.discussions)
			}
			if got := linked(page, `/releases/tag/([^)]+)\)`); !slices.Equal(got, tt.releases) {
				t.Errorf("releases %v, want %v", got, tt.releases)
			}
			if n := strings.Count(page, "[Istio "); n != 1 {
				t.Errorf("the three Istio releases are in %d stories, want one", n)
			}
			if want := "ISTIO-SECURITY-2023-005"; !strings.Contains(page, want) {
				t.Errorf("the draft lacks %q", want)
			}
			for _, no := range []string{"CVE-", "GHSA-", "ISTIO-SECURITY-2023-004", "ISTIO-SECURITY-2024", "1.20.2"} {
				if strings.Contains(page, no) {
					t.Errorf("the draft has %q, which is not of this week", no)
				}
			}
			r.checkViolations()
			t.Logf("%d requests, %d points", r.stats().Totals.Requests, r.stats().Totals.GraphQLPoints)
		})
	}
}

// linked returns what a pattern matches in the page, each once, sorted.
func linked(page, pattern string) []string {
	var found []string
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(page, -1) {
		found = append(found, m[1])
	}
	slices.Sort(found)
	return slices.Compact(found)
}
