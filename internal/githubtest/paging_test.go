package githubtest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shurcooL/githubv4"

	"github.com/community-digest/digest/internal/githubtest/execute"
	"github.com/community-digest/digest/internal/githubtest/schema"
)

// discussionPage is a query as githubv4 makes them.
type discussionPage struct {
	Repository struct {
		HasDiscussionsEnabled bool
		Discussions           struct {
			TotalCount int
			PageInfo   struct {
				EndCursor   githubv4.String
				HasNextPage bool
			}
			Nodes []struct {
				Number    int
				Author    *struct{ Login string }
				UpdatedAt time.Time
				Category  struct{ Slug string }
			}
		} `graphql:"discussions(first: $first, after: $after, orderBy: {field: UPDATED_AT, direction: DESC})"`
	} `graphql:"repository(owner: \"istio\", name: $name)"`
}

// readPages reads all discussions, calling between after each page.
func readPages(t *testing.T, s *Server, name string, size int, between func()) []int {
	t.Helper()
	var got []int
	variables := map[string]any{"name": githubv4.String(name), "first": githubv4.Int(size), "after": (*githubv4.String)(nil)}
	for {
		var q discussionPage
		if err := graphClient(s).Query(t.Context(), &q, variables); err != nil {
			t.Fatal(err)
		}
		for _, d := range q.Repository.Discussions.Nodes {
			got = append(got, d.Number)
		}
		if !q.Repository.Discussions.PageInfo.HasNextPage {
			return got
		}
		variables["after"] = githubv4.NewString(q.Repository.Discussions.PageInfo.EndCursor)
		between()
	}
}

func TestDiscussionsPageByCursorNewestFirst(t *testing.T) {
	s := NewInProcess(t, smallWorld())
	got := readPages(t, s, "istio", 1, func() {})
	if diff := cmp.Diff([]int{3, 2, 1}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	requests := s.Requests()
	if len(requests) != 3 || requests[0].Variables["after"] != nil || requests[1].Variables["after"] == nil {
		t.Errorf("requests: %+v", requests)
	}
}

func TestItemThatMovesUpWhilePagingIsMissedAndNoneIsRepeated(t *testing.T) {
	w := smallWorld()
	s := NewInProcess(t, w)
	moved := false
	got := readPages(t, s, "istio", 1, func() {
		if !moved { // the last one is updated after the first page was read
			s.Update(func(w *World) { w.Repos[0].Discussions[0].UpdatedAt = day(17) })
			moved = true
		}
	})
	if diff := cmp.Diff([]int{3, 2}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestSwitchedOffDiscussionsAreAnEmptyConnection(t *testing.T) {
	s := NewInProcess(t, smallWorld())
	var q discussionPage
	err := graphClient(s).Query(t.Context(), &q, map[string]any{
		"name": githubv4.String("quiet"), "first": githubv4.Int(10), "after": (*githubv4.String)(nil)})
	if err != nil || q.Repository.HasDiscussionsEnabled || q.Repository.Discussions.TotalCount != 0 {
		t.Errorf("got %+v, %v", q, err)
	}
}

func TestPageSizesAreHeldToGitHubsBounds(t *testing.T) {
	s := NewInProcess(t, smallWorld())
	for query, want := range map[string]string{
		`discussions { nodes { number } }`:             "MISSING_PAGINATION_BOUNDARIES",
		`discussions(first: 101) { nodes { number } }`: "EXCESSIVE_PAGINATION",
		`discussions(first: 100) { nodes { comments(first: 100) { nodes { replies(first: 100) { totalCount } } } } }`: "MAX_NODE_LIMIT_EXCEEDED",
	} {
		got := ask(t, s, `{ repository(owner: "istio", name: "istio") { `+query+` } }`, nil)
		if typ := at(t, got, "errors", 0, "type"); typ != want {
			t.Errorf("%s: %v, want %s", query, typ, want)
		}
	}
	if n := len(s.Violations()); n != 3 {
		t.Errorf("%d violations, want 3", n)
	}
}

func TestCostFollowsTheDocumentedFormula(t *testing.T) {
	q, err := schema.ParseQuery(`{ repository(owner: "istio", name: "istio") {
		discussions(first: 100) { nodes { comments(first: 50) { nodes { id replies(first: 10) { nodes { id } } } } } } } }`, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, refused := execute.Measure(q.Operation, q.Variables)
	// 1 + 100 + 100*50 requests, divided by 100; 100 + 100*50 + 100*50*10 nodes.
	if want := (execute.Cost{Points: 51, Nodes: 55100}); got != want || refused != nil {
		t.Errorf("got %+v, refused %v, want %+v", got, refused, want)
	}
}
