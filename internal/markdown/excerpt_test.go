package markdown

import (
	"strings"
	"testing"
	"time"
)

func TestExcerptIsTheProse(t *testing.T) {
	for in, want := range map[string]string{
		"One *two* **three** ~~four~~.":                        "One two three four.",
		"First\nline.\n\nSecond  \nparagraph.":                 "First line. Second paragraph.",
		"# Heading\n\nText\n\n```go\ncode\n```\n\n    code":    "Text",
		"> quote\n\nanswer":                                    "answer",
		"- one\n- two.\n- three\n\nend":                        "one; two. three end",
		"See [the docs](https://a.b) and ![img](https://x).":   "See the docs and .",
		"a <b>bold</b> <!-- no --> word":                       "a bold word",
		"<details><summary>x</summary>\n\ninner\n\n</details>": "inner",
		"<script>\nalert(1)\n</script>\n\nafter":               "after",
		"run `go test ./...` &amp; \\*wait\\*":                 "run go test ./... & \\*wait\\*",
		"`&lt;` is &lt;T&gt;":                                  "&amp;lt; is &lt;T>",
		"| a | b |\n|---|---|\n| c | d |\n\ntext":              "text",
		"[x]: https://a.b\n\n[x] text":                         "x text",
		"- [ ] todo\n- [x] done":                               "todo; done",
		"hi @<!-- x -->bob":                                    "hi @" + nothing + "bob",
		"&#8238;abc &#64;bob":                                  "abc @" + nothing + "bob",
		"{{< x >}}\n\n---\n\n1. import y":                      `\{` + nothing + `\{&lt; x >}} import y`,
		"<https://a.b/c>":                                      "https:/" + nothing + "/a.b/c",
		"[Artifacts](https://a.b)\n[Notes](https://a.b/n)":     "",
		"[![ci](https://a.b/i.png)](https://a.b)\n\nIt works.": "It works.",
		"See [the notes](https://a.b).":                        "See the notes.",
		"":                                                     "",
	} {
		if got := Prose(in).Excerpt(280); got != want {
			t.Errorf("Excerpt of %q is %q, want %q", in, got, want)
		}
	}
}

func TestExcerptEndsWithASentenceOrAWord(t *testing.T) {
	for _, tt := range []struct {
		in   string
		n    int
		want string
	}{
		{"All of it fits.", 15, "All of it fits."},
		{"One is here. Two is here. Three is here.", 30, "One is here. Two is here."},
		{"Is it? Yes (really!). And then some more of it.", 24, "Is it? Yes (really!)."},
		{"We asked Dr. Watson about the case of the proxy.", 20, "We asked Dr. Watson…"},
		{"It is slow, e.g. On Mondays it takes hours to do.", 22, "It is slow, e.g. On…"},
		{"Short. Then a very long sentence without any end at all", 40, "Short. Then a very long sentence…"},
		{"One, two, three, four", 10, "One, two…"},
		{"网关超时了。原因是什么？我们不知道！还有更多的内容。", 18, "网关超时了。原因是什么？我们不知道！"},
		{"没有标点的很长的一段中文文字就这样继续下去", 10, "没有标点的很长的一…"},
		{strings.Repeat("👩‍💻", 10), 4, strings.Repeat("👩‍💻", 3) + "…"},
		{strings.Repeat("x", 100), 10, "xxxxxxxxx…"},
		{"anything", 0, ""}, {"anything", -1, ""}, {"ab", 1, "…"},
	} {
		if got := Untrusted(tt.in).Excerpt(tt.n); got != tt.want {
			t.Errorf("Excerpt(%d) of %q is %q, want %q", tt.n, tt.in, got, tt.want)
		}
	}
}

func TestExcerptTakesTextAsItIs(t *testing.T) {
	const body = "A *plain* text. It goes on\nand on."
	for limit, want := range map[int]string{100: `A \*plain\* text. It goes on and on.`, 20: `A \*plain\* text.`, 0: ""} {
		if got := Untrusted(body).Excerpt(limit); got != want {
			t.Errorf("Excerpt(%d) = %q, want %q", limit, got, want)
		}
	}
}

func TestExcerptOfHostileBodyIsHarmlessAndSoon(t *testing.T) {
	for _, s := range lines(t, "hostile.txt") {
		text := Prose(s + "\n\n" + s)
		if cleaned := shorten(text.raw, 280); cleaned != "" {
			checkHarmless(t, text.Excerpt(280), cleaned)
		}
	}
	for _, unit := range []string{"a/", "\n", ">", "> ", "[", "[a](", "![", "*", "**a ", "_a*", "`", "<", "<!--", "&", "- ", "\t", "|", "a|b\n-|-\n", "\\", "a.", "。", "é́", "x",
		"[a]: b\n", "<a ", "~~a", "1. a\n", "\u200b", "👩\u200d", "@a.", "&#", ":", "_"} {
		long := strings.Repeat(unit, 10<<20/len(unit))
		body := Untrusted(long)
		for name, f := range map[string]func(){"prose": func() { Prose(long) }, "excerpt": func() { body.Excerpt(1000) }, "title": func() { _ = body.String() }, "line": func() { Line(body) }} {
			start := time.Now()
			f()
			// Milliseconds on a quiet machine; the bound only has to distinguish that from quadratic time in 10 MB.
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("%s of many %q took %v", name, unit, took)
			}
		}
	}
}

func BenchmarkExcerpt(b *testing.B) {
	body := Prose(strings.Repeat("Traffic is **lost** during a rollout, see [the docs](https://example.org) and `istioctl`.\n\n- first\n- second\n\n", 20))
	for b.Loop() {
		_ = body.Excerpt(280)
	}
}

func BenchmarkProse(b *testing.B) {
	body := strings.Repeat("Traffic is **lost** during a rollout, see [the docs](https://example.org) and `istioctl`.\n\n- first\n- second\n\n", 20)
	for b.Loop() {
		Prose(body)
	}
}

func TestProseKeepsTheBeginningOnly(t *testing.T) {
	got := Prose(strings.Repeat("网关 ", 10_000)).Unsafe()
	if len(got) > maxProse || !strings.HasPrefix(got, "网关 网关") || strings.ContainsRune(got, '\uFFFD') {
		t.Errorf("%d bytes: %.40q", len(got), got)
	}
}
