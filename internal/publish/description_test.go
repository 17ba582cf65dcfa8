package publish

import (
	"slices"
	"strings"
	"testing"
)

func TestDescriptionKeepsPeoplesText(t *testing.T) {
	const first = "Edition 2.\n\n- [ ] welcome\n- [ ] summary\n\n| Kind | Gaps |\n| --- | --- |\n| releases | 1 |"
	const second = "Edition 2.\n\n- [ ] summary\n\n| Kind | Gaps |\n| --- | --- |\n| releases | 0 |"
	edit := func(old, new string) string { return strings.Replace(describe("", first), old, new, 1) }
	for _, tt := range []struct {
		name, present string
		want          []string // once each, in this order
		gone          []string
	}{
		{"untouched", describe("", first), []string{opening, "Edition 2.", "- [ ] summary", "| releases | 0 |", closing}, []string{"welcome", "| 1 |"}},
		{"none", "", []string{opening, "Edition 2.", closing}, nil},
		{"all a person's", "My own words.", []string{opening, "Edition 2.", closing, "My own words."}, nil},
		{"below", describe("", first) + "\n\nMy own words.\n\nMore.", []string{closing, "My own words.\n\nMore."}, nil},
		{"above", "My own words.\n\n" + describe("", first), []string{"My own words.", opening, "Edition 2."}, nil},
		{"a line of ours changed", edit("Edition 2.", "Edition two."), []string{opening, "Edition 2.", closing, "Edition two."}, nil},
		{"paragraphs in between", edit("Edition 2.\n", "Edition 2.\n\nMy own words.\n\nMore.\n"), []string{"Edition 2.", closing, "My own words.\n\nMore."}, nil},
		{"a line of ours deleted", edit("- [ ] summary\n", ""), []string{"- [ ] summary"}, nil},
		{"a box ticked", edit("- [ ] summary", "- [x] summary"), []string{"- [x] summary"}, []string{"- [ ] summary"}},
		{"a box ticked with a capital", edit("- [ ] summary", "- [X] summary"), []string{"- [x] summary"}, nil},
		{"a ticked box whose line is gone", edit("- [ ] welcome", "- [x] welcome"), nil, []string{"welcome"}},
		{"a box ticked and words added", edit("- [ ] summary", "- [x] summary (ann)"), []string{"- [ ] summary", closing, "- [x] summary (ann)"}, nil},
		{"the browser's line ends", strings.ReplaceAll(edit("Edition 2.", "Edition 2.\nMine."), "\n", "\r\n"), []string{"Edition 2.", "Mine."}, []string{"\r"}},
		{"trailing spaces", edit("Edition 2.", "Edition 2.  "), []string{"Edition 2.", closing}, nil},
		{"the last line deleted", describe("", first)[:strings.LastIndex(describe("", first), closing)] + "Mine.",
			[]string{opening, "| releases | 0 |", closing, "| releases | 1 |", "Mine."}, nil},
		{"the last line cut short", strings.TrimSuffix(describe("", first), closed), []string{opening, "| releases | 0 |", "| releases | 1 |"}, nil},
		{"the first line deleted", edit(opening, ""), []string{opening, "| releases | 0 |", "| releases | 1 |"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := describe(tt.present, second)
			at := 0
			for _, w := range tt.want {
				i := strings.Index(got[at:], w)
				if i < 0 {
					t.Fatalf("no %q after byte %d of\n%s", w, at, got)
				}
				at += i + len(w)
			}
			for _, w := range tt.gone {
				if strings.Contains(got, w) {
					t.Errorf("%q is in\n%s", w, got)
				}
			}
			if again := describe(got, second); again != got {
				t.Errorf("again:\n%s\nafter:\n%s", again, got)
			}
		})
	}
}

// FuzzDescription edits a description of ours at random: what it adds is there afterwards, and a second update changes
// nothing.
func FuzzDescription(f *testing.F) {
	f.Add("Edition 2.\n\n- [ ] a", "Edition 2.\n\n- [ ] b", "my words", uint16(20), uint8(0))
	f.Add("a\nb\nc", "a\nc", "- [x] d\n\n  e", uint16(3), uint8(9))
	f.Add("", "", closing, uint16(0), uint8(200))
	f.Add("x", "y", opening+"\n\n"+closing+closed, uint16(500), uint8(1))
	f.Fuzz(func(t *testing.T, first, second, words string, at uint16, cut uint8) {
		for _, s := range []string{first, second} {
			if strings.Contains(s, "<!--") || strings.Contains(s, "-->") || strings.ContainsAny(s, "\r") {
				t.Skip("Body writes neither")
			}
		}
		present := describe("", first)
		i := min(int(at), len(present))
		j := min(i+int(cut), len(present))
		edited := present[:i] + "\n" + words + "\n" + present[j:]
		got := describe(edited, second)
		if again := describe(got, second); again != got {
			t.Errorf("again:\n%q\nafter:\n%q", again, got)
		}
		if strings.Contains(words, "<!--") || strings.Contains(words, "-->") {
			return
		}
		ours := strings.Split(first+"\n"+second, "\n")
		for l := range strings.SplitSeq(unixLines(words), "\n") {
			l = strings.TrimSpace(l)
			known := slices.ContainsFunc(ours, func(o string) bool { return untick(strings.TrimSpace(o)) == untick(l) })
			if !known && !strings.Contains(got, l) {
				t.Errorf("%q is lost in\n%q", l, got)
			}
		}
	})
}
