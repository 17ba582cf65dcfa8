package collectors

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/digest"
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
		if diff := cmp.Diff(tt.want, numbers(f)); diff != "" {
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

func TestRepositoryInTwoSourcesIsReadOnceAndItsItemsGoToTheFirstThatWantsThem(t *testing.T) {
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
	if diff := cmp.Diff(map[int]digest.SectionName{1: "hot", 2: "tips"}, got); diff != "" {
		t.Errorf("sections (-want +got)\n%s", diff)
	}
	wantReceipt(t, f, 0, 1, map[digest.DropReason]int{digest.OtherCategory: 1}, digest.Complete)
	wantReceipt(t, f, 1, 1, nil, digest.Complete)
	if n := asked(s, "discussions("); n != 1 {
		t.Errorf("the list was asked for %d times, want once", n)
	}
}
