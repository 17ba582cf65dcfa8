package githubtest

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-github/v57/github"
	"github.com/shurcooL/githubv4"
)

// day returns noon of a day in the model week.
func day(d int) time.Time { return time.Date(2023, 12, d, 12, 0, 0, 0, time.UTC) }

// smallWorld has one of everything.
func smallWorld() *World {
	return &World{
		Now:   day(18),
		Files: map[string]string{"feed.xml": "<rss/>"},
		Repos: []*Repo{
			{
				Owner: "istio", Name: "istio", RenamedFrom: []string{"istio/old-istio"}, Description: "Mesh", Topics: []string{"mesh"},
				DefaultBranch: "master", Files: map[string]string{"README.md": "hello", "docs/a.md": "a"}, CanPush: true,
				Categories: []Category{{Name: "General", Slug: "general"}, {Name: "Q&A", Slug: "q-a", Answerable: true}},
				Discussions: []Discussion{
					{Number: 1, Title: "One", Body: "b", Author: "ann", Category: "general", CreatedAt: day(11), Reactions: map[string]int{"+1": 2}},
					{Number: 2, Title: "Two", Author: "robot[bot]", Category: "q-a", CreatedAt: day(12), Labels: []string{"kind/bug"},
						Answer: "1-1", AnswerChosenAt: day(14), Comments: []Comment{
							{Author: "bob", Body: "try", CreatedAt: day(13), Replies: []Comment{{Author: "", Body: "so", CreatedAt: day(14)}}},
							{Author: "cat", CreatedAt: day(15), MinimizedReason: "spam"},
						}},
					{Number: 3, Title: "Three", Category: "general", CreatedAt: day(13), ClosedAt: day(16), StateReason: "RESOLVED"},
				},
				Releases: []Release{
					{TagName: "1.20.1", Name: "Istio 1.20.1", Author: "ann", CreatedAt: day(12), PublishedAt: day(13)},
					{TagName: "1.19.5", CreatedAt: day(11), PublishedAt: day(14)},
					{TagName: "1.21.0-rc.0", Prerelease: true, CreatedAt: day(15), PublishedAt: day(15)},
					{TagName: "1.22.0", Draft: true, CreatedAt: day(16)},
				},
				Advisories: []Advisory{
					{GHSAID: "GHSA-aaaa-bbbb-cccc", CVEID: "CVE-2023-1", Severity: "high", Summary: "Bad", PublishedAt: day(12),
						CVSSv3:          &CVSS{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", 7.5},
						Vulnerabilities: []Vulnerability{{Ecosystem: "go", Package: "istio.io/istio", Range: "< 1.20.1", Patched: "1.20.1"}},
						Credits:         []Credit{{Login: "ann"}}},
					{GHSAID: "GHSA-dddd-eeee-ffff", Severity: "low", Summary: "Older", PublishedAt: day(1)},
					{GHSAID: "GHSA-gggg-hhhh-iiii", State: "draft", Summary: "Secret", CreatedAt: day(15)},
				},
			},
			{Owner: "istio", Name: "quiet", NoDiscussions: true, Discussions: []Discussion{{Number: 1, Title: "hidden", CreatedAt: day(1)}}},
			{Owner: "istio", Name: "secret", Private: true, Archived: true},
		},
		Advisories: []Advisory{
			{GHSAID: "GHSA-aaaa-bbbb-cccc", CVEID: "CVE-2023-1", Severity: "medium", Summary: "Bad", Repo: "istio/istio", PublishedAt: day(12),
				UpdatedAt:       day(15),
				CVSSv4:          &CVSS{"CVSS:4.0/AV:N", 6.9},
				Vulnerabilities: []Vulnerability{{Ecosystem: "go", Package: "istio.io/istio", Range: "< 1.20.1", Patched: "1.20.1"}}},
			{GHSAID: "GHSA-jjjj-kkkk-llll", Type: "unreviewed", PublishedAt: day(13)},
			{GHSAID: "GHSA-mmmm-nnnn-oooo", Severity: "critical", Summary: "Gone", PublishedAt: day(1), WithdrawnAt: day(14), UpdatedAt: day(14)},
		},
	}
}

// signed adds a token to requests, as oauth2 would.
type signed struct {
	token string
	next  http.RoundTripper
}

func (t signed) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+t.token)
	return t.next.RoundTrip(r)
}

func signedClient(s *Server) *http.Client {
	return &http.Client{Transport: signed{Token, s.Transport()}}
}

// restClient is go-github against the fake.
func restClient(t *testing.T, s *Server, hc *http.Client) *github.Client {
	t.Helper()
	c, err := github.NewClient(hc).WithEnterpriseURLs(s.APIURL(), s.APIURL())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// graphClient is githubv4 against the fake.
func graphClient(s *Server) *githubv4.Client {
	return githubv4.NewEnterpriseClient(s.GraphQLURL(), signedClient(s))
}
