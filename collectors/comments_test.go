package collectors

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/githubtest"
	"github.com/community-digest/digest/internal/markdown"
)

// bubble runs a test in which waiting takes no time.
func bubble(t *testing.T, f func(*testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}

func TestDiscussionFields(t *testing.T) {
	s := githubtest.NewInProcess(t, istio(githubtest.Repo{
		Categories: []githubtest.Category{{Name: "Q&A", Slug: "q-a", Answerable: true}},
		Discussions: []githubtest.Discussion{{
			Number: 7, Title: "How *do* I?", Body: "Some **body**.", Author: "ann", Category: "q-a", Labels: []string{"bug", "help wanted"},
			CreatedAt: in, UpvoteCount: 4, Reactions: map[string]int{"+1": 2, "heart": 1}, Locked: true,
			ClosedAt: in.Add(days), StateReason: "RESOLVED", Answer: "1-1", AnswerChosenAt: in.Add(2 * second),
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
	if diff := gocmp.Diff(want, d, inside); diff != "" || d.ID == "" {
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
	bubble(t, func(t *testing.T) {
		for _, address := range []string{"https://evil.example/istio/istio/discussions/1", "javascript:alert(1)", "https://github.com.evil.example/x", ""} {
			s := githubtest.NewInProcess(t, istio(githubtest.Repo{Discussions: many(1, 1, in)}))
			c := intercepted(t, s, func(r *http.Request) *http.Response {
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
	})
}

// tooHeavy refuses documents that ask for more repositories, list items, discussions or
// comments than the limits.
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

func TestTooHeavyDocumentsAreSplitAndFindTheSame(t *testing.T) {
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
		return collect(t, newDiscussions(intercepted(t, s, look), []DiscussionSource{{Repos: list}}))
	}
	want := run(t, func(*http.Request) *http.Response { return nil })
	for name, look := range map[string]func(*http.Request) *http.Response{
		"batch of lists": tooHeavy(2, 100, 40, 50), "page of lists": tooHeavy(1, 12, 40, 50),
		"batch of details": tooHeavy(50, 100, 2, 50), "page of details": tooHeavy(50, 100, 1, 12),
	} {
		bubble(t, func(t *testing.T) {
			if diff := gocmp.Diff(want, run(t, look), inside); diff != "" {
				t.Errorf("%s (-want +got)\n%s", name, diff)
			}
		})
	}
}

func TestRepositoryThatStaysTooHeavyIsTheOnlyGap(t *testing.T) {
	bubble(t, func(t *testing.T) {
		w, list := fleet(3)
		s := githubtest.NewInProcess(t, w)
		c := intercepted(t, s, func(r *http.Request) *http.Response {
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
		if diff := gocmp.Diff([]int{1, 2, 3, 4}, numbers(f)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

func TestCommentsThatDoNotAdvanceAreAGap(t *testing.T) {
	for _, tt := range []struct {
		first any // cursor in the first page of comments
		next  string
	}{
		{nil, `"hasNextPage":false,"endCursor":null`},
		{"same", `"hasNextPage":true,"endCursor":"same"`},
		{"one", `"hasNextPage":true,"endCursor":null`},
	} {
		s := githubtest.NewInProcess(t, istio(githubtest.Repo{Discussions: many(1, 1, in)}))
		s.Fail(githubtest.Fault{GraphQL: "nodes(ids", NullPath: []any{"heavy", 0, "comments", "pageInfo"},
			Value: map[string]any{"hasNextPage": true, "endCursor": tt.first}})
		s.Fail(githubtest.Fault{GraphQL: "node(id", Status: 200, Body: `{"data":{"node":{"comments":{"totalCount":1,"pageInfo":{` + tt.next + `},"nodes":[]}}}}`, Times: -1})
		f := collect(t, newDiscussions(signed(t, s), []DiscussionSource{{Repos: repos("istio/istio")}}))
		wantReceipt(t, f, 0, 1, nil, digest.Failed)
		if got := f.Receipts[0].Detail.Unsafe(); got != errStuck.Error() {
			t.Errorf("detail %q, want %q", got, errStuck)
		}
	}
}

func TestActivityCountsWhatWasWrittenInThePeriod(t *testing.T) {
	at := func(author string) githubtest.Comment { return githubtest.Comment{Author: author, CreatedAt: in} }
	gone := func(c githubtest.Comment) githubtest.Comment {
		c.DeletedAt = in.Add(second)
		return c
	}
	old := func(c githubtest.Comment) githubtest.Comment {
		c.CreatedAt = before
		return c
	}
	with := func(c githubtest.Comment, replies ...githubtest.Comment) githubtest.Comment {
		c.Replies = replies
		return c
	}
	for _, tt := range []struct {
		name     string
		comments []githubtest.Comment
		want     digest.Activity
		people   []string
	}{
		{"comments and replies", []githubtest.Comment{at("bob"), with(at("cat"), at("dan"), at("eve"))},
			digest.Activity{Comments: 2, Replies: 2, Others: 4}, []string{"bob", "cat", "dan", "eve"}},
		{"everyone once, in order", []githubtest.Comment{with(at("zoe"), at("bob")), at("zoe")},
			digest.Activity{Comments: 2, Replies: 1, Others: 3}, []string{"bob", "zoe"}},
		{"the author does not count", []githubtest.Comment{with(at("ann"), at("bob"), at("ann"))},
			digest.Activity{Comments: 1, Replies: 2, Others: 1}, []string{"ann", "bob"}},
		{"bots write, and are no participants", []githubtest.Comment{at("robot[bot]"), at("helper"), at("bob")},
			digest.Activity{Comments: 3, Others: 1}, []string{"bob"}},
		{"deleted accounts wrote, and are no participants", []githubtest.Comment{at(""), with(at("bob"), at(""))},
			digest.Activity{Comments: 2, Replies: 1, Others: 1}, []string{"bob"}},
		{"deleted comments do not count", []githubtest.Comment{gone(at("bob")), at("cat")},
			digest.Activity{Comments: 1, Others: 1}, []string{"cat"}},
		{"replies to a deleted comment do", []githubtest.Comment{with(gone(at("bob")), at("cat"), gone(at("dan")))},
			digest.Activity{Replies: 1, Others: 1}, []string{"cat"}},
		{"nor do comments outside the period", []githubtest.Comment{old(at("bob")), with(old(at("cat")), at("dan"))},
			digest.Activity{Replies: 1, Others: 1}, []string{"dan"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := istio(githubtest.Repo{Discussions: []githubtest.Discussion{{Number: 1, Author: "ann", CreatedAt: before, Comments: tt.comments}}})
			w.Users = []githubtest.User{{Login: "helper", Type: "Bot"}} // GraphQL marks bots by their type
			s := githubtest.NewInProcess(t, w)
			f := collect(t, newDiscussions(signed(t, s), []DiscussionSource{{Repos: repos("istio/istio")}}))
			if len(f.Discussions) != 1 {
				t.Fatalf("%d discussions found", len(f.Discussions))
			}
			for _, p := range tt.people {
				tt.want.Participants = append(tt.want.Participants, markdown.Untrusted(p))
			}
			if diff := gocmp.Diff(tt.want, f.Discussions[0].Activity, inside); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestMinimizedCommentsCountByTheirReason(t *testing.T) {
	for reason, counts := range map[string]bool{
		"spam": false, "abuse": false, "off-topic": false, "OFF_TOPIC": false, "duplicate": false, "low-quality": false,
		"outdated": true, "resolved": true, "": true,
	} {
		hidden := githubtest.Comment{Author: "eve", CreatedAt: in, MinimizedReason: reason}
		withReplies := githubtest.Comment{Author: "eve", CreatedAt: in, MinimizedReason: reason, Replies: []githubtest.Comment{{Author: "bob", CreatedAt: in}, hidden}}
		f := discussions(t, githubtest.Discussion{Number: 2, Author: "ann", CreatedAt: before, Comments: []githubtest.Comment{withReplies, hidden}},
			githubtest.Discussion{Number: 1, Author: "ann", CreatedAt: before, Comments: []githubtest.Comment{hidden}})
		want, comments := digest.Activity{Replies: 1, Others: 1, Participants: []markdown.Text{text("bob")}}, 0
		if counts {
			want, comments = digest.Activity{Comments: 2, Replies: 2, Others: 4, Participants: []markdown.Text{text("bob"), text("eve")}}, 2
		}
		if diff := gocmp.Diff(want, f.Discussions[0].Activity, inside); diff != "" || f.Discussions[0].Comments != comments {
			t.Errorf("%q: %d comments, want %d; activity (-want +got)\n%s", reason, f.Discussions[0].Comments, comments, diff)
		}
		if got := f.Receipts[0].Dropped[digest.Inactive]; (got == 1) == counts {
			t.Errorf("%q: %d discussions are inactive whose only comment is minimized", reason, got)
		}
	}
}

func TestMinimizedAnswerIsAnAnswer(t *testing.T) {
	// The author or a maintainer chose it: that is what happened, whatever moderators did to the comment.
	f := discussions(t, githubtest.Discussion{Number: 1, Author: "ann", CreatedAt: before, Answer: "1", AnswerChosenAt: in,
		Comments: []githubtest.Comment{{Author: "eve", Body: "Like this.", CreatedAt: before, MinimizedReason: "off-topic"}}})
	wantReceipt(t, f, 0, 1, nil, digest.Complete)
	if d := f.Discussions[0]; d.Answer == nil || !d.AnsweredAt.Equal(in) {
		t.Errorf("answered at %s: %+v", d.AnsweredAt, d.Answer)
	}
}

func TestDiscussionsLockedAsSpamAreDropped(t *testing.T) {
	f := discussions(t, githubtest.Discussion{Number: 1, CreatedAt: in, Locked: true, LockReason: "SPAM"},
		githubtest.Discussion{Number: 2, CreatedAt: in, Locked: true, LockReason: "RESOLVED"}, githubtest.Discussion{Number: 3, CreatedAt: in, Locked: true})
	wantReceipt(t, f, 0, 2, map[digest.DropReason]int{digest.LockedAsSpam: 1}, digest.Complete)
}

func TestItemThatIsDeletedAfterItWasListedIsDropped(t *testing.T) {
	w, sources := twoRepos()
	s := githubtest.NewInProcess(t, w)
	c := intercepted(t, s, func(r *http.Request) *http.Response {
		if strings.Contains(peek(r).Query, "nodes(ids") {
			s.Update(func(w *githubtest.World) {
				w.Repos[0].Discussions, w.Repos[0].Releases = w.Repos[0].Discussions[:2], nil
			})
		}
		return nil
	})
	f := collect(t, NewGitHub(c, sources))
	wantReceipt(t, f, 0, 2, map[digest.DropReason]int{digest.IsDeleted: 1}, digest.Complete)
	wantReceipt(t, f, 2, 0, map[digest.DropReason]int{digest.IsDeleted: 1}, digest.Complete)
}

func TestActivityOfBotsAndDeletedAccountsAloneIsActivity(t *testing.T) {
	f := discussions(t, githubtest.Discussion{Number: 1, Author: "ann", CreatedAt: before, Comments: []githubtest.Comment{
		{Author: "", CreatedAt: in}, {Author: "robot[bot]", CreatedAt: in}}})
	wantReceipt(t, f, 0, 1, nil, digest.Complete)
}

func TestDeletedCommentAloneIsNoActivity(t *testing.T) {
	f := discussions(t, githubtest.Discussion{Number: 1, Author: "ann", CreatedAt: before, Comments: []githubtest.Comment{
		{Author: "bob", CreatedAt: in, DeletedAt: in}}})
	wantReceipt(t, f, 0, 0, map[digest.DropReason]int{digest.Inactive: 1}, digest.Complete)
}

func TestEveryoneIsAnOtherWhenTheAuthorsAccountIsDeleted(t *testing.T) {
	f := discussions(t, githubtest.Discussion{Number: 1, CreatedAt: in, Comments: []githubtest.Comment{
		{Author: "bob", CreatedAt: in}, {Author: "", CreatedAt: in}}})
	d := f.Discussions[0]
	if d.Author.Known() || d.Activity.Others != 1 {
		t.Errorf("author %v, others %d", d.Author, d.Activity.Others)
	}
}

func TestCommentsAndRepliesBeyondTheFirstPageAreRead(t *testing.T) {
	d := githubtest.Discussion{Number: 1, Author: "ann", CreatedAt: before}
	for i := range 120 {
		c := githubtest.Comment{Author: "bob", CreatedAt: in.Add(second)}
		if i == 2 || i == 110 {
			for range 170 {
				c.Replies = append(c.Replies, githubtest.Comment{Author: "cat", CreatedAt: in.Add(2 * second)})
			}
		}
		d.Comments = append(d.Comments, c)
	}
	list := []githubtest.Discussion{d}
	s := githubtest.NewInProcess(t, istio(githubtest.Repo{Discussions: list}))
	f := collect(t, newDiscussions(signed(t, s), []DiscussionSource{{Repos: repos("istio/istio")}}))
	want := digest.Activity{Comments: 120, Replies: 340, Others: 460,
		Participants: []markdown.Text{text("bob"), text("cat")}}
	if diff := gocmp.Diff(want, f.Discussions[0].Activity, inside); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	sent := map[string]bool{}
	for _, q := range s.Requests() {
		if after, ok := q.Variables["after"].(string); ok {
			key := fmt.Sprint(q.Variables["id"], after)
			if after == "" || sent[key] {
				t.Errorf("cursor %q sent without need", after)
			}
			sent[key] = true
		}
	}
	if len(sent) != 4 { // comments 21-120; replies 21-120 and 121-170 of the one, 101-170 of the other
		t.Errorf("%d requests beyond the first page, want 4", len(sent))
	}
}
