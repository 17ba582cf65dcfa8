package collectors

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/githubtest"
)

// many makes n discussions from number first on, the newest first, a minute apart.
func many(first, n int, newest time.Time) []githubtest.Discussion {
	var out []githubtest.Discussion
	for i := range n {
		out = append(out, githubtest.Discussion{Number: first + i, Author: "ann", CreatedAt: newest.Add(-time.Duration(i) * time.Minute)})
	}
	return out
}

// cursors lists the cursors that were sent for the first repository, "" for a first page.
func cursors(s *githubtest.Server) []string {
	var out []string
	for _, q := range s.Requests() {
		if strings.Contains(q.GraphQL, "discussions(") {
			after, _ := q.Variables["discussionsAfter0"].(string)
			out = append(out, after)
		}
	}
	return out
}

// nth calls f before the n-th page of lists is asked for.
func nth(n int, f func()) func(*http.Request) *http.Response {
	return func(r *http.Request) *http.Response {
		if strings.Contains(peek(r).Query, "discussions(") {
			if n--; n == 0 {
				f()
			}
		}
		return nil
	}
}

func TestListIsReadToTheBoundAndNoFurther(t *testing.T) {
	list := append(many(1, 150, in), many(1000, 400, before)...)
	s := githubtest.NewInProcess(t, istio(githubtest.Repo{Discussions: list}))
	f := collect(t, newDiscussions(signed(t, s), []DiscussionSource{{Repos: repos("istio/istio")}}))
	wantReceipt(t, f, 0, 150, map[digest.DropReason]int{digest.OutsidePeriod: 1}, digest.Complete)
	got := cursors(s)
	if len(got) != 3 || got[0] != "" || got[1] == "" || got[2] != "" {
		t.Errorf("cursors %q, want two pages and a look back at the first", got)
	}
	if f.Receipts[0].Pages != 3 {
		t.Errorf("%d pages on the receipt, want 3", f.Receipts[0].Pages)
	}
	if n := asked(s, "nodes(ids"); n != 4 {
		t.Errorf("%d requests for the details of 150 discussions, want 4", n)
	}
}

func TestOnePageToTheBoundTakesOneRequest(t *testing.T) {
	list := append(many(1, 2, in), many(1000, 400, before)...)
	s := githubtest.NewInProcess(t, istio(githubtest.Repo{Discussions: list}))
	f := collect(t, newDiscussions(signed(t, s), []DiscussionSource{{Repos: repos("istio/istio")}}))
	wantReceipt(t, f, 0, 2, map[digest.DropReason]int{digest.OutsidePeriod: 1}, digest.Complete)
	if diff := cmp.Diff([]string{""}, cursors(s)); diff != "" {
		t.Errorf("cursors (-want +got)\n%s", diff)
	}
}

func TestSecondPageIsAskedForBehindTheFirst(t *testing.T) {
	s := githubtest.NewInProcess(t, istio(githubtest.Repo{Discussions: many(1, 101, in)}))
	var end string
	c := watched(t, s, nth(2, func() { end = pageEnd(t, s, 100) }))
	f := collect(t, newDiscussions(c, []DiscussionSource{{Repos: repos("istio/istio")}}))
	wantReceipt(t, f, 0, 101, nil, digest.Complete)
	if diff := cmp.Diff([]string{"", end, ""}, cursors(s)); diff != "" {
		t.Errorf("cursors (-want +got)\n%s", diff)
	}
}

// pageEnd asks the fake itself where a first page ends.
func pageEnd(t *testing.T, s *githubtest.Server, first int) string {
	t.Helper()
	var q struct {
		Repository struct {
			Discussions struct{ PageInfo pageInfo } `graphql:"discussions(first: 100, orderBy: {field: UPDATED_AT, direction: DESC})"`
		} `graphql:"repository(owner: \"istio\", name: \"istio\")"`
	}
	probe := githubtest.NewInProcess(t, istio(githubtest.Repo{Discussions: many(1, first+1, in)}))
	if err := signed(t, probe).Query(t.Context(), &q, nil); err != nil {
		t.Fatal(err)
	}
	return q.Repository.Discussions.PageInfo.EndCursor
}

func TestDiscussionThatMovesToTheHeadWhileTheListIsReadIsFound(t *testing.T) {
	head := week.To.Add(-time.Hour).UTC()
	for name, moved := range map[string]time.Time{"later": head.Add(second), "in the same second": head, "after the period": after} {
		list := append(many(1, 250, head), many(1000, 20, before)...)
		list[249].Comments = []githubtest.Comment{{Author: "bob", CreatedAt: in}}
		// Number 250 stands on the third page, and is a candidate by its comment only.
		list[249].CreatedAt, list[249].UpdatedAt = before, head.Add(-300*time.Minute)
		s := githubtest.NewInProcess(t, istio(githubtest.Repo{Discussions: list}))
		c := watched(t, s, nth(2, func() {
			s.Update(func(w *githubtest.World) { w.Repos[0].Discussions[249].UpdatedAt = moved })
		}))
		f := collect(t, newDiscussions(c, []DiscussionSource{{Repos: repos("istio/istio")}}))
		if !slices.Contains(numbers(f), 250) || len(f.Discussions) != 250 {
			t.Errorf("moved %s: %d found, want all 250 with number 250", name, len(f.Discussions))
		}
	}
}

func TestDiscussionSeenOnTwoPagesCountsOnce(t *testing.T) {
	s := githubtest.NewInProcess(t, istio(githubtest.Repo{Discussions: many(1, 150, in)}))
	c := watched(t, s, nth(2, func() { // number 1 falls behind the first page, where it was read already
		s.Update(func(w *githubtest.World) { w.Repos[0].Discussions[0].UpdatedAt = in.Add(-140 * time.Minute) })
	}))
	f := collect(t, newDiscussions(c, []DiscussionSource{{Repos: repos("istio/istio")}}))
	wantReceipt(t, f, 0, 150, nil, digest.Complete)
}

func TestListThatGoesOnWithoutGoingForwardIsAGap(t *testing.T) {
	page := func(cursor string) string {
		return fmt.Sprintf(`{"data":{"r0":{"nameWithOwner":"istio/istio","hasDiscussionsEnabled":true,
			"discussions":{"pageInfo":{"hasNextPage":true,"endCursor":%s},"nodes":[]}}}}`, cursor)
	}
	for _, tt := range []struct {
		cursor   string
		requests int
	}{{`null`, 1}, {`""`, 1}, {`"same"`, 2}} {
		s := githubtest.NewInProcess(t, istio(githubtest.Repo{}))
		s.Fail(githubtest.Fault{Path: "/graphql", Status: 200, Body: page(tt.cursor), Times: -1})
		f := collect(t, newDiscussions(signed(t, s), []DiscussionSource{{Repos: repos("istio/istio")}}))
		wantReceipt(t, f, 0, 0, nil, digest.Failed)
		if n := len(s.Requests()); n != tt.requests {
			t.Errorf("cursor %s: %d requests, want %d", tt.cursor, n, tt.requests)
		}
	}
}
