package merge

import (
	"strings"
	"unicode/utf8"
)

// tell writes the report, in the order of the result; what is not in it stands where it
// was in the edited or the new text.
func (m *merger) tell() {
	m.eachOut(func(o *out) {
		if o != m.root {
			m.tellOf(o)
		}
	})
	r := m.report
	for _, o := range m.ofE {
		if o.gone && !o.parent.gone {
			r.Removed = append(r.Removed, Change{Section: sectionOf(o), Item: itemOf(o.e), Base: textOf(o.b)})
		}
	}
	for _, z := range m.n.all[1:] {
		if m.ofN[z.index] == nil {
			m.tellLeftOut(z)
		}
	}
}

func (m *merger) tellOf(o *out) {
	r := m.report
	c := Change{Section: sectionOf(o), Item: itemOf(o.shape()), Base: textOf(o.b)}
	switch {
	case o.e == nil:
		c.Ours = textOf(o.n)
		stranded := o.reason != "" && m.bn.from(o.n.parent) != nil
		switch {
		case stranded:
			c.Reason = o.reason
			r.Stranded = append(r.Stranded, c)
		case o.parent.e == nil && o.n.link == o.parent.n.link, o.parent.e == nil && o.n.link == "" && o.parent.n.link != "":
			// A part of what is new.
		default:
			r.Added = append(r.Added, c)
		}
	case o.b == nil && o.n != nil:
		if o.e.norm != o.n.norm {
			c.Yours, c.Ours = textOf(o.e), textOf(o.n)
			if o.e.link != "" && !m.noBase {
				c.Reason = Linked
				r.LeftOut = append(r.LeftOut, c)
				return
			}
			c.Reason = Different
			r.Undecided = append(r.Undecided, c)
		}
	case o.b == nil:
		r.Kept++
	case o.n == nil:
		if m.touched[o.e.index] && (isItem(o) || !o.e.holds() || m.edited(o.e)) && !m.partOfGone(o) {
			c.Reason, c.Yours = GoneAtSrc, textOf(o.e)
			r.Undecided = append(r.Undecided, c)
		}
	case o.e.norm == o.b.norm && o.n.norm == o.b.norm:
		if m.moved(o.e) {
			r.Kept++
		}
	case o.fresh:
		c.Ours = textOf(o.n)
		r.Refreshed = append(r.Refreshed, c)
	case o.n.norm == o.b.norm:
		r.Kept++
	case o.e.norm != o.n.norm:
		c.Reason, c.Yours, c.Ours = BothChanged, textOf(o.e), textOf(o.n)
		r.Undecided = append(r.Undecided, c)
	}
}

// partOfGone reports whether a block belongs to an item that is told of already.
func (m *merger) partOfGone(o *out) bool {
	for up := o.parent; up != nil && up.e != nil && up.e.kind != root; up = up.parent {
		if up.b != nil && up.n == nil && isItem(up) {
			return true
		}
	}
	return false
}

// tellLeftOut tells of a block that the new text has and the result has not: once for an
// item, and not for its parts.
func (m *merger) tellLeftOut(z *node) {
	if up := m.ofN[z.parent.index]; up != nil && up.b == nil && up.e != nil && z.link == "" {
		return // a part of what a person wrote of
	}
	if up := z.parent; m.ofN[up.index] == nil && (up.link != "" || z.link == "") {
		return
	}
	c := Change{Section: sectionIn(z), Item: itemOf(z), Reason: Deleted, Ours: textOf(z)}
	x := m.bn.from(z)
	switch {
	case x != nil:
		c.Base = textOf(x)
	case z.link != "" && m.mine[z.link]:
		c.Reason = Linked
	case m.noBase:
		return
	}
	m.report.LeftOut = append(m.report.LeftOut, c)
}

// sectionOf is the text of the outermost heading that a block of the result stands under.
func sectionOf(o *out) string {
	if o.shape().kind == key {
		return frontMatter
	}
	section := ""
	for ; o != nil; o = o.parent {
		if o.shape().kind == heading {
			section = o.source().plain
		}
	}
	return section
}

func sectionIn(n *node) string {
	if n.kind == key {
		return frontMatter
	}
	section := ""
	for ; n != nil; n = n.parent {
		if n.kind == heading {
			section = n.plain
		}
	}
	return section
}

// itemOf is what to call a block by: its link, or that of the item it is a part of, or
// its first words.
func itemOf(n *node) string {
	for up := n; up != nil; up = up.parent {
		if up.address != "" {
			return up.address
		}
	}
	const enough = 60
	s := n.plain
	if s == "" {
		s = strings.TrimSpace(n.lines[0])
	}
	if utf8.RuneCountInString(s) <= enough {
		return s
	}
	return string([]rune(s)[:enough]) + "…"
}

func textOf(n *node) string {
	if n == nil {
		return ""
	}
	return strings.Join(n.lines, "\n")
}
