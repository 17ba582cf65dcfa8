package merge

import "slices"

// choose decides whose text each block has.
func (m *merger) choose() {
	m.eachOut(func(o *out) {
		if o.e == nil || o.n == nil || o.e.kind == root {
			return
		}
		o.fresh = m.takesFresh(o)
	})
}

// takesFresh reports whether a block of both texts gets the new one.
func (m *merger) takesFresh(o *out) bool {
	if o.b == nil || !m.same(o.b, o.e) || o.e.kind != o.n.kind {
		return false
	}
	if o.n.link != o.b.link && (m.deleted[o.n.link] || m.mine[o.n.link]) {
		return false // it would bring back what a person deleted
	}
	return o.n.norm != o.b.norm || slices.Equal(o.e.lines, o.b.lines)
}

// eachOut visits the result in its order.
func (m *merger) eachOut(f func(*out)) {
	var visit func(*out)
	visit = func(o *out) {
		f(o)
		for _, k := range o.kids {
			visit(k)
		}
	}
	visit(m.root)
}
