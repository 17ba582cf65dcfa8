package markdown

import (
	"strings"
	"testing"
)

// Readability is half of the promise: each case says exactly what an editor sees in the file.
func TestOnlySyntaxInItsPlaceIsEncoded(t *testing.T) {
	for _, group := range []struct {
		name  string
		cases map[string]string
	}{
		{"at the line start only", map[string]string{
			"# title": `\# title`, "a # b": "a # b", "> title": `\> title`, "a > b": "a > b",
			"- title": `\- title`, "-v is ignored": "-v is ignored", "--- title": `\--- title`, "a - b": "a - b",
			"+ title": `\+ title`, "+1": "+1", "+++": `\+++`, "===": `\===`, "= title": "= title",
			"1. title": `1\. title`, "1) title": `1\) title`, "1.20 is out": "1.20 is out", "2023": "2023",
			": title": `\: title`, ":::note": `\:\:\:note`, "/close it": "&#47;close it", "a /close": "a /close", "/ 2": "/ 2",
			"import x": "&#105;mport x", "important": "important", "to import x": "to import x", "bors r+": "&#98;ors r+",
			"+1 bors r+": `\+1 bors r+`, "Release-As: 2": `Release-As\: 2`, "Signed-off-by: x": `Signed-off-by\: x`, "Release: 2": "Release: 2",
		}},
		{"at the end only", map[string]string{
			"why!": `why\!`, "why! not": "why! not", `end \`: "end &#92;", "C# and F#": "C# and F#", "in C #": `in C \#`,
			"up ^": "up &#94;", "2^8": "2^8", "mail @": "mail @" + nothing,
		}},
		{"in any place", map[string]string{
			"[BUG] x": `\[BUG\] x`, "`go test`": "\\`go test\\`", "one ` only": "one &#96; only", "a <b> c": "a &lt;b> c",
			"{{ x }}": `\{` + nothing + `\{ x }}`, "{ x": `\{ x`, "{{{": strings.Repeat(`\{`+nothing, 3), "{% x %}": "&#123;% x %}", "a|b": `a\|b`, `a\|b`: `a\\&#124;b`, "~~a~~": `\~\~a\~\~`, "~5 s": `\~5 s`, "in ~5 s": "in ~5 s",
			"*a*": `\*a\*`, "2 * 3": "2 * 3", "_a_": `\_a\_`, "a_b": "a_b", "a__b": "a__b", `C:\temp`: `C:\temp`, `a\*`: `a\\\*`,
			"$5": "$5", "$x$": `\$x\$`, "$5 or $6": `\$5 or \$6`, "100$": `100\$`,
			"Q&A": "Q&A", "a & b": "a & b", "&amp;": "&amp;amp;", "&#64;x": "&amp;#" + nothing + "64;x", "& b;": "& b;",
			"fix: x": "fix: x", "fix:x": `fix\:x`, "10:30": `10\:30`, "std::vector": "std::vector", "[a]: b": `\[a\]\: b`, "Skip-Checks: true": `Skip-Checks\: true`, "a skip-checks: true": `a skip-checks\: true`,
		}},
		{"mentions, references and links", map[string]string{
			"hi @bob": "hi @" + nothing + "bob", "a @ b": "a @ b", "#12": `\#` + nothing + "12", "see #12": "see #" + nothing + "12", "o/r#1": "o/r#" + nothing + "1",
			"GH-1": "GH-" + nothing + "1", "gh-1": "gh-" + nothing + "1", "high-1": "high-1", "https://a.b/c": "https:/" + nothing + "/a.b/c",
			"//x": "/&#47;x", "www.a.b": "www" + nothing + ".a.b", "istio.io": `istio\.io`, "Node.js": "Node.js", "README.md": `README\.md`,
			".NET": ".NET", "ASP.NET": `ASP\.NET`, "x@a.b1": "x@" + nothing + `a\.b1`, "e.g. this": "e.g. this", "x": "&#120;", "x y": "x y",
		}},
	} {
		for in, want := range group.cases {
			if got := Untrusted(in).String(); got != want {
				t.Errorf("%s: %q is encoded as %q, want %q", group.name, in, got, want)
			}
			checkHarmless(t, Untrusted(in).String(), in)
		}
	}
}

// The quick look must agree with the long one.
func TestPlainTextIsItsOwnEncoding(t *testing.T) {
	for _, s := range append(lines(t, "titles.txt"), lines(t, "hostile.txt")...) {
		if isPlain(s) && encode(clip(clean(s), maxTitle), inParagraph) != s {
			t.Errorf("%q is not plain", s)
		}
	}
	if !isPlain("An ordinary title, in words") {
		t.Error("an ordinary title takes the long way")
	}
}

func TestLongTextIsCutBeforeItIsEncoded(t *testing.T) {
	for in, want := range map[string]string{
		strings.Repeat("a", 300):        strings.Repeat("a", 300),
		strings.Repeat("a", 301):        strings.Repeat("a", 299) + "…",
		strings.Repeat("[", 9999):       strings.Repeat(`\[`, 299) + "…",
		strings.Repeat("é́", 200):       strings.Repeat("é́", 149) + "…",
		"a" + strings.Repeat(" b", 9e6): "a" + strings.Repeat(" b", 149) + "…",
	} {
		if got := Untrusted(in).String(); got != want {
			t.Errorf("%.20q is cut to %q, want %q", in, got, want)
		}
	}
}

func BenchmarkStringPlain(b *testing.B) {
	text := Untrusted("Routing L4 Traffic Based on Host in Istio Gateway")
	for b.Loop() {
		_ = text.String()
	}
}

func BenchmarkStringEncoded(b *testing.B) {
	text := Untrusted("[BUG] `istioctl` 1.20.1: see istio.io and #123, thanks @bob")
	for b.Loop() {
		_ = text.String()
	}
}
