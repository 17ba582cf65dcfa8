package collectors

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/githubtest"
)

// fleet is a world of n repositories, o/r0 and so on, with one discussion each.
func fleet(n int) (*githubtest.World, []digest.Repo) {
	w := &githubtest.World{}
	var names []string
	for i := range n {
		list := []githubtest.Discussion{{Number: i + 1, Author: "ann", CreatedAt: in}}
		fill(list)
		w.Repos = append(w.Repos, &githubtest.Repo{Owner: "o", Name: fmt.Sprint("r", i), Discussions: list})
		names = append(names, fmt.Sprint("o/r", i))
	}
	return w, repos(names...)
}

func TestFiftyRepositoriesFitInOneDocumentAndARefusedOneCostsTheOthersNothing(t *testing.T) {
	w, list := fleet(60)
	w.Repos[57].Owner = "elsewhere" // o/r57 does not exist
	s := githubtest.NewInProcess(t, w)
	s.Fail(githubtest.Fault{GraphQL: "r49: repository", NullPath: []any{"r3"}, ErrorType: "FORBIDDEN", Message: "Resource not accessible"})
	f := collect(t, newDiscussions(signed(t, s), []DiscussionSource{{Repos: list}}))
	if n := asked(s, "discussions("); n != 2 {
		t.Errorf("%d requests for the lists of 60 repositories, want 2", n)
	}
	for i := range list {
		switch i {
		case 3:
			wantReceipt(t, f, i, 0, nil, digest.Forbidden)
		case 57:
			wantReceipt(t, f, i, 0, nil, digest.Missing)
		default:
			wantReceipt(t, f, i, 1, nil, digest.Complete)
		}
	}
	if got := f.Receipts[57].Detail.Unsafe(); !strings.Contains(got, "o/r57") {
		t.Errorf("detail %q does not name the repository", got)
	}
}

func TestDiscussionsSwitchedOffAreToldFromNone(t *testing.T) {
	s := githubtest.NewInProcess(t, &githubtest.World{Repos: []*githubtest.Repo{
		{Owner: "o", Name: "off", NoDiscussions: true}, {Owner: "o", Name: "empty"},
	}})
	f := collect(t, newDiscussions(signed(t, s), []DiscussionSource{{Repos: repos("o/off", "o/empty")}}))
	wantReceipt(t, f, 0, 0, nil, digest.Disabled)
	wantReceipt(t, f, 1, 0, nil, digest.Complete)
}

func TestRenamedRepositoryIsFollowedUnderItsPresentName(t *testing.T) {
	w := istio(githubtest.Repo{RenamedFrom: []string{"old/mesh"}, Discussions: many(1, 101, in)})
	s := githubtest.NewInProcess(t, w)
	f := collect(t, newDiscussions(signed(t, s), []DiscussionSource{{Repos: repos("old/mesh")}}))
	wantReceipt(t, f, 0, 101, nil, digest.Complete)
	r := f.Receipts[0]
	if r.Source != "old/mesh" || r.RenamedTo.String() != "istio/istio" || f.Discussions[0].Repo.String() != "istio/istio" {
		t.Errorf("source %s renamed to %s, item of %s", r.Source, r.RenamedTo, f.Discussions[0].Repo)
	}
}

func TestPresentNameInOtherLettersIsNoRename(t *testing.T) {
	s := githubtest.NewInProcess(t, istio(githubtest.Repo{}))
	f := collect(t, newDiscussions(signed(t, s), []DiscussionSource{{Repos: repos("Istio/ISTIO")}}))
	if f.Receipts[0].RenamedTo != (digest.Repo{}) {
		t.Errorf("renamed to %s", f.Receipts[0].RenamedTo)
	}
}

func TestWithoutATokenNothingIsAskedAndEveryReceiptSaysSo(t *testing.T) {
	w, list := fleet(2)
	s := githubtest.NewInProcess(t, w)
	f := collect(t, newDiscussions(client(t, s, "", s.Transport()), []DiscussionSource{{Repos: list}}))
	wantReceipt(t, f, 0, 0, nil, digest.NeedsToken)
	wantReceipt(t, f, 1, 0, nil, digest.NeedsToken)
	if n := len(s.Requests()); n != 0 {
		t.Errorf("%d requests sent", n)
	}
}

func TestNullAmongTheListedDiscussionsIsAGapAndTheRestIsKept(t *testing.T) {
	null := func(message string) digest.Findings {
		s := githubtest.NewInProcess(t, istio(githubtest.Repo{Discussions: many(1, 3, in)}))
		c := watched(t, s, func(r *http.Request) *http.Response { return nil })
		if message == "" { // GitHub's schema allows a null that no error explains
			c = watched(t, s, func(r *http.Request) *http.Response {
				if strings.Contains(peek(r).Query, "discussions(") {
					return respond(r, 200, `{"data":{"r0":{"nameWithOwner":"istio/istio","hasDiscussionsEnabled":true,
						"discussions":{"pageInfo":{"hasNextPage":false},"nodes":[null]}}}}`)
				}
				return nil
			})
		}
		s.Fail(githubtest.Fault{GraphQL: "discussions(", NullPath: []any{"r0", "discussions", "nodes", 1}, ErrorType: "FORBIDDEN", Message: message})
		return collect(t, newDiscussions(c, []DiscussionSource{{Repos: repos("istio/istio")}}))
	}
	f := null("hidden from you")
	wantReceipt(t, f, 0, 2, nil, digest.Failed) // a part of it: the repository is there
	if diff := cmp.Diff([]int{1, 3}, numbers(f)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	wantReceipt(t, null(""), 0, 0, nil, digest.Failed)
}

func TestDiscussionThatCannotBeReadIsAGapAndTheRestIsKept(t *testing.T) {
	for _, tt := range []struct {
		kind string
		want digest.Outcome
	}{
		{"FORBIDDEN", digest.Forbidden},
		{"NOT_FOUND", digest.Failed}, // the discussion is gone, not its repository
		{"INTERNAL", digest.Failed},
	} {
		s := githubtest.NewInProcess(t, istio(githubtest.Repo{Discussions: many(1, 3, in)}))
		s.Fail(githubtest.Fault{GraphQL: "nodes(ids", NullPath: []any{"heavy", 1}, ErrorType: tt.kind, Message: "this one not", Times: -1})
		bubble(t, func(t *testing.T) {
			f := collect(t, newDiscussions(signed(t, s), []DiscussionSource{{Repos: repos("istio/istio")}}))
			wantReceipt(t, f, 0, 2, nil, tt.want)
			if diff := cmp.Diff([]int{1, 3}, numbers(f)); diff != "" || f.Receipts[0].Seen != 3 {
				t.Errorf("%s: seen %d (-want +got)\n%s", tt.kind, f.Receipts[0].Seen, diff)
			}
		})
	}
}

func TestRunStopsWhereGoingOnIsSenseless(t *testing.T) {
	for _, stage := range []string{"discussions(", "nodes(ids"} {
		for status, want := range map[int]github.Kind{401: github.Unauthorized, 429: github.RateLimited} {
			s := githubtest.NewInProcess(t, istio(githubtest.Repo{Discussions: many(1, 3, in)}))
			s.Fail(githubtest.Fault{GraphQL: stage, Status: status, Body: `{"message":"no"}`, Times: -1, Header: http.Header{
				"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {"4102444800"}}})
			c := newDiscussions(signed(t, s), []DiscussionSource{{Repos: repos("istio/istio")}})
			f, err := c.Collect(t.Context(), week)
			if github.KindOf(err) != want || len(f.Discussions) != 0 || len(f.Receipts) != 1 {
				t.Errorf("%d at %s: %d found, error %v, want %s", status, stage, len(f.Discussions), err, want)
			}
		}
	}
}

func TestNullAmongCommentsOrRepliesIsAGap(t *testing.T) {
	for _, comments := range []string{
		`[null]`,
		`[{"id":"c","createdAt":"2023-12-12T00:00:00Z","replies":{"pageInfo":{"hasNextPage":false},"nodes":[null]}}]`,
	} {
		s := githubtest.NewInProcess(t, istio(githubtest.Repo{Discussions: []githubtest.Discussion{{Number: 1, CreatedAt: in, Comments: []githubtest.Comment{
			{Body: "a", Author: "bob", CreatedAt: in, Replies: []githubtest.Comment{{Body: "b", Author: "cat", CreatedAt: in}}}}}}}))
		holed := false
		c := watched(t, s, func(r *http.Request) *http.Response {
			if !strings.Contains(peek(r).Query, "nodes(ids") || holed {
				return nil
			}
			holed = true
			return respond(r, 200, `{"data":{"heavy":[{"id":"d","number":1,"title":"t","createdAt":"`+in.Format("2006-01-02T15:04:05Z07:00")+`",
				"comments":{"totalCount":1,"pageInfo":{"hasNextPage":false},"nodes":`+comments+`}}]}}`)
		})
		f := collect(t, newDiscussions(c, []DiscussionSource{{Repos: repos("istio/istio")}}))
		wantReceipt(t, f, 0, 1, nil, digest.Failed)
	}
}
