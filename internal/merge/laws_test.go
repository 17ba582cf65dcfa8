package merge

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/community-digest/digest/digest"
)

// checkLaws checks everything that must hold for a base, an edited text and a new one.
// It goes past the shortcuts of Merge, which would hold some laws by themselves.
func checkLaws(t *testing.T, b, e, n string) {
	t.Helper()
	r := checkTexts(t, b, e, n)
	checkNew(t, b, e, n, r)
	checkArrived(t, b, e, n, r)
	checkOrder(t, b, e, n, r)
	if t.Failed() {
		logTexts(t, b, e, n, r)
	}
}

func logTexts(t *testing.T, b, e, n, r string) {
	t.Helper()
	t.Logf("---- diff b e\n%s\n---- diff b n\n%s\n---- diff e r\n%s", cmp.Diff(lines(b), lines(e)), cmp.Diff(lines(b), lines(n)), cmp.Diff(lines(e), lines(r)))
}

// checkTexts checks the laws that hold whatever the items are, and returns the merged text.
func checkTexts(t *testing.T, b, e, n string) string {
	t.Helper()
	equal(t, "merge(b, b, n) = n", n, mergePlain(b, b, n).Text)
	equal(t, "merge(b, e, b) = e", e, mergePlain(b, e, b).Text)
	equal(t, "merge(b, n, n) = n", n, mergePlain(b, n, n).Text)
	result := mergePlain(b, e, n)
	r := result.Text
	for _, c := range result.Report.Undecided {
		if c.Reason == Unmergeable {
			t.Errorf("the merge lost something")
		}
	}
	equal(t, "merge(n, r, n) = r", r, mergePlain(n, r, n).Text)
	equal(t, "merge(b, r, n) = r", r, mergePlain(b, r, n).Text)
	checkLines(t, b, e, r)
	inE, bareE, bareR := items(e), withoutSummary(e), withoutSummary(r)
	for _, link := range listed(withoutSummary(b)) {
		if !strings.Contains(bareE, "]("+link+")") && strings.Contains(bareR, "]("+link+")") {
			t.Errorf("%s was deleted and is back", link)
		}
	}
	for _, link := range inE {
		if k := slices.Index(inE, link); k >= 0 && strings.Count(r, "]("+link+")") > max(strings.Count(e, "]("+link+")"), strings.Count(n, "]("+link+")")) {
			t.Errorf("%s occurs too often", link)
		}
	}
	return r
}

// checkNew checks that new items are in the result, once. The summary of an edition
// links to its stories; that is neither a story nor a sign that a person wrote one.
func checkNew(t *testing.T, b, e, n, r string) {
	t.Helper()
	b, e, n, r = withoutSummary(b), withoutSummary(e), withoutSummary(n), withoutSummary(r)
	inB := listed(b)
	for _, link := range items(n) {
		if slices.Contains(inB, link) {
			continue
		}
		want, got := count(n, "]("+link), count(r, "]("+link)
		if strings.Contains(e, link) {
			want, got = strings.Count(e, link), strings.Count(r, link)
		}
		if want != got {
			t.Errorf("%s is new and occurs %d times, want %d", link, got, want)
		}
	}
}

// withoutSummary removes the summary of an edition, wherever people put it.
func withoutSummary(text string) string {
	return strings.Join(slices.DeleteFunc(lines(text), func(l string) bool {
		return strings.HasPrefix(l, "In this edition: [") || strings.HasPrefix(l, "本期要闻：[")
	}), "\n")
}

// listed lists the items of a text, and the releases of stories of several. Others, such as
// those that are also released, are parts of one text, which people may have kept from earlier.
func listed(text string) []string {
	found := items(text)
	for _, l := range lines(text) {
		if len(l) > 1 && l[0] == '[' && '0' <= l[1] && l[1] <= '9' {
			for _, m := range anyLink.FindAllStringSubmatch(l, -1) {
				found = append(found, m[1])
			}
		}
	}
	return found
}

func lines(s string) []string { return strings.Split(s, "\n") }

func equal(t *testing.T, law, want, got string) {
	t.Helper()
	if want != got {
		t.Errorf("%s (-want +got):\n%s", law, cmp.Diff(lines(want), lines(got)))
	}
}

// checkLines checks that lines which the edited text has and the base has not, or has
// less often, are in the result as often.
func checkLines(t *testing.T, b, e, r string) {
	t.Helper()
	have := make(map[string]int)
	for _, l := range lines(r) {
		have[l]++
	}
	inB, inE := make(map[string]int), make(map[string]int)
	for _, l := range lines(b) {
		inB[l]++
	}
	for _, l := range lines(e) {
		inE[l]++
	}
	for l, times := range inE {
		if more := times - inB[l]; more > 0 && strings.TrimSpace(l) != "" && have[l] < more {
			t.Errorf("line %q of the edited text is lost", l)
		}
	}
}

// blocks returns the text of every item by its link, up to the next heading.
func itemTexts(text string) map[string]string {
	found := make(map[string]string)
	parts := split2(text)
	for i, p := range parts {
		if !isH3(p) {
			continue
		}
		j := i + 1
		for j < len(parts) && !isHead(parts[j]) {
			j++
		}
		id := p
		if links := items(p); len(links) > 0 {
			id = links[0]
		}
		found[id] = strings.TrimRight(strings.Join(parts[i:j], "\n\n"), "\n")
	}
	return found
}

// checkArrived checks that unedited items are as the new text has them.
func checkArrived(t *testing.T, b, e, n, r string) {
	t.Helper()
	inB, inE, inN, inR := itemTexts(b), itemTexts(e), itemTexts(n), itemTexts(r)
	for id, was := range inB {
		if inE[id] != was || !strings.HasPrefix(id, "https") {
			continue
		}
		if inN[id] != inR[id] && inN[id] != "" {
			t.Errorf("%s was not touched: new\n%s\nresult\n%s", id, inN[id], inR[id])
		}
	}
}

// sections returns the section of every item, and the items in their order.
func sections(text string) (map[string]string, []string) {
	section := make(map[string]string)
	var order []string
	current := ""
	for _, p := range split2(text) {
		if isH2(p) {
			current = p
		}
		for _, link := range items(p) {
			if !isH3(p) {
				continue
			}
			if _, seen := section[link]; !seen {
				section[link] = current
				order = append(order, link)
			}
		}
	}
	return section, order
}

// checkOrder checks that items which people moved stay where they moved them, and that
// the others follow the tool: where the tool kept its order, the edited order is the
// order of the result.
func checkOrder(t *testing.T, b, e, n, r string) {
	t.Helper()
	sectionB, orderB := sections(b)
	sectionN, orderN := sections(n)
	sectionE, orderE := sections(e)
	sectionR, orderR := sections(r)
	ours := func(link string) bool { return sectionN[link] != "" && sectionN[link] == sectionB[link] }
	keep := func(order []string, ok ...map[string]string) []string {
		return slices.DeleteFunc(slices.Clone(order), func(link string) bool {
			return !ours(link) || slices.ContainsFunc(ok, func(m map[string]string) bool { _, there := m[link]; return !there })
		})
	}
	if !slices.Equal(keep(orderB, sectionN), keep(orderN, sectionB)) {
		return
	}
	if want, got := keep(orderE, sectionR, sectionB), keep(orderR, sectionE, sectionB); !slices.Equal(want, got) {
		t.Errorf("the order of people's items (-want +got):\n%s", cmp.Diff(want, got))
	}
}

// seeds is how many editions and edit scripts are tried; MERGE_SEEDS overrides it.
var seeds = func() uint64 {
	if n, err := strconv.ParseUint(os.Getenv("MERGE_SEEDS"), 10, 64); err == nil {
		return n
	}
	return 15
}()

func TestLawsHoldForRandomEditsOfRenderedDrafts(t *testing.T) {
	for seed := range seeds {
		for _, language := range []string{"en", "zh-CN"} {
			t.Run(fmt.Sprintf("%s/%d", language, seed), func(t *testing.T) {
				w := newWorld(seed)
				b := w.draft(t, language)
				w.pass()
				n := w.draft(t, language)
				ed := newEditor(seed, b, newLinks(b, n))
				ed.run(1 + ed.rng.IntN(12))
				checkLaws(t, b, ed.text(), n)
				if t.Failed() {
					t.Log(ed.log)
				}
			})
		}
	}
}

// An edition lives for days: people edit it between runs, and every run is based on what
// the one before wrote.
func TestLawsHoldForAnEditionThatIsEditedBetweenRuns(t *testing.T) {
	for seed := range seeds {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			w := newWorld(seed + 1000000)
			language := []string{"en", "zh-CN"}[seed%2]
			b := w.draft(t, language)
			e := b
			for round := range uint64(4) {
				w.pass()
				n := w.draft(t, language)
				if !strings.Contains(e, "## ") {
					return
				}
				ed := newEditor(seed*10+round, e, newLinks(b, n))
				ed.run(ed.rng.IntN(8))
				e = ed.text()
				checkLaws(t, b, e, n)
				if t.Failed() {
					t.Log(round, ed.log)
					return
				}
				b, e = n, mergePlain(b, e, n).Text
			}
		})
	}
}

// The golden drafts of digest have what strangers write, gaps, limits and advisories.
func TestLawsHoldForRandomEditsOfGoldenDrafts(t *testing.T) {
	files, err := filepath.Glob("../../digest/testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no drafts found: %v", err)
	}
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for seed := range seeds / 5 {
			t.Run(fmt.Sprintf("%s/%d", strings.TrimSuffix(filepath.Base(file), ".txtar"), seed), func(t *testing.T) {
				s, err := digest.DecodeSnapshot(a.Files[0].Data)
				if err != nil {
					t.Fatal(err)
				}
				w := &world{rng: rand.New(rand.NewPCG(seed, 3)), s: s, next: 1000}
				language := []string{"en", "zh-CN"}[seed%2]
				b := w.draft(t, language)
				w.pass()
				n := w.draft(t, language)
				ed := newEditor(seed, b, newLinks(b, n))
				ed.run(1 + ed.rng.IntN(10))
				checkLaws(t, b, ed.text(), n)
				if t.Failed() {
					t.Log(ed.log)
				}
			})
		}
	}
}
