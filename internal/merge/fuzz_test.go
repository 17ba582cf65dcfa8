package merge

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/community-digest/digest/internal/textfile"
)

// seedsOfText are texts that take the parser to its corners.
var seedsOfText = []string{
	"", "\n", "a", "a\n", "\uFEFFa\r\nb\r\n", "---\ntitle: x\ndraft: true\n---\n\n## A\n\n- one\n- two\n  more\n\n  - deep\n",
	"+++\nx = 1\n+++\ntext\n", "---\n---\n", "---\nbroken", "```\nopen\n\n## x\n", "~~~ go\n\n~~~\nafter\n", "> q\nlazy\n\n> r\n",
	"| a | b |\n| - | - |\n| 1 | 2 |\n", "Title\n=====\n\nSub\n---\ntext\n", "<div>\n\n<p>x</p>\n\n</div>\ntext\n", "<!-- a\n\nb -->\n",
	"{{< tabs >}}\n\n{{< tabs >}}x{{< /tabs >}}\n\n{{< /tabs >}}\n", "{% raw %}\n\n{% endraw %}\n", ":::note\n\nx\n\n:::\n",
	"1. a\n2. b\n\n   c\n10) d\n", "-\n- \n-\ta\n*   b\n", "    code\n\n    more\n", "## [a](https://github.com/o/r/discussions/1)\n\n- [a](https://github.com/o/r/discussions/1#c)\n",
	"------\n\nbye\n", "[x]: https://example.org\n\n[a][x]\n", "\\*a\\* _b_ __c__ &lt;d&gt; `e  f`\n", "a  \nb\\\nc\n", "###### x ######\n",
}

// FuzzMerge checks the laws that hold for all texts.
func FuzzMerge(f *testing.F) {
	for i, b := range seedsOfText {
		f.Add(b, seedsOfText[(i+1)%len(seedsOfText)], seedsOfText[(i+2)%len(seedsOfText)])
		f.Add(b, b+"x\n", b+"\n- y\n")
	}
	w := newWorld(1)
	b := w.draft(f, "en")
	w.pass()
	ed := newEditor(1, b, nil)
	ed.run(5)
	f.Add(b, ed.text(), w.draft(f, "en"))
	f.Fuzz(func(t *testing.T, b, e, n string) {
		for _, text := range []string{b, e, n} {
			if textfile.Check(text) != nil || textfile.Conflicts(text) != nil || strings.Contains(text, "\x00") {
				t.Skip() // left alone
			}
		}
		if got := mustMerge(b, b, n).Text; got != n {
			t.Errorf("merge(b, b, n) = %q, want n %q", got, n)
		}
		if got := mustMerge(b, e, b).Text; got != e {
			t.Errorf("merge(b, e, b) = %q, want e %q", got, e)
		}
		if got := mustMerge(b, n, n).Text; got != n {
			t.Errorf("merge(b, n, n) = %q, want n %q", got, n)
		}
		result := mustMerge(b, e, n)
		r := result.Text
		if got := mustMerge(n, r, n).Text; got != r {
			t.Errorf("merge(n, r, n) = %q, want r %q", got, r)
		}
		if slices.ContainsFunc(result.Report.Undecided, func(c Change) bool { return c.Reason == Unmergeable }) {
			t.Errorf("the merge lost something and gave up")
		}
		old, has := lineSet(b), lineSet(strings.TrimPrefix(r, "\uFEFF"))
		said := inline(unmarked(lines(b)))
		for _, l := range lines(strings.TrimPrefix(e, "\uFEFF")) {
			if l = strings.TrimSpace(l); !old[l] && !has[l] && !isSyntax(l) && !strings.Contains(said, inline(unmarked([]string{l}))) {
				t.Errorf("%q is lost in %q", l, r)
			}
		}
	})
}

func lineSet(text string) map[string]bool {
	set := map[string]bool{"": true}
	for line := range strings.SplitSeq(text, "\n") {
		set[strings.TrimSpace(line)] = true
	}
	return set
}

// FuzzScript lets the fuzzer choose the edition and the edit script.
func FuzzScript(f *testing.F) {
	f.Add(uint64(1), uint64(1), uint8(3), false)
	f.Add(uint64(2), uint64(9), uint8(12), true)
	f.Fuzz(func(t *testing.T, world, script uint64, n uint8, chinese bool) {
		language := "en"
		if chinese {
			language = "zh-CN"
		}
		w := newWorld(world)
		b := w.draft(t, language)
		w.pass()
		fresh := w.draft(t, language)
		ed := newEditor(script, b, newLinks(b, fresh))
		ed.run(int(n % 16))
		checkLaws(t, b, ed.text(), fresh)
		if t.Failed() {
			t.Log(ed.log)
		}
	})
}

// newLinks lists the items that are new.
func newLinks(b, n string) []string {
	var links []string
	for _, link := range items(n) {
		if !strings.Contains(b, link) {
			links = append(links, link)
		}
	}
	return links
}

func BenchmarkMerge(b *testing.B) {
	for _, size := range []int{50, 500, 5000} {
		b.Run(sizeName(size), func(b *testing.B) {
			w := newWorld(1)
			for len(w.s.Discussions)+len(w.s.Releases) < size {
				w.add()
			}
			base := w.draft(b, "en")
			for range 20 {
				w.pass()
			}
			fresh := w.draft(b, "en")
			ed := newEditor(1, base, nil)
			ed.run(40)
			edited := ed.text()
			b.SetBytes(int64(len(base)))
			for b.Loop() {
				mustMerge(base, edited, fresh)
			}
		})
	}
}

func sizeName(n int) string { return strconv.Itoa(n) }
