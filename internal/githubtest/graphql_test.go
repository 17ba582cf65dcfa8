package githubtest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ask posts a GraphQL query and returns the whole response.
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

// at follows keys and indexes into a response.
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
	got := ask(t, s, `query($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on Discussion { number } ... on DiscussionComment { body } } }`,
		map[string]any{"ids": []any{at(t, ids, "discussion", "id"), "D_nothing", at(t, ids, "discussion", "answer", "id"), at(t, ids, "id")}})
	want := []any{
		map[string]any{"__typename": "Discussion", "number": 2.0}, nil,
		map[string]any{"__typename": "DiscussionComment", "body": "so"},
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
		url closed stateReason lastEditedAt answerChosenAt author { __typename login } category { name isAnswerable }
		labels(first: 5) { nodes { name } } reactions { totalCount }
		answer { author { login } } comments(first: 5) { totalCount nodes { isMinimized minimizedReason replies(first: 1) { totalCount } } }
	} } }`, nil), "data", "repository", "discussion").(map[string]any)
	want := map[string]any{
		"url": "https://github.com/istio/istio/discussions/2", "closed": false, "stateReason": nil, "lastEditedAt": nil,
		"answerChosenAt": "2023-12-14T12:00:00Z", "author": map[string]any{"__typename": "Bot", "login": "robot"},
		"category": map[string]any{"name": "Q&A", "isAnswerable": true}, "reactions": map[string]any{"totalCount": 0.0},
		"labels": map[string]any{"nodes": []any{map[string]any{"name": "kind/bug"}}},
		"answer": map[string]any{"author": nil},
		"comments": map[string]any{"totalCount": 2.0, "nodes": []any{
			map[string]any{"isMinimized": false, "minimizedReason": nil, "replies": map[string]any{"totalCount": 1.0}},
			map[string]any{"isMinimized": true, "minimizedReason": "spam", "replies": map[string]any{"totalCount": 0.0}},
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestInvalidAndUnsupportedQueriesAreViolations(t *testing.T) {
	s := NewInProcess(t, smallWorld())
	for query, want := range map[string]string{
		`{ repository(owner: "o", name: "n") { stars } }`:                                                         `Cannot query field "stars"`,
		`{ repository(owner: "istio", name: "istio") { discussions(first: 1, states: [ANGRY]) { totalCount } } }`: "ANGRY",
		`query($n: Int!) { repository(owner: "o", name: "n") { discussion(number: $n) { id } } }`:                 "must be defined",
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
	resp, err := s.Client().Post(s.GraphQLURL(), "application/json", strings.NewReader(`{"query":"{ repository(owner: \"istio\", name: \"istio\") { id } }"}`))
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
	query := `{ repository(owner: "istio", name: "istio") { id } }`
	ask(t, s, query, nil)
	if typ := at(t, ask(t, s, query, nil), "errors", 0, "type"); typ != "RATE_LIMITED" {
		t.Errorf("got %v", typ)
	}
}
