package merge

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/internal/textfile"
)

// formatters rewrite a draft without changing what it says.
var formatters = []struct {
	name   string
	format func(string) string
}{
	{"Windows line ends", func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }},
	{"byte order mark", func(s string) string { return "\uFEFF" + s }},
	{"no final newline", func(s string) string { return strings.TrimSuffix(s, "\n") }},
	{"blank lines at the end", func(s string) string { return s + "\n\n" }},
	{"trailing blanks", func(s string) string { return strings.ReplaceAll(s, "\n", "  \n") }},
	{"two blank lines", func(s string) string { return strings.ReplaceAll(s, "\n\n", "\n\n\n") }},
	{"stars for bullets", eachLine(func(l string) string { return replaceStart(l, "- ", "* ") })},
	{"wide bullets", eachLine(func(l string) string {
		if strings.HasPrefix(l, "  ") {
			return "  " + l
		}
		return replaceStart(l, "- ", "*   ")
	})},
	{"numbered lists", func(s string) string {
		n := 0
		return eachLine(func(l string) string {
			if !strings.HasPrefix(l, "- ") {
				if !strings.HasPrefix(l, "  ") {
					n = 0
					return l
				}
				return " " + l
			}
			n++
			return fmt.Sprintf("%d. %s", n, l[2:])
		})(s)
	}},
	{"loose lists", func(s string) string { return strings.ReplaceAll(s, "\n- ", "\n\n- ") }},
	{"underscores for emphasis (here and there)", eachLine(func(l string) string { return strings.ReplaceAll(l, "**", "__") })},
	{"underlined headings (here and there)", eachLine(func(l string) string {
		if text, ok := strings.CutPrefix(l, "## "); ok {
			return text + "\n" + strings.Repeat("-", 20)
		}
		return l
	})},
	{"closed headings", eachLine(func(l string) string {
		if strings.HasPrefix(l, "#") {
			return l + " ##"
		}
		return l
	})},
	{"wrapped lines (here and there)", eachLine(func(l string) string {
		if len(l) < 60 || strings.HasPrefix(l, "#") || strings.Contains(l, "](") || strings.HasPrefix(l, ">") {
			return l
		}
		indent := ""
		if strings.HasPrefix(l, "- ") || strings.HasPrefix(l, "  ") {
			indent = "  "
		}
		var b strings.Builder
		column := 0
		for i, w := range strings.Split(l, " ") {
			switch {
			case i == 0:
			case column > 50 && w != "" && isWord([]rune(w)[0]) && (w[0] < '0' || w[0] > '9'):
				b.WriteString("\n" + indent)
				column = 0
			default:
				b.WriteByte(' ')
			}
			b.WriteString(w)
			column += len(w) + 1
		}
		return b.String()
	})},
	{"other escapes (here and there)", eachLine(func(l string) string {
		l = strings.NewReplacer(`\.`, `.`, `\|`, `|`, `\:`, `:`, `&lt;`, `\<`, `\>`, `>`, `\{`, `{`, `\]`, `]`).Replace(l)
		return l
	})},
	{"long rule", eachLine(func(l string) string {
		if l == "------" {
			return "* * *"
		}
		return l
	})},
}

// eachLine makes a formatter of lines; it leaves front matter alone.
func eachLine(f func(string) string) func(string) string {
	return func(s string) string {
		head, body, _ := strings.Cut(s, "\n---\n")
		lines := strings.Split(body, "\n")
		for i, l := range lines {
			lines[i] = f(l)
		}
		return head + "\n---\n" + strings.Join(lines, "\n")
	}
}

func replaceStart(s, old, fresh string) string {
	if rest, ok := strings.CutPrefix(s, old); ok {
		return fresh + rest
	}
	return s
}

// meaning lists what a text says.
func meaning(text string) []string {
	text, _ = textfile.Decode(text)
	p := splitPage(text)
	var said []string
	for _, l := range p.head {
		said = append(said, strings.TrimSpace(l))
	}
	for _, n := range parse(p.body, nil).all[1:] {
		said = append(said, n.norm)
	}
	return said
}

func TestFormattingIsNotAnEdit(t *testing.T) {
	for _, f := range formatters {
		t.Run(f.name, func(t *testing.T) {
			for seed := range seeds / 3 {
				w := newWorld(seed)
				language := []string{"en", "zh-CN"}[seed%2]
				b := w.draft(t, language)
				w.pass()
				n := w.draft(t, language)
				e := f.format(b)
				if diff := cmp.Diff(meaning(b), meaning(e)); diff != "" {
					t.Fatalf("seed %d: the formatter changes what is said:\n%s", seed, diff)
				}
				equal(t, "merge(b, e, b) = e", e, mustMerge(b, e, b).Text)
				result := mustMerge(b, e, n)
				diff := cmp.Diff(meaning(n), meaning(result.Text))
				if diff != "" && strings.HasSuffix(f.name, "(here and there)") {
					// It could have been a person: what was reformatted stays, and is reported.
					checkLines(t, b, e, result.Text)
				} else if diff != "" {
					t.Fatalf("seed %d: the result does not say what the new text says (-new +result):\n%s\n%s", seed, diff, result.Text)
				} else if result.Report.Kept > 0 && !strings.HasSuffix(f.name, "(here and there)") || len(result.Report.Undecided) > 0 {
					t.Errorf("seed %d: formatting is reported: %+v", seed, result.Report)
				}
				equal(t, "merge(n, r, n) = r", result.Text, mustMerge(n, result.Text, n).Text)
				twice := mustMerge(b, result.Text, n).Text
				if !strings.HasSuffix(f.name, "(here and there)") {
					equal(t, "merge(b, r, n) = r", result.Text, twice)
				}
				if t.Failed() {
					t.Fatalf("seed %d", seed)
				}
			}
		})
	}
}

func TestEditsSurviveFormatting(t *testing.T) {
	for _, f := range formatters {
		t.Run(f.name, func(t *testing.T) {
			for seed := range seeds / 3 {
				w := newWorld(seed)
				b := w.draft(t, "en")
				w.pass()
				n := w.draft(t, "en")
				ed := newEditor(seed, b, newLinks(b, n))
				ed.run(4)
				e := f.format(ed.text())
				r := mustMerge(b, e, n).Text
				for i := range ed.n {
					if word := fmt.Sprintf("edited%dword", i+1); strings.Count(r, word) < strings.Count(e, word) {
						t.Errorf("seed %d: %s is lost", seed, word)
					}
				}
				for _, link := range slices.Concat(items(b), items(n)) {
					if in := "](" + link + ")"; strings.Count(r, in) > max(strings.Count(e, in), strings.Count(n, in)) {
						t.Errorf("seed %d: %s occurs too often", seed, link)
					} else if strings.Contains(b, in) && !strings.Contains(e, in) && strings.Contains(r, in) {
						t.Errorf("seed %d: %s was deleted and is back", seed, link)
					} else if !strings.Contains(b, link) && !strings.Contains(r, link) {
						t.Errorf("seed %d: %s is new and missing", seed, link)
					}
				}
				equal(t, "merge(n, r, n) = r", r, mustMerge(n, r, n).Text)
			}
		})
	}
}
