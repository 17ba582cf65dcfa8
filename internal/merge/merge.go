package merge

import "slices"

// Result is the merged text and what was done.
type Result struct {
	Text   string
	Report Report
}

// Merge takes base, what the tool wrote last, edited, what people made of it, and fresh,
// what the tool would write now, and returns one text that holds what people did and
// what is new. An empty base stands for none.
//
// It returns for any input and never fails: what it cannot take apart it keeps whole, as
// edited has it. Merging the result again, with fresh as its base, changes nothing.
func Merge(base, edited, fresh string) Result {
	b, _ := unstyle(base)
	e, style := unstyle(edited)
	n, _ := unstyle(fresh)
	r := merge(b, e, n)
	switch {
	case edited == base:
		r.Text = fresh
	case n == b, e == n:
		r.Text = edited
	default:
		r.Text = style.restyle(r.Text)
	}
	return r
}

// merge merges texts with plain line ends.
func merge(base, edited, fresh string) Result {
	b, e, n := cut(base), cut(edited), cut(fresh)
	m := newMerger(parse(b.body), parse(e.body), parse(n.body))
	m.report.NoBase = m.noBase
	head := mergeFront(b, e, n, m.report)
	body := m.run()
	for len(head) == 0 && len(e.body) == 0 && len(body) > 0 && blank(body[0]) {
		body = body[1:] // it parted the body from front matter
	}
	lines := slices.Concat(head, body)
	ended := e.ended
	if e.ended == b.ended {
		ended = n.ended
	}
	r := Result{Text: unsplit(lines, ended), Report: *m.report}
	if lost(base, edited, r.Text) {
		return Result{Text: edited, Report: Report{Undecided: []Change{{Reason: Unmergeable}}}}
	}
	return r
}
