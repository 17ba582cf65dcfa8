package lint

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/internal/textfile"
)

func TestUnreadableDrafts(t *testing.T) {
	deep := strings.Repeat("> ", 100) + "text\n"
	for _, tt := range []struct{ name, text, want string }{
		{"empty", "", "1:1: error: empty file (unreadable)\n"},
		{"blank", "\uFEFF \r\n", "1:1: error: empty file (unreadable)\n"},
		{"UTF-16", "\xFF\xFE#\x00 \x00A\x00", "1:1: error: is UTF-16: save it as UTF-8 (unreadable)\n"},
		{"windows-1252", good + "## caf\xe9\n", "7:1: error: has bytes that are not UTF-8: save it as UTF-8 (unreadable)\n"},
		{"too large", strings.Repeat("a", textfile.MaxSize+1), "1:1: error: larger than 4 MiB (unreadable)\n"},
		{"nested quotations", good + "## A\n\n" + deep, "9:1: error: quotations or lists are nested too deeply to be checked (unreadable)\n"},
		{"open links", good + strings.Repeat("[a](", 60_000), "7:1: error: the paragraph has too many links to be checked (unreadable)\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, lines(check(t, tt.text, Options{}))); diff != "" {
				t.Errorf("Check (-want +got):\n%s", diff)
			}
			if found, err := Placeholders(tt.text); err == nil || found != nil {
				t.Errorf("Placeholders = %v, %v; want an error", found, err)
			}
			found := check(t, good+"## A\n\ntext\n", Options{Earlier: []Draft{{"6.md", tt.text}}})
			if len(found) != 1 || !strings.HasPrefix(found[0].Message, "links are not compared with 6.md: ") {
				t.Errorf("as an earlier edition: %v", found)
			}
		})
	}
}

func TestDeepFrontMatterIsNotParsed(t *testing.T) {
	for _, yaml := range []string{strings.Repeat("[", 20_000), strings.Repeat("- ", 10_000), strings.Repeat("a: [\n", 5000), "a: " + strings.Repeat("{b: ", 5000)} {
		got := lines(check(t, "---\n"+yaml+"\n---\n\n## A\n\ntext\n", Options{}))
		if want := "1:1: error: front matter is nested too deeply to be checked (structure)\n"; got != want {
			t.Errorf("%.10s…: %s, want %s", yaml, got, want)
		}
	}
}

// Large pages that people do write are checked.
func TestLargePagesAreChecked(t *testing.T) {
	for name, unit := range map[string]string{
		"a list":     "- [title](https://example.org/a/b), [more](https://example.org/c/d), and words\n",
		"a table":    "| [title](https://example.org/a/b) | [more](https://example.org/c/d) |\n",
		"paragraphs": "See [title](https://example.org/a/b), and words.\n\n",
		"quotations": "> > See [title](https://example.org/a/b).\n",
	} {
		for _, p := range check(t, good+"## A\n\n"+strings.Repeat(unit, 1000), Options{}) {
			if p.Rule == ruleUnreadable {
				t.Errorf("%s: %v", name, p)
			}
		}
	}
}

func TestNoTextTakesLong(t *testing.T) {
	const size = 32 << 10
	start := time.Now()
	check(t, strings.Repeat("a\n\n", size/3), Options{})
	limit := max(1500*time.Millisecond, 50*time.Since(start)) // the machine may be busy
	for _, unit := range []string{
		"[", "](", "[a](", "![", "[](", "[[]](", "[a](b", "[a](<b", "[a](b c)", "[a](<b)", "[a](b \"c)", "[a](b(c)", "*", "_a ", "*_", "`", "``a`", "<", "<a b=\"", "&", "\\", "http://", "www.a_", "a@b.", "> ", ">", "- ", "1. ",
		"> - ", "  - a\n", "#", "~~~\n", "[a]: b\n", "{{<", "<script", "**TODO:** ", "- [a](https://x.y/z/1)\n", "## a\n", "#### a\n", "[a](https://x.y/z/1)\n\n", "| a |\n", "[a](b\n", "[a]: <b", "<a@b", "](<b>\n", "[a](<b>", "[a](b)(", "[a](b 'c)", "[a](b (c)",
	} {
		text := strings.Repeat(unit, size/len(unit))
		for _, text := range []string{text, "---\n" + text[:min(len(text), maxHead)] + "\n---\n"} {
			start := time.Now()
			check(t, text, Options{})
			if d := time.Since(start); d > limit {
				t.Errorf("%q: %v", unit, d)
			}
		}
	}
}

func TestCheckObeysItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Check(ctx, good, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Check = %v, want %v", err, context.Canceled)
	}
}
