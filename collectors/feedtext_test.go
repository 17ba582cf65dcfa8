package collectors

import (
	"strings"
	"testing"
)

func TestPlainTextDropsMarkupAndKeepsWhatOnlyLooksLikeIt(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                                   "plain",
		"<p>One.</p><p>Two &amp; three.</p>":      "One. Two & three.",
		"a<br/>b<hr>c":                            "a b c",
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
		if got := plainText(in); got != want {
			t.Errorf("plainText(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzPlainTextOfTextWithoutMarkupIsItself(f *testing.F) {
	f.Add("a < b && c")
	f.Add("<T>")
	f.Add("x<y and no end")
	f.Fuzz(func(t *testing.T, s string) {
		got := plainText(s)
		if !strings.ContainsAny(s, "<&") && got != s {
			t.Errorf("plainText(%q) = %q", s, got)
		}
		if len(got) > 2*len(s)+8 { // a reference can stand for a longer text, but not much
			t.Errorf("%d bytes of %d", len(got), len(s))
		}
	})
}
