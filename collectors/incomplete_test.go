package collectors

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/githubtest"
)

// absent removes a field in [damaged].
const absent = "(absent)"

// malformed are values of a list that hold no page of it. Each is JSON, or [absent].
var malformed = []string{absent, `null`, `{}`, `[]`, `"x"`, `0`, `false`}

// damaged carries requests to the fake and replaces a field in the responses to requests
// whose path or query contains a text. Path elements are keys, and indexes of arrays.
func damaged(s *githubtest.Server, request, value string, path ...any) http.RoundTripper {
	return transform(func(r *http.Request) (*http.Response, error) {
		matches := strings.Contains(r.URL.Path, request) || strings.Contains(peek(r).Query, request)
		resp, err := s.Transport().RoundTrip(r)
		if err != nil || !matches || resp.StatusCode != http.StatusOK {
			return resp, err
		}
		var body any
		raw, _ := io.ReadAll(resp.Body)
		if err := json.Unmarshal(raw, &body); err != nil {
			return nil, err
		}
		body = replace(body, value, path)
		raw, err = json.Marshal(body)
		damaged := respond(r, resp.StatusCode, string(raw))
		damaged.Header = resp.Header.Clone()
		damaged.Header.Del("Content-Length")
		return damaged, err
	})
}

type transform func(*http.Request) (*http.Response, error)

func (f transform) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func replace(body any, value string, path []any) any {
	if len(path) == 0 {
		return json.RawMessage(value)
	}
	switch key := path[0].(type) {
	case string:
		object, ok := body.(map[string]any)
		if !ok || object[key] == nil && len(path) > 1 {
			return body
		}
		if value == absent && len(path) == 1 {
			delete(object, key)
			return object
		}
		object[key] = replace(object[key], value, path[1:])
	case int:
		list := body.([]any)
		list[key] = replace(list[key], value, path[1:])
	}
	return body
}

// twoRepos is a world of two repositories with three discussions and a release each.
func twoRepos() (*githubtest.World, Sources) {
	w := &githubtest.World{}
	for i, name := range []string{"a", "b"} {
		w.Repos = append(w.Repos, &githubtest.Repo{Owner: "o", Name: name, Discussions: many(10*i, 3, in),
			Releases: []githubtest.Release{{TagName: "v1", PublishedAt: in}}})
		fill(w.Repos[i].Discussions)
	}
	list := repos("o/a", "o/b")
	return w, Sources{Discussions: []DiscussionSource{{Repos: list}}, Releases: []ReleaseSource{{Repos: list}}}
}

func TestListThatIsNotInTheResponseIsAGap(t *testing.T) {
	const discussionsOfA, releasesOfA = 0, 2 // receipts
	for _, list := range []struct {
		name    string
		receipt int
	}{{"discussions", discussionsOfA}, {"releases", releasesOfA}} {
		for _, field := range [][]any{{}, {"nodes"}, {"pageInfo"}, {"pageInfo", "hasNextPage"}} {
			for _, value := range malformed {
				if len(field) == 1 && field[0] == "nodes" && value == `[]` || len(field) == 2 && value == `false` {
					continue // an empty list, and the last page
				}
				path := append([]any{"data", "r0", list.name}, field...)
				t.Run(fmt.Sprint(path, value), func(t *testing.T) {
					bubble(t, func(t *testing.T) {
						w, sources := twoRepos()
						s := githubtest.NewInProcess(t, w)
						c := client(t, s, githubtest.Token, damaged(s, "releases(", value, path...))
						f := collect(t, NewGitHub(c, sources))
						if r := f.Receipts[list.receipt]; r.Outcome != digest.Failed {
							t.Errorf("%s, seen %d, %q; want a gap", r.Outcome, r.Seen, r.Detail.Unsafe())
						}
						if value == `"x"` || value == `0` || value == `false` || len(field) > 0 && value == `{}` {
							return // the whole document cannot be decoded: all its lists are gaps
						}
						for i, r := range f.Receipts {
							if i != list.receipt && (r.Outcome != digest.Complete || r.Kept == 0) {
								t.Errorf("receipt %d: %s, kept %d: %s", i, r.Outcome, r.Kept, r.Detail)
							}
						}
					})
				})
			}
		}
	}
}

func TestItemThatIsNotInTheResponseIsAGap(t *testing.T) {
	for _, tt := range []struct {
		request string
		path    []any
		receipt int
	}{
		{"releases(", []any{"data", "r0", "discussions", "nodes", 1}, 0},
		{"releases(", []any{"data", "r0", "discussions", "nodes", 1, "id"}, 0},
		{"releases(", []any{"data", "r0", "discussions", "nodes", 1, "updatedAt"}, 0},
		{"releases(", []any{"data", "r0", "discussions", "nodes", 1, "createdAt"}, 0},
		{"releases(", []any{"data", "r0", "hasDiscussionsEnabled"}, 0},
		{"releases(", []any{"data", "r0", "releases", "nodes", 0}, 2},
		{"releases(", []any{"data", "r0", "releases", "nodes", 0, "id"}, 2},
		{"releases(", []any{"data", "r0", "releases", "nodes", 0, "publishedAt"}, 2},
		{"releases(", []any{"data", "r0", "releases", "totalCount"}, 2},
		{"nodes(ids", []any{"data", "heavy"}, 0},
		{"nodes(ids", []any{"data", "heavy", 0}, 0},
		{"nodes(ids", []any{"data", "heavy", 0, "id"}, 0},
		{"nodes(ids", []any{"data", "heavy", 0, "createdAt"}, 0},
		{"nodes(ids", []any{"data", "heavy", 0, "comments"}, 0},
		{"nodes(ids", []any{"data", "heavy", 0, "comments", "nodes"}, 0},
		{"nodes(ids", []any{"data", "heavy", 0, "comments", "nodes", 0}, 0},
		{"nodes(ids", []any{"data", "heavy", 0, "comments", "nodes", 0, "createdAt"}, 0},
		{"nodes(ids", []any{"data", "heavy", 0, "comments", "nodes", 0, "replies"}, 0},
		{"nodes(ids", []any{"data", "heavy", 0, "comments", "nodes", 0, "replies", "nodes"}, 0},
		{"nodes(ids", []any{"data", "heavy", 0, "comments", "nodes", 0, "replies", "pageInfo"}, 0},
		{"nodes(ids", []any{"data", "heavy", 0, "comments", "nodes", 0, "replies", "nodes", 0, "createdAt"}, 0},
		{"nodes(ids", []any{"data", "light"}, 2},
		{"nodes(ids", []any{"data", "light", 0}, 2},
		{"nodes(ids", []any{"data", "light", 0, "id"}, 2},
	} {
		for _, value := range []string{absent, `null`, `{}`} {
			if _, index := tt.path[len(tt.path)-1].(int); index && value == absent {
				continue // an array has no holes
			}
			if field := tt.path[len(tt.path)-1]; field == "totalCount" && value == `{}` {
				continue // counts as 0, which another page contradicts
			}
			t.Run(fmt.Sprint(tt.path, value), func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					w, sources := twoRepos()
					for i := range w.Repos[0].Discussions { // active by their comments alone
						d := &w.Repos[0].Discussions[i]
						d.CreatedAt, d.Comments = before, []githubtest.Comment{{Author: "bob", CreatedAt: in,
							Replies: []githubtest.Comment{{Author: "cat", CreatedAt: in}}}}
					}
					s := githubtest.NewInProcess(t, w)
					f := collect(t, NewGitHub(client(t, s, githubtest.Token, damaged(s, tt.request, value, tt.path...)), sources))
					if r := f.Receipts[tt.receipt]; r.Outcome != digest.Failed {
						t.Errorf("%s, seen %d, %q; want a gap", r.Outcome, r.Seen, r.Detail.Unsafe())
					}
				})
			})
		}
	}
}

func TestRESTListThatIsNotInTheResponseIsAGap(t *testing.T) {
	for _, value := range malformed {
		if value == `[]` || value == absent {
			continue
		}
		bubble(t, func(t *testing.T) {
			s := githubtest.NewInProcess(t, istio(githubtest.Repo{Releases: []githubtest.Release{{TagName: "v1", PublishedAt: in}}}))
			f := collect(t, newReleases(client(t, s, "", damaged(s, "/releases", value)), []ReleaseSource{{Repos: repos("istio/istio")}}))
			wantReceipt(t, f, 0, 0, nil, digest.Failed)

			for i, path := range []string{"/security-advisories", "/advisories"} {
				f := collect(t, newAdvisories(client(t, s, githubtest.Token, damaged(s, path, value)), []AdvisorySource{{Repos: repos("istio/istio")}}))
				wantReceipt(t, f, i, 0, nil, digest.Failed)
			}
			for path, selection := range map[string]Selection{"/orgs/": {Org: "Mesh"}, "/search/": {Topic: "mesh"}} {
				s := githubtest.NewInProcess(t, mesh())
				c := client(t, s, githubtest.Token, damaged(s, path, value))
				if r := resolve(t, c, selection).Receipt; !r.Gap() || r.Detail.Empty() {
					t.Errorf("%s of %s: %s", value, path, r.Outcome)
				}
			}
		})
	}
	for _, field := range []string{"items", "total_count"} {
		for _, value := range []string{absent, `null`} {
			s := githubtest.NewInProcess(t, mesh())
			c := client(t, s, githubtest.Token, damaged(s, "/search/", value, field))
			if r := resolve(t, c, Selection{Topic: "mesh"}).Receipt; !r.Gap() || r.Detail.Empty() {
				t.Errorf("%s of a search %s: %s, %d repositories", field, value, r.Outcome, r.Kept)
			}
		}
	}
}

func TestRESTItemThatIsNotInTheResponseIsAGap(t *testing.T) {
	advisory := githubtest.Advisory{GHSAID: ghsa, Summary: "Bad", Repo: "istio/istio", PublishedAt: in}
	for _, path := range [][]any{{0}, {0, "node_id"}, {0, "published_at"}, {0, "ghsa_id"}} {
		for _, value := range []string{`null`, `{}`, absent} {
			if len(path) == 1 && value == absent || len(path) == 2 && value == `{}` {
				continue
			}
			w := istio(githubtest.Repo{CanPush: true, Releases: []githubtest.Release{{TagName: "v1", PublishedAt: in}}, Advisories: []githubtest.Advisory{advisory}})
			w.Advisories = []githubtest.Advisory{advisory}
			s := githubtest.NewInProcess(t, w)
			if len(path) == 1 || path[1] != "ghsa_id" {
				f := collect(t, newReleases(client(t, s, "", damaged(s, "/releases", value, path...)), []ReleaseSource{{Repos: repos("istio/istio")}}))
				if r := f.Receipts[0]; !r.Gap() {
					t.Errorf("release %v %s: %s", path, value, r.Outcome)
				}
			}
			if len(path) > 1 && path[1] == "node_id" {
				continue
			}
			for i, list := range []string{"/security-advisories", "/advisories"} {
				f := collect(t, newAdvisories(client(t, s, githubtest.Token, damaged(s, list, value, path...)), []AdvisorySource{{Repos: repos("istio/istio")}}))
				if r := f.Receipts[i]; !r.Gap() {
					t.Errorf("advisory of %s %v %s: %s", list, path, value, r.Outcome)
				}
			}
		}
	}
}

func TestListThatIsTooHeavyCostsNoOtherList(t *testing.T) {
	for _, list := range []struct {
		name string
		want []digest.Outcome
	}{
		{"discussions", []digest.Outcome{digest.Failed, digest.Complete, digest.Complete, digest.Complete}},
		{"releases", []digest.Outcome{digest.Complete, digest.Complete, digest.Failed, digest.Complete}},
	} {
		bubble(t, func(t *testing.T) {
			w, sources := twoRepos()
			s := githubtest.NewInProcess(t, w)
			c := signed(t, s)
			s.Fail(githubtest.Fault{GraphQL: list.name + "(", Times: -1, NullPath: []any{"r0", list.name},
				ErrorType: "RESOURCE_LIMITS_EXCEEDED", Message: "Resource limits for this query exceeded."})
			f := collect(t, NewGitHub(c, sources))
			var got []digest.Outcome
			for _, r := range f.Receipts {
				got = append(got, r.Outcome)
				if r.Outcome == digest.Failed && !strings.Contains(r.Detail.Unsafe(), "Resource limits") {
					t.Errorf("detail %q", r.Detail.Unsafe())
				}
			}
			if diff := gocmp.Diff(list.want, got); diff != "" {
				t.Errorf("%s (-want +got)\n%s", list.name, diff)
			}
			if len(f.Discussions)+2*len(f.Releases) != map[string]int{"discussions": 3 + 4, "releases": 6 + 2}[list.name] {
				t.Errorf("%s: %d discussions, %d releases", list.name, len(f.Discussions), len(f.Releases))
			}
		})
	}
}
