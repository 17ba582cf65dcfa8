package merge

import "slices"

// slot is a place in the result, with the blocks that belong there; those that a text does
// not have are nil.
type slot struct {
	base, edited, fresh *block

	parent   *slot
	children []*slot
	after    *slot // its neighbour, where neither text has it under this parent
	before   *slot

	gone     bool   // not in the result
	useFresh bool   // it gets the text of fresh
	reason   Reason // why it is not under the heading that it has in the new text

	marker  string   // of a new list item
	shift   int      // how many levels a new heading is moved
	inner   int      // columns that its children are indented by, when written
	itemGap []string // blank lines between the items of a list in it
	lines   []string // as written
}

// source is the block that a slot is written from.
func (s *slot) source() *block {
	if s.edited == nil || s.useFresh {
		return s.fresh
	}
	return s.edited
}

// primary is the block that says where a slot belongs.
func (s *slot) primary() *block {
	if s.edited != nil {
		return s.edited
	}
	return s.fresh
}

// isItem reports whether a block is an item, which includes everything under it.
func isItem(s *slot) bool {
	return s.edited.link != "" || s.base != nil && s.base.link != ""
}

// assemble puts the result together and returns its lines.
func (m *merger) assemble() []string {
	m.takeEdited()
	m.addFresh()
	m.prune()
	m.arrange()
	m.chooseTexts()
	lines := m.write()
	m.reportAll()
	return lines
}

// eachSlot visits the result in its order.
func (m *merger) eachSlot(visit func(*slot)) {
	var walk func(*slot)
	walk = func(s *slot) {
		visit(s)
		for _, k := range s.children {
			walk(k)
		}
	}
	walk(m.root)
}

// takeEdited makes a slot for each block of the edited text. What is gone at the source
// goes, unless a person touched it, and so does what the new text has as another kind of block.
func (m *merger) takeEdited() {
	m.ofEdited, m.ofFresh = make([]*slot, len(m.edited.all)), make([]*slot, len(m.fresh.all))
	m.retold = make([]bool, len(m.fresh.all))
	for i, y := range m.edited.all {
		s := &slot{edited: y, base: m.baseEdited.from(y), fresh: m.editedFresh.of(y)}
		m.ofEdited[i] = s
		if y.parent != nil {
			s.parent = m.ofEdited[y.parent.index]
		}
		if s.fresh != nil && s.base != nil && s.fresh.kind != y.kind && !m.touched[i] {
			m.retold[s.fresh.index] = true
			s.fresh = nil
		}
		if s.fresh != nil {
			m.ofFresh[s.fresh.index] = s
		}
	}
	m.root = m.ofEdited[0]
	whole := make([]bool, len(m.ofEdited)) // part of an item that is gone at the source and stays
	for i := 1; i < len(m.ofEdited); i++ {
		s := m.ofEdited[i]
		whole[i] = whole[s.edited.parent.index]
		if s.base == nil || s.fresh != nil || whole[i] {
			continue
		}
		switch {
		case isItem(s):
			s.gone = !m.touched[i]
			whole[i] = m.touched[i]
		case !s.edited.isContainer():
			s.gone = !m.touched[i]
		default:
			s.gone = !m.rewritten(s.edited) && !m.moved(s.edited)
		}
	}
}

// addFresh adds what is new, and moves what the tool moved.
func (m *merger) addFresh() {
	for _, z := range m.fresh.all[1:] {
		if s := m.ofFresh[z.index]; s != nil {
			m.followTool(s)
			continue
		}
		if m.baseFresh.from(z) != nil && !m.retold[z.index] || z.link != "" && (m.deletedItems[z.link] || m.linkedByPeople[z.link]) {
			continue // a person deleted it, or wrote about it elsewhere
		}
		parent := m.ofFresh[z.parent.index]
		if x := m.baseFresh.from(z.parent); parent == nil && x != nil && x.link != "" {
			continue // the links of a deleted story that has several releases now
		}
		switch {
		case parent != nil && (z.link != "" || m.takesParts(parent)):
			m.add(z, parent)
		case z.link != "":
			m.addStranded(z)
		}
	}
	// What stays keeps what it is in.
	for i := len(m.ofEdited) - 1; i > 0; i-- {
		if s := m.ofEdited[i]; !s.gone {
			s.parent.gone = false
		}
	}
}

// takesParts reports whether new texts are added to a block: not where a person wrote
// about the same item, and without a base only to what is new itself.
func (m *merger) takesParts(s *slot) bool {
	if m.noBase {
		return s.edited == nil && s.fresh.link != ""
	}
	return s.edited == nil || s.base != nil || s.fresh.link == ""
}

// followTool moves a block where the tool moved it, unless a person moved it.
func (m *merger) followTool(s *slot) {
	if s.base == nil || m.moved(s.edited) || m.baseFresh.from(s.fresh.parent) == s.base.parent {
		return
	}
	target := m.ofFresh[s.fresh.parent.index]
	for up := target; up != nil; up = up.parent {
		if up == s {
			return
		}
	}
	if target != nil {
		s.parent = target
	}
}

func (m *merger) add(z *block, parent *slot) *slot {
	s := &slot{fresh: z, parent: parent, useFresh: true}
	m.ofFresh[z.index] = s
	return s
}

// addStranded adds a new item whose section a person deleted: beside the neighbour that it
// has in the new text, wherever that was moved, or else under its heading, which is
// written again.
func (m *merger) addStranded(z *block) {
	neighbour := func(k *block) *slot {
		s := m.ofFresh[k.index]
		if s == nil || s.primary().isContainer() != z.isContainer() || (s.primary().kind == row) != (z.kind == row) {
			return nil
		}
		return s
	}
	for i := z.pos - 1; i >= 0; i-- {
		if n := neighbour(z.parent.children[i]); n != nil {
			s := m.add(z, n.parent)
			s.after, s.reason = n, Neighbour
			return
		}
	}
	for _, k := range z.parent.children[z.pos+1:] {
		if n := neighbour(k); n != nil {
			s := m.add(z, n.parent)
			s.before, s.reason = n, Neighbour
			return
		}
	}
	m.add(z, m.restore(z.parent)).reason = Restored
}

// restore returns the slot of a heading, or the head of a table, of the new text, and adds
// it if it is missing. The heading of a deleted item stays deleted.
func (m *merger) restore(z *block) *slot {
	if s := m.ofFresh[z.index]; s != nil {
		return s
	}
	if z.link != "" || z.kind != heading && z.kind != table {
		return m.restore(z.parent)
	}
	return m.add(z, m.restore(z.parent))
}

// prune removes new headings under which there is nothing in the end.
func (m *merger) prune() {
	filled := make(map[*slot]bool)
	mark := func(s *slot) {
		for ; s != nil && !filled[s]; s = s.parent {
			filled[s] = true
		}
	}
	for _, s := range m.ofEdited {
		if !s.gone {
			mark(s.parent)
		}
	}
	for i := len(m.ofFresh) - 1; i > 0; i-- {
		s := m.ofFresh[i]
		if s == nil || s.edited != nil {
			continue
		}
		if s.fresh.kind == heading && s.fresh.link == "" && len(s.fresh.children) > 0 && !filled[s] {
			s.gone = true
			continue
		}
		mark(s.parent)
	}
}

// arrange puts the children of every slot in their order.
func (m *merger) arrange() {
	adopt := func(s *slot) {
		if s != nil && !s.gone && s.parent != nil {
			s.parent.children = append(s.parent.children, s)
		}
	}
	for _, s := range m.ofEdited {
		adopt(s)
	}
	for _, s := range m.ofFresh {
		if s != nil && s.edited == nil {
			adopt(s)
		}
	}
	m.eachSlot(func(s *slot) { s.children = s.ordered() })
}

// ordered merges the orders of the edited and the new text. Unless people rearranged what
// was there the order is the tool's, and what people added follows what it follows in the
// edited text. Otherwise it is theirs, and what is new follows what it follows in the new
// text. What both added stays where people have it.
func (s *slot) ordered() []*slot {
	var theirs, ours, other []*slot
	for _, k := range s.children {
		inEdited := k.edited != nil && k.edited.parent == s.edited
		inFresh := k.fresh != nil && k.fresh.parent == s.fresh && !(inEdited && k.base == nil)
		if inEdited {
			theirs = append(theirs, k)
		}
		if inFresh {
			ours = append(ours, k)
		}
		if !inEdited && !inFresh {
			other = append(other, k)
		}
	}
	slices.SortFunc(ours, func(a, b *slot) int { return a.fresh.pos - b.fresh.pos })
	first, second := ours, theirs
	if s.rearranged(theirs) {
		first, second = theirs, ours
	}
	seq := sequence{after: make(map[*slot][]*slot), before: make(map[*slot][]*slot), placed: make(map[*slot]bool)}
	for _, k := range other {
		switch {
		case k.after != nil && k.after.parent == s:
			seq.after[k.after] = append(seq.after[k.after], k)
		case k.before != nil && k.before.parent == s:
			seq.before[k.before] = append(seq.before[k.before], k)
		default:
			seq.after[nil] = append(seq.after[nil], k)
		}
	}
	for _, k := range first {
		seq.placed[k] = true
	}
	var last *slot
	for _, k := range second {
		if seq.placed[k] {
			last = k
		} else {
			seq.after[last] = append(seq.after[last], k)
		}
	}
	seq.addAfter(nil)
	for _, k := range first {
		seq.add(k)
	}
	slices.SortStableFunc(seq.list, func(a, b *slot) int { return a.rank() - b.rank() })
	return seq.list
}

// rearranged reports whether people changed the order of what the tool had written.
func (s *slot) rearranged(theirs []*slot) bool {
	last := -1
	for _, k := range theirs {
		if k.base == nil || k.base.parent != s.base {
			continue
		}
		if k.base.pos < last {
			return true
		}
		last = k.base.pos
	}
	return false
}

// sequence is a list in the making.
type sequence struct {
	list          []*slot
	after, before map[*slot][]*slot
	placed        map[*slot]bool
}

func (q *sequence) add(k *slot) {
	for _, b := range q.before[k] {
		q.add(b)
	}
	q.list = append(q.list, k)
	q.addAfter(k)
}

func (q *sequence) addAfter(anchor *slot) {
	for _, k := range q.after[anchor] {
		q.add(k)
	}
}

// rank keeps the order that headings impose: the text of a section, its items, the notes
// that close it.
func (s *slot) rank() int {
	switch p := s.primary(); {
	case p.note:
		return 2
	case p.isContainer():
		return 1
	}
	return 0
}

// chooseTexts decides which slots get the new text.
func (m *merger) chooseTexts() {
	m.eachSlot(func(s *slot) {
		if s.edited != nil && s.fresh != nil && s != m.root {
			s.useFresh = m.takesFresh(s)
		}
	})
}

// takesFresh reports whether a block that both texts have gets the new text: if no person
// changed it, and the new text brings back nothing that a person deleted.
func (m *merger) takesFresh(s *slot) bool {
	if s.base == nil || !m.unchanged(s.base, s.edited) || s.edited.kind != s.fresh.kind {
		return false
	}
	if s.fresh.link != s.base.link && (m.deletedItems[s.fresh.link] || m.linkedByPeople[s.fresh.link]) {
		return false
	}
	if heading := m.ofFresh[s.fresh.parent.index]; s.base.link != "" && s.fresh.link == "" && (heading == nil || heading.gone) {
		return false // only the heading that a person deleted would say what it is about
	}
	return s.fresh.norm != s.base.norm || slices.Equal(s.edited.lines, s.base.lines)
}
