package collectors

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/githubtest"
)

// latency is the minimal response time.
const latency = 150 * time.Millisecond

// BenchmarkCollect reads a week of many repositories from a fake with the latency of
// GitHub. Its table is in docs/performance.md.
func BenchmarkCollect(b *testing.B) {
	for _, mode := range []AdvisoryMode{Reviewed, Exact} {
		for _, n := range []int{1, 10, 100, 1000} {
			b.Run(fmt.Sprintf("%s/repositories=%d", mode, n), func(b *testing.B) { benchmark(b, n, mode) })
		}
	}
}

func benchmark(b *testing.B, n int, mode AdvisoryMode) {
	w, list := ordinary(n)
	s := githubtest.NewInProcess(b, w)
	e, err := github.ParseEndpoints(s.URL(), s.GraphQLURL())
	if err != nil {
		b.Fatal(err)
	}
	late := wire{s.Transport(), func(*http.Request) *http.Response {
		time.Sleep(latency)
		return nil
	}}
	sources := Sources{
		Discussions: []DiscussionSource{{Repos: list}},
		Releases:    []ReleaseSource{{Repos: list}},
		Advisories:  []AdvisorySource{{Repos: list, Mode: mode}},
	}
	var used github.Usage
	for b.Loop() {
		tokens := oauth2.StaticTokenSource(&oauth2.Token{AccessToken: githubtest.Token})
		c := github.NewClient(e, tokens, github.Limits{Transport: late})
		f, err := NewGitHub(c, sources).Collect(b.Context(), week)
		if err != nil || len(f.Discussions) != 5*n || len(f.Releases) != n || len(f.Advisories) != n {
			b.Fatalf("%d discussions, %d releases, %d advisories: %v", len(f.Discussions), len(f.Releases), len(f.Advisories), err)
		}
		used = c.Usage()
	}
	b.ReportMetric(float64(used.Requests()), "requests")
	b.ReportMetric(float64(used.Points), "points")
}

// ordinary is repositories in which an ordinary week has passed: of forty discussions five
// were active, of twenty releases one was published, and there is an advisory.
func ordinary(n int) (*githubtest.World, []digest.Repo) {
	w := &githubtest.World{}
	var list []digest.Repo
	for i := range n {
		r := &githubtest.Repo{Owner: "o", Name: fmt.Sprintf("repo-%04d", i)}
		r.Discussions = append(many(1, 5, in), many(6, 35, before)...)
		fill(r.Discussions)
		for j := range 20 {
			r.Releases = append(r.Releases, githubtest.Release{TagName: fmt.Sprint("v1.", 20-j), PublishedAt: in.Add(-time.Duration(j) * 10 * days)})
		}
		a := githubtest.Advisory{GHSAID: fmt.Sprintf("GHSA-2222-3333-%04d", i), Summary: "A weakness", PublishedAt: in}
		r.Advisories = append(r.Advisories, a)
		a.Repo = "o/" + r.Name
		w.Advisories = append(w.Advisories, a)
		w.Repos = append(w.Repos, r)
		list = append(list, digest.Repo{Owner: "o", Name: r.Name})
	}
	return w, list
}
