package markdown

import (
	"bufio"
	"bytes"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	goldhtml "github.com/yuin/goldmark/renderer/html"
	"golang.org/x/net/html"
)

// site renders as a site does that allows everything.
var site = goldmark.New(
	goldmark.WithExtensions(extension.GFM, extension.Footnote, extension.DefinitionList),
	goldmark.WithParserOptions(parser.WithAutoHeadingID(), parser.WithAttribute()),
	goldmark.WithRendererOptions(goldhtml.WithUnsafe()),
)

// places is a page with a text in every place a template may put it.
const places = `# h

- [TEXT](https://example.org/x) by TEXT

TEXT

before
TEXT
after

## TEXT

### [TEXT](https://example.org/x)

| a | b |
|---|---|
| TEXT | TEXT |

**TEXT** and (TEXT): TEXT [l](https://example.org/y) TEXT[l](https://example.org/y)

> TEXT

1. TEXT

- [TEXT] tail

end
`

// page renders the page with s in all places and returns its elements with their targets, and its text.
func page(t testing.TB, s string) (outline, text string) {
	t.Helper()
	return rendered(t, strings.ReplaceAll(places, "TEXT", s))
}

func rendered(t testing.TB, source string) (outline, text string) {
	t.Helper()
	var out bytes.Buffer
	if err := site.Convert([]byte(source), &out); err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(&out)
	if err != nil {
		t.Fatal(err)
	}
	var elements, words strings.Builder
	for n := range root.Descendants() {
		switch n.Type {
		case html.TextNode:
			words.WriteString(n.Data)
		case html.CommentNode:
			elements.WriteString(" comment")
		case html.ElementNode:
			elements.WriteString(" " + n.Data)
			for _, a := range n.Attr {
				if a.Key != "id" { // made from the text of a heading
					elements.WriteString(" " + a.Key + "=" + a.Val)
				}
			}
		}
	}
	return elements.String(), words.String()
}

// plain is text as a reader takes it in.
func plain(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(s, nothing, "")), " ")
}

// active matches what GitHub, and Vue at build time, act on in rendered text.
var active = regexp.MustCompile(`(?i)(^|[^a-z0-9_])@[a-z0-9]|#[0-9]|(^|\W)gh-[0-9]|://|(^|\W)www\.|\{\{`)

// sourceSyntax matches what is read before any Markdown is, and what would end the line.
var sourceSyntax = regexp.MustCompile(`[<\x00-\x1f\x{7f}-\x{9f}\x{2028}\x{2029}]|\{\{|\{%|\{#`)

// checkHarmless fails unless the encoded form of a text is shown as the cleaned text and nothing else.
func checkHarmless(t testing.TB, encoded, cleaned string) {
	t.Helper()
	if m := sourceSyntax.FindString(encoded); m != "" {
		t.Errorf("%q is left in %q", m, encoded)
	}
	wantOutline, wantText := page(t, "benign")
	outline, text := page(t, encoded)
	if outline != wantOutline {
		t.Errorf("%q changes the page\n got %s\nwant %s", encoded, outline, wantOutline)
		return
	}
	if want := plain(strings.ReplaceAll(wantText, "benign", cleaned)); plain(text) != want {
		t.Errorf("%q is not shown as the text\n got %s\nwant %s", encoded, plain(text), want)
	}
	if m := active.FindString(text); m != "" {
		t.Errorf("%q is active in %q", m, encoded)
	}
}

// lines reads a file of testdata: texts and Go strings, one a line.
func lines(t testing.TB, name string) []string {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []string
	for sc := bufio.NewScanner(f); sc.Scan(); {
		line := sc.Text()
		if strings.HasPrefix(line, `"`) && strings.HasSuffix(line, `"`) {
			if line, err = strconv.Unquote(line); err != nil {
				t.Fatalf("%s: %q: %v", name, sc.Text(), err)
			}
		}
		all = append(all, line)
	}
	if len(all) < 100 {
		t.Fatalf("%s: only %d lines", name, len(all))
	}
	return all
}
