package merge

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/community-digest/digest/internal/textfile"
)

// Merging takes time in proportion to the size of the texts, whatever they contain.
func TestNoTextTakesLong(t *testing.T) {
	const size = 48 << 10
	repeat := func(unit string) func(int) string { return func(int) string { return unit } }
	numbered := func(format string) func(int) string {
		return func(i int) string { return strings.ReplaceAll(format, "N", fmt.Sprint(i)) }
	}
	units := map[string]func(i int) string{
		"fences of all lengths":     func(i int) string { return strings.Repeat("`", 3+i%300) + "\n\n" },
		"quotations of all depths":  func(i int) string { return strings.Repeat("> ", 1+i%100) + "a\n" },
		"nested lists":              func(i int) string { return strings.Repeat("  ", i%100) + "- a\n" },
		"code spans of all lengths": func(i int) string { return strings.Repeat("`", i%60+1) + " " },
		"front matter: list":        numbered("  - line N\n"),
		"front matter: keys":        numbered("kN: v\n"),
		"front matter: blank lines": repeat("\n"),
	}
	for _, unit := range []string{
		"[", "](", "](h", "[a](", "`", "``` x\n", "<div>\n", "<div>\n\n", "<!--\n", "{{< a >}}\n", "{{< aN >}}\n\n", "{{< aN >}}{{< aN >}}{{< /aN >}}\n\n",
		"{% aN %}\n\n", "- ", "- a\n", "> ", "* * *\n", "# a\n", "&", "\\", "_a", "*", "<", "<http://a", "http://", "http://[", "](<http://", "a\n\n", "aN\n",
		"[a](https://x.y/z)\n\n", "- [a](https://x.y/z)\n", "- [a](https://x.y/N)\n", "### [a](https://x.y/z)\n\nsame\n\n", "### [a](https://x.y/N)\n\nsame\n\n",
		"| a |\n| - |\n", "~~~~\n", ":::a\n", "  - a\n", "1. a\n", "``` `\n", "\ta\n", "[a]: b\n", "[aN]: bN\n", "````````` `", "# a\n## b\n### c\n#### d\n",
	} {
		units[unit] = numbered(unit)
	}
	start := time.Now()
	mergePlain(strings.Repeat("a\n\n", size/3), strings.Repeat("a\n\n", size/3)+"b\n", "c\n")
	limit := max(1500*time.Millisecond, 20*time.Since(start)) // the machine may be busy
	for name, unit := range units {
		var b strings.Builder
		for i := 0; b.Len() < size; i++ {
			b.WriteString(unit(i))
		}
		text := b.String()
		head, tail := text[:size/2], text[size/2:]
		if strings.HasPrefix(name, "front matter") {
			head, tail = "---\na:\n"+head, tail+"\n---\n\ntext\n"
		}
		text = head + tail
		edited, fresh := head+"\nx: y\n\n"+tail, strings.ReplaceAll(text, "a", "b")
		start := time.Now()
		mergePlain(text, edited, fresh)
		if d := time.Since(start); d > limit {
			t.Errorf("%q: %v", name, d)
		}
	}
}

func TestMergeLeavesTextsAlone(t *testing.T) {
	const draft = "---\ntitle: x\n---\n\n## A\n\ntext\n"
	for _, tt := range []struct{ name, base, edited, fresh, want string }{
		{"UTF-16", draft, "\xFF\xFE#\x00\n\x00", draft + "new\n", "is UTF-16: save it as UTF-8"},
		{"not UTF-8", draft, draft + "caf\xe9\n", draft + "new\n", "line 8: has bytes that are not UTF-8: save it as UTF-8"},
		{"conflict markers", draft, draft + "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> main\n", draft + "new\n",
			"line 8: conflict markers of git: resolve the conflict first"},
		{"conflict markers in the base", "<<<<<<< HEAD\n" + draft, draft + "mine\n", draft + "new\n",
			"line 1: its base has conflict markers of git: resolve the conflict first"},
		{"a large draft", draft, draft + strings.Repeat("a", textfile.MaxSize), draft + "new\n", "larger than 4 MiB"},
		{"a long draft", draft, draft + strings.Repeat("\n", textfile.MaxLines), draft + "new\n", "longer than 100,000 lines"},
		{"a large base", strings.Repeat("a", textfile.MaxSize+1), draft, draft + "new\n", "its base is larger than 4 MiB"},
		{"a large new draft", draft, draft + "mine\n", strings.Repeat("a", textfile.MaxSize+1),
			"the new draft is larger than 4 MiB: lower the limits in the configuration"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := Merge(t.Context(), Texts{Base: tt.base, Edited: tt.edited, Fresh: tt.fresh})
			if !errors.Is(err, ErrLeftAlone) || err.Error() != tt.want || r.Text != "" {
				t.Errorf("Merge = %q, %v; want %q", r.Text, err, tt.want)
			}
		})
	}
}

func TestMergeObeysItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Merge(ctx, Texts{Base: "a\n", Edited: "b\n", Fresh: "c\n"})
	if !errors.Is(err, context.Canceled) || errors.Is(err, ErrLeftAlone) {
		t.Errorf("Merge = %v, want %v", err, context.Canceled)
	}
}

func TestRenamedItemsAreTheSame(t *testing.T) {
	draft := func(repo, count string) string {
		return "## Hot\n\n### [First topic](https://github.com/" + repo + "/discussions/1)\n\n" + count + " comments.\n\n" +
			"### [Second topic](https://github.com/" + repo + "/discussions/12)\n\n" + count + " comments.\n\nThe second.\n\n" +
			"- [a release](https://github.com/" + repo + "/releases/tag/v1)\n"
	}
	renamed := map[string]string{
		"https://github.com/acme/old/discussions/1":    "https://github.com/acme/new/discussions/1",
		"https://github.com/acme/old/discussions/12":   "https://github.com/other/moved/discussions/3",
		"https://github.com/acme/old/releases/tag/v1":  "https://github.com/acme/new/releases/tag/v1",
		"https://github.com/acme/same/releases/tag/v1": "https://github.com/acme/same/releases/tag/v1",
	}
	base := draft("acme/old", "2")
	fresh := strings.ReplaceAll(strings.ReplaceAll(draft("acme/old", "5"), "acme/old/discussions/12", "other/moved/discussions/3"), "acme/old", "acme/new")
	for _, tt := range []struct{ name, edited, want string }{
		{"a deleted item stays deleted", deleteBetween(base, "### [First", "### [Second"), deleteBetween(fresh, "### [First", "### [Second")},
		{"an edited item is there once", strings.Replace(base, "The second.", "Our second.", 1), strings.Replace(fresh, "The second.", "Our second.", 1)},
		{"a link of ours keeps its address", base + "\nSee https://github.com/acme/old/discussions/12#c7.\n", fresh + "\nSee https://github.com/acme/old/discussions/12#c7.\n"},
		{"an edited heading", strings.Replace(base, "[Second topic]", "[Two]", 1),
			strings.Replace(fresh, "[Second topic](https://github.com/other/moved/discussions/3)", "[Two](https://github.com/acme/old/discussions/12)", 1)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := Merge(t.Context(), Texts{Base: base, Edited: tt.edited, Fresh: fresh, Renamed: renamed})
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "merge after a rename", tt.want, r.Text)
			if len(r.Report.Undecided) > 0 {
				t.Errorf("undecided: %+v", r.Report.Undecided)
			}
			again, err := Merge(t.Context(), Texts{Base: fresh, Edited: r.Text, Fresh: fresh, Renamed: renamed})
			if err != nil || again.Text != r.Text {
				t.Errorf("merging again: %v\n%s", err, again.Text)
			}
		})
	}
}

// deleteBetween deletes from the first text up to the second.
func deleteBetween(s, from, to string) string {
	before, rest, _ := strings.Cut(s, from)
	_, after, _ := strings.Cut(rest, to)
	return before + to + after
}
