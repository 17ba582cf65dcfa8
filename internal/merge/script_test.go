package merge

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
)

// editor works on a draft by an edit script of random steps. It knows
// Markdown by blank lines and number signs only, so that it shares no mistakes with the
// parser.
type editor struct {
	rng   *rand.Rand
	front []string
	parts []string // what blank lines part
	n     int
	log   []string
	moved bool
	hints []string // links that may be added by hand
}

func newEditor(seed uint64, text string, hints []string) *editor {
	ed := &editor{rng: rand.New(rand.NewPCG(seed, 2)), hints: hints}
	front, body, _ := strings.Cut(strings.TrimPrefix(text, "---\n"), "\n---\n\n")
	ed.front = strings.Split(front, "\n")
	ed.parts = split2(strings.TrimSuffix(body, "\n"))
	return ed
}

func (ed *editor) text() string {
	return "---\n" + strings.Join(ed.front, "\n") + "\n---\n\n" + strings.Join(ed.parts, "\n\n") + "\n"
}

// word returns a word that occurs nowhere else.
func (ed *editor) word() string { ed.n++; return fmt.Sprintf("edited%dword", ed.n) }

func (ed *editor) pick(ok func(string) bool) int {
	var at []int
	for i, p := range ed.parts {
		if ok(p) {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return -1
	}
	return at[ed.rng.IntN(len(at))]
}

func isH3(p string) bool   { return strings.HasPrefix(p, "### ") }
func isH2(p string) bool   { return strings.HasPrefix(p, "## ") }
func isHead(p string) bool { return strings.HasPrefix(p, "#") || strings.HasPrefix(p, "---") }
func isList(p string) bool { return strings.HasPrefix(p, "- ") }
func isText(p string) bool { return !isHead(p) && !isList(p) }
func any_(string) bool     { return true }

// span is an item or a section: up to the next heading that does not belong to it.
func (ed *editor) span(i int) int {
	j := i + 1
	for j < len(ed.parts) && !isH2(ed.parts[j]) && !strings.HasPrefix(ed.parts[j], "---") && !(isH3(ed.parts[i]) && isH3(ed.parts[j])) {
		j++
	}
	return j
}

// steps are what editors do.
var steps = []struct {
	name string
	do   func(*editor) bool
}{
	{"edit a word", func(ed *editor) bool {
		i := ed.pick(func(p string) bool { return !strings.HasPrefix(p, "---") })
		lines := strings.Split(ed.parts[i], "\n")
		k := ed.rng.IntN(len(lines))
		if strings.HasPrefix(lines[k], "| ---") {
			return false // it would no longer be a table
		}
		words := strings.Split(lines[k], " ")
		w := ed.rng.IntN(len(words))
		if w == 0 || words[w] == "" || strings.Contains(words[w], "](") {
			words = append(words, ed.word())
		} else {
			words[w] = ed.word()
		}
		lines[k] = strings.Join(words, " ")
		ed.parts[i] = strings.Join(lines, "\n")
		return true
	}},
	{"delete an item", func(ed *editor) bool {
		i := ed.pick(isH3)
		if i < 0 {
			return false
		}
		ed.parts = slices.Delete(ed.parts, i, ed.span(i))
		return true
	}},
	{"delete a text", func(ed *editor) bool {
		i := ed.pick(isText)
		if i < 0 {
			return false
		}
		ed.parts = slices.Delete(ed.parts, i, i+1)
		return true
	}},
	{"delete an entry", func(ed *editor) bool {
		i := ed.pick(isList)
		if i < 0 {
			return false
		}
		lines := strings.Split(ed.parts[i], "\n")
		k := ed.rng.IntN(len(lines))
		for k > 0 && lines[k][0] == ' ' {
			k--
		}
		j := k + 1
		for j < len(lines) && lines[j][0] == ' ' {
			j++
		}
		lines = slices.Delete(lines, k, j)
		ed.parts[i] = strings.Join(lines, "\n")
		if len(lines) == 0 {
			ed.parts = slices.Delete(ed.parts, i, i+1)
		}
		return true
	}},
	{"delete a row", func(ed *editor) bool {
		i := ed.pick(func(p string) bool { return strings.HasPrefix(p, "| ") && strings.Count(p, "\n") > 1 })
		if i < 0 {
			return false
		}
		rows := strings.Split(ed.parts[i], "\n")
		k := 2 + ed.rng.IntN(len(rows)-2)
		ed.parts[i] = strings.Join(slices.Delete(rows, k, k+1), "\n")
		return true
	}},
	{"move an item", func(ed *editor) bool {
		i := ed.pick(isH3)
		if i < 0 {
			return false
		}
		item := slices.Clone(ed.parts[i:ed.span(i)])
		ed.parts = slices.Delete(ed.parts, i, ed.span(i))
		to := ed.pick(func(p string) bool { return isH3(p) || isH2(p) })
		if isH3(ed.parts[to]) {
			to = ed.span(to)
		} else {
			for to++; to < len(ed.parts) && !isHead(ed.parts[to]); to++ {
			}
		}
		ed.parts = slices.Insert(ed.parts, to, item...)
		ed.moved = true
		return true
	}},
	{"move a text", func(ed *editor) bool {
		i := ed.pick(isText)
		if i < 0 {
			return false
		}
		p := ed.parts[i]
		ed.parts = slices.Delete(ed.parts, i, i+1)
		ed.parts = slices.Insert(ed.parts, ed.pick(isH2)+1, p)
		return true
	}},
	{"add a text", func(ed *editor) bool {
		ed.parts = slices.Insert(ed.parts, ed.pick(any_)+1, "A remark of ours, "+ed.word()+", 我们的评论。")
		return true
	}},
	{"add code", func(ed *editor) bool {
		ed.parts = slices.Insert(ed.parts, ed.pick(any_)+1, "```yaml\n# "+ed.word()+"\n\n### no heading\n\n- no: entry\n```")
		return true
	}},
	{"add HTML", func(ed *editor) bool {
		ed.parts = slices.Insert(ed.parts, ed.pick(any_)+1, "{{< callout >}}\nNote "+ed.word()+"\n\n- not apart\n{{< /callout >}}\n\n<!-- "+ed.word()+"\n\nhidden -->\n\n| a | b |\n| - | - |\n| "+ed.word()+" | c |\n\n> quoted "+ed.word())
		ed.resplit()
		return true
	}},
	{"add lines", func(ed *editor) bool {
		i := ed.pick(isText)
		if i < 0 {
			return false
		}
		ed.parts[i] += "\nand another line " + ed.word()
		return true
	}},
	{"add an entry", func(ed *editor) bool {
		i := ed.pick(isList)
		if i < 0 {
			return false
		}
		ed.parts[i] += "\n- [" + ed.word() + "](https://example.org/" + ed.word() + ")"
		return true
	}},
	{"add an item", func(ed *editor) bool {
		i := ed.pick(isH3)
		if i < 0 {
			i = ed.pick(isH2)
		}
		ed.parts = slices.Insert(ed.parts, i, "### ["+ed.word()+"](https://example.org/"+ed.word()+")", "Why we like it: "+ed.word())
		return true
	}},
	{"add a link that the tool will find", func(ed *editor) bool {
		if len(ed.hints) == 0 {
			return false
		}
		link := ed.hints[ed.rng.IntN(len(ed.hints))]
		if strings.Contains(ed.text(), link) {
			return false
		}
		item := "### [" + ed.word() + "](" + link + ")"
		switch ed.rng.IntN(3) {
		case 0:
			item = "- [" + ed.word() + "](" + link + ")"
		case 1:
			item = "See " + link + " " + ed.word()
		}
		ed.parts = slices.Insert(ed.parts, ed.pick(any_)+1, item)
		return true
	}},
	{"rename a section", func(ed *editor) bool {
		i := ed.pick(isH2)
		ed.parts[i] = "## " + ed.word()
		return true
	}},
	{"delete a section", func(ed *editor) bool {
		i := ed.pick(isH2)
		ed.parts = slices.Delete(ed.parts, i, ed.span(i))
		if ed.pick(isH2) < 0 {
			ed.parts = append(ed.parts, "## "+ed.word())
		}
		return true
	}},
	{"delete a heading", func(ed *editor) bool {
		if i := ed.pick(isH3); i >= 0 {
			ed.parts = slices.Delete(ed.parts, i, i+1)
			return true
		}
		return false
	}},
	{"swap sections", func(ed *editor) bool {
		i := ed.pick(isH2)
		j := ed.span(i)
		if j >= len(ed.parts) || !isH2(ed.parts[j]) {
			return false
		}
		ed.parts = slices.Concat(ed.parts[:i:i], ed.parts[j:ed.span(j)], ed.parts[i:j], ed.parts[ed.span(j):])
		ed.moved = true
		return true
	}},
	{"publish", func(ed *editor) bool {
		for i, l := range ed.front {
			if l == "draft: true" {
				ed.front[i] = "draft: false"
			}
		}
		return true
	}},
	{"add a key", func(ed *editor) bool {
		ed.front = slices.Insert(ed.front, ed.rng.IntN(len(ed.front)+1), ed.word()+": x")
		return true
	}},
	{"delete a key", func(ed *editor) bool {
		if len(ed.front) < 2 {
			return false
		}
		i := ed.rng.IntN(len(ed.front))
		ed.front = slices.Delete(ed.front, i, i+1)
		return true
	}},
}

func (ed *editor) resplit() {
	ed.parts = split2(strings.Join(ed.parts, "\n\n"))
}

// split2 splits at blank lines, but not what the steps below add as one.
func split2(text string) []string {
	var parts []string
	whole := true
	for _, p := range strings.Split(text, "\n\n") {
		if whole {
			parts = append(parts, p)
		} else {
			parts[len(parts)-1] += "\n\n" + p
		}
		last := parts[len(parts)-1]
		whole = strings.Count(last, "```")%2 == 0 && strings.Count(last, "{{< callout") == strings.Count(last, "{{< /callout") && strings.Count(last, "<!--") == strings.Count(last, "-->")
	}
	return parts
}

// run takes n steps.
func (ed *editor) run(n int) {
	for range n {
		s := steps[ed.rng.IntN(len(steps))]
		if s.do(ed) {
			ed.log = append(ed.log, s.name)
		}
	}
}

var itemLine = regexp.MustCompile(`(?m)^(?:### |- |\| (?:[^\[|\n]*\| )?)\*{0,2}\[.*?\]\((https://github\.com/[^)]*)\)`)

var anyLink = regexp.MustCompile(`\]\((https://github\.com/[^)]*)\)`)

// items lists the links of the items of a text, in their order.
func items(text string) []string {
	var found []string
	for _, m := range itemLine.FindAllStringSubmatch(text, -1) {
		found = append(found, m[1])
	}
	return found
}
