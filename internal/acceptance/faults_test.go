//go:build acceptance

package acceptance

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/digest"
)

// faults are what goes wrong at GitHub, as rules of the replica. Each hits some request
// of every kind of list. The codes are those that are right for the fault.
var faults = []struct {
	name, rule string
	codes      []int
}{
	{"500 once per request", `{"match": {}, "nth": 1, "per": "url", "action": {"type": "status", "status": 500}}`, []int{0}},
	{"502 once per request", `{"match": {}, "nth": 1, "per": "url", "action": {"type": "status", "status": 502}}`, []int{0}},
	{"502 on GraphQL for ever", `{"match": {"api": "graphql"}, "action": {"type": "status", "status": 502}}`, []int{3}},
	{"503 on one repository's releases for ever", `{"match": {"path": "/repos/org-1/repo-1/releases"}, "action": {"type": "status", "status": 503}}`, []int{0, 3}},
	{"404 on one repository's advisories", `{"match": {"path": "/repos/org-1/repo-1/security-advisories"}, "action": {"type": "status", "status": 404}}`, []int{3}},
	{"403 on one repository's advisories", `{"match": {"path": "/repos/org-1/repo-1/security-advisories"}, "action": {"type": "status", "status": 403, "message": "Resource not accessible by integration"}}`, []int{3}},
	{"connections reset before the response", `{"match": {}, "nth": [1, 3, 6], "action": {"type": "reset"}}`, []int{0}},
	{"connections reset in the response", `{"match": {}, "nth": [1, 3, 6], "action": {"type": "reset", "after": "headers"}}`, []int{0}},
	{"responses cut short", `{"match": {}, "nth": 1, "per": "url", "action": {"type": "truncate", "fraction": 0.5}}`, []int{0}},
	{"responses cut short, chunked", `{"match": {}, "nth": 1, "per": "url", "action": {"type": "truncate", "fraction": 0.3, "chunked": true}}`, []int{0}},
	{"HTML with 200", `{"match": {}, "nth": 1, "per": "url", "action": {"type": "html", "status": 200}}`, []int{0}},
	{"HTML with 502", `{"match": {}, "nth": 1, "per": "url", "action": {"type": "html", "status": 502}}`, []int{0}},
	{"no JSON", `{"match": {}, "nth": 1, "per": "url", "action": {"type": "invalidJson"}}`, []int{0}},
	{"empty bodies with 200", `{"match": {}, "nth": 1, "per": "url", "action": {"type": "emptyBody"}}`, []int{0}},
	{"empty bodies for ever on one list", `{"match": {"path": "/repos/org-1/repo-1/security-advisories"}, "action": {"type": "emptyBody"}}`, []int{3}},
	{"secondary limit", `{"match": {}, "nth": 2, "action": {"type": "secondary", "retryAfter": 1}}`, []int{0}},
	{"secondary limit as 429", `{"match": {"api": "rest"}, "nth": 2, "action": {"type": "secondary", "retryAfter": 1, "status": 429}}`, []int{0}},
	{"hourly limit on REST", `{"match": {"api": "rest"}, "nth": 2, "action": {"type": "rateLimited", "resetIn": 3000}}`, []int{5}},
	{"hourly limit on GraphQL", `{"match": {"api": "graphql"}, "nth": 1, "action": {"type": "rateLimited", "resetIn": 3000}}`, []int{5}},
	{"bad credentials", `{"match": {}, "action": {"type": "status", "status": 401, "message": "Bad credentials"}}`, []int{4}},
	{"a redirect to another host", `{"match": {"path": "/repos/org-1/repo-1/security-advisories"}, "action": {"type": "redirect", "status": 302, "to": "http://127.0.0.2:9/x"}}`, []int{3}},
	{"a null repository", `{"match": {"api": "graphql"}, "nth": 1, "action": {"type": "graphqlErrors", "nullPath": ["r1"], "errorType": "NOT_FOUND", "message": "Could not resolve to a Repository"}}`, []int{3}},
	{"a null discussion", `{"match": {"api": "graphql", "graphql": "nodes\\("}, "nth": 1, "action": {"type": "graphqlErrors", "nullPath": ["nodes", 3], "message": "Something went wrong while executing your query."}}`, []int{0, 3}},
	{"GraphQL pages over 20 time out", `{"match": {"api": "graphql"}, "action": {"type": "graphqlTimeoutOver", "size": 20, "status": 502}}`, []int{0}},
	{"GraphQL pages over 20 time out with errors", `{"match": {"api": "graphql"}, "action": {"type": "graphqlTimeoutOver", "size": 20, "variant": "errors"}}`, []int{0}},
	{"resource limits", `{"match": {"api": "graphql"}, "nth": 1, "per": "url", "times": 2, "action": {"type": "graphqlResourceLimits", "nullPath": ["nodes", 0]}}`, []int{0, 3}},
	{"a discussion moves to the head while the list is read", `{"match": {"api": "graphql"}, "nth": 2, "action": {"type": "drift", "mode": "bump", "kind": "discussions", "repo": "org-0/repo-0", "index": 130}}`, []int{0}},
	{"a discussion is opened while the list is read", `{"match": {"api": "graphql"}, "nth": 2, "action": {"type": "drift", "mode": "insert", "kind": "discussions", "repo": "org-0/repo-0"}}`, []int{0}},
	{"an old release is deleted while the list is read", `{"match": {"path": "/repos/*/*/releases", "query": {"page": "2"}}, "nth": 1, "action": {"type": "drift", "mode": "delete", "kind": "releases", "repo": "org-2/repo-2", "index": 0}}`, []int{0}},
	{"slow responses", `{"match": {}, "nth": {"from": 1, "every": 4}, "action": {"type": "delay", "ms": 700}}`, []int{0}},
}

// TestFaultsLoseNothingInSilence switches the faults on one at a time, then in pairs.
// Every run gives what a run without faults gives, or says which source is not whole,
// or stops and changes nothing.
func TestFaultsLoseNothingInSilence(t *testing.T) {
	r := start(t, "gen:seed=5&repos=4&discussions=150&releases=120", "--limits", "record", "--now", "2024-06-24T09:00:00Z")
	want := r.attempt(t, "")
	if want.code != 0 {
		t.Fatalf("without faults: exit code %d\n%s", want.code, want.stderr)
	}
	for i, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			got := r.attempt(t, f.rule)
			if !slices.Contains(f.codes, got.code) {
				t.Errorf("exit code %d, want one of %v\n%s", got.code, f.codes, got.stderr)
			}
			judge(t, got, want)
		})
		other := faults[(i*7+3)%len(faults)]
		t.Run(f.name+" and "+other.name, func(t *testing.T) {
			judge(t, r.attempt(t, f.rule+", "+other.rule), want)
		})
	}
}

type attempt struct {
	outcome
	snapshot digest.Snapshot
}

func (r *replica) attempt(t *testing.T, rules string) attempt {
	t.Helper()
	here := &replica{t, r.url}
	here.reset()
	here.faults(rules)
	list := "org-0/repo-0, org-1/repo-1, org-2/repo-2, org-0/repo-3"
	config := fmt.Sprintf("title: T\nsources:\n  discussions: [{repos: [%[1]s]}]\n  releases: [{repos: [%[1]s]}]\n  advisories: [{repos: [%[1]s]}]\neditions: [{language: en, path: weekly.md}]\n", list)
	file := filepath.Join(t.TempDir(), "snapshot.json")
	a := attempt{outcome: here.run(config, "--from", "2024-06-17", "--to", "2024-06-23", "--save-snapshot", file)}
	if a.code == 0 || a.code == 3 {
		a.snapshot = readSnapshot(t, file)
	}
	here.faults("")
	return a
}

func judge(t *testing.T, got, want attempt) {
	t.Helper()
	switch got.code {
	case 0:
		if diff := cmp.Diff(facts(want.snapshot), facts(got.snapshot)); diff != "" {
			t.Errorf("exit code 0, but the findings differ (-without faults +with):\n%s", diff)
		}
	case 3:
		checkGaps(t, got.snapshot, want.snapshot)
	case 1, 4, 5:
		if _, err := os.Stat(filepath.Join(got.dir, "weekly.md")); err == nil {
			t.Errorf("exit code %d, but a draft was written", got.code)
		}
		if strings.TrimSpace(got.stderr) == "" {
			t.Errorf("exit code %d without a word", got.code)
		}
	default:
		t.Errorf("exit code %d\n%s", got.code, got.stderr)
	}
	if strings.Contains(got.stderr, "octosim-token") {
		t.Error("the token is printed")
	}
}

// facts lists what was found, by kind, repository and id.
func facts(s digest.Snapshot) []string {
	var out []string
	for _, d := range s.Discussions {
		out = append(out, fmt.Sprintf("discussions of %s: %d %d+%d", d.Repo, d.Number, d.Activity.Comments, d.Activity.Replies))
	}
	for _, r := range s.Releases {
		out = append(out, fmt.Sprintf("releases of %s: %s", r.Repo, r.Tag.Unsafe()))
	}
	for _, a := range s.Advisories {
		out = append(out, fmt.Sprintf("advisories of %s: %s", a.Repo, a.ID))
	}
	return out
}

// checkGaps demands a gap for whatever is missing, and nothing that is not there.
func checkGaps(t *testing.T, got, want digest.Snapshot) {
	t.Helper()
	gaps := make(map[string]bool)
	for _, r := range digest.Gaps(got.Receipts) {
		gaps[fmt.Sprintf("%s of %s", r.Kind, r.Source)] = true
	}
	if len(gaps) == 0 {
		t.Error("exit code 3 without a gap")
	}
	have := facts(got)
	for _, f := range facts(want) {
		source, _, _ := strings.Cut(f, ":")
		global := strings.HasPrefix(source, "advisories") && gaps["advisories of GitHub Advisory Database"]
		if !slices.Contains(have, f) && !gaps[source] && !global {
			t.Errorf("missing without a gap: %s", f)
		}
	}
	if once := slices.Compact(slices.Sorted(slices.Values(have))); len(once) != len(have) {
		t.Error("something is counted twice")
	}
}
