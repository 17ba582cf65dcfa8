package merge

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// shapes is an edition whose sections have the other styles of a story: a heading with
// groups of changes, one line, or a row of a table. Releases come, change and go.
type shapes struct {
	rng     *rand.Rand
	stories []*shape
	next    int
}

type shape struct {
	repo     string
	style    int
	versions []int // the newest first
	changes  []string
}

func newShapes(seed uint64) *shapes {
	w := &shapes{rng: rand.New(rand.NewPCG(seed, 4))}
	for range 4 + w.rng.IntN(8) {
		w.add()
	}
	return w
}

func (w *shapes) word() string { w.next++; return fmt.Sprintf("change%dword", w.next) }

func (w *shapes) add() {
	w.next++
	s := &shape{repo: fmt.Sprintf("o/r%d", w.next), style: w.rng.IntN(3), versions: []int{0}}
	for range w.rng.IntN(4) {
		s.changes = append(s.changes, "fixes "+w.word())
	}
	w.stories = append(w.stories, s)
}

// pass lets time pass.
func (w *shapes) pass() {
	for range w.rng.IntN(3) {
		w.add()
	}
	for range w.rng.IntN(4) {
		s := w.stories[w.rng.IntN(len(w.stories))]
		if w.rng.IntN(2) == 0 {
			s.versions = append([]int{len(s.versions)}, s.versions...)
		} else {
			s.changes = append(s.changes, "adds "+w.word())
		}
	}
	if w.rng.IntN(3) == 0 {
		w.stories = drop(w.rng, w.stories)
	}
}

func (w *shapes) draft() string {
	var full, lines, rows strings.Builder
	for _, s := range w.stories {
		link := func(v int) string {
			return fmt.Sprintf("[%s 1.%d](https://github.com/%s/releases/tag/v1.%d)", s.repo, v, s.repo, v)
		}
		var links []string
		for _, v := range s.versions {
			links = append(links, link(v))
		}
		switch s.style {
		case 0:
			fmt.Fprintf(&full, "### %s\n\nPublished on 18 June.\n\n", strings.Join(links, ", "))
			if len(s.changes) > 0 {
				fmt.Fprintf(&full, "**Fixes**\n\n- %s\n\n", strings.Join(s.changes, "\n- "))
			}
		case 1:
			fmt.Fprintf(&lines, "- **%s** (18 June): %s.", links[0], strings.Join(s.changes, ", "))
			if len(links) > 1 {
				fmt.Fprintf(&lines, " Also %s.", strings.Join(links[1:], ", "))
			}
			lines.WriteString("\n")
		case 2:
			fmt.Fprintf(&rows, "| %s | 18 June | %s |\n", strings.Join(links, ", "), strings.Join(s.changes, ", "))
		}
	}
	page := "---\ntitle: \"Weekly 7\"\ndraft: true\n---\n\n## Welcome\n\n**TODO:** a few words.\n\n## Security\n\n" + full.String()
	if lines.Len() > 0 {
		page += "## Releases\n\n" + lines.String() + "\n"
	}
	if rows.Len() > 0 {
		page += "## Others\n\n| Release | Date | Changes |\n| --- | --- | --- |\n" + rows.String() + "\n"
	}
	return page + "------\n\nBye.\n"
}

func TestLawsHoldForLinesGroupsAndTables(t *testing.T) {
	for seed := range 4 * seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := newShapes(seed)
			b := w.draft()
			e := b
			for round := range uint64(3) {
				w.pass()
				n := w.draft()
				ed := newEditor(seed*10+round, e, nil)
				ed.run(ed.rng.IntN(6))
				e = ed.text()
				r := checkTexts(t, b, e, n)
				checkTables(t, r)
				w.checkStories(t, b, e, n, r)
				if t.Failed() {
					logTexts(t, b, e, n, r)
					t.Log(round, ed.log)
					return
				}
				b, e = n, r
			}
		})
	}
}

// checkTables checks that the rows of a table come right after its head.
func checkTables(t *testing.T, r string) {
	t.Helper()
	for part := range strings.SplitSeq(r, "\n\n") {
		if strings.HasPrefix(part, "| [") {
			t.Errorf("rows without the head of a table:\n%s", part)
		}
	}
}

// checkStories checks that an unedited story is as the new text has it, also
// when a newer release leads it now, and that each occurs once.
func (w *shapes) checkStories(t *testing.T, b, e, n, r string) {
	t.Helper()
	lineOf := func(text, repo string) string {
		for _, l := range lines(text) {
			if strings.Contains(l, "["+repo+" ") {
				return strings.TrimLeft(l, "#") // new headings take the level of those around them
			}
		}
		return ""
	}
	for _, s := range w.stories {
		inB, inE, inN, inR := lineOf(b, s.repo), lineOf(e, s.repo), lineOf(n, s.repo), lineOf(r, s.repo)
		want := inN
		switch {
		case inB == "" && inE != "", inB != "" && inE != inB:
			want = inE // a person's
		}
		if inR != want {
			t.Errorf("%s: base\n%s\nedited\n%s\nnew\n%s\nresult\n%s", s.repo, inB, inE, inN, inR)
		}
		if times := strings.Count(r, "["+s.repo+" 1.0]"); times > max(1, strings.Count(e, "["+s.repo+" 1.0]")) {
			t.Errorf("%s occurs %d times", s.repo, times)
		}
	}
}
