package merge

import "slices"

// merger has the three trees, which blocks of them are the same, and what people did.
// Blocks of the base are called x, of the edited text y, of the new one z.
type merger struct {
	base, edited, fresh *tree

	baseEdited, baseFresh *pairs
	editedFresh           *pairs // all that are the same, with a base or without
	noBase                bool

	linkedByPeople map[string]bool // links that the edited text has and the base has not
	deletedItems   map[string]bool // links of the base's items that the edited text has not
	reformatted    map[kind]bool   // a program rewrote these blocks, so other lines are no sign of a person
	touched        []bool          // by index of y: a person changed the block or something in it

	retold            []bool  // by index of z: it replaces an unedited block of another kind
	ofEdited, ofFresh []*slot // by index; nil for blocks of the new text that are not in the result
	root              *slot
	report            *Report
}

// match finds out which blocks are the same.
func (m *merger) match() {
	m.baseFresh = newPairs(m.base, m.fresh, byTool)
	m.baseFresh.pair()
	m.baseEdited = newPairs(m.base, m.edited, byEditors)
	m.pairThroughFresh()
	m.baseEdited.pair()
	m.editedFresh = newPairs(m.edited, m.fresh, byBoth)
	common := false
	for _, x := range m.base.all[1:] {
		y, z := m.baseEdited.of(x), m.baseFresh.of(x)
		if y != nil {
			m.editedFresh.closedX[y.index] = true
		}
		if z != nil {
			m.editedFresh.closedY[z.index] = true
		}
		if y != nil && z != nil {
			m.editedFresh.join(y, z)
		}
		common = common || y != nil || z != nil
	}
	m.editedFresh.pair()
	m.noBase = !common && len(m.edited.all) > 1
}

// pairThroughFresh joins blocks of the edited text that are the same as in the new text,
// in the same place, with the block of the base that the new one comes from. People can
// have made the change already, and so did an earlier merge of the same texts.
func (m *merger) pairThroughFresh() {
	same := newPairs(m.edited, m.fresh, byBoth)
	same.pairLinks()
	same.pairTexts()
	same.pairHeadings()
	same.pairRetold()
	same.pairTexts()
	for _, y := range m.edited.all[1:] {
		z := same.of(y)
		if z == nil || z.norm != y.norm {
			continue
		}
		if x := m.baseFresh.from(z); x == nil {
			m.baseEdited.closedY[y.index] = true // added on both sides
		} else if m.baseEdited.freeX(x) {
			m.baseEdited.join(x, y)
		}
	}
}

// classify finds out what people did.
func (m *merger) classify() {
	m.compareLinks()
	m.findReformatted()
	m.findTouched()
}

// compareLinks fills in linkedByPeople and deletedItems. A text that only mentions items, as
// the summary of the edition does, neither keeps a deleted item nor replaces a new one.
func (m *merger) compareLinks() {
	inBase, isItem := make(map[string]bool), make(map[string]bool)
	for _, x := range m.base.all {
		for _, l := range x.links {
			inBase[l] = true
		}
	}
	m.linkedByPeople, m.deletedItems = make(map[string]bool), make(map[string]bool)
	for _, y := range m.edited.all {
		x := m.baseEdited.from(y)
		mentions := x != nil && x.link == "" && y.link == "" && len(x.links) > 0
		for _, l := range y.links {
			isItem[l] = isItem[l] || y.link != ""
			if !inBase[l] && !mentions {
				m.linkedByPeople[l] = true
			}
		}
	}
	for _, x := range m.base.all {
		if x.link != "" && !isItem[x.link] {
			m.deletedItems[x.link] = true
		}
	}
}

// findReformatted fills in reformatted. It distinguishes a formatter, which rewrites all blocks
// of a kind without changing what they say, from a person, who breaks a line or uses another
// bullet here and there. All blocks of one kind, even if they are few, speak for that kind only.
func (m *merger) findReformatted() {
	const few = 3
	same, changed := make(map[kind]int), make(map[kind]int)
	for _, x := range m.base.all[1:] {
		y := m.baseEdited.of(x)
		if y == nil || y.norm != x.norm {
			continue
		}
		same[x.kind]++
		if !slices.Equal(x.lines, y.lines) {
			changed[x.kind]++
		}
	}
	everywhere := false
	m.reformatted = make(map[kind]bool)
	for k, n := range changed {
		m.reformatted[k] = n == same[k]
		everywhere = everywhere || n >= few && 2*n >= same[k]
	}
	for k := range same {
		m.reformatted[k] = m.reformatted[k] || everywhere
	}
}

// findTouched fills in touched: a block was rewritten or moved, something was deleted
// from it, or something in it was touched.
func (m *merger) findTouched() {
	m.touched = make([]bool, len(m.edited.all))
	for _, x := range m.base.all[1:] {
		if parent := m.baseEdited.of(x.parent); parent != nil {
			if y := m.baseEdited.of(x); y == nil || y.parent != parent {
				m.touched[parent.index] = true
			}
		}
	}
	for i := len(m.edited.all) - 1; i > 0; i-- {
		y := m.edited.all[i]
		if m.rewritten(y) || m.moved(y) {
			m.touched[i] = true
		}
		if m.touched[i] && y.parent != nil {
			m.touched[y.parent.index] = true
		}
	}
}

// rewritten reports whether a person wrote or rewrote a block.
func (m *merger) rewritten(y *block) bool {
	x := m.baseEdited.from(y)
	return x == nil || !m.unchanged(x, y)
}

// unchanged reports whether a block of the edited text is as the tool wrote it.
func (m *merger) unchanged(x, y *block) bool {
	return x.norm == y.norm && (m.reformatted[x.kind] || slices.Equal(x.lines, y.lines))
}

// moved reports whether a person put a block of the tool under another one.
func (m *merger) moved(y *block) bool {
	x := m.baseEdited.from(y)
	return x != nil && x.parent != nil && m.baseEdited.of(x.parent) != y.parent
}
