package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/community-digest/digest/internal/githubtest"
)

// between puts a proxy before the fake that does something once, just before a request whose
// body contains a text is handed on.
func between(t *testing.T, srv *githubtest.Server, text string, do func()) *httptest.Server {
	t.Helper()
	to, err := url.Parse(srv.URL())
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	var done atomic.Bool
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		if strings.Contains(string(body), text) && done.CompareAndSwap(false, true) {
			do()
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

const draftPath = "content/en/weekly/01/index.md"

func TestAPushBetweenReadingAndWritingIsMergedWithToo(t *testing.T) {
	srv, getenv, config := fake(t)
	publish := func(getenv func(string) string) string {
		t.Helper()
		var stdout, stderr bytes.Buffer
		args := []string{"publish", "--config", config, "--week", "2023-W50"}
		if code := run(t.Context(), args, getenv, &stdout, &stderr, monday(t)); code != exitOK {
			t.Fatalf("exit code %d: %s", code, &stderr)
		}
		return stderr.String()
	}
	env := func(name string) string {
		if name == "GITHUB_REPOSITORY" {
			return home
		}
		return getenv(name)
	}
	publish(env)
	srv.Update(func(w *githubtest.World) {
		w.Repos[0].Releases[0].Body = "## Changes\n\n- The gateway has a new name"
	})
	front := between(t, srv, "createCommitOnBranch", func() {
		draft := srv.Branch(home, "digest/0001")[0].Files[draftPath]
		srv.Push(home, "digest/0001", "Edit", map[string]string{
			draftPath: strings.Replace(draft, "**TODO:** a few words of welcome.", "Welcome, said in between!", 1),
		})
	})
	publish(func(name string) string {
		return strings.Replace(env(name), srv.URL(), front.URL, 1)
	})
	commits := srv.Branch(home, "digest/0001")
	draft := commits[0].Files[draftPath]
	for _, want := range []string{"Welcome, said in between!", "has a new name"} {
		if !strings.Contains(draft, want) {
			t.Errorf("%q is not in the draft:\n%s", want, draft)
		}
	}
	if len(commits) != 4 { // the first one, two of ours, the one in between
		t.Errorf("%d commits, want 4", len(commits))
	}
	if n := len(srv.Pulls(home)); n != 1 {
		t.Errorf("%d pull requests, want 1", n)
	}
}

func TestABranchThatCannotBeOpenedAgainAfterAPushIsAnError(t *testing.T) {
	srv, getenv, config := fake(t)
	env := func(name string) string {
		if name == "GITHUB_REPOSITORY" {
			return home
		}
		return getenv(name)
	}
	var stdout, stderr bytes.Buffer
	args := []string{"publish", "--config", config, "--week", "2023-W50"}
	if code := run(t.Context(), args, env, &stdout, &stderr, monday(t)); code != exitOK {
		t.Fatalf("exit code %d: %s", code, &stderr)
	}
	srv.Update(func(w *githubtest.World) { w.Repos[0].Releases[0].Name = "Renamed" })
	front := between(t, srv, "createCommitOnBranch", func() {
		srv.Push(home, "digest/0001", "Edit", map[string]string{"other.md": "x"})
		srv.Fail(githubtest.Fault{GraphQL: "pullRequests", Status: 403, Times: -1, Body: `{"message":"Resource not accessible by integration"}`})
	})
	stderr.Reset()
	code := run(t.Context(), args, func(name string) string { return strings.Replace(env(name), srv.URL(), front.URL, 1) }, &stdout, &stderr, monday(t))
	if code != exitUnauthorised {
		t.Errorf("exit code %d, want %d: %s", code, exitUnauthorised, &stderr)
	}
}

// limited is a request for a pull request that meets GitHub's hourly limit.
func limited(skip int) githubtest.Fault {
	return githubtest.Fault{
		GraphQL: "createPullRequest", Skip: skip, Times: -1, Status: http.StatusForbidden, Body: `{"message":"API rate limit exceeded"}`,
		Header: http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {"4102444800"}, "X-Ratelimit-Resource": {"graphql"}},
	}
}

func TestAFailureInTheMiddleReportsWhatWasDone(t *testing.T) {
	t.Parallel()
	srv, getenv, config := fake(t)
	srv.Fail(limited(1))
	var stdout, stderr bytes.Buffer
	args := []string{"publish", "--config", config, "--catch-up", "2", "--format", "json"}
	code := run(t.Context(), args, atClock(t, srv, getenv, 0), &stdout, &stderr, monday(t).AddDate(0, 0, 7))
	var got struct {
		Drafts   []struct{ Edition int }
		Error    string
		ExitCode int `json:"exit_code"`
	}
	if err := json.Unmarshal(stdout.Bytes(), &got); err != nil {
		t.Fatalf("%v: %s", err, &stdout)
	}
	if code != exitRateLimited || got.ExitCode != code || len(got.Drafts) != 2 || got.Drafts[0].Edition != 1 {
		t.Errorf("exit code %d, report %+v", code, got)
	}
	const written = "committed"
	if !strings.Contains(got.Error, written) || !strings.Contains(stderr.String(), written) {
		t.Errorf("error %q, stderr %q", got.Error, &stderr)
	}
}

func TestNothingWasWrittenIsSaidOnlyWhenNothingWas(t *testing.T) {
	t.Parallel()
	for claim, tt := range map[string]struct {
		fault githubtest.Fault
		want  bool
	}{
		"the limit is met while collecting":                {githubtest.Fault{Path: "/advisories", Times: -1, Status: 403, Body: "{}", Header: limited(0).Header}, true},
		"the limit is met between commit and pull request": {limited(0), false},
	} {
		srv, getenv, config := fake(t)
		srv.Fail(tt.fault)
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), []string{"publish", "--config", config}, atClock(t, srv, getenv, 0), &stdout, &stderr, monday(t))
		if got := strings.Contains(stderr.String(), "nothing was written"); code != exitRateLimited || got != tt.want {
			t.Errorf("%s: exit code %d, stderr %q", claim, code, &stderr)
		}
		if written := srv.Branch(home, "digest/0001") != nil; written == tt.want {
			t.Errorf("%s: branch: %t", claim, written)
		}
	}
}
