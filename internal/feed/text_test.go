package feed

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPlainTextDropsMarkupOnly(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                                   "plain",
		"<p>One.</p><p>Two &amp; three.</p>":      "One. Two & three.",
		"a<br/>b<hr>c":                            "a b c",
		"un<b>believ</b>able":                     "unbelievable",
		"<script>alert(1)</script>after":          "after",
		"<style>p{}</style><b>bold</b> text":      "bold text",
		"<img src=x onerror=alert(1)>picture":     "picture",
		"Use Vec<T> and Map<K,V> now":             "Use Vec<T> and Map<K,V> now",
		"A < B if x<y and 1 <2 && more":           "A < B if x<y and 1 <2 && more",
		"x<y and no end":                          "x<y and no end",
		"&lt;b&gt; is a tag":                      "<b> is a tag",
		"<!-- hidden -->seen <!doctype html>":     "seen",
		"<custom-element>inside</custom-element>": "<custom-element>inside</custom-element>",
		"": "",
	} {
		if got := PlainText(t.Context(), in); got != want {
			t.Errorf("PlainText(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestTextIsTheFirstRealParagraphs(t *testing.T) {
	const prose = "This release of the mesh fixes four vulnerabilities."
	long := strings.Repeat("A sentence of some length. ", 60)
	for _, tt := range []struct {
		name, summary, content string
		want                   []string
	}{
		{"plain text", "One.\n\nTwo\nlines.", "", []string{"One.", "Two lines."}},
		{"a word", "<p>Body</p>", "", []string{"Body"}},
		{"paragraphs", "<p>" + prose + "</p><p>And <a href='/x'>more</a>.</p>", "", []string{prose, "And more."}},
		{"breaks", prose + "<br><br/>And<br>more.", "", []string{prose, "And more."}},
		{"around the text", `<nav><a href="/">Home</a><a href="/docs">Docs</a></nav><header>The mesh blog. Written weekly.</header><h1>Release notes</h1>
			<div class="buttons"><a href="/download">Download</a> <a href="/docs">Documentation of this release and of all others</a></div>
			<button>Copy</button><table><tr><td>CVE-2023-44487</td><td>High. Fixed.</td></tr></table><p>` + prose + `</p><pre>kubectl apply</pre>
			<footer>Copyright. All rights reserved.</footer><p>The post <a href="/x">Notes</a> appeared first on <a href="/">Blog</a>.</p>`, "", []string{prose}},
		{"everything in a table", "<table><tr><td><p>" + prose + "</p></td></tr></table>", "", []string{prose}},
		{"navigation that never ends", "<nav><p>" + prose + "</p>", "", []string{prose}},
		{"summary before content", "<p>" + prose + "</p>", "<p>Other.</p>", []string{prose}},
		{"content after a teaser", "This release of the […]", "<p>" + prose + "</p>", []string{prose}},
		{"content without a summary", "", "<p>" + prose + "</p>", []string{prose}},
		{"only what fits", "<p>" + long + "</p><p>" + long + "</p>", "", []string{strings.TrimSpace(long)}},
		{"scripts", "<script>alert(1)</script><p>" + prose + "</p><style>p{}</style>", "", []string{prose}},
	} {
		got := (&Entry{Summary: tt.summary, Content: tt.content}).Text(t.Context()).Paragraphs
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
	}
}

func TestTextKeepsLinks(t *testing.T) {
	e := &Entry{
		Link: "https://istio.io/bulletin", base: address,
		Summary: `<nav><a href="/home">Home</a></nav><p>See <a href="//github.com/istio/istio/releases/tag/1.20.1">1.20.1</a>, <a href="../notes">notes</a>,
			<a href="https://istio.io/bulletin">this page</a>, <a href="javascript:alert(1)">x</a> and https://example.org/a_(b).</p>`,
		Content: `<table><tr><td><a href="https://nvd.nist.gov/vuln/detail/cve-2023-44487">CVE-2023-44487</a></td></tr></table>
			<a href="//github.com/istio/istio/releases/tag/1.20.1">again</a>`,
	}
	want := Text{
		Paragraphs: []string{"See 1.20.1, notes, this page, x and https://example.org/a_(b)."},
		Links: []string{"https://github.com/istio/istio/releases/tag/1.20.1", "https://example.org/notes", "https://example.org/a_",
			"https://nvd.nist.gov/vuln/detail/cve-2023-44487"},
	}
	if diff := cmp.Diff(want, e.Text(t.Context())); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func FuzzPlainText(f *testing.F) {
	f.Add("a < b && c")
	f.Add("<T>")
	f.Add("x<y and no end")
	f.Fuzz(func(t *testing.T, s string) {
		got := PlainText(t.Context(), s)
		if !strings.ContainsAny(s, "<&") && got != cut(strings.Join(strings.Fields(s), " "), maxName) {
			t.Errorf("PlainText(%q) = %q", s, got)
		}
		if len(got) > maxName {
			t.Errorf("%d bytes", len(got))
		}
	})
}
