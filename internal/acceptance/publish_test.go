//go:build acceptance

package acceptance

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// repoState is what the replica holds of a repository.
type repoState struct {
	Branches map[string]struct {
		Commits []json.RawMessage
		Files   map[string]json.RawMessage
	}
	Pulls []struct{ Title, Body, State string }
}

func (r *replica) state(repo string) repoState {
	r.t.Helper()
	resp, err := http.Get(r.url + "/_octosim/repo-state/" + repo)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	var s repoState
	if err := json.NewDecoder(resp.Body).Decode(&s); err != nil {
		r.t.Fatal(err)
	}
	return s
}

// writes counts the requests that could have changed something.
func (r *replica) writes() int {
	r.t.Helper()
	resp, err := http.Get(r.url + "/_octosim/stats?log=all")
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	var s struct {
		Log []struct{ Method, Path, Operation string }
	}
	if err := json.NewDecoder(resp.Body).Decode(&s); err != nil {
		r.t.Fatal(err)
	}
	n := 0
	for _, q := range s.Log {
		graphql := strings.HasSuffix(q.Path, "/graphql")
		if q.Method != "GET" && (!graphql || strings.HasPrefix(q.Operation, "create") || strings.HasPrefix(q.Operation, "update")) {
			n++
		}
	}
	return n
}

func TestPublishingTwiceOpensOnePullRequestAndWritesOnce(t *testing.T) {
	r := start(t, "data/istio-2023-12")
	file := filepath.Join(t.TempDir(), "config.yaml")
	config := `title: Istio Weekly
timezone: Asia/Shanghai
first_edition: {number: 1, from: 2023-12-11}
sources:
  discussions: [{repos: [istio/istio]}]
  releases: [{repos: [istio/istio]}]
editions: [{language: en, path: weekly/{{.Number}}.md}]
publish: {repository: istio/istio, base: master, labels: [weekly]}
`
	config = strings.Replace(config, "path: weekly/{{.Number}}.md", "path: 'weekly/{{.Number}}.md'", 1)
	if err := os.WriteFile(file, []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"created", "unchanged"} {
		r.post("/_octosim/reset", `{}`)
		cmd := exec.CommandContext(t.Context(), binary, "publish", "--config", file, "--week", "2023-W50", "--format", "json")
		cmd.Env = append(os.Environ(), "GITHUB_API_URL="+r.url, "GITHUB_GRAPHQL_URL="+r.url+"/graphql", "GITHUB_TOKEN=octosim-token")
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v\n%s", err, &stderr)
		}
		var report struct{ Operation string }
		if err := json.Unmarshal(out, &report); err != nil || report.Operation != want {
			t.Errorf("run %d: operation %q, want %q; %v", i+1, report.Operation, want, err)
		}
		if n := r.writes(); (n > 0) != (want == "created") {
			t.Errorf("run %d: %d writes", i+1, n)
		}
		r.checkViolations()
	}
	s := r.state("istio/istio")
	if len(s.Pulls) != 1 || strings.Contains(s.Pulls[0].Body, "@") {
		t.Errorf("pull requests %+v", s.Pulls)
	}
	if _, there := s.Branches["digest/0001"].Files["weekly/1.md"]; !there {
		t.Errorf("the branch has no draft")
	}
}
