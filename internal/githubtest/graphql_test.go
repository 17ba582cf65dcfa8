package githubtest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ask posts a GraphQL query and returns the whole answer.
func ask(t *testing.T, s *Server, query string, variables map[string]any) map[string]any {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := signedClient(s).Post(s.GraphQLURL(), "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var out map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

// at follows keys and indexes into an answer.
func at(t *testing.T, value any, path ...any) any {
	t.Helper()
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, ok := value.(map[string]any)
			if !ok {
				t.Fatalf("nothing at %v of %v: %v", p, path, value)
			}
			value = m[p]
		case int:
			list, ok := value.([]any)
			if !ok || len(list) <= p {
				t.Fatalf("nothing at %v of %v: %v", p, path, value)
			}
			value = list[p]
		}
	}
	return value
}

func TestMissingRepositoryLeavesTheOthersInPlace(t *testing.T) {
	s := NewInProcess(t, smallWorld())
	got := ask(t, s, `{
		a: repository(owner: "istio", name: "istio") { nameWithOwner }
		b: repository(owner: "istio", name: "nothing") { nameWithOwner }
		c: repository(owner: "istio", name: "old-istio") { nameWithOwner }
		d: repository(owner: "istio", name: "old-istio", followRenames: false) { nameWithOwner }
	}`, nil)
	want := map[string]any{
		"data": map[string]any{
			"a": map[string]any{"nameWithOwner": "istio/istio"}, "b": nil,
			"c": map[string]any{"nameWithOwner": "istio/istio"}, "d": nil,
		},
		"errors": []any{
			map[string]any{"type": "NOT_FOUND", "path": []any{"b"}, "message": "Could not resolve to a Repository with the name 'istio/nothing'."},
			map[string]any{"type": "NOT_FOUND", "path": []any{"d"}, "message": "Could not resolve to a Repository with the name 'istio/old-istio'."},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestNodesAnswersNullForUnknownIDs(t *testing.T) {
	s := NewInProcess(t, smallWorld())
	ids := at(t, ask(t, s, `{ repository(owner: "istio", name: "istio") { id discussion(number: 2) { id answer { id } } } }`, nil), "data", "repository")
	got := ask(t, s, `query($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on Discussion { number } ... on DiscussionComment { body replyTo { body } } } }`,
		map[string]any{"ids": []any{at(t, ids, "discussion", "id"), "D_nothing", at(t, ids, "discussion", "answer", "id"), at(t, ids, "id")}})
	want := []any{
		map[string]any{"__typename": "Discussion", "number": 2.0}, nil,
		map[string]any{"__typename": "DiscussionComment", "body": "so", "replyTo": map[string]any{"body": "try"}},
		map[string]any{"__typename": "Repository"},
	}
	if diff := cmp.Diff(want, at(t, got, "data", "nodes")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if path := at(t, got, "errors", 0, "path"); !cmp.Equal(path, []any{"nodes", 1.0}) {
		t.Errorf("path %v", path)
	}
}

func TestFactsArriveAsGitHubWritesThem(t *testing.T) {
	s := NewInProcess(t, smallWorld())
	got := at(t, ask(t, s, `{ repository(owner: "istio", name: "istio") { discussion(number: 2) {
		url closed stateReason lastEditedAt isAnswered answerChosenAt author { __typename login } category { name isAnswerable }
		labels(first: 5) { nodes { name color } } reactions { totalCount } reactionGroups { content reactors { totalCount } }
		answer { author { login } isAnswer } comments(first: 5) { totalCount nodes { isMinimized minimizedReason replies(first: 1) { totalCount } } }
	} } }`, nil), "data", "repository", "discussion").(map[string]any)
	delete(got, "reactionGroups")
	want := map[string]any{
		"url": "https://github.com/istio/istio/discussions/2", "closed": false, "stateReason": nil, "lastEditedAt": nil,
		"isAnswered": true, "answerChosenAt": "2023-12-14T12:00:00Z", "author": map[string]any{"__typename": "Bot", "login": "robot"},
		"category": map[string]any{"name": "Q&A", "isAnswerable": true}, "reactions": map[string]any{"totalCount": 0.0},
		"labels": map[string]any{"nodes": []any{map[string]any{"name": "kind/bug", "color": "d73a4a"}}},
		"answer": map[string]any{"author": nil, "isAnswer": true},
		"comments": map[string]any{"totalCount": 2.0, "nodes": []any{
			map[string]any{"isMinimized": false, "minimizedReason": nil, "replies": map[string]any{"totalCount": 1.0}},
			map[string]any{"isMinimized": true, "minimizedReason": "spam", "replies": map[string]any{"totalCount": 0.0}},
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestDiscussionFiltersNarrowTheConnection(t *testing.T) {
	s := NewInProcess(t, smallWorld())
	for _, tt := range []struct {
		args string
		want float64
	}{
		{`answered: true`, 1}, {`states: [CLOSED]`, 1}, {`states: [OPEN]`, 2},
		{`categoryId: "` + nodeID("DIC", 1000, "general") + `"`, 2},
	} {
		got := ask(t, s, `{ repository(owner: "istio", name: "istio") { discussions(`+tt.args+`) { totalCount } } }`, nil)
		if n := at(t, got, "data", "repository", "discussions", "totalCount"); n != tt.want {
			t.Errorf("%s: %v, want %v", tt.args, n, tt.want)
		}
	}
}

func TestReleasesAndAdvisoriesAndSearchAnswerInGraphQL(t *testing.T) {
	w := smallWorld()
	s := NewInProcess(t, w)
	got := at(t, ask(t, s, `{
		repository(owner: "istio", name: "istio") { latestRelease { tagName isLatest name author { login } releaseAssets(first: 1) { nodes { name } } }
			releases(first: 2, orderBy: {field: CREATED_AT, direction: DESC}) { nodes { tagName isDraft publishedAt } } }
		securityAdvisories(first: 5, publishedSince: "2023-12-10T00:00:00Z") { nodes { ghsaId severity withdrawnAt epss { percentage }
			cvssSeverities { cvssV4 { score } } identifiers { type value } vulnerabilities(first: 1) { nodes { package { ecosystem name } } } } }
		search(query: "repo:istio/istio created:2023-12-12..2023-12-13", type: DISCUSSION, first: 10) { discussionCount nodes { ... on Discussion { number } } }
		organization(login: "istio") { repositories(first: 10) { totalCount nodes { name } } }
	}`, nil), "data")
	if tag := at(t, got, "repository", "latestRelease", "tagName"); tag != "1.20.1" {
		t.Errorf("latest release %v", tag)
	}
	if draft := at(t, got, "repository", "releases", "nodes", 0); !cmp.Equal(draft, map[string]any{"tagName": "1.22.0", "isDraft": true, "publishedAt": nil}) {
		t.Errorf("first release %v", draft)
	}
	if severity := at(t, got, "securityAdvisories", "nodes", 0, "severity"); severity != "MODERATE" {
		t.Errorf("severity %v", severity)
	}
	if n := at(t, got, "search", "discussionCount"); n != 2.0 {
		t.Errorf("%v discussions found, want 2", n)
	}
	if n := at(t, got, "organization", "repositories", "totalCount"); n != 3.0 {
		t.Errorf("%v repositories, want 3", n)
	}
}

func TestInvalidAndUnsupportedQueriesAreViolations(t *testing.T) {
	s := NewInProcess(t, smallWorld())
	for query, want := range map[string]string{
		`{ repository(owner: "o", name: "n") { stars } }`:                                                         `Cannot query field "stars"`,
		`{ repository(owner: "istio", name: "istio") { discussions(first: 1, states: [ANGRY]) { totalCount } } }`: "ANGRY",
		`query($n: Int!) { repository(owner: "o", name: "n") { discussion(number: $n) { id } } }`:                 "must be defined",
		`{ securityAdvisories(first: 1) { nodes { cvss { score } } } }`:                                           "SecurityAdvisory.cvss is deprecated",
		`{ repository(owner: "istio", name: "istio") { discussion(number: 1) { viewerCanUpvote } } }`:             "Discussion.viewerCanUpvote: the fake does not support",
	} {
		ask(t, s, query, nil)
		if got := strings.Join(s.Violations(), "\n"); !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
}

func TestGraphQLNeedsTheToken(t *testing.T) {
	s := NewInProcess(t, smallWorld())
	resp, err := s.Client().Post(s.GraphQLURL(), "application/json", strings.NewReader(`{"query":"{ rateLimit { cost } }"}`))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("got %s, want 401", resp.Status)
	}
}

func TestUsedUpPointsAreARateLimitedError(t *testing.T) {
	w := smallWorld()
	w.Limits.GraphQL = 1
	s := NewInProcess(t, w)
	ask(t, s, `{ rateLimit { remaining } }`, nil)
	if typ := at(t, ask(t, s, `{ rateLimit { remaining } }`, nil), "errors", 0, "type"); typ != "RATE_LIMITED" {
		t.Errorf("got %v", typ)
	}
}
