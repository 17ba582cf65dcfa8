package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/config"
	"github.com/community-digest/digest/internal/markdown"
	"github.com/community-digest/digest/internal/merge"
	"github.com/community-digest/digest/internal/publish"
)

// hostile is a text that wants to be a command, an output of its own, and Markdown.
const hostile = "::add-mask::a\r\n::error::b\nedition=99\n##[add-mask]c | [d](https://evil.example) <script> @all #1 `e`"

// published is the report of an edition with everything that a report can tell.
func published() *report {
	shared := editionReport{
		Edition: 7, Items: map[digest.Kind]int{digest.Releases: 2, digest.Discussions: 1}, Provisional: true,
		Cut: map[digest.SectionName]int{"hot": 3},
		Gaps: []digest.Receipt{{Kind: digest.Feeds, Source: "https://example.org/" + hostile, Outcome: digest.Failed,
			Detail: markdown.Untrusted(hostile)}},
	}
	return &report{
		editionReport: shared,
		Drafts: []draftReport{
			{Path: "zh.md", name: "out/zh.md", Language: "zh-CN", Operation: opUpdated, editionReport: shared, Merge: &merge.Report{Kept: 2, NoBase: true}},
			{Path: "en.md", name: "out/en.md", Language: "en", Operation: opCreated, editionReport: shared},
		},
		Usage:      usageReport{Requests: 12, GraphQLPoints: 5},
		pullReport: pullReport{Operation: publish.Created, PullRequest: 12, PullRequestURL: "https://github.com/istio/istio/pull/12", Warnings: []string{hostile}},
	}
}

// tell runs actions with files for the outputs and the summary, and returns both and the
// annotations.
func tell(t *testing.T, r *report, err error, code int) (outputs, summary, stderr string) {
	t.Helper()
	dir := t.TempDir()
	env := map[string]string{
		"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": filepath.Join(dir, "output"), "GITHUB_STEP_SUMMARY": filepath.Join(dir, "summary"),
	}
	var b bytes.Buffer
	p := &program{stderr: newVoice(&b), getenv: func(name string) string { return env[name] }}
	if err := p.actions(r, err, code); err != nil {
		t.Fatal(err)
	}
	files := filesBelow(t, dir)
	return files["output"], files["summary"], b.String()
}

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

func TestOutputsTellOfTheRun(t *testing.T) {
	outputs, _, _ := tell(t, published(), nil, exitGaps)
	want := map[string]string{
		"draft-path": "out/zh.md\nout/en.md", "edition": "7", "items": `{"discussions":1,"releases":2}`, "gaps": "1",
		"pull-request-url": "https://github.com/istio/istio/pull/12", "operation": "created", "exit-code": "3",
	}
	if diff := cmp.Diff(want, values(t, outputs)); diff != "" {
		t.Errorf("outputs (-want +got):\n%s", diff)
	}
	again, _, _ := tell(t, published(), nil, exitGaps)
	if again == outputs {
		t.Error("the delimiters can be known beforehand")
	}
}

func TestOutputsAreThereWhenTheRunFailed(t *testing.T) {
	for claim, r := range map[string]*report{
		"nothing was reported":                   nil,
		"an address that is none is no output":   {pullReport: pullReport{PullRequestURL: "javascript:alert(1)"}},
		"a draft that was printed is not a file": {Drafts: []draftReport{{name: "en.md", Operation: opPrinted}}},
	} {
		outputs, _, _ := tell(t, r, errors.New("x"), exitFailed)
		want := map[string]string{"draft-path": "", "edition": "", "items": "", "gaps": "", "pull-request-url": "", "operation": "none", "exit-code": "1"}
		if r != nil {
			want["edition"], want["items"], want["gaps"] = "0", "{}", "0"
		}
		if diff := cmp.Diff(want, values(t, outputs)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", claim, diff)
		}
	}
}

func TestTheSummaryIsATableThatNothingBreaks(t *testing.T) {
	_, summary, _ := tell(t, published(), nil, exitGaps)
	for _, part := range []string{
		"## Edition 7\n", "| Provisional | the period is not over yet |", "| Items | 1 discussion, 2 releases, 0 advisories, 0 feed entries |",
		"| Pull request | [12](https://github.com/istio/istio/pull/12), created |", "| Left out by the limit | 3 in hot |",
		"| Gaps | 1 |", "| Requests | 12, 5 points of GraphQL |", "| 7 | zh-CN | out/zh\\.md | updated | 2 kept |", "| Missing | Source | Why |",
	} {
		if !strings.Contains(summary, part) {
			t.Errorf("the summary lacks %q:\n%s", part, summary)
		}
	}
	for _, part := range []string{"<script", "](https://evil", "@all", " #1", " `", "\r"} {
		if strings.Contains(summary, part) {
			t.Errorf("the summary has %q:\n%s", part, summary)
		}
	}
	for line := range strings.Lines(summary) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "|") && !strings.HasPrefix(line, "## ") {
			t.Errorf("a line of the summary is of no table: %q", line)
		}
	}
}

func TestTheSummaryStaysSmall(t *testing.T) {
	r := published()
	for range 20_000 {
		r.Gaps = append(r.Gaps, r.Gaps[0])
	}
	_, summary, _ := tell(t, r, nil, exitGaps)
	if len(summary) > 200_000 || !strings.Contains(summary, "… and 19901 more") {
		t.Errorf("%d bytes", len(summary))
	}
}

func TestASummaryOfSeveralEditionsLinksToEveryPullRequest(t *testing.T) {
	r := published()
	earlier := r.Drafts[0]
	earlier.Edition, earlier.PullRequestURL = 6, "https://github.com/istio/istio/pull/11"
	r.Drafts = append([]draftReport{earlier, earlier}, r.Drafts...)
	_, summary, _ := tell(t, r, nil, exitOK)
	if strings.Count(summary, "/pull/11)") != 1 || strings.Count(summary, "/pull/12)") != 1 || strings.Count(summary, "| 6 | zh-CN |") != 2 {
		t.Errorf("summary:\n%s", summary)
	}
}

func TestMistakesInTheConfigurationAreShownAtTheirLines(t *testing.T) {
	var problems config.Problems
	for i := range 14 {
		problems = append(problems, config.Problem{File: "config.yaml", Line: i + 1, Column: 3, Key: "sources", Message: hostile})
	}
	for _, n := range []int{1, 10, 14} {
		_, summary, stderr := tell(t, nil, usageError{fmt.Errorf("load: %w", problems[:n])}, exitUsage)
		shown := min(n, 10)
		if got := strings.Count(stderr, "\n"); got != shown || strings.Count(stderr, "::error file=config.yaml,line=") != shown {
			t.Errorf("%d problems, %d lines:\n%s", n, got, stderr)
		}
		if strings.Contains(stderr, "(and 4 more: the log has all)") != (n == 14) || strings.Contains(stderr, "##[") {
			t.Errorf("%d problems:\n%s", n, stderr)
		}
		if strings.Count(summary, "| config.yaml\\:") != n {
			t.Errorf("%d problems, summary:\n%s", n, summary)
		}
	}
}

func TestWhatFailedAndWhatIsMissingAreAnnotations(t *testing.T) {
	_, summary, stderr := tell(t, published(), codedError{exitUnauthorised, errors.New(hostile)}, exitUnauthorised)
	lines := strings.Split(strings.TrimSuffix(stderr, "\n"), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines:\n%s", len(lines), stderr)
	}
	for i, want := range []string{"::error title=digest::", "::warning title=gap::the feed https://example.org/", "::warning title=pull request::"} {
		if !strings.HasPrefix(lines[i], want) {
			t.Errorf("%q, want %q", lines[i], want)
		}
	}
	if !strings.Contains(lines[0], "set GITHUB_TOKEN") || strings.Contains(stderr, "##[") {
		t.Errorf("annotations:\n%s", stderr)
	}
	if !strings.HasPrefix(summary, "## Failed with exit code 4\n") || !strings.Contains(summary, "## Edition 7\n") || strings.Contains(summary, "<script") {
		t.Errorf("summary:\n%s", summary)
	}
	// Gaps end with a code of their own, and are told already.
	if _, _, stderr := tell(t, published(), codedError{exitGaps, errors.New("the draft has 1 gap")}, exitGaps); strings.Contains("\n"+stderr, "\n::error") {
		t.Errorf("annotations:\n%s", stderr)
	}
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

func TestTheProgramTellsActionsOnce(t *testing.T) {
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

func TestAJobThatCannotBeToldDoesNotSeemToBeWell(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "output"), 0o755); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := runIn(t, dir, "--config", "demo/config.yaml", "--snapshot", "demo/snapshot.json", "--output", filepath.Join(dir, "out"))
	if code != exitFailed || !strings.Contains(stderr, "digest: tell GitHub Actions of the run: ") {
		t.Errorf("exit code %d, stderr %q", code, stderr)
	}
}

func TestJSONInALogIsNoCommandAndTheSameJSON(t *testing.T) {
	var b bytes.Buffer
	enc := json.NewEncoder(jsonLog{&b})
	enc.SetEscapeHTML(false)
	text := `a "##[add-mask]b" \##[group] ###[`
	if err := enc.Encode(text); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "##[") {
		t.Errorf("%q", &b)
	}
	var got string
	if err := json.Unmarshal(b.Bytes(), &got); err != nil || got != text {
		t.Errorf("%q, %v", got, err)
	}
}
