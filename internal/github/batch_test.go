package github

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shurcooL/githubv4"
	"golang.org/x/oauth2"

	"github.com/community-digest/digest/internal/githubtest"
)

// shelf is a flat list of a repository.
type shelf struct {
	NameWithOwner string
	Discussions   struct {
		PageInfo struct{ EndCursor string }
		Nodes    []struct{ Number int }
	} `graphql:"discussions(first: $first, after: $after, orderBy: {field: CREATED_AT, direction: ASC})"`
}

// fleet is a fake with n repositories of three discussions each, and a request for all of them.
func fleet(t *testing.T, n int) (*Client, *githubtest.Server, []RepoPage) {
	t.Helper()
	w := &githubtest.World{}
	var pages []RepoPage
	for i := range n {
		r := &githubtest.Repo{Owner: "o", Name: fmt.Sprint("repo-", i)}
		for j := range 3 {
			r.Discussions = append(r.Discussions, githubtest.Discussion{Number: 3*i + j, Title: "x", Category: "general"})
		}
		w.Repos = append(w.Repos, r)
		pages = append(pages, RepoPage{Owner: "o", Name: r.Name, Vars: map[string]any{"after": Cursor("")}})
	}
	s := githubtest.NewInProcess(t, w)
	e, err := ParseEndpoints(s.APIURL(), s.GraphQLURL())
	if err != nil {
		t.Fatal(err)
	}
	tokens := oauth2.StaticTokenSource(&oauth2.Token{AccessToken: githubtest.Token})
	return NewClient(e, tokens, Limits{Transport: s.Transport()}), s, pages
}

// readShelves reads the pages and prints each answer in a line.
func readShelves(t *testing.T, c *Client, pages []RepoPage, first int) []string {
	t.Helper()
	answers, err := QueryRepos[shelf](t.Context(), c, pages, first)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, a := range answers {
		line := "nothing"
		if a.Data != nil {
			line = fmt.Sprint(a.Data.NameWithOwner, a.Data.Discussions.Nodes)
		}
		if a.Err != nil {
			line += ", " + string(KindOf(a.Err))
		}
		out = append(out, line)
	}
	return out
}

// sizes counts the repositories in each document that was sent, the largest first: the order is that of goroutines.
func sizes(s *githubtest.Server) []int {
	var out []int
	for _, q := range s.Requests() {
		out = append(out, strings.Count(q.GraphQL, ": repository("))
	}
	slices.Sort(out)
	slices.Reverse(out)
	return out
}

func wantSame[T any](t *testing.T, want, got T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestManyRepositoriesAreAskedForFiftyAtATimeAndAnsweredInOrder(t *testing.T) {
	c, s, pages := fleet(t, 120)
	got := readShelves(t, c, pages, 2)
	wantSame(t, []int{50, 50, 20}, sizes(s))
	var want []string
	for i := range pages {
		want = append(want, fmt.Sprintf("o/repo-%d[{%d} {%d}]", i, 3*i, 3*i+1))
	}
	wantSame(t, want, got)
}

func TestEveryRepositoryHasAPageOfItsOwn(t *testing.T) {
	c, s, pages := fleet(t, 2)
	first, err := QueryRepos[shelf](t.Context(), c, pages, 1)
	if err != nil {
		t.Fatal(err)
	}
	behind := first[1].Data.Discussions.PageInfo.EndCursor
	pages[1].Vars = map[string]any{"after": Cursor(behind)}
	wantSame(t, []string{"o/repo-0[{0}]", "o/repo-1[{4}]"}, readShelves(t, c, pages, 1))
	sent := s.Requests()[1].Variables
	if sent["after0"] != nil || sent["after1"] != behind || fmt.Sprint(sent["first"]) != "1" {
		t.Errorf("sent %v", sent)
	}
}

func TestErrorsOfOneRepositoryLeaveTheOthersIntact(t *testing.T) {
	c, s, pages := fleet(t, 3)
	pages[1].Name = "gone"
	wantSame(t, []string{"o/repo-0[{0}]", "nothing, not found", "o/repo-2[{6}]"}, readShelves(t, c, pages, 1))
	s.Fail(githubtest.Fault{NullPath: []any{"r2"}, ErrorType: "FORBIDDEN", Message: "no"})
	wantSame(t, []string{"o/repo-0[{0}]", "nothing, not found", "nothing, forbidden"}, readShelves(t, c, pages, 1))
	s.Fail(githubtest.Fault{NullPath: []any{"r0", "discussions", "nodes"}, ErrorType: "FORBIDDEN", Message: "no"})
	wantSame(t, []string{"o/repo-0[], forbidden", "nothing, not found", "o/repo-2[{6}]"}, readShelves(t, c, pages, 1))
}

func TestErrorThatNamesNoRepositoryConcernsAll(t *testing.T) {
	c, s, pages := fleet(t, 2)
	for _, path := range []string{`["viewer"]`, `["r7"]`, `["rx"]`, `[]`} {
		s.Fail(githubtest.Fault{Status: 200, Body: `{"data":{"r0":{"nameWithOwner":"o/repo-0","discussions":{"pageInfo":{"endCursor":null},"nodes":[]}},"r1":null},
			"errors":[{"type":"FORBIDDEN","message":"no","path":` + path + `}]}`})
		wantSame(t, []string{"o/repo-0[], forbidden", "nothing, forbidden"}, readShelves(t, c, pages, 1))
	}
}

func TestRepositoryThatIsLeftOutHasAnError(t *testing.T) {
	c, s, pages := fleet(t, 2)
	for _, body := range []string{
		`{"data":{"r0":{"nameWithOwner":"o/repo-0","discussions":{"pageInfo":{"endCursor":null},"nodes":[]}},"r1":null}}`,
		`{"data":null,"errors":[{"type":"NOT_FOUND","message":"no","path":["r0"]}]}`,
		`{"data":{"r1":{"nameWithOwner":7,"discussions":{"pageInfo":{"endCursor":null},"nodes":[]}},"r0":null},"errors":[{"type":"NOT_FOUND","message":"no","path":["r0"]}]}`,
	} {
		s.Fail(githubtest.Fault{Status: 200, Body: body})
		answers, err := QueryRepos[shelf](t.Context(), c, pages, 1)
		if err != nil {
			t.Fatal(err)
		}
		if answers[1].Err == nil {
			t.Errorf("%s: the second repository has no error", body)
		}
	}
}

func TestBatchThatIsTooHeavyIsHalvedAndAtLastItsPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s, pages := fleet(t, 5)
		want := readShelves(t, c, pages, 3)
		s.Fail(githubtest.Fault{GraphQL: "r2: repository", Status: 502, Times: -1})
		wantSame(t, want, readShelves(t, c, pages, 3))
		// Every document is tried twice before it is taken for too heavy.
		wantSame(t, []int{5, 5, 5, 3, 3, 2, 2, 1}, sizes(s))
	})
	synctest.Test(t, func(t *testing.T) {
		c, s, pages := fleet(t, 2)
		s.Fail(githubtest.Fault{GraphQL: "repo-1", Status: 504, Times: 6}) // with 100, 50 and 25 items, each tried twice
		wantSame(t, []string{"o/repo-0[{0} {1} {2}]", "o/repo-1[{3} {4} {5}]"}, readShelves(t, c, pages, 100))
		var asked []string
		for _, q := range s.Requests() {
			asked = append(asked, fmt.Sprint(q.Variables["first"]))
		}
		wantSame(t, []string{"100", "100", "50", "50", "25", "25", "12"}, asked)
	})
}

func TestRepositoryThatStaysTooHeavyCostsTheOthersNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s, pages := fleet(t, 3)
		s.Fail(githubtest.Fault{GraphQL: "repo-1", Times: -1, ErrorType: "RESOURCE_LIMITS_EXCEEDED", Message: "Resource limits for this query exceeded."})
		wantSame(t, []string{"o/repo-0[{0} {1}]", "nothing, too heavy", "o/repo-2[{6} {7}]"}, readShelves(t, c, pages, 2))
	})
}

func TestBatchEndsWithTheRun(t *testing.T) {
	for status, want := range map[int]Kind{401: Unauthorized, 429: RateLimited} {
		for skip := range 2 { // in the first document and in the second
			c, s, pages := fleet(t, 60)
			s.Fail(githubtest.Fault{Status: status, Skip: skip, Times: -1, Body: `{"message":"no"}`, Header: map[string][]string{
				"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {"4102444800"}}})
			answers, err := QueryRepos[shelf](t.Context(), c, pages, 1)
			wantKind(t, err, want)
			if n := len(s.Requests()); answers != nil || n > 2 { // both documents are sent at once
				t.Errorf("%d answers after %d requests", len(answers), n)
			}
		}
	}
}

func TestNoRepositoriesAskNothing(t *testing.T) {
	c, s, _ := fleet(t, 0)
	if got := readShelves(t, c, nil, 1); len(got) != 0 || len(s.Requests()) != 0 {
		t.Errorf("%d answers, %d requests", len(got), len(s.Requests()))
	}
}

func TestPartsOfATooHeavyDocumentAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s, pages := fleet(t, 4)
		heavy := githubtest.Fault{NullPath: []any{"r1", "discussions"}, ErrorType: "RESOURCE_LIMITS_EXCEEDED", Message: "Resource limits for this query exceeded."}
		heavy.Times = 2
		s.Fail(heavy)
		want := []string{"o/repo-0[{0}]", "o/repo-1[{3}]", "o/repo-2[{6}]", "o/repo-3[{9}]"}
		wantSame(t, want, readShelves(t, c, pages, 1))
		wantSame(t, []int{4, 4, 1}, sizes(s))
	})
	synctest.Test(t, func(t *testing.T) {
		c, s, pages := fleet(t, 4)
		s.Fail(githubtest.Fault{GraphQL: "repo-1", NullPath: []any{"r1", "discussions"}, Times: 2,
			ErrorType: "RESOURCE_LIMITS_EXCEEDED", Message: "Resource limits for this query exceeded."})
		s.Fail(githubtest.Fault{GraphQL: "repo-1", Status: 502, Times: -1})
		answers, err := QueryRepos[shelf](t.Context(), c, pages, 3)
		if err != nil {
			t.Fatal(err)
		}
		for i, a := range answers {
			if a.Data == nil || (a.Err != nil) != (i == 1) || (a.In("discussions").Err != nil) != (i == 1) {
				t.Errorf("repository %d: %+v", i, a)
			}
		}
		if answers[1].In("nameWithOwner").Err != nil || answers[1].Data.NameWithOwner != "o/repo-1" {
			t.Errorf("what was in the first response is lost: %+v", answers[1])
		}
	})
}

func TestListThatIsNullOrMissingHasAnErrorOfItsOwn(t *testing.T) {
	list := `"pageInfo":{"endCursor":"x"},"nodes":[{"number":1}]`
	for name, discussions := range map[string]string{
		"null":         `,"discussions":null`,
		"missing":      ``,
		"empty object": `,"discussions":{}`,
		"no nodes":     `,"discussions":{"pageInfo":{"endCursor":"x"}}`,
		"null nodes":   `,"discussions":{"pageInfo":{"endCursor":"x"},"nodes":null}`,
		"no page":      `,"discussions":{"nodes":[]}`,
		"null node":    `,"discussions":{"pageInfo":{"endCursor":"x"},"nodes":[null]}`,
	} {
		synctest.Test(t, func(t *testing.T) {
			c, s, pages := fleet(t, 2)
			s.Fail(githubtest.Fault{Status: 200, Times: -1, Body: `{"data":{"r0":{"nameWithOwner":"o/repo-0","discussions":{` + list + `}},
				"r1":{"nameWithOwner":"o/repo-1"` + discussions + `}}}`})
			answers, err := QueryRepos[shelf](t.Context(), c, pages, 1)
			if err != nil {
				t.Fatal(err)
			}
			if answers[0].Err != nil || answers[1].Data == nil || answers[1].In("nameWithOwner").Err != nil {
				t.Errorf("%s: %+v", name, answers)
			}
			bad := answers[1].In("discussions").Err
			wantKind(t, bad, Unavailable)
			if n := len(s.Requests()); n != 2 {
				t.Errorf("%s: %d requests, want one more attempt", name, n)
			}
		})
	}
}

func TestFieldThatWasNotAskedForIsNotMissing(t *testing.T) {
	type page struct {
		NameWithOwner string
		Releases      struct{ TotalCount int } `graphql:"releases(first: 1) @include(if: $releases)"`
	}
	c, s, pages := fleet(t, 2)
	for i := range pages {
		pages[i].Vars = map[string]any{"releases": githubv4.Boolean(i == 1)}
	}
	for range 2 {
		answers, err := QueryRepos[page](t.Context(), c, pages, 1)
		if err != nil || answers[0].Err != nil || (answers[1].Err != nil) != (len(s.Requests()) > 1) {
			t.Errorf("%+v, error %v", answers, err)
		}
		s.Fail(githubtest.Fault{Status: 200, Times: -1, Body: `{"data":{"r0":{"nameWithOwner":"a/b"},"r1":{"nameWithOwner":"a/b"}}}`})
	}
}

// server is one that refuses what is heavier than it can bear, and counts how often each thing was read.
type server struct {
	mu    sync.Mutex
	bears func(things []int, page int) bool
	read  map[int]int
	asked int
}

func (s *server) ask(things []int, page int, _ *time.Duration) (heavy []int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	if !s.bears(things, page) {
		return things, nil
	}
	for _, i := range things {
		s.read[i]++
	}
	return nil, nil
}

// batchesOf splits 0 to n-1 into batches.
func batchesOf(n, size int) (batches [][]int) {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return slices.Collect(slices.Chunk(all, size))
}

func TestBatchesAreHalvedUntilEverythingIsReadOnce(t *testing.T) {
	for name, bears := range map[string]func(things []int, page int) bool{
		"anything":            func([]int, int) bool { return true },
		"20 items a page":     func(_ []int, page int) bool { return page <= 20 },
		"100 items in all":    func(things []int, page int) bool { return len(things)*page <= 100 },
		"one thing at a time": func(things []int, _ int) bool { return len(things) == 1 },
		"one item at a time":  func(things []int, page int) bool { return len(things) == 1 && page == 1 },
	} {
		s := &server{bears: bears, read: map[int]int{}}
		if err := run(batchesOf(330, 50), 100, s.ask); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for i := range 330 {
			if s.read[i] != 1 {
				t.Fatalf("%s: thing %d is read %d times", name, i, s.read[i])
			}
		}
	}
}

func TestOneThingThatIsTooHeavyCostsTheOthersNothing(t *testing.T) {
	s := &server{bears: func(things []int, _ int) bool { return !slices.Contains(things, 7) }, read: map[int]int{}}
	if err := run(batchesOf(20, 8), 4, s.ask); err != nil {
		t.Fatal(err)
	}
	if s.read[7] != 0 || len(s.read) != 19 {
		t.Errorf("read %v", s.read)
	}
}

func TestAServerThatBearsNothingIsLeftAlone(t *testing.T) {
	s := &server{bears: func([]int, int) bool { return false }, read: map[int]int{}}
	if err := run(batchesOf(400, 40), 50, s.ask); err != nil {
		t.Fatal(err)
	}
	if s.asked > 80 {
		t.Errorf("asked %d times", s.asked)
	}
}

func TestErrorEndsTheRun(t *testing.T) {
	want := &Error{Kind: Unauthorized}
	asked := 0
	var mu sync.Mutex
	err := run(batchesOf(100, 2), 4, func([]int, int, *time.Duration) ([]int, error) {
		mu.Lock()
		defer mu.Unlock()
		asked++
		return nil, want
	})
	if err != error(want) || asked > maxInFlight {
		t.Errorf("asked %d times, error %v", asked, err)
	}
}

func TestPanicOfACallerReachesIt(t *testing.T) {
	defer func() {
		if p := recover(); p != "defect" {
			t.Errorf("recovered %v", p)
		}
	}()
	_ = each(3, func(int) error { panic("defect") })
}

// heavyNode and lightNode are discussions, with and without a list of their own.
type (
	heavyNode struct {
		Discussion struct {
			Number   int
			Comments struct{ TotalCount int } `graphql:"comments(first: $first)"`
		} `graphql:"... on Discussion"`
	}
	lightNode struct {
		Discussion struct{ Number int } `graphql:"... on Discussion"`
	}
)

func TestNodesAreHandedOverOnceEach(t *testing.T) {
	for name, fault := range map[string]githubtest.Fault{
		"all is well":      {Skip: 1000, Message: "x"},
		"too heavy twice":  {GraphQL: "nodes(ids", Status: 502, Times: 4},
		"one stays heavy":  {GraphQL: "nodes(ids", NullPath: []any{"heavy", 0, "comments"}, Times: -1, ErrorType: "RESOURCE_LIMITS_EXCEEDED", Message: "too much"},
		"always too heavy": {GraphQL: "nodes(ids", Status: 502, Times: -1},
	} {
		synctest.Test(t, func(t *testing.T) {
			c, s, pages := fleet(t, 30)
			type ids struct {
				Discussions struct{ Nodes []struct{ ID string } } `graphql:"discussions(first: 100, orderBy: {field: CREATED_AT, direction: ASC})"`
			}
			for i := range pages {
				pages[i].Vars = nil
			}
			answers, err := QueryRepos[ids](t.Context(), c, pages, 100)
			if err != nil {
				t.Fatal(err)
			}
			var all []string
			for _, a := range answers {
				for _, n := range a.Data.Discussions.Nodes {
					all = append(all, n.ID)
				}
			}
			s.Fail(fault)
			heavy, light := make([]int, 50), make([]int, 90)
			var failed atomic.Int32
			err = QueryNodes(t.Context(), c, all[:50], all, 20,
				func(i int, a Answer[heavyNode]) error {
					heavy[i]++
					if a.Err != nil {
						failed.Add(1)
					}
					if a.Data == nil && a.Err == nil || a.Data != nil && a.Data.Discussion.Number != i {
						t.Errorf("%s: heavy %d is %+v", name, i, a)
					}
					return nil
				}, func(i int, a Answer[lightNode]) error {
					light[i]++
					if a.Data == nil && a.Err == nil || a.Data != nil && a.Data.Discussion.Number != i {
						t.Errorf("%s: light %d is %+v", name, i, a)
					}
					return nil
				})
			if err != nil {
				t.Fatal(err)
			}
			if slices.Max(heavy) != 1 || slices.Min(heavy) != 1 || slices.Max(light) != 1 || slices.Min(light) != 1 {
				t.Errorf("%s: handed over %v and %v times", name, heavy, light)
			}
			want := map[string]int32{"one stays heavy": 2, "always too heavy": 50}[name]
			if failed.Load() != want {
				t.Errorf("%s: %d heavy objects have errors, want %d", name, failed.Load(), want)
			}
		})
	}
}

func TestListThatIsAlwaysTooHeavyCostsTheOthersNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s, pages := fleet(t, 8)
		// One list is too heavy in every size. The other repositories are read from the first
		// response, and the repository itself is known.
		s.Fail(githubtest.Fault{GraphQL: "repo-3", Times: 2, NullPath: []any{"r3", "discussions"}, ErrorType: "RESOURCE_LIMITS_EXCEEDED", Message: "Resource limits for this query exceeded."})
		s.Fail(githubtest.Fault{GraphQL: "repo-3", Times: -1, NullPath: []any{"r0", "discussions"}, ErrorType: "RESOURCE_LIMITS_EXCEEDED", Message: "Resource limits for this query exceeded."})
		got := readShelves(t, c, pages, 2)
		want := []string{"o/repo-0[{0} {1}]", "o/repo-1[{3} {4}]", "o/repo-2[{6} {7}]", "o/repo-3[], too heavy",
			"o/repo-4[{12} {13}]", "o/repo-5[{15} {16}]", "o/repo-6[{18} {19}]", "o/repo-7[{21} {22}]"}
		wantSame(t, want, got)
		if n := sizes(s); len(n) < 3 || n[0] != 8 || n[2] != 1 {
			t.Errorf("documents of %v repositories, want 8 and then 1", n)
		}
	})
}

func TestNodesOfATooHeavyDocumentAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s, _ := fleet(t, 1)
		type node struct {
			D struct{ Title string } `graphql:"... on Discussion"`
		}
		type heavy struct {
			D struct {
				Number   int
				Comments struct{ TotalCount int } `graphql:"comments(first: $first)"`
			} `graphql:"... on Discussion"`
		}
		ids := discussionIDs(t, c)
		s.Fail(githubtest.Fault{GraphQL: "heavy", Times: 2, NullPath: []any{"heavy", 1, "comments"}, ErrorType: "RESOURCE_LIMITS_EXCEEDED", Message: "Resource limits for this query exceeded."})
		s.Fail(githubtest.Fault{GraphQL: "heavy", Times: -1, NullPath: []any{"heavy", 0, "comments"}, ErrorType: "RESOURCE_LIMITS_EXCEEDED", Message: "Resource limits for this query exceeded."})
		var got, want [4]string
		line := func(data any, err error) string { return fmt.Sprintf("%+v, %s", data, KindOf(err)) }
		err := QueryNodes(t.Context(), c, ids, ids[:1], 10, func(i int, a NodeAnswer[heavy]) error {
			got[i] += line(a.Data.D.Number, a.Err)
			return nil
		}, func(_ int, a NodeAnswer[node]) error {
			got[3] += line(a.Data.D.Title, a.Err)
			return nil
		})
		want = [4]string{"0, ", "1, too heavy", "2, ", "x, "}
		if err != nil || got != want {
			t.Errorf("got %q, want %q; error %v", got, want, err)
		}
	})
}

// discussionIDs reads the node ids of the first repository of a fleet.
func discussionIDs(t *testing.T, c *Client) []string {
	t.Helper()
	var q struct {
		Repository struct {
			Discussions struct{ Nodes []struct{ ID string } } `graphql:"discussions(first: 3, orderBy: {field: CREATED_AT, direction: ASC})"`
		} `graphql:"repository(owner: \"o\", name: \"repo-0\")"`
	}
	if err := c.Query(t.Context(), &q, nil); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, n := range q.Repository.Discussions.Nodes {
		ids = append(ids, n.ID)
	}
	return ids
}

func TestFirstPartOfWhatStaysTooHeavyIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// The list of the repository stays too heavy in every size: what the largest query returned is the most there is.
		c, s, pages := fleet(t, 1)
		s.Fail(githubtest.Fault{GraphQL: "repo-0", Times: -1, NullPath: []any{"r0", "nameWithOwner"},
			ErrorType: "RESOURCE_LIMITS_EXCEEDED", Message: "Resource limits for this query exceeded."})
		wantSame(t, []string{"[{0} {1} {2}], too heavy"}, readShelves(t, c, pages, 3))
	})
}
