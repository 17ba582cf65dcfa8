package markdown

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzString(f *testing.F) {
	for _, s := range append(lines(f, "hostile.txt"), lines(f, "titles.txt")...) {
		f.Add(s)
	}
	link, err := ParseURL("https://example.org/x")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text := Untrusted(s)
		cleaned := clean(text.raw)
		if again := clean(cleaned); again != cleaned {
			t.Errorf("cleaning %+q again gives %+q", cleaned, again)
		}
		if n := utf8.RuneCountInString(Line(text)); n > maxTitle+8 {
			t.Errorf("a line of %d code points", n)
		}
		if strings.HasPrefix(Line(text), "::") || strings.Contains(Line(text), "##[") {
			t.Errorf("a command: %q", Line(text))
		}
		checkLink(t, s, link)
		if !text.Empty() {
			checkHarmless(t, text.String(), clip(cleaned, maxTitle))
		}
	})
}

func FuzzExcerpt(f *testing.F) {
	for _, s := range lines(f, "hostile.txt") {
		f.Add(s, 40)
		f.Add("A sentence. "+s+"\n\n"+s+" Another.", 20)
	}
	f.Fuzz(func(t *testing.T, s string, n int) {
		for _, text := range []Text{Prose(s), Untrusted(s)} {
			cut := shorten(clean(text.raw), n)
			if border(cut, max(n, 0)) != len(cut) {
				t.Errorf("%q is longer than %d", cut, n)
			}
			if strings.ContainsFunc(cut, isVisible) {
				checkHarmless(t, text.Excerpt(n), cut)
			}
		}
	})
}

func FuzzParseURL(f *testing.F) {
	for _, s := range []string{"https://example.org/a?b=c#d", "http://[::1]:8080/(x)", "https://a.b/\\`{}|<>\"'*_~[]", "https://bücher.example/?&lt;;", "javascript:alert(1)"} {
		f.Add(s)
	}
	want, _ := rendered(f, "[benign](https://example.org/)\n\n- [benign](https://example.org/) tail\n")
	f.Fuzz(func(t *testing.T, s string) {
		u, err := ParseURL(s)
		if _, plain := hostOfPlain(s); plain && len(s) < maxURL {
			// With a fragment it is not a plain one, but the same in all else.
			if slow, err := ParseURL(s + "#"); err != nil || slow.String() != s+"#" || slow.Host() != u.Host() {
				t.Errorf("plain %q is %q with a fragment: %v", s, slow, err)
			}
		}
		if err != nil {
			return
		}
		again, err := ParseURL(u.String())
		if err != nil || again != u {
			t.Errorf("%q is read again as %q: %v", u, again, err)
		}
		got, text := rendered(t, "[benign]("+u.String()+")\n\n- [benign]("+u.String()+") tail\n")
		if plain(text) != "benign benign tail" || strings.ReplaceAll(got, u.String(), "https://example.org/") != want {
			t.Errorf("%q gives %s %q", u, got, text)
		}
	})
}
