package collectors

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/githubtest"
)

// discussions collects the discussions of one repository, all categories.
func discussions(t *testing.T, list ...githubtest.Discussion) digest.Findings {
	t.Helper()
	s := githubtest.NewInProcess(t, istio(githubtest.Repo{Discussions: list}))
	return collect(t, newDiscussions(signed(t, s), []DiscussionSource{{Repos: repos("istio/istio")}}))
}

func TestDiscussionCountsWhenItWasOpenedAnsweredOrActiveInThePeriod(t *testing.T) {
	opened := func(at time.Time) githubtest.Discussion {
		return githubtest.Discussion{Number: 1, Author: "ann", CreatedAt: at}
	}
	answered := func(at time.Time) githubtest.Discussion {
		return githubtest.Discussion{Number: 1, Author: "ann", CreatedAt: before, Answer: "1", AnswerChosenAt: at,
			Comments: []githubtest.Comment{{Author: "bob", CreatedAt: before}}}
	}
	commented := func(at time.Time) githubtest.Discussion {
		return githubtest.Discussion{Number: 1, Author: "ann", CreatedAt: before,
			Comments: []githubtest.Comment{{Author: "bob", CreatedAt: at}}}
	}
	replied := func(at time.Time) githubtest.Discussion {
		return githubtest.Discussion{Number: 1, Author: "ann", CreatedAt: before, Comments: []githubtest.Comment{
			{Author: "bob", CreatedAt: before, Replies: []githubtest.Comment{{Author: "cat", CreatedAt: at}}}}}
	}
	updatedLater := func(d githubtest.Discussion) githubtest.Discussion {
		d.UpdatedAt = after
		return d
	}
	from, to := week.From.UTC(), week.To.UTC()
	for _, tt := range []struct {
		name       string
		discussion githubtest.Discussion
		dropped    digest.DropReason // empty: kept
	}{
		{"opened at the first instant", opened(from), ""},
		{"opened a second before", opened(from.Add(-second)), digest.Inactive},
		{"opened in the last second", opened(to.Add(-second)), ""},
		{"opened at the end", opened(to), digest.OutsidePeriod},
		{"opened in the period, updated after it", updatedLater(opened(in)), ""},
		{"answered at the first instant", answered(from), ""},
		{"answered a second before", answered(from.Add(-second)), digest.Inactive},
		{"answered in the last second", answered(to.Add(-second)), ""},
		{"answered at the end", answered(to), digest.Inactive},
		{"answered in the period, updated after it", updatedLater(answered(in)), ""},
		{"comment at the first instant", commented(from), ""},
		{"comment a second before", commented(from.Add(-second)), digest.Inactive},
		{"comment in the last second", commented(to.Add(-second)), ""},
		{"comment at the end", commented(to), digest.Inactive},
		{"comment in the period, updated after it", updatedLater(commented(in)), ""},
		{"reply at the first instant", replied(from), ""},
		{"reply a second before", replied(from.Add(-second)), digest.Inactive},
		{"reply in the last second", replied(to.Add(-second)), ""},
		{"reply at the end", replied(to), digest.Inactive},
		{"reply in the period, updated after it", updatedLater(replied(in)), ""},
		{"only edited", githubtest.Discussion{Number: 1, CreatedAt: before, LastEditedAt: in}, digest.Inactive},
		{"only labelled", githubtest.Discussion{Number: 1, CreatedAt: before, UpdatedAt: in, Labels: []string{"bug"}}, digest.Inactive},
		{"only closed", githubtest.Discussion{Number: 1, CreatedAt: before, ClosedAt: in}, digest.Inactive},
		{"updated an hour before", githubtest.Discussion{Number: 1, CreatedAt: before, UpdatedAt: from.Add(-time.Hour)}, digest.Inactive},
		{"updated more than an hour before", githubtest.Discussion{Number: 1, CreatedAt: before, UpdatedAt: from.Add(-time.Hour - second)}, digest.OutsidePeriod},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := discussions(t, tt.discussion)
			if tt.dropped == "" {
				wantReceipt(t, f, 0, 1, nil, digest.Complete)
				return
			}
			wantReceipt(t, f, 0, 0, map[digest.DropReason]int{tt.dropped: 1}, digest.Complete)
		})
	}
}

func TestListedCommentBearsALaterTimeThanTheUpdateItCauses(t *testing.T) {
	// GitHub promises nothing about the two times; a comment of the first second must not fall between.
	f := discussions(t, githubtest.Discussion{Number: 1, CreatedAt: before, UpdatedAt: week.From.Add(-2 * second).UTC(),
		Comments: []githubtest.Comment{{Author: "bob", CreatedAt: week.From.UTC()}}})
	wantReceipt(t, f, 0, 1, nil, digest.Complete)
}

func TestCategoriesAreChosenBySlugOrName(t *testing.T) {
	world := func() *githubtest.World {
		return istio(githubtest.Repo{
			Categories: []githubtest.Category{{Name: "Q&A", Slug: "q-a", Answerable: true}, {Name: "General", Slug: "general"}},
			Discussions: []githubtest.Discussion{
				{Number: 1, Category: "q-a", CreatedAt: in},
				{Number: 2, Category: "general", CreatedAt: in.Add(second)},
			},
		})
	}
	for _, tt := range []struct {
		categories []string
		want       []int
	}{
		{nil, []int{2, 1}},
		{[]string{"q-a"}, []int{1}},
		{[]string{"Q&A"}, []int{1}},
		{[]string{"q&a"}, []int{1}},
		{[]string{"GENERAL"}, []int{2}},
		{[]string{"General", "q-a"}, []int{2, 1}},
		{[]string{"ideas"}, nil},
	} {
		s := githubtest.NewInProcess(t, world())
		f := collect(t, newDiscussions(signed(t, s), []DiscussionSource{{Repos: repos("istio/istio"), Categories: tt.categories}}))
		if diff := gocmp.Diff(tt.want, numbers(f)); diff != "" {
			t.Errorf("categories %q (-want +got)\n%s", tt.categories, diff)
		}
		if got := f.Receipts[0].Dropped[digest.OtherCategory]; got != 2-len(tt.want) {
			t.Errorf("categories %q: %d dropped for their category", tt.categories, got)
		}
	}
}

func TestMisspeltCategoryIsAGapAndAQuietOneIsNot(t *testing.T) {
	repo := githubtest.Repo{
		Categories:  []githubtest.Category{{Name: "Q&A", Slug: "q-a", Answerable: true}, {Name: "General", Slug: "general"}},
		Discussions: []githubtest.Discussion{{Number: 1, Category: "q-a", CreatedAt: in}},
	}
	for _, tt := range []struct {
		categories []string
		requests   int // list, details, and the categories where they are doubtful
		want       digest.Outcome
	}{
		{[]string{"q-a"}, 2, digest.Complete},
		{[]string{"q-a", "general"}, 3, digest.Complete},
		{[]string{"q-a", "anouncements"}, 3, digest.Failed},
	} {
		s := githubtest.NewInProcess(t, istio(repo))
		f := collect(t, newDiscussions(signed(t, s), []DiscussionSource{{Repos: repos("istio/istio"), Categories: tt.categories}}))
		r := f.Receipts[0]
		if r.Outcome != tt.want || len(s.Requests()) != tt.requests || len(f.Discussions) != 1 {
			t.Errorf("%q: %s (%s), %d discussions, %d requests", tt.categories, r.Outcome, r.Detail, len(f.Discussions), len(s.Requests()))
		}
		if tt.want == digest.Failed && !strings.Contains(r.Detail.Unsafe(), `no category "anouncements", it has q-a, general`) {
			t.Errorf("detail %q", r.Detail.Unsafe())
		}
	}
}

func TestRepositoryInTwoSourcesIsReadOnceAndItemsGoToTheFirstMatch(t *testing.T) {
	s := githubtest.NewInProcess(t, istio(githubtest.Repo{Discussions: []githubtest.Discussion{
		{Number: 1, Category: "general", CreatedAt: in},
		{Number: 2, Category: "ideas", CreatedAt: in.Add(second)},
		{Number: 3, Category: "polls", CreatedAt: in.Add(2 * second)},
	}}))
	f := collect(t, newDiscussions(signed(t, s), []DiscussionSource{
		{Repos: repos("istio/istio"), Categories: []string{"general"}, Section: "hot"},
		{Repos: repos("Istio/Istio"), Categories: []string{"ideas", "general"}, Section: "tips"},
	}))
	got := map[int]digest.SectionName{}
	for _, d := range f.Discussions {
		got[d.Number] = d.Section
	}
	if diff := gocmp.Diff(map[int]digest.SectionName{1: "hot", 2: "tips"}, got); diff != "" {
		t.Errorf("sections (-want +got)\n%s", diff)
	}
	wantReceipt(t, f, 0, 1, map[digest.DropReason]int{digest.OtherCategory: 1}, digest.Complete)
	wantReceipt(t, f, 1, 1, nil, digest.Complete)
	if n := asked(s, "discussions("); n != 1 {
		t.Errorf("the list was asked for %d times, want once", n)
	}
}

// many makes n discussions from number first on, the newest first, a minute apart.
func many(first, n int, newest time.Time) []githubtest.Discussion {
	var out []githubtest.Discussion
	for i := range n {
		out = append(out, githubtest.Discussion{Number: first + i, Author: "ann", CreatedAt: newest.Add(-time.Duration(i) * time.Minute)})
	}
	return out
}

// cursors lists the cursors of the pages that were requested of one repository, "" for a
// first page and + between those of one document.
func cursors(s *githubtest.Server) []string {
	var out []string
	for _, q := range s.Requests() {
		if strings.Contains(q.GraphQL, "discussions(") {
			var pages []string
			for i := range strings.Count(q.GraphQL, ": repository(") {
				after, _ := q.Variables[fmt.Sprint("discussionsAfter", i)].(string)
				pages = append(pages, after)
			}
			out = append(out, strings.Join(pages, "+"))
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
	if len(got) != 3 || got[0] != "" || got[1] == "" || got[2] != got[1]+"+" {
		t.Errorf("cursors %q, want two pages, and both again in one document", got)
	}
	if f.Receipts[0].Pages != 4 {
		t.Errorf("%d pages on the receipt, want 4", f.Receipts[0].Pages)
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
	if diff := gocmp.Diff([]string{""}, cursors(s)); diff != "" {
		t.Errorf("cursors (-want +got)\n%s", diff)
	}
}

func TestSecondPageFollowsTheCursorOfTheFirst(t *testing.T) {
	s := githubtest.NewInProcess(t, istio(githubtest.Repo{Discussions: many(1, 101, in)}))
	var end string
	c := intercepted(t, s, nth(2, func() { end = pageEnd(t, s, 100) }))
	f := collect(t, newDiscussions(c, []DiscussionSource{{Repos: repos("istio/istio")}}))
	wantReceipt(t, f, 0, 101, nil, digest.Complete)
	if diff := gocmp.Diff([]string{"", end, end + "+"}, cursors(s)); diff != "" {
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

func TestDiscussionThatMovesWhileTheListIsReadIsFound(t *testing.T) {
	const n, moving = 220, 210
	at := func(place int) time.Time { return in.Add(-time.Duration(place)*time.Minute + 30*second) }
	for _, place := range []int{2, 80} {
		// Three pages and the second look are four requests; a list that moved is read again.
		for request := 2; request <= 5; request++ {
			list := append(many(1, n, in), many(1000, 20, before)...)
			// Number 210 is on the third page, and is a candidate by its comment only.
			d := &list[moving-1]
			d.CreatedAt, d.UpdatedAt, d.Comments = before, d.CreatedAt, []githubtest.Comment{{Author: "bob", CreatedAt: in}}
			s := githubtest.NewInProcess(t, istio(githubtest.Repo{Discussions: list}))
			c := intercepted(t, s, nth(request, func() {
				s.Update(func(w *githubtest.World) { w.Repos[0].Discussions[moving-1].UpdatedAt = at(place) })
			}))
			f := collect(t, newDiscussions(c, []DiscussionSource{{Repos: repos("istio/istio")}}))
			if !slices.Contains(numbers(f), moving) || len(f.Discussions) != n || len(digest.Gaps(f.Receipts)) != 0 {
				t.Errorf("moved to place %d before request %d: %d found, %s", place, request, len(f.Discussions), f.Receipts[0].Detail)
			}
			if got := len(cursors(s)); request == 5 && got != 4 || got > 8 {
				t.Errorf("moved to place %d before request %d: %d requests", place, request, got)
			}
		}
	}
}

func TestDiscussionThatIsUpdatedWhileTheListIsReadIsFound(t *testing.T) {
	for name, moved := range map[string]time.Time{"at the head": after, "in the period": in.Add(-30 * second)} {
		list := append(many(1, 250, in), many(1000, 120, before)...)
		s := githubtest.NewInProcess(t, istio(githubtest.Repo{Discussions: list}))
		c := intercepted(t, s, nth(4, func() { // number 1000 was read, as the first one before the period
			s.Update(func(w *githubtest.World) {
				d := &w.Repos[0].Discussions[250]
				d.UpdatedAt, d.Comments = moved, []githubtest.Comment{{Author: "bob", CreatedAt: in.Add(-30 * second)}}
			})
		}))
		f := collect(t, newDiscussions(c, []DiscussionSource{{Repos: repos("istio/istio")}}))
		if !slices.Contains(numbers(f), 1000) {
			t.Errorf("%s: number 1000 is missing", name)
		}
		wantReceipt(t, f, 0, 251, map[digest.DropReason]int{digest.OutsidePeriod: 1}, digest.Complete)
	}
}

func TestDiscussionListThatIsNeverStableIsAGap(t *testing.T) {
	s := githubtest.NewInProcess(t, istio(githubtest.Repo{Discussions: many(1, 250, in)}))
	n := 0
	c := intercepted(t, s, func(*http.Request) *http.Response {
		s.Update(func(w *githubtest.World) {
			n++
			w.Repos[0].Discussions[n].UpdatedAt = after.Add(time.Duration(n) * second)
		})
		return nil
	})
	f := collect(t, newDiscussions(c, []DiscussionSource{{Repos: repos("istio/istio")}}))
	wantReceipt(t, f, 0, 250, nil, digest.Failed)
	if r := f.Receipts[0]; !strings.Contains(r.Detail.Unsafe(), errMoving.Error()) || len(cursors(s)) != maxPasses*(3+1) {
		t.Errorf("%q after %d requests", r.Detail.Unsafe(), len(cursors(s)))
	}
}

func TestDiscussionSeenOnTwoPagesCountsOnce(t *testing.T) {
	s := githubtest.NewInProcess(t, istio(githubtest.Repo{Discussions: many(1, 150, in)}))
	c := intercepted(t, s, nth(2, func() { // number 1 falls behind the first page, where it was read already
		s.Update(func(w *githubtest.World) { w.Repos[0].Discussions[0].UpdatedAt = in.Add(-140 * time.Minute) })
	}))
	f := collect(t, newDiscussions(c, []DiscussionSource{{Repos: repos("istio/istio")}}))
	wantReceipt(t, f, 0, 150, nil, digest.Complete)
}

func TestDiscussionListThatDoesNotAdvanceIsAGap(t *testing.T) {
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

func TestFiftyRepositoriesShareADocumentAndOneErrorIsNotTheOthers(t *testing.T) {
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

func TestDisabledDiscussionsDifferFromNone(t *testing.T) {
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

func TestWithoutATokenNoRequestIsSentAndEveryReceiptSaysSo(t *testing.T) {
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
	bubble(t, func(t *testing.T) {
		null := func(message string) digest.Findings {
			s := githubtest.NewInProcess(t, istio(githubtest.Repo{Discussions: many(1, 3, in)}))
			c := intercepted(t, s, func(r *http.Request) *http.Response { return nil })
			if message == "" { // GitHub's schema allows a null that no error explains
				c = intercepted(t, s, func(r *http.Request) *http.Response {
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
		if diff := gocmp.Diff([]int{1, 3}, numbers(f)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		wantReceipt(t, null(""), 0, 0, nil, digest.Failed)
	})
}

func TestDiscussionThatCannotBeReadIsAGapAndTheRestIsKept(t *testing.T) {
	for _, tt := range []struct {
		kind string
		want digest.Outcome
	}{
		{"FORBIDDEN", digest.Forbidden},
		{"INTERNAL", digest.Failed},
	} {
		s := githubtest.NewInProcess(t, istio(githubtest.Repo{Discussions: many(1, 3, in)}))
		s.Fail(githubtest.Fault{GraphQL: "nodes(ids", NullPath: []any{"heavy", 1}, ErrorType: tt.kind, Message: "this one not", Times: -1})
		bubble(t, func(t *testing.T) {
			f := collect(t, newDiscussions(signed(t, s), []DiscussionSource{{Repos: repos("istio/istio")}}))
			wantReceipt(t, f, 0, 2, nil, tt.want)
			if diff := gocmp.Diff([]int{1, 3}, numbers(f)); diff != "" || f.Receipts[0].Seen != 3 {
				t.Errorf("%s: seen %d (-want +got)\n%s", tt.kind, f.Receipts[0].Seen, diff)
			}
		})
	}
}

func TestFatalErrorsEndTheRun(t *testing.T) {
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
	for _, path := range [][]any{{"nodes", 0}, {"nodes", 0, "replies", "nodes", 0}} {
		s := githubtest.NewInProcess(t, istio(githubtest.Repo{Discussions: []githubtest.Discussion{{Number: 1, CreatedAt: in, Comments: []githubtest.Comment{
			{Body: "a", Author: "bob", CreatedAt: in, Replies: []githubtest.Comment{{Body: "b", Author: "cat", CreatedAt: in}}}}}}}))
		s.Fail(githubtest.Fault{GraphQL: "nodes(ids", NullPath: append([]any{"heavy", 0, "comments"}, path...), Times: -1})
		f := collect(t, newDiscussions(signed(t, s), []DiscussionSource{{Repos: repos("istio/istio")}}))
		wantReceipt(t, f, 0, 1, nil, digest.Failed)
	}
}
