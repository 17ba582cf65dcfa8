package collectors

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/githubtest"
	"github.com/community-digest/digest/internal/markdown"
)

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
		{"everybody once, in order", []githubtest.Comment{with(at("zoe"), at("bob")), at("zoe")},
			digest.Activity{Comments: 2, Replies: 1, Others: 3}, []string{"bob", "zoe"}},
		{"the author is no other", []githubtest.Comment{with(at("ann"), at("bob"), at("ann"))},
			digest.Activity{Comments: 1, Replies: 2, Others: 1}, []string{"ann", "bob"}},
		{"bots write, and are nobody", []githubtest.Comment{at("robot[bot]"), at("helper"), at("bob")},
			digest.Activity{Comments: 3, Others: 1}, []string{"bob"}},
		{"deleted accounts wrote, and are nobody", []githubtest.Comment{at(""), with(at("bob"), at(""))},
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
			w.Users = []githubtest.User{{Login: "helper", Type: "Bot"}} // GraphQL tells bots by their type
			s := githubtest.NewInProcess(t, w)
			f := collect(t, newDiscussions(signed(t, s), []DiscussionSource{{Repos: repos("istio/istio")}}))
			if len(f.Discussions) != 1 {
				t.Fatalf("%d discussions found", len(f.Discussions))
			}
			for _, p := range tt.people {
				tt.want.Participants = append(tt.want.Participants, markdown.Untrusted(p))
			}
			if diff := cmp.Diff(tt.want, f.Discussions[0].Activity, inside); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
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

func TestEverybodyIsAnotherWhereTheAuthorsAccountIsDeleted(t *testing.T) {
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
	if diff := cmp.Diff(want, f.Discussions[0].Activity, inside); diff != "" {
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
