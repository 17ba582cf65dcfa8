package collectors

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/githubtest"
	"github.com/community-digest/digest/internal/markdown"
)

// bubble runs a test in which waiting takes no time.
func bubble(t *testing.T, f func(*testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}

func TestDiscussionHasAllItsFacts(t *testing.T) {
	s := githubtest.NewInProcess(t, istio(githubtest.Repo{
		Categories: []githubtest.Category{{Name: "Q&A", Slug: "q-a", Answerable: true}},
		Discussions: []githubtest.Discussion{{
			Number: 7, Title: "How *do* I?", Body: "Some **body**.", Author: "ann", Category: "q-a", Labels: []string{"bug", "help wanted"},
			CreatedAt: in, UpvoteCount: 4, Reactions: map[string]int{"+1": 2, "heart": 1}, Locked: true,
			ClosedAt: in.Add(days), StateReason: "RESOLVED", Answer: "1-1", AnswerChosenAt: in.Add(2 * second), AnswerChosenBy: "ann",
			Comments: []githubtest.Comment{{Author: "bob", CreatedAt: in.Add(second), Replies: []githubtest.Comment{
				{Author: "robot[bot]", Body: "Like _so_.", CreatedAt: in.Add(second)}}}},
		}},
	}))
	f := collect(t, newDiscussions(signed(t, s), []DiscussionSource{{Repos: repos("istio/istio"), Section: "hot"}}))
	if len(f.Discussions) != 1 || f.Discussions[0].Answer == nil {
		t.Fatalf("found %+v", f.Discussions)
	}
	d := f.Discussions[0]
	answer := d.Answer.URL.String()
	if !strings.HasPrefix(answer, "https://github.com/istio/istio/discussions/7#discussioncomment-") {
		t.Errorf("answer at %s", answer)
	}
	want := digest.Discussion{
		Item:   digest.Item{ID: d.ID, Repo: repos("istio/istio")[0], URL: link(t, "https://github.com/istio/istio/discussions/7"), Section: "hot"},
		Number: 7, Title: text("How *do* I?"), Body: markdown.Prose("Some **body**."), Author: digest.Person{Login: text("ann")},
		Category: digest.Category{Name: text("Q&A"), Slug: text("q-a"), Answerable: true},
		Labels:   []markdown.Text{text("bug"), text("help wanted")}, CreatedAt: in, AnsweredAt: in.Add(2 * second),
		Answer:  &digest.Answer{URL: link(t, answer), Author: digest.Person{Login: text("robot"), Bot: true}, Body: markdown.Prose("Like _so_.")},
		Upvotes: 4, Reactions: 3, Comments: 1, Locked: true, Closed: text("resolved"),
		Activity: digest.Activity{Comments: 1, Replies: 1, Others: 1, Participants: []markdown.Text{text("bob")}},
	}
	if diff := cmp.Diff(want, d, inside); diff != "" || d.ID == "" {
		t.Errorf("id %q (-want +got)\n%s", d.ID, diff)
	}
}

func TestDiscussionIsClosedOnlyWhileItIs(t *testing.T) {
	for _, tt := range []struct {
		discussion githubtest.Discussion
		want       string
	}{
		{githubtest.Discussion{}, ""},
		{githubtest.Discussion{ClosedAt: in, StateReason: "OUTDATED"}, "outdated"},
		{githubtest.Discussion{ClosedAt: in, StateReason: "DUPLICATE"}, "duplicate"},
		{githubtest.Discussion{ClosedAt: in}, "closed"},
		{githubtest.Discussion{ClosedAt: in, StateReason: "REOPENED"}, ""},
	} {
		tt.discussion.Number, tt.discussion.CreatedAt = 1, in
		if got := discussions(t, tt.discussion).Discussions[0].Closed.Unsafe(); got != tt.want {
			t.Errorf("closed at %v for %q: %q, want %q", tt.discussion.ClosedAt, tt.discussion.StateReason, got, tt.want)
		}
	}
}

func TestLinkToAnotherHostIsDropped(t *testing.T) {
	for _, address := range []string{"https://evil.example/istio/istio/discussions/1", "javascript:alert(1)", "https://github.com.evil.example/x", ""} {
		s := githubtest.NewInProcess(t, istio(githubtest.Repo{Discussions: many(1, 1, in)}))
		c := watched(t, s, func(r *http.Request) *http.Response {
			if !strings.Contains(peek(r).Query, "nodes(ids") {
				return nil
			}
			return respond(r, 200, `{"data":{"heavy":[{"id":"D_1","number":1,"title":"t","url":"`+address+`","createdAt":"2023-12-13T00:00:00Z",
				"answer":{"url":"`+address+`","body":"b","author":null}}]}}`)
		})
		f := collect(t, newDiscussions(c, []DiscussionSource{{Repos: repos("istio/istio")}}))
		if d := f.Discussions[0]; !d.URL.IsZero() || !d.Answer.URL.IsZero() {
			t.Errorf("%s: discussion at %s, answer at %s", address, d.URL, d.Answer.URL)
		}
	}
}

// tooHeavy refuses documents that ask for more repositories, list items, discussions or
// comments than it is told.
func tooHeavy(repositories, first, ids, comments float64) func(*http.Request) *http.Response {
	return func(r *http.Request) *http.Response {
		q := peek(r)
		over := func(name string, most float64) bool { n, _ := q.Variables[name].(float64); return n > most }
		list, _ := q.Variables["heavy"].([]any)
		if float64(strings.Count(q.Query, ": repository(")) > repositories || over("first", first) ||
			float64(len(list)) > ids || over("comments", comments) || over("replies", 60) && comments < 50 {
			return respond(r, http.StatusBadGateway, "<html>")
		}
		return nil
	}
}

func TestWhatIsTooHeavyIsAskedInSmallerPartsAndFindsTheSame(t *testing.T) {
	run := func(t *testing.T, look func(*http.Request) *http.Response) digest.Findings {
		w, list := fleet(5)
		for i := range 60 {
			w.Repos[0].Discussions[0].Comments = append(w.Repos[0].Discussions[0].Comments,
				githubtest.Comment{Author: "bob", CreatedAt: in.Add(second), ID: fmt.Sprint("c", i)})
		}
		for range 200 {
			first := &w.Repos[0].Discussions[0].Comments[0]
			first.Replies = append(first.Replies, githubtest.Comment{Author: "cat", CreatedAt: in.Add(2 * second)})
		}
		s := githubtest.NewInProcess(t, w)
		return collect(t, newDiscussions(watched(t, s, look), []DiscussionSource{{Repos: list}}))
	}
	want := run(t, func(*http.Request) *http.Response { return nil })
	for name, look := range map[string]func(*http.Request) *http.Response{
		"batch of lists": tooHeavy(2, 100, 40, 50), "page of lists": tooHeavy(1, 12, 40, 50),
		"batch of details": tooHeavy(50, 100, 2, 50), "page of details": tooHeavy(50, 100, 1, 12),
	} {
		bubble(t, func(t *testing.T) {
			if diff := cmp.Diff(want, run(t, look), inside); diff != "" {
				t.Errorf("%s (-want +got)\n%s", name, diff)
			}
		})
	}
}

func TestWhatStaysTooHeavyIsAGapOfItsOwn(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w, list := fleet(3)
		s := githubtest.NewInProcess(t, w)
		c := watched(t, s, func(r *http.Request) *http.Response {
			for _, v := range peek(r).Variables {
				if v == "r1" {
					return respond(r, http.StatusGatewayTimeout, "<html>")
				}
			}
			return nil
		})
		f := collect(t, newDiscussions(c, []DiscussionSource{{Repos: list}}))
		wantReceipt(t, f, 0, 1, nil, digest.Complete)
		wantReceipt(t, f, 1, 0, nil, digest.Failed)
		wantReceipt(t, f, 2, 1, nil, digest.Complete)
	})
}

func TestResourceLimitIsHalvedLikeATimeout(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w, list := fleet(4)
		s := githubtest.NewInProcess(t, w)
		s.Fail(githubtest.Fault{GraphQL: "r3: repository", Times: -1, ErrorType: "RESOURCE_LIMITS_EXCEEDED", Message: "Resource limits for this query exceeded."})
		f := collect(t, newDiscussions(signed(t, s), []DiscussionSource{{Repos: list}}))
		if diff := cmp.Diff([]int{1, 2, 3, 4}, numbers(f)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

func TestCommentsThatGoOnWithoutGoingForwardAreAGap(t *testing.T) {
	answer := func(field, info string) string {
		return `{"data":{"` + field + `"comments":{"pageInfo":{` + info + `},"nodes":[{"id":"DC_1","createdAt":"2023-12-13T00:00:00Z","replies":{"pageInfo":{"hasNextPage":false},"nodes":[]}}]}`
	}
	for _, tt := range []struct{ first, next string }{
		{`"hasNextPage":true,"endCursor":null`, `"hasNextPage":false`},
		{`"hasNextPage":true,"endCursor":"same"`, `"hasNextPage":true,"endCursor":"same"`},
		{`"hasNextPage":true,"endCursor":"one"`, `"hasNextPage":true,"endCursor":null`},
	} {
		s := githubtest.NewInProcess(t, istio(githubtest.Repo{Discussions: many(1, 1, in)}))
		c := watched(t, s, func(r *http.Request) *http.Response {
			switch q := peek(r).Query; {
			case strings.Contains(q, "nodes(ids"):
				return respond(r, 200, answer(`heavy":[{"createdAt":"2023-12-13T00:00:00Z","id":"D_1",`, tt.first)+`}]}}`)
			case strings.Contains(q, "node(id"):
				return respond(r, 200, answer(`node":{`, tt.next)+`}}}`)
			}
			return nil
		})
		f := collect(t, newDiscussions(c, []DiscussionSource{{Repos: repos("istio/istio")}}))
		wantReceipt(t, f, 0, 1, nil, digest.Failed)
		if got := f.Receipts[0].Detail.Unsafe(); got != errStuck.Error() {
			t.Errorf("detail %q, want %q", got, errStuck)
		}
	}
}
