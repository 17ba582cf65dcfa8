package merge

import "slices"

// merger holds the three trees, which blocks of them are the same, and what becomes of
// them.
type merger struct {
	b, e, n *tree
	be, bn  *pairs // the tool's last text with the edited one, and with the new one
	en      *pairs // the edited text with the new one: all that are the same, with a base or without
	noBase  bool

	mine    map[string]bool // what people link to and the tool had not
	deleted map[string]bool // items of the base that people deleted

	reformatted bool   // a program rewrote the file: that a block is written differently is no person's doing
	touched     []bool // by index in e: somebody changed the block or something beneath it
	ofE         []*out
	ofN         []*out // nil where the new text's block is not in the result
	root        *out
	report      *Report
}

// out is a block of the result. It has the blocks that it comes from, or nil.
type out struct {
	e, b, n *node
	parent  *out
	kids    []*out
	at      int  // among the kids of its parent
	after   *out // where it stands if neither text says so
	before  *out

	gone    bool   // not in the result
	fresh   bool   // its text is that of n
	shift   int    // how many levels a new heading is moved
	reason  Reason // why it is not under the heading that it has in the new text
	inner   int    // columns that its kids are indented by, when written
	written []string
}

// source is the block that an out is written from.
func (o *out) source() *node {
	if o.e == nil || o.fresh {
		return o.n
	}
	return o.e
}

// shape is the block that says where an out belongs.
func (o *out) shape() *node {
	if o.e != nil {
		return o.e
	}
	return o.n
}

func newMerger(b, e, n *tree) *merger {
	m := &merger{b: b, e: e, n: n, report: &Report{}}
	m.bn = newPairs(b, n, byTool)
	m.bn.pair()
	m.be = newPairs(b, e, byEditors)
	m.pairThrough()
	m.be.pair()
	m.en = newPairs(e, n, byBoth)
	common := false
	for _, x := range b.all[1:] {
		y, z := m.be.of(x), m.bn.of(x)
		if y != nil {
			m.en.closedX[y.index] = true
		}
		if z != nil {
			m.en.closedY[z.index] = true
		}
		if y != nil && z != nil {
			m.en.join(y, z)
		}
		common = common || y != nil || z != nil
	}
	m.en.pair()
	m.noBase = !common && len(e.all) > 1
	m.findLinks()
	m.reformatted = m.isReformatted()
	m.findTouched()
	return m
}

// pairThrough takes blocks that the edited and the new text have alike, in the same
// place, for the one that the new text's comes from: people can have made the change
// already, and so did this merge, when it ran before.
func (m *merger) pairThrough() {
	same := newPairs(m.e, m.n, byBoth)
	same.pairLinks()
	same.pairTexts()
	same.pairHeadings()
	same.pairTexts()
	for _, y := range m.e.all[1:] {
		z := same.of(y)
		if z == nil || z.norm != y.norm {
			continue
		}
		if x := m.bn.from(z); x == nil {
			m.be.closedY[y.index] = true // added on both sides
		} else if m.be.freeX(x) {
			m.be.join(x, y)
		}
	}
}

// findLinks collects what people link to that the tool had not, and which items of the
// base are in the edited text no more.
func (m *merger) findLinks() {
	inB, inE := make(map[string]bool), make(map[string]bool)
	for _, x := range m.b.all {
		for _, l := range x.links {
			inB[l] = true
		}
	}
	m.mine, m.deleted = make(map[string]bool), make(map[string]bool)
	for _, y := range m.e.all {
		for _, l := range y.links {
			inE[l] = true
			if !inB[l] {
				m.mine[l] = true
			}
		}
	}
	for _, x := range m.b.all {
		if x.link != "" && !inE[x.link] {
			m.deleted[x.link] = true
		}
	}
}

// edited reports whether a person wrote or rewrote a block.
func (m *merger) edited(y *node) bool {
	x := m.be.from(y)
	return x == nil || !m.same(x, y)
}

// same reports whether a block of the edited text is as the tool wrote it.
func (m *merger) same(b, e *node) bool {
	return b.norm == e.norm && (m.reformatted || slices.Equal(b.lines, e.lines))
}

// isReformatted tells a formatter, which rewrites all blocks of a kind and says nothing
// new, from a person, who breaks a line or takes another bullet here and there.
func (m *merger) isReformatted() bool {
	const few = 3
	alike, rewritten := make(map[kind]int), make(map[kind]int)
	for _, x := range m.b.all[1:] {
		y := m.be.of(x)
		if y == nil || y.norm != x.norm {
			continue
		}
		alike[x.kind]++
		if !slices.Equal(x.lines, y.lines) {
			rewritten[x.kind]++
		}
	}
	for k, n := range rewritten {
		if n >= few && 2*n >= alike[k] {
			return true
		}
	}
	return false
}

// moved reports whether a person put a block of the tool beneath another one.
func (m *merger) moved(y *node) bool {
	x := m.be.from(y)
	return x != nil && x.parent != nil && m.be.of(x.parent) != y.parent
}

func (m *merger) findTouched() {
	m.touched = make([]bool, len(m.e.all))
	for _, x := range m.b.all[1:] {
		if parent := m.be.of(x.parent); parent != nil {
			if y := m.be.of(x); y == nil || y.parent != parent {
				m.touched[parent.index] = true
			}
		}
	}
	for i := len(m.e.all) - 1; i > 0; i-- {
		y := m.e.all[i]
		if m.edited(y) || m.moved(y) {
			m.touched[i] = true
		}
		if m.touched[i] && y.parent != nil {
			m.touched[y.parent.index] = true
		}
	}
}

// run merges, and returns the lines of the result.
func (m *merger) run() []string {
	m.place()
	m.insert()
	m.prune()
	m.order()
	m.choose()
	lines := m.write()
	m.tell()
	return lines
}
