package merge

// place makes the blocks of the result out of those of the edited text. What is gone at
// the source goes, unless somebody touched it. What the tool has moved is moved later,
// when the places are known.
func (m *merger) place() {
	m.ofE, m.ofN = make([]*out, len(m.e.all)), make([]*out, len(m.n.all))
	for i, y := range m.e.all {
		o := &out{e: y, b: m.be.from(y), n: m.en.of(y)}
		m.ofE[i] = o
		if y.parent != nil {
			o.parent = m.ofE[y.parent.index]
		}
		if o.n != nil {
			m.ofN[o.n.index] = o
		}
	}
	m.root = m.ofE[0]
	whole := make([]bool, len(m.ofE)) // belongs to an item that is gone but stays
	for i := 1; i < len(m.ofE); i++ {
		o := m.ofE[i]
		whole[i] = whole[o.e.parent.index]
		if o.b == nil || o.n != nil || whole[i] {
			continue
		}
		switch {
		case isItem(o):
			o.gone = !m.touched[i]
			whole[i] = m.touched[i]
		case !o.e.holds():
			o.gone = !m.touched[i]
		default:
			o.gone = !m.edited(o.e) && !m.moved(o.e)
		}
	}
}

// isItem reports whether a block is one thing with all that is beneath it.
func isItem(o *out) bool {
	return o.e.link != "" || o.b != nil && o.b.link != ""
}

// insert goes through the new text: it puts in what is new and moves what the tool moved.
func (m *merger) insert() {
	for _, z := range m.n.all[1:] {
		if o := m.ofN[z.index]; o != nil {
			m.follow(o)
			continue
		}
		if m.bn.from(z) != nil || z.link != "" && m.deleted[z.link] || z.link != "" && m.mine[z.link] {
			continue // deleted by a person, or standing elsewhere
		}
		parent := m.ofN[z.parent.index]
		switch {
		case parent != nil && (z.link != "" || m.takesParts(parent)):
			m.add(z, parent)
		case z.link != "":
			m.strand(z)
		}
	}
	// What stays keeps what it stands in.
	for i := len(m.ofE) - 1; i > 0; i-- {
		if o := m.ofE[i]; !o.gone {
			o.parent.gone = false
		}
	}
}

// takesParts reports whether new texts are put beneath a block: not where a person wrote
// of the same item, and without a base only beneath what is new itself.
func (m *merger) takesParts(o *out) bool {
	if m.noBase {
		return o.e == nil && o.n.link != ""
	}
	return o.e == nil || o.b != nil || o.n.link == ""
}

// follow puts a block where the tool put it, if no person moved it.
func (m *merger) follow(o *out) {
	if o.b == nil || m.moved(o.e) || m.bn.from(o.n.parent) == o.b.parent {
		return
	}
	target := m.ofN[o.n.parent.index]
	for up := target; up != nil; up = up.parent {
		if up == o {
			return
		}
	}
	if target != nil {
		o.parent = target
	}
}

func (m *merger) add(z *node, parent *out) *out {
	o := &out{n: z, parent: parent, fresh: true}
	m.ofN[z.index] = o
	return o
}

// strand finds a place for a new item whose section a person deleted: beside the
// neighbour that it stands by in the new text, wherever that was moved to, or else under
// its heading, which is written again.
func (m *merger) strand(z *node) {
	for i := z.pos - 1; i >= 0; i-- {
		if s := m.ofN[z.parent.kids[i].index]; s != nil && s.shape().holds() == z.holds() {
			o := m.add(z, s.parent)
			o.after, o.reason = s, Neighbour
			return
		}
	}
	for _, k := range z.parent.kids[z.pos+1:] {
		if s := m.ofN[k.index]; s != nil && s.shape().holds() == z.holds() {
			o := m.add(z, s.parent)
			o.before, o.reason = s, Neighbour
			return
		}
	}
	m.add(z, m.ensure(z.parent)).reason = Restored
}

// ensure returns the block of the result for one of the new text, and writes headings
// again that are missing; but not what was an item.
func (m *merger) ensure(z *node) *out {
	if o := m.ofN[z.index]; o != nil {
		return o
	}
	if z.link != "" || z.kind != heading {
		return m.ensure(z.parent)
	}
	return m.add(z, m.ensure(z.parent))
}
