package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/markdown"
	"github.com/community-digest/digest/internal/merge"
)

// hostile is a text that wants to be a command, an output of its own, and Markdown.
const hostile = "::add-mask::a\r\n::error::b\nedition=99\n##[add-mask]c | [d](https://evil.example) <script> @all #1 `e`"

// published is the report of an edition with everything that a report can have.
func published() *Report {
	shared := Edition{
		Number: 7, Items: map[digest.Kind]int{digest.Releases: 2, digest.Discussions: 1}, Provisional: true,
		Cut: map[digest.SectionName]int{"hot": 3},
		Gaps: []digest.Receipt{{Kind: digest.Feeds, Source: "https://example.org/" + hostile, Outcome: digest.Failed,
			Detail: markdown.Untrusted(hostile)}},
	}
	return &Report{
		Edition: shared,
		Drafts: []Draft{
			{Path: "zh.md", Name: "out/zh.md", Language: "zh-CN", Operation: Updated, Edition: shared, Merge: &merge.Report{Kept: 2, NoBase: true}},
			{Path: "en.md", Name: "out/en.md", Language: "en", Operation: Created, Edition: shared},
		},
		Usage:     Usage{Requests: 12, GraphQLPoints: 5},
		Operation: Created, PullRequest: 12, PullRequestURL: "https://github.com/istio/istio/pull/12", Warnings: []string{hostile},
	}
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

func TestOutputsOfARun(t *testing.T) {
	outputs := Outputs(published(), 3)
	want := map[string]string{
		"draft-path": "out/zh.md\nout/en.md", "edition": "7", "items": `{"discussions":1,"releases":2}`, "gaps": "1",
		"pull-request-url": "https://github.com/istio/istio/pull/12", "operation": "created", "exit-code": "3",
	}
	if diff := cmp.Diff(want, values(t, outputs)); diff != "" {
		t.Errorf("outputs (-want +got):\n%s", diff)
	}
	again := Outputs(published(), 3)
	if again == outputs {
		t.Error("the delimiters can be known beforehand")
	}
}

func TestOutputsAreThereWhenTheRunFailed(t *testing.T) {
	for claim, r := range map[string]*Report{
		"nothing was reported":                   nil,
		"an invalid address is not written":      {PullRequestURL: "javascript:alert(1)"},
		"a draft that was printed is not a file": {Drafts: []Draft{{Name: "en.md", Operation: Printed}}},
	} {
		outputs := Outputs(r, 1)
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
	summary := Summary(published(), nil)
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
	summary := Summary(r, nil)
	if len(summary) > 200_000 || !strings.Contains(summary, "… and 19901 more") {
		t.Errorf("%d bytes", len(summary))
	}
}

func TestASummaryOfSeveralEditionsLinksToEveryPullRequest(t *testing.T) {
	r := published()
	earlier := r.Drafts[0]
	earlier.Number, earlier.PullRequestURL = 6, "https://github.com/istio/istio/pull/11"
	r.Drafts = append([]Draft{earlier, earlier}, r.Drafts...)
	summary := Summary(r, nil)
	if strings.Count(summary, "/pull/11)") != 1 || strings.Count(summary, "/pull/12)") != 1 || strings.Count(summary, "| 6 | zh-CN |") != 2 {
		t.Errorf("summary:\n%s", summary)
	}
}

func TestMistakesInTheConfigurationAreShownAtTheirLines(t *testing.T) {
	f := &Failure{Message: "config.yaml has problems", ExitCode: 2}
	for i := range 14 {
		f.Problems = append(f.Problems, Annotation{Level: "error", File: "config.yaml", Line: i + 1, Column: 3, Message: hostile})
	}
	all := f.Problems
	for _, n := range []int{1, 10, 14} {
		f.Problems = all[:n]
		summary, stderr := Summary(nil, f), Commands(Annotations(nil, f), "")
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
	f := &Failure{Message: hostile, Hint: "set GITHUB_TOKEN", ExitCode: 4}
	summary, stderr := Summary(published(), f), Commands(Annotations(published(), f), "")
	lines := strings.Split(strings.TrimSuffix(stderr, "\n"), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines:\n%s", len(lines), stderr)
	}
	for i, want := range []string{"::error title=digest::", "::warning title=gap::the feed https://example.org/", "::warning title=digest::"} {
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
}

func TestJSONInALogIsNoCommandAndTheSameJSON(t *testing.T) {
	var b bytes.Buffer
	text := `a "##[add-mask]b" \##[group] ###[`
	if err := WriteJSON(&b, text); err != nil {
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
