package githubtest

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v57/github"
)

// repoWorld is an organization with one repository of every sort, and a user with one.
func repoWorld() *World {
	return &World{Repos: []*Repo{
		{Owner: "mesh", Name: "proxy", Topics: []string{"go"}, CreatedAt: day(2), Stars: 1},
		{Owner: "mesh", Name: "docs", CreatedAt: day(1)},
		{Owner: "mesh", Name: "old", Topics: []string{"go"}, Archived: true, CreatedAt: day(3), Stars: 3},
		{Owner: "mesh", Name: "copy", Topics: []string{"go"}, Fork: true, CreatedAt: day(4), Stars: 4},
		{Owner: "mesh", Name: "plans", Topics: []string{"go"}, Private: true, CreatedAt: day(5), Stars: 5},
		{Owner: "ann", OwnerIsUser: true, Name: "tool", Topics: []string{"go"}, Stars: 2},
	}}
}

func names(list []*github.Repository) []string {
	var out []string
	for _, r := range list {
		out = append(out, r.GetFullName())
	}
	return out
}

func TestRepositoriesOfAnAccount(t *testing.T) {
	s := NewInProcess(t, repoWorld())
	member, stranger := restClient(t, s, signedClient(s)), restClient(t, s, s.Client())
	byOrg := func(c *github.Client, org string) ([]string, error) {
		list, _, err := c.Repositories.ListByOrg(t.Context(), org, &github.RepositoryListByOrgOptions{Sort: "created", Direction: "asc"})
		return names(list), err
	}
	byUser := func(c *github.Client, user string) ([]string, error) {
		list, _, err := c.Repositories.ListByUser(t.Context(), user, nil)
		return names(list), err
	}
	for _, tt := range []struct {
		name string
		list func(*github.Client, string) ([]string, error)
		who  *github.Client
		of   string
		want []string // nil is not found
	}{
		{"an organization, to its member", byOrg, member, "Mesh", []string{"mesh/docs", "mesh/proxy", "mesh/old", "mesh/copy", "mesh/plans"}},
		{"an organization, to a stranger", byOrg, stranger, "mesh", []string{"mesh/docs", "mesh/proxy", "mesh/old", "mesh/copy"}},
		{"a user is not an organization", byOrg, member, "ann", nil},
		{"a user", byUser, stranger, "ann", []string{"ann/tool"}},
		{"an organization is a user, without what is private", byUser, member, "mesh", []string{"mesh/copy", "mesh/docs", "mesh/old", "mesh/proxy"}},
		{"unknown", byUser, member, "unknown", nil},
	} {
		got, err := tt.list(tt.who, tt.of)
		if diff := cmp.Diff(tt.want, got); diff != "" || (err == nil) != (tt.want != nil) {
			t.Errorf("%s: %v (-want +got)\n%s", tt.name, err, diff)
		}
	}
}

func TestSearchLeavesForksOutUnlessAskedFor(t *testing.T) {
	s := NewInProcess(t, repoWorld())
	c := restClient(t, s, s.Client())
	for query, want := range map[string][]string{
		"topic:go":                           {"mesh/old", "ann/tool", "mesh/proxy"},
		"topic:go archived:false":            {"ann/tool", "mesh/proxy"},
		"topic:go archived:false fork:true":  {"mesh/copy", "ann/tool", "mesh/proxy"},
		"topic:go org:mesh fork:only":        {"mesh/copy"},
		"topic:go org:mesh archived:true":    {"mesh/old"},
		"topic:go archived:false user:nobdy": nil,
	} {
		result, _, err := c.Search.Repositories(t.Context(), query, nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, names(result.Repositories)); diff != "" || result.GetTotal() != len(want) {
			t.Errorf("%s: %d (-want +got)\n%s", query, result.GetTotal(), diff)
		}
	}
}

func TestSearchEndsAfterAThousandResults(t *testing.T) {
	w := &World{}
	for i := range 1001 {
		w.Repos = append(w.Repos, &Repo{Owner: "mesh", Name: fmt.Sprint("r", i), Topics: []string{"go"}})
	}
	s := NewInProcess(t, w)
	c := restClient(t, s, signedClient(s))
	search := func(page int) (*github.RepositoriesSearchResult, *github.Response, error) {
		return c.Search.Repositories(t.Context(), "topic:go", &github.SearchOptions{ListOptions: github.ListOptions{PerPage: 100, Page: page}})
	}
	result, resp, err := search(10)
	if err != nil || result.GetTotal() != 1001 || len(result.Repositories) != 100 || resp.NextPage != 0 {
		t.Errorf("page 10: %d of %d, then page %d, %v", len(result.Repositories), result.GetTotal(), resp.NextPage, err)
	}
	if _, resp, err := search(11); err == nil || resp.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("page 11: %v", err)
	}
}
