package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/internal/githubtest"
)

// fake starts a fake GitHub that holds the shared world, and returns the environment of
// a program that asks it and the configuration that fits.
func fake(t *testing.T) (srv *githubtest.Server, getenv func(string) string, config string) {
	t.Helper()
	w, err := githubtest.LoadWorld(os.DirFS("testdata/shared"), "world.json")
	if err != nil {
		t.Fatal(err)
	}
	srv = githubtest.NewServer(t, w)
	dir := t.TempDir()
	if err := addShared(dir); err != nil {
		t.Fatal(err)
	}
	if err := fillIn(dir, srv); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{
		"GITHUB_API_URL": srv.APIURL(), "GITHUB_GRAPHQL_URL": srv.GraphQLURL(), "GITHUB_TOKEN": githubtest.Token,
	}
	return srv, func(name string) string { return env[name] }, filepath.Join(dir, "config.yaml")
}

// monday is the Monday after the model week.
func monday(t *testing.T) time.Time {
	t.Helper()
	now, err := time.Parse(time.RFC3339, mondayAfter)
	if err != nil {
		t.Fatal(err)
	}
	return now
}

// draftAll runs the whole program and returns every file that it wrote.
func draftAll(t *testing.T, getenv func(string) string, config string) map[string]string {
	t.Helper()
	out := t.TempDir()
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), []string{"--config", config, "--output", out}, getenv, &stdout, &stderr, monday(t))
	if code != exitOK || stdout.Len() > 0 {
		t.Fatalf("exit code %d, stdout %q, stderr %q", code, &stdout, &stderr)
	}
	return filesBelow(t, out)
}

func filesBelow(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		rel, _ := filepath.Rel(dir, name)
		files[rel] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestTheOrderOfResponsesChangesNothing(t *testing.T) {
	t.Parallel()
	srv, getenv, config := fake(t)
	want := draftAll(t, getenv, config)
	if len(want) != 5 {
		t.Fatalf("%d files, want two drafts, two bases and a snapshot", len(want))
	}
	// Whichever kind of source responds last, and whatever order things are listed in.
	for _, slow := range []string{"/graphql", "/releases", "/security-advisories", "/advisories", "feed.xml", "kubernetes"} {
		srv.Fail(githubtest.Fault{Path: slow, Times: 3, Delay: 30 * time.Millisecond})
		if diff := cmp.Diff(want, draftAll(t, getenv, config)); diff != "" {
			t.Errorf("with slow responses of %s (-first +again):\n%s", slow, diff)
		}
	}
	srv.SetLatency(5 * time.Millisecond)
	if diff := cmp.Diff(want, draftAll(t, getenv, config)); diff != "" {
		t.Errorf("with slow responses (-first +again):\n%s", diff)
	}
}

func TestASlowResponseEndsWithTheRun(t *testing.T) {
	t.Parallel()
	srv, getenv, config := fake(t)
	srv.Fail(githubtest.Fault{Path: "/releases", Times: -1, Delay: time.Minute})
	ctx, cancel := context.WithCancel(t.Context())
	out := t.TempDir()
	var stdout, stderr bytes.Buffer
	go func() {
		for len(srv.Requests()) == 0 {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	start := time.Now()
	code := run(ctx, []string{"--config", config, "--output", out, "--save-snapshot", filepath.Join(out, "saved.json")}, getenv, &stdout, &stderr, monday(t))
	if code != exitFailed || stdout.Len() > 0 || !strings.Contains(stderr.String(), "cancel") {
		t.Errorf("exit code %d, stdout %q, stderr %q", code, &stdout, &stderr)
	}
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("it took %v to stop", d)
	}
	if got := filesBelow(t, out); len(got) > 0 {
		t.Errorf("files were written: %v", got)
	}
}

func TestACancelledRunWritesNothingEvenWithoutNetwork(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	out := t.TempDir()
	var stdout, stderr bytes.Buffer
	code := run(ctx, []string{"demo", "--output", out}, func(string) string { return "" }, &stdout, &stderr, monday(t))
	if code != exitFailed || len(filesBelow(t, out)) > 0 {
		t.Errorf("exit code %d, stderr %q, files %v", code, &stderr, filesBelow(t, out))
	}
}
