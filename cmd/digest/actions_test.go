package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// values reads outputs that are all written in the long form.
func values(t *testing.T, text string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	for text != "" {
		head, rest, _ := strings.Cut(text, "\n")
		name, end, ok := strings.Cut(head, "<<")
		value, after, closed := strings.Cut(rest, "\n"+end+"\n")
		if !ok || len(end) < 26 || !closed {
			t.Fatalf("no output: %q", head)
		}
		all[name], text = value, after
	}
	return all
}

// runIn runs the whole program as a step of a job does.
func runIn(t *testing.T, dir string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	env := map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": filepath.Join(dir, "output"), "GITHUB_STEP_SUMMARY": filepath.Join(dir, "summary"),
	}
	var out, log bytes.Buffer
	code = run(t.Context(), args, func(name string) string { return env[name] }, &out, &log, monday(t))
	return code, out.String(), log.String()
}

func TestAJobGetsItsOutputsOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "output"), []byte("before=1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := runIn(t, dir, "--config", "demo/config.yaml", "--snapshot", "demo/snapshot.json", "--output", filepath.Join(dir, "out"))
	files := filesBelow(t, dir)
	after, kept := strings.CutPrefix(files["output"], "before=1\n")
	if code != exitOK || !kept || values(t, after)["exit-code"] != "0" || strings.Count(files["output"], "edition<<") != 1 {
		t.Errorf("exit code %d, outputs %q, stderr %q", code, files["output"], stderr)
	}
	if !strings.HasPrefix(files["summary"], "## Edition 1\n") {
		t.Errorf("summary %q", files["summary"])
	}

	for _, args := range [][]string{{"--wrong"}, {"publish", "--catch-up=x"}, {"publish", "--config", "nowhere.yaml"}} {
		dir := t.TempDir()
		code, _, stderr := runIn(t, dir, args...)
		if got := values(t, filesBelow(t, dir)["output"])["exit-code"]; code != exitUsage || got != "2" || strings.Count(stderr, "\n::error title=digest::") != 1 {
			t.Errorf("%v: exit code %d, output %q, stderr %q", args, code, got, stderr)
		}
	}
	for _, args := range [][]string{{"version"}, {"lint", "nowhere.md"}, {"plan", "--config", "nowhere.yaml"}} {
		dir := t.TempDir()
		if runIn(t, dir, args...); len(filesBelow(t, dir)) > 0 {
			t.Errorf("%v: files %v", args, filesBelow(t, dir))
		}
	}
}

func TestAJobWhoseOutputsAreLostFails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "output"), 0o755); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := runIn(t, dir, "--config", "demo/config.yaml", "--snapshot", "demo/snapshot.json", "--output", filepath.Join(dir, "out"))
	if code != exitFailed || !strings.Contains(stderr, "digest: set the outputs of the job: ") {
		t.Errorf("exit code %d, stderr %q", code, stderr)
	}
}
