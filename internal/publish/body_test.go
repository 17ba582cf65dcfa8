package publish

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/markdown"
)

var update = flag.Bool("update", false, "rewrite the expected bodies")

// model has the facts of the first edition after an update.
func model() Facts {
	return Facts{
		Title: "Istio 社区周报", Number: 1, Period: "2023-12-11 to 2023-12-17", Picks: ".digest/picks.yaml", Host: "github.com",
		Files: []File{{"zh-CN", "content/zh/weekly/01/index.md"}, {"en", "content/en/weekly/01/index.md"}},
		Sections: []Section{
			{Name: digest.Community, Stories: single([]string{"https://github.com/kubernetes/kubernetes/releases/tag/v1.29.0"})},
			{Name: digest.Project, Stories: []Story{
				{"https://github.com/istio/istio/security/advisories/GHSA-aaaa-bbbb-cccc", "https://github.com/istio/istio/releases/tag/1.20.1"},
				{"https://istio.io/latest/news/releases/1.19.x/announcing-1.19.5/"}}},
			{Name: digest.Hot, Stories: single([]string{"https://github.com/istio/istio/discussions/48301", "https://github.com/istio/istio/discussions/48313#discussioncomment-7"}), LeftOut: 3,
				LeftOutStories: single([]string{"https://github.com/istio/istio/discussions/48320", "https://github.com/istio/istio/discussions/48321", "https://github.com/istio/istio/discussions/48322"})},
		},
		Receipts: []digest.Receipt{
			{Kind: digest.Discussions, Source: "istio/istio", Outcome: digest.Complete, Seen: 120, Kept: 5},
			{Kind: digest.Releases, Source: "org:istio", Outcome: digest.Complete, Seen: 40, Kept: 2, Repos: []digest.Repo{{Owner: "istio", Name: "istio"}}},
			{Kind: digest.Releases, Source: "istio/istio", Outcome: digest.Complete, Seen: 30, Kept: 1},
			{Kind: digest.Releases, Source: "kubernetes/kubernetes", Outcome: digest.Truncated, Seen: 1000, Kept: 1, Detail: markdown.Untrusted("Only the first 1000 results")},
			{Kind: digest.Advisories, Source: "istio/ztunnel", Outcome: digest.Forbidden},
			{Kind: digest.Feeds, Source: "https://istio.io/latest/feed.xml", Outcome: digest.Complete, Seen: 10, Kept: 1},
		},
		Changes: []Changes{
			{Language: "zh-CN", Kept: 2, Refreshed: []string{"https://github.com/istio/istio/discussions/48301"},
				Undecided: []string{"https://github.com/istio/istio/discussions/48313", "the first words of a paragraph"}},
			{Language: "en", NoBase: true, Kept: 1},
		},
		ToWrite: []Placeholder{{"zh-CN", "写几句开场白"}, {"en", "a few words of welcome."}},
		Late:    []string{"https://github.com/advisories/GHSA-dddd-eeee-ffff"},
	}
}

func TestBodies(t *testing.T) {
	first := model()
	first.Changes, first.Late, first.ToWrite, first.Provisional = nil, nil, nil, true
	first.Receipts = first.Receipts[:3]
	enterprise := model()
	enterprise.Host = "git.example.com"
	enterprise.Sections = []Section{{Name: digest.Hot, Stories: single([]string{"https://git.example.com/mesh/mesh/discussions/7", "https://github.com/istio/istio/pull/8"})}}
	for name, facts := range map[string]Facts{"first": first, "update": model(), "enterprise": enterprise, "nothing": {}} {
		file := "testdata/body-" + name + ".md"
		got := Body(facts)
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s: (-want +got), run with -update to accept\n%s", file, diff)
		}
	}
}

func TestBodyStaysWithinTheLimit(t *testing.T) {
	f := model()
	long := strings.Repeat("长", 400)
	many := func(n int) []string {
		var out []string
		for i := range n {
			out = append(out, fmt.Sprintf("https://github.com/istio/istio/discussions/%d?%s", i, strings.Repeat("x", 1900)), fmt.Sprintf("https://example.com/%d%s", i, strings.Repeat("y", 1900)))
		}
		return out
	}
	f.Title, f.Period = long, long
	for i := range 1500 {
		f.Files = append(f.Files, File{long, fmt.Sprint(long, i)})
		f.Sections = append(f.Sections, Section{Name: digest.SectionName(long), Title: long, Stories: []Story{many(2), many(1)}, LeftOut: 1 << 60, LeftOutStories: single(many(2))})
		f.Receipts = append(f.Receipts, digest.Receipt{Kind: digest.Feeds, Source: long, Outcome: digest.Outcome(long), Seen: 1 << 60})
		f.Changes = append(f.Changes, Changes{Language: long, Added: many(1), Kept: 1})
		f.ToWrite = append(f.ToWrite, Placeholder{long, fmt.Sprint(i, long)})
	}
	f.Late = many(1500)
	got := describe("", Body(f))
	if n := length(got); n >= maxBody || n < maxBody/20 {
		t.Errorf("%d characters", n)
	}
	for _, want := range []string{"… and 149", "… and 299", "### How to go on", "3000 ("} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q", want)
		}
	}
}

var (
	targets  = regexp.MustCompile(`\]\(([^)]*)\)`)
	mention  = regexp.MustCompile(`@[\w-]`)
	issue    = regexp.MustCompile(`(?i)(?:^|[^&])#\d|gh-\d`) // "&#47;" is an encoded character
	keyword  = regexp.MustCompile(`(?i)\b(close[sd]?|fix(e[sd])?|resolve[sd]?):?\s+([^\s&]*#\d|https?://\S*github\.com|gh-\d)`)
	skip     = regexp.MustCompile(`(?i)\[(skip ci|ci skip|no ci|skip actions|actions skip)\]|skip-checks: ?true`)
	command  = regexp.MustCompile(`(?m)^[\s>*+-]*/`)
	backlink = regexp.MustCompile(`(?i)://(www\.)?github\.com\b`)
)

// checkBody holds a body to what it promises.
func checkBody(t *testing.T, body string) {
	t.Helper()
	switch n := length(describe("", body)); {
	case n >= maxBody:
		t.Errorf("%d characters", n)
	case !utf8.ValidString(body):
		t.Errorf("not UTF-8")
	}
	for what, re := range map[string]*regexp.Regexp{"a mention": mention, "a reference": issue, "a closing keyword": keyword, "a CI command": skip, "a bot's command": command, "a link back": backlink} {
		text := body
		if re == issue {
			text = targets.ReplaceAllLiteralString(body, "]()") // the target is not text
		}
		if found := re.FindString(text); found != "" {
			t.Errorf("%s, %q, in\n%s", what, found, body)
		}
	}
	if strings.ContainsAny(body, "<\r") {
		t.Errorf("HTML or a line break of another system in\n%s", body)
	}
	for _, m := range targets.FindAllStringSubmatch(body, -1) {
		if u, err := markdown.ParseURL(m[1]); err != nil || u.String() != m[1] || strings.ContainsAny(m[1], "@#") {
			t.Errorf("target %q: %v", m[1], err)
		}
	}
}

func FuzzBody(f *testing.F) {
	for _, s := range []string{
		"", "@ann", "fixes #1", "closes https://github.com/o/r/issues/1", "[skip ci]", "/close", "\n/close", "GH-1", "o/r#1", "skip-checks: true", "<!-- digest: end -->", "a|b", "`@ann`",
		"https://github.com/@o/r/issues/1", "https://github.com/o/r/issues/1", "http://www.github.com/o/r/pull/1#2", "https://example.com/@ann/#1", "https://github.com/o/r/releases/tag/GH-1",
		"https://github.com/o/r/releases/tag/fixes/r%231", "https://redirect.github.com/o/r", "https://user:pw@github.com/", "https://github.com:443/o/r/issues/1", "https://git.example.com/o/r", "https://github.com./o/r/issues/1", "https://GitHub.com/o/r/issues/1", "https://www.github.com.:443/o/r/issues/1",
		"content/GH-1/index.md", "weekly\u2028/close", "\u202E@\u200Bann", "https://example.com/fixes%20https://github.com/o/r/issues/1",
	} {
		f.Add(s, s, 3)
	}
	f.Fuzz(func(t *testing.T, text, address string, n int) {
		items := []string{address, text}
		n = max(0, min(n, 50))
		for i := range n {
			items = append(items, fmt.Sprint(address, i))
		}
		checkBody(t, Body(Facts{
			Title: text, Number: n, Period: text, Picks: text, Host: text,
			Files: []File{{text, text}, {address, address}}, Late: items, ToWrite: []Placeholder{{text, address}, {address, text}},
			Sections: []Section{{Name: digest.SectionName(text), Stories: single(items), LeftOut: n, Title: address, LeftOutStories: []Story{items}}, {Name: digest.Hot, Stories: []Story{items, nil}}},
			Receipts: []digest.Receipt{{Kind: digest.Kind(text), Source: text, Outcome: digest.Outcome(text)}, {Kind: digest.Feeds, Source: address, Outcome: digest.Failed, Detail: markdown.Untrusted(text)}},
			Changes:  []Changes{{Language: text, Added: items, Removed: items[:1], NoBase: true, Kept: n}},
		}))
	})
}
