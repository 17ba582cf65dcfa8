package merge

import "strconv"

// rules says how freely blocks of two texts may be taken for the same.
type rules struct {
	moves  bool    // a text without a link may have gone elsewhere, as people cut and paste
	unlink bool    // a linked block may have lost its link, or a text got one
	likely float64 // how alike two texts in the same place must be
	place  bool    // where as many blocks of a kind stand in the same place, the place is enough
}

var (
	// byEditors: people move, rewrite and convert blocks.
	byEditors = rules{moves: true, unlink: true, likely: 0.3, place: true}
	// byTool: an item is its link; the rest of it stands in the place that the template gives it.
	byTool = rules{likely: 0.2, place: true}
	// byBoth: what was added on both sides is the same only if it says the same.
	byBoth = rules{likely: 0.5}
)

// pairs says which blocks of two trees are the same block.
type pairs struct {
	x, y  *tree
	there []*node // by index in x
	back  []*node // by index in y
	rules rules

	closedX, closedY []bool // blocks that cannot be paired any more
}

func newPairs(x, y *tree, r rules) *pairs {
	p := &pairs{x: x, y: y, rules: r, there: make([]*node, len(x.all)), back: make([]*node, len(y.all)),
		closedX: make([]bool, len(x.all)), closedY: make([]bool, len(y.all))}
	p.join(x.root, y.root)
	return p
}

func (p *pairs) of(a *node) *node   { return p.there[a.index] }
func (p *pairs) from(b *node) *node { return p.back[b.index] }
func (p *pairs) freeX(a *node) bool { return p.there[a.index] == nil && !p.closedX[a.index] }
func (p *pairs) freeY(b *node) bool { return p.back[b.index] == nil && !p.closedY[b.index] }
func (p *pairs) join(a, b *node)    { p.there[a.index], p.back[b.index] = b, a }

// pair finds the same blocks, what is certain first: links, then texts in their place,
// then headings by what stands beneath them, then texts elsewhere, then what is alike.
func (p *pairs) pair() {
	p.pairLinks()
	p.pairTexts()
	p.pairHeadings()
	p.pairTexts()
	if p.rules.moves {
		p.pairMoved()
		p.pairTexts()
	}
	for _, a := range p.x.all {
		if b := p.of(a); b != nil {
			p.pairKids(a, b, text)
			p.align(a, b)
		}
	}
}

// pairLinks joins blocks with the same link. A link that stands at several blocks joins
// first those that have more in common.
func (p *pairs) pairLinks() {
	under := func(n *node) string {
		if n.parent.link != "" {
			return n.parent.link
		}
		return n.parent.plain
	}
	kindOf := func(n *node) string { return strconv.Itoa(int(n.kind)) }
	for _, id := range []func(*node) string{
		func(n *node) string { return kindOf(n) + "\n" + n.norm + "\n" + under(n) },
		func(n *node) string { return kindOf(n) + "\n" + n.norm },
		func(n *node) string { return kindOf(n) + "\n" + under(n) },
		kindOf,
		func(*node) string { return "" },
	} {
		p.joinBy(p.x.all, p.y.all, func(n *node) string {
			if n.link == "" {
				return ""
			}
			return n.link + "\n" + id(n)
		})
	}
}

// joinBy joins blocks that have the same name, the first with the first. Blocks without
// a name stay.
func (p *pairs) joinBy(xs, ys []*node, name func(*node) string) {
	waiting := make(map[string][]*node)
	for _, b := range ys {
		if p.freeY(b) {
			if s := name(b); s != "" {
				waiting[s] = append(waiting[s], b)
			}
		}
	}
	if len(waiting) == 0 {
		return
	}
	for _, a := range xs {
		if !p.freeX(a) {
			continue
		}
		s := name(a)
		if queue := waiting[s]; s != "" && len(queue) > 0 {
			p.join(a, queue[0])
			waiting[s] = queue[1:]
		}
	}
}

// text names a block by what it says.
func text(n *node) string { return n.norm }

// pairTexts joins blocks that say the same beneath blocks that are the same.
func (p *pairs) pairTexts() {
	for _, a := range p.x.all {
		if b := p.of(a); b != nil {
			p.pairKids(a, b, text)
		}
	}
}

func (p *pairs) pairKids(a, b *node, name func(*node) string) {
	if len(a.kids) > 0 && len(b.kids) > 0 {
		p.joinBy(a.kids, b.kids, name)
	}
}

// pairMoved joins texts that stand once in either tree, wherever they are. Short ones
// prove nothing.
func (p *pairs) pairMoved() {
	const enough = 24
	ofX, ofY := p.once(p.x, p.freeX), p.once(p.y, p.freeY)
	for _, a := range p.x.all {
		if b := ofY[a.norm]; b != nil && ofX[a.norm] == a && p.freeX(a) && (len(a.norm) >= enough || a.kind == heading) {
			p.join(a, b)
		}
	}
}

// once returns the free blocks whose text stands once in a tree, by text.
func (p *pairs) once(t *tree, free func(*node) bool) map[string]*node {
	found := make(map[string]*node)
	times := make(map[string]int)
	for _, n := range t.all[1:] {
		times[n.norm]++
		if free(n) {
			found[n.norm] = n
		}
	}
	for s, n := range times {
		if n > 1 {
			delete(found, s)
		}
	}
	return found
}

// pairHeadings joins headings whose text has changed by what stands beneath them: a
// renamed section, a train with one more version.
func (p *pairs) pairHeadings() {
	ofX, ofY := p.once(p.x, p.freeX), p.once(p.y, p.freeY)
	for level := 6; level > 0; level-- {
		for _, a := range p.x.all {
			if a.kind == heading && a.level == level && p.freeX(a) {
				if b := p.elected(a, ofX, ofY); b != nil {
					p.join(a, b)
				}
			}
		}
	}
}

// elected returns the heading that most of the blocks beneath a now stand beneath, if
// most of the votes for that heading come from a.
func (p *pairs) elected(a *node, ofX, ofY map[string]*node) *node {
	votes := make(map[*node]int)
	var best *node
	for _, k := range a.kids {
		m := p.of(k)
		if m == nil && ofX[k.norm] == k {
			m = ofY[k.norm]
		}
		if m == nil || m.parent.kind != heading || !p.freeY(m.parent) {
			continue
		}
		h := m.parent
		votes[h]++
		if best == nil || votes[h] > votes[best] {
			best = h
		}
	}
	if best == nil {
		return nil
	}
	if a.link != "" && best.link != "" && !p.rules.unlink {
		return nil // another item
	}
	if a.link != "" && 2*votes[best] < len(a.kids) {
		return nil // some of it was moved there
	}
	rivals := make(map[*node]int)
	for _, k := range best.kids {
		m := p.from(k)
		if m == nil && ofY[k.norm] == k {
			m = ofX[k.norm]
		}
		if m != nil && m.parent != a && m.parent.kind == heading && p.freeX(m.parent) {
			rivals[m.parent]++
			if rivals[m.parent] > votes[best] {
				return nil
			}
		}
	}
	return best
}
