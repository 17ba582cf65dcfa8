package merge

import (
	"strings"
	"unicode/utf8"
)

// Report says what a merge did. The lists are in the order of the merged file; what is no
// longer in it comes where it was.
type Report struct {
	// NoBase says that there was nothing to compare with, because the base was missing or
	// has nothing in common with the other texts. Everything in the edited text was kept.
	NoBase bool `json:"no_base,omitempty"`
	// Kept counts the blocks that people changed, moved or added, and that did not change
	// at the source.
	Kept int `json:"kept"`
	// FrontMatter lists the keys of the front matter that people changed, added or deleted,
	// or "front matter" if it was kept as a whole.
	FrontMatter []string `json:"front_matter,omitempty"`

	Refreshed []Change `json:"refreshed,omitempty"` // unedited: now the new text
	Added     []Change `json:"added,omitempty"`     // new since the base
	Removed   []Change `json:"removed,omitempty"`   // unedited, and gone at the source
	LeftOut   []Change `json:"left_out,omitempty"`  // deleted by a person, or linked elsewhere in the text
	Undecided []Change `json:"undecided,omitempty"` // edited, and changed at the source: the person's text was kept
	Stranded  []Change `json:"stranded,omitempty"`  // new, but its section was deleted: the reason says where it went
}

// Reason says why a change is where it is, if the list does not say it.
type Reason string

const (
	BothChanged Reason = "both_changed"     // edited, and changed at the source
	GoneAtSrc   Reason = "gone_at_source"   // edited, and gone at the source
	Different   Reason = "no_base"          // the texts differ, and nothing says who changed it
	Deleted     Reason = "deleted"          // a person deleted it
	Linked      Reason = "already_linked"   // a person wrote about it elsewhere in the file
	Unreadable  Reason = "unreadable"       // front matter that is not plain YAML is kept as a whole
	Neighbour   Reason = "beside_neighbour" // put beside the item that it follows, which was moved
	Restored    Reason = "section_restored" // put under its heading, which was written again
	Unmergeable Reason = "not_merged"       // the edited text was kept as a whole
)

// Change is one block.
type Change struct {
	Section string `json:"section,omitempty"` // the outermost heading above it
	Item    string `json:"item"`              // its link, or that of the item it belongs to, or its first words
	Reason  Reason `json:"reason,omitempty"`
	Base    string `json:"base,omitempty"`  // what the tool wrote last
	Yours   string `json:"yours,omitempty"` // what the edited text has
	Ours    string `json:"ours,omitempty"`  // what the tool would write now
}

// reportAll fills in the report.
func (m *merger) reportAll() {
	m.eachSlot(func(s *slot) {
		if s != m.root {
			m.reportSlot(s)
		}
	})
	for _, s := range m.ofEdited {
		if s.gone && !s.parent.gone {
			c := Change{Section: sectionOf(s), Item: itemOf(s.edited), Base: textOf(s.base)}
			m.report.Removed = append(m.report.Removed, c)
		}
	}
	for _, z := range m.fresh.all[1:] {
		if m.ofFresh[z.index] == nil {
			m.reportLeftOut(z)
		}
	}
}

// reportSlot reports a block of the result.
func (m *merger) reportSlot(s *slot) {
	r := m.report
	c := Change{Section: sectionOf(s), Item: itemOf(s.primary()), Base: textOf(s.base)}
	switch {
	case s.edited == nil:
		c.Ours = textOf(s.fresh)
		switch {
		case s.reason != "" && m.baseFresh.from(s.fresh.parent) != nil:
			c.Reason = s.reason
			r.Stranded = append(r.Stranded, c)
		case !s.partOfNew():
			r.Added = append(r.Added, c)
		}
	case s.base == nil && s.fresh == nil:
		m.reportKept(s)
	case s.base == nil:
		if s.edited.norm == s.fresh.norm {
			return
		}
		c.Yours, c.Ours = textOf(s.edited), textOf(s.fresh)
		if s.edited.link != "" && !m.noBase {
			c.Reason = Linked
			r.LeftOut = append(r.LeftOut, c)
			return
		}
		c.Reason = Different
		r.Undecided = append(r.Undecided, c)
	case s.fresh == nil:
		if m.touched[s.edited.index] && (isItem(s) || !s.edited.isContainer() || m.rewritten(s.edited)) && !m.partOfGone(s) {
			c.Reason, c.Yours = GoneAtSrc, textOf(s.edited)
			r.Undecided = append(r.Undecided, c)
		}
	case s.edited.norm == s.base.norm && s.fresh.norm == s.base.norm:
		if m.moved(s.edited) {
			m.reportKept(s)
		}
	case s.useFresh:
		c.Ours = textOf(s.fresh)
		r.Refreshed = append(r.Refreshed, c)
	case s.fresh.norm == s.base.norm:
		m.reportKept(s)
	case s.edited.norm != s.fresh.norm:
		c.Reason, c.Yours, c.Ours = BothChanged, textOf(s.edited), textOf(s.fresh)
		r.Undecided = append(r.Undecided, c)
	}
}

func (m *merger) reportKept(s *slot) {
	m.report.Kept++
	if s.edited.kind == key {
		m.report.FrontMatter = append(m.report.FrontMatter, itemOf(s.edited))
	}
}

// partOfNew reports whether a new block belongs to a new item, which is reported once.
func (s *slot) partOfNew() bool {
	up := s.parent
	return up.edited == nil && (s.fresh.link == up.fresh.link || s.fresh.link == "" && up.fresh.link != "")
}

// partOfGone reports whether a block belongs to an item that is reported already.
func (m *merger) partOfGone(s *slot) bool {
	for up := s.parent; up != nil && up.edited != nil && up.edited.kind != root; up = up.parent {
		if up.base != nil && up.fresh == nil && isItem(up) {
			return true
		}
	}
	return false
}

// reportLeftOut reports a block of the new text that the result does not have: an item
// once, and not its parts.
func (m *merger) reportLeftOut(z *block) {
	if up := m.ofFresh[z.parent.index]; up != nil && up.base == nil && up.edited != nil && z.link == "" {
		return // a part of what a person wrote about
	}
	if up := z.parent; m.ofFresh[up.index] == nil && (up.link != "" || z.link == "") {
		return
	}
	c := Change{Section: sectionIn(z), Item: itemOf(z), Reason: Deleted, Ours: textOf(z)}
	x := m.baseFresh.from(z)
	switch {
	case x != nil:
		c.Base = textOf(x)
	case z.link != "" && m.linkedByPeople[z.link]:
		c.Reason = Linked
	case m.noBase:
		return
	}
	if z.kind == key {
		m.report.FrontMatter = append(m.report.FrontMatter, itemOf(z))
	}
	m.report.LeftOut = append(m.report.LeftOut, c)
}

// sectionOf is the text of the outermost heading above a block of the result.
func sectionOf(s *slot) string {
	if s.primary().kind == key {
		return frontMatter
	}
	section := ""
	for ; s != nil; s = s.parent {
		if s.primary().kind == heading {
			section = s.source().plain
		}
	}
	return section
}

func sectionIn(n *block) string {
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

// itemOf names a block: by its link, or that of the item it belongs to, or its first words.
func itemOf(n *block) string {
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

func textOf(n *block) string {
	if n == nil {
		return ""
	}
	return strings.Join(n.lines, "\n")
}
