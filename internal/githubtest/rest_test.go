package githubtest

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v57/github"

	"github.com/community-digest/digest/internal/githubtest/schema"
)

func TestReleasesComeByCommitDateInPagesWithoutDrafts(t *testing.T) {
	w := smallWorld()
	w.Repos[0].CanPush = false
	s := NewServer(t, w)
	c := restClient(t, s, &http.Client{Transport: signed{Token, http.DefaultTransport}})
	var got []string
	opts := &github.ListOptions{PerPage: 2}
	for {
		page, resp, err := c.Repositories.ListReleases(t.Context(), "istio", "istio", opts)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page {
			got = append(got, r.GetTagName())
		}
		if resp.NextPage == 0 {
			break
		}
		opts.Page = resp.NextPage
	}
	want := []string{"1.21.0-rc.0", "1.20.1", "1.19.5"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if q := s.Requests()[1].Query; q.Get("page") != "2" || q.Get("per_page") != "2" {
		t.Errorf("second request asked for %v", q)
	}
}

func TestPushersSeeDraftsAndUnpublishedAdvisories(t *testing.T) {
	s := NewInProcess(t, smallWorld())
	c := restClient(t, s, signedClient(s))
	releases, _, err := c.Repositories.ListReleases(t.Context(), "istio", "istio", nil)
	if err != nil || len(releases) != 4 {
		t.Errorf("%d releases, %v; want 4", len(releases), err)
	}
	advisories, _, err := c.SecurityAdvisories.ListRepositorySecurityAdvisories(t.Context(), "istio", "istio", nil)
	if err != nil || len(advisories) != 3 {
		t.Errorf("%d advisories, %v; want 3", len(advisories), err)
	}
	c = restClient(t, s, s.Client())
	advisories, _, err = c.SecurityAdvisories.ListRepositorySecurityAdvisories(t.Context(), "istio", "istio", nil)
	if err != nil || len(advisories) != 2 {
		t.Errorf("without a token: %d advisories, %v; want 2", len(advisories), err)
	}
}

func TestRepositoryAdvisoriesPageByCursor(t *testing.T) {
	s := NewInProcess(t, smallWorld())
	c := restClient(t, s, signedClient(s))
	opts := &github.ListRepositorySecurityAdvisoriesOptions{
		ListCursorOptions: github.ListCursorOptions{PerPage: 1}, Sort: "published", Direction: "desc", State: "published",
	}
	var got []string
	for {
		page, resp, err := c.SecurityAdvisories.ListRepositorySecurityAdvisories(t.Context(), "istio", "istio", opts)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range page {
			got = append(got, a.GetGHSAID())
		}
		if resp.After == "" {
			break
		}
		opts.After = resp.After
	}
	if diff := cmp.Diff([]string{"GHSA-aaaa-bbbb-cccc", "GHSA-dddd-eeee-ffff"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestGlobalAdvisoriesAreReviewedOnesUnlessAskedOtherwise(t *testing.T) {
	s := NewInProcess(t, smallWorld())
	c := restClient(t, s, signedClient(s))
	for _, tt := range []struct {
		name string
		opts github.ListGlobalSecurityAdvisoriesOptions
		want int
	}{
		{"plain", github.ListGlobalSecurityAdvisoriesOptions{}, 2},
		{"unreviewed", github.ListGlobalSecurityAdvisoriesOptions{Type: github.String("unreviewed")}, 1},
		{"published in a range", github.ListGlobalSecurityAdvisoriesOptions{Published: github.String("2023-12-11..2023-12-17")}, 1},
		{"modified from a time", github.ListGlobalSecurityAdvisoriesOptions{Modified: github.String(">=2023-12-15T12:00:00Z")}, 1},
		{"updated after it", github.ListGlobalSecurityAdvisoriesOptions{Updated: github.String(">2023-12-15")}, 0},
		{"withdrawn", github.ListGlobalSecurityAdvisoriesOptions{IsWithdrawn: github.Bool(true)}, 1},
		{"affects", github.ListGlobalSecurityAdvisoriesOptions{Affects: github.String("istio.io/istio,other")}, 1},
		{"by id", github.ListGlobalSecurityAdvisoriesOptions{GHSAID: github.String("GHSA-jjjj-kkkk-llll")}, 1},
	} {
		got, _, err := c.SecurityAdvisories.ListGlobalSecurityAdvisories(t.Context(), &tt.opts)
		if err != nil || len(got) != tt.want {
			t.Errorf("%s: %d advisories, %v; want %d", tt.name, len(got), err, tt.want)
		}
	}
}

// Every response is checked against the description by the server itself: this test only has to ask.
func TestEveryDescribedReadSatisfiesItsSchema(t *testing.T) {
	s := NewInProcess(t, smallWorld())
	hc := signedClient(s)
	for _, path := range []string{
		"/advisories", "/advisories/GHSA-aaaa-bbbb-cccc", "/orgs/istio/repos", "/rate_limit",
		"/repos/istio/istio/releases", "/repos/istio/istio/releases/tags/1.19.5", "/repos/istio/istio/security-advisories",
		"/repos/istio/istio/git/blobs/" + blobOID("hello"), "/search/repositories?q=org:istio+mesh", "/users/istio/repos",
	} {
		resp, err := hc.Get(s.APIURL() + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("GET %s: %s", path, resp.Status)
		}
	}
}

func TestEveryDescribedOperationIsAnswered(t *testing.T) {
	for pattern, operations := range schema.REST().Paths {
		for method := range operations {
			if routes[strings.ToUpper(method)+" "+pattern] == nil {
				t.Errorf("%s %s is described but not implemented", method, pattern)
			}
		}
	}
}

func TestRenamedRepositoryRedirects(t *testing.T) {
	s := NewInProcess(t, smallWorld())
	c := restClient(t, s, signedClient(s))
	releases, _, err := c.Repositories.ListReleases(t.Context(), "Istio", "Old-Istio", nil)
	if err != nil || len(releases) != 4 {
		t.Errorf("%d releases, %v", len(releases), err)
	}
	if got := s.Requests()[0].Status; got != http.StatusMovedPermanently {
		t.Errorf("first status %d, want 301", got)
	}
}

func TestUnknownAndPrivateRepositoriesAreNotFound(t *testing.T) {
	s := NewInProcess(t, smallWorld())
	c := restClient(t, s, s.Client())
	for _, name := range []string{"nothing", "secret"} {
		_, _, err := c.Repositories.ListReleases(t.Context(), "istio", name, nil)
		var e *github.ErrorResponse
		if !errors.As(err, &e) || e.Response.StatusCode != http.StatusNotFound || e.Message != "Not Found" {
			t.Errorf("%s: got %v, want 404", name, err)
		}
	}
	if _, _, err := restClient(t, s, signedClient(s)).Repositories.ListReleases(t.Context(), "istio", "secret", nil); err != nil {
		t.Errorf("with the token: %v", err)
	}
}

func TestWrongTokenIsRefusedAndNoTokenHasSixtyRequests(t *testing.T) {
	s := NewInProcess(t, smallWorld())
	bad := restClient(t, s, &http.Client{Transport: signed{"other", s.Transport()}})
	_, resp, err := bad.Repositories.ListReleases(t.Context(), "istio", "istio", nil)
	if err == nil || resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("wrong token: %v", err)
	}
	_, resp, err = restClient(t, s, s.Client()).Repositories.ListReleases(t.Context(), "istio", "istio", nil)
	if err != nil || resp.Rate.Limit != 60 || resp.Rate.Remaining != 59 {
		t.Errorf("no token: %+v, %v", resp.Rate, err)
	}
}

func TestUsedUpLimitIsARateLimitError(t *testing.T) {
	w := smallWorld()
	w.Limits.Core = 1
	s := NewInProcess(t, w)
	c := restClient(t, s, signedClient(s))
	var e *github.RateLimitError
	_, _, first := c.Repositories.ListReleases(t.Context(), "istio", "istio", nil)
	_, _, second := c.Repositories.ListReleases(t.Context(), "istio", "istio", nil)
	if first != nil || !errors.As(second, &e) {
		t.Errorf("got %v, then %v", first, second)
	}
}

func TestWrongRequestsAreViolations(t *testing.T) {
	s := NewInProcess(t, smallWorld())
	hc := signedClient(s)
	for _, tt := range []struct{ path, want string }{
		{"/repos/istio/istio/issues", "no such route"},
		{"/advisories?type=strange", "none of [reviewed malware unreviewed]"},
		{"/advisories?per_page=many", "not of type integer"},
		{"/repos/istio/istio/releases?since=2023", "parameter since is not described"},
		{"/search/repositories", "parameter q is missing"},
		{"/search/repositories?q=stars:3", "cannot search by stars"},
	} {
		resp, err := hc.Get(s.URL() + tt.path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if got := strings.Join(s.Violations(), "\n"); !strings.Contains(got, tt.want) {
			t.Errorf("%s: violations %q, want %q", tt.path, got, tt.want)
		}
	}
}
