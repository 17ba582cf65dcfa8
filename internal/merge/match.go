package merge

import (
	"strconv"
	"strings"
)

// rules say how freely blocks of two texts are taken for the same.
type rules struct {
	moves         bool    // texts without a link may be elsewhere, as people cut and paste
	unlink        bool    // a block may have lost its link, or got one
	minSimilarity float64 // of two texts in the same place, from 0 to 1
	place         bool    // the place is enough where both texts have as many blocks of a kind there
}

var (
	// byEditors: people move, rewrite and convert blocks.
	byEditors = rules{moves: true, unlink: true, minSimilarity: 0.3, place: true}
	// byTool: an item is its link, and the rest of it is where the template puts it.
	byTool = rules{minSimilarity: 0.2, place: true}
	// byBoth: what was added on both sides is the same only if it says nearly the same.
	byBoth = rules{minSimilarity: 0.5}
)

// pairs are the blocks of two trees, x and y, that are the same.
type pairs struct {
	x, y  *tree
	toY   []*block // by index in x
	toX   []*block // by index in y
	rules rules

	closedX, closedY []bool // by index: blocks that may not be joined
}

func newPairs(x, y *tree, r rules) *pairs {
	p := &pairs{x: x, y: y, rules: r, toY: make([]*block, len(x.all)), toX: make([]*block, len(y.all)),
		closedX: make([]bool, len(x.all)), closedY: make([]bool, len(y.all))}
	p.join(x.root, y.root)
	return p
}

func (p *pairs) of(a *block) *block   { return p.toY[a.index] }
func (p *pairs) from(b *block) *block { return p.toX[b.index] }
func (p *pairs) freeX(a *block) bool  { return p.toY[a.index] == nil && !p.closedX[a.index] }
func (p *pairs) freeY(b *block) bool  { return p.toX[b.index] == nil && !p.closedY[b.index] }
func (p *pairs) join(a, b *block)     { p.toY[a.index], p.toX[b.index] = b, a }

// pair joins the blocks that are the same, what is certain first: links, then texts in
// their place, headings by what is under them, items of another kind, texts elsewhere, and similar texts.
func (p *pairs) pair() {
	p.pairLinks()
	p.pairTexts()
	p.pairHeadings()
	p.pairRetold()
	p.pairTexts()
	if p.rules.moves {
		p.pairMoved()
		p.pairTexts()
	}
	for _, a := range p.x.all {
		if b := p.of(a); b != nil {
			p.pairChildren(a, b)
			p.align(a, b)
		}
	}
}

// pairLinks joins blocks of a kind with the same link. If several blocks have it, those with more in
// common are joined first.
func (p *pairs) pairLinks() {
	under := func(n *block) string {
		if n.parent.link != "" {
			return n.parent.link
		}
		return n.parent.plain
	}
	kindOf := func(n *block) string { return strconv.Itoa(int(n.kind)) }
	for _, id := range []func(*block) string{
		func(n *block) string { return kindOf(n) + "\n" + n.norm + "\n" + under(n) },
		func(n *block) string { return kindOf(n) + "\n" + n.norm },
		func(n *block) string { return kindOf(n) + "\n" + under(n) },
		kindOf,
	} {
		p.joinByLink(id)
	}
	p.pairGrown()
}

// pairRetold joins items that are blocks of another kind now: a row became a heading, or a
// heading the start of a paragraph.
func (p *pairs) pairRetold() {
	p.joinByLink(func(*block) string { return "" })
}

// joinByLink joins blocks that have the same link and for which id is the same.
func (p *pairs) joinByLink(id func(*block) string) {
	p.joinByKey(p.x.all, p.y.all, func(n *block) string {
		if n.link == "" {
			return ""
		}
		return n.link + "\n" + id(n)
	})
}

// pairGrown joins items that were known by another link of theirs: a story that takes
// one line is known by its latest release, which changes with every new one. Both links
// must be of one kind, such as releases of one repository, or a line that only mentions an
// item would be taken for it.
func (p *pairs) pairGrown() {
	wanted := make(map[string]*block) // by the links of the free items of x; nil if several have it
	for _, a := range p.x.all {
		if a.link == "" || !p.freeX(a) {
			continue
		}
		for _, l := range a.links {
			if b, seen := wanted[l]; seen && b != a {
				wanted[l] = nil
			} else {
				wanted[l] = a
			}
		}
	}
	for _, b := range p.y.all {
		if b.link == "" || !p.freeY(b) {
			continue
		}
		for _, l := range b.links {
			a := wanted[l]
			if a != nil && p.freeX(a) && a.kind == b.kind && (l == a.link || l == b.link) && folder(a.link) == folder(b.link) {
				p.join(a, b)
				break
			}
		}
	}
}

// pairTrains joins the stories of a train that gains or loses releases. A story of several has
// their links under a heading without one, and that of a single release has it in the heading.
func (p *pairs) pairTrains() {
	wanted := make(map[string]*block) // headings of x, by their links; nil if several have it
	for _, a := range p.x.all {
		if a.kind == heading && p.freeX(a) {
			for _, l := range storyLinks(a) {
				if b, seen := wanted[l]; seen && b != a {
					wanted[l] = nil
				} else {
					wanted[l] = a
				}
			}
		}
	}
	for _, b := range p.y.all {
		if b.kind != heading || !p.freeY(b) {
			continue
		}
		for _, l := range storyLinks(b) {
			a := wanted[l]
			if a == nil || !p.freeX(a) || a.link != "" && b.link != "" {
				continue
			}
			p.join(a, b)
			if first(a) != nil && first(b) != nil && p.freeX(first(a)) && p.freeY(first(b)) {
				p.join(first(a), first(b))
			}
			break
		}
	}
}

// storyLinks returns what a story is known by: the link of its heading, or else the links that
// the paragraph under it begins with, if all of them are of one kind.
func storyLinks(h *block) []string {
	p := first(h)
	switch {
	case h.link != "":
		return []string{h.link}
	case p == nil || p.link == "":
		return nil
	}
	var links []string
	for _, l := range p.links {
		if folder(l) == folder(p.link) {
			links = append(links, l)
		}
	}
	return links
}

// first returns the paragraph right under a heading.
func first(h *block) *block {
	if len(h.children) > 0 && h.children[0].kind == paragraph {
		return h.children[0]
	}
	return nil
}

// folder is a link without its last part.
func folder(link string) string { return link[:strings.LastIndexByte(link, '/')+1] }

// joinByKey joins blocks that have the same key, in order. Blocks with an empty key are
// left out.
func (p *pairs) joinByKey(xs, ys []*block, key func(*block) string) {
	waiting := make(map[string][]*block)
	for _, b := range ys {
		if p.freeY(b) {
			if s := key(b); s != "" {
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
		s := key(a)
		if queue := waiting[s]; s != "" && len(queue) > 0 {
			p.join(a, queue[0])
			waiting[s] = queue[1:]
		}
	}
}

// pairTexts joins blocks that say the same under blocks that are the same.
func (p *pairs) pairTexts() {
	for _, a := range p.x.all {
		if b := p.of(a); b != nil {
			p.pairChildren(a, b)
		}
	}
}

func (p *pairs) pairChildren(a, b *block) {
	if len(a.children) > 0 && len(b.children) > 0 {
		p.joinByKey(a.children, b.children, func(n *block) string { return n.norm })
	}
}

// pairMoved joins texts that occur once in either tree, wherever they are. Short ones
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

// once returns the free blocks whose text occurs once in a tree, by text.
func (p *pairs) once(t *tree, free func(*block) bool) map[string]*block {
	found := make(map[string]*block)
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

// pairHeadings joins headings whose text has changed by what is under them: a renamed
// section, a train of releases with one more version.
func (p *pairs) pairHeadings() {
	p.pairTrains()
	ofX, ofY := p.once(p.x, p.freeX), p.once(p.y, p.freeY)
	for level := 6; level > 0; level-- {
		for _, a := range p.x.all {
			if a.kind == heading && a.level == level && p.freeX(a) {
				if b := p.headingByVotes(a, ofX, ofY); b != nil {
					p.join(a, b)
				}
			}
		}
	}
}

// headingByVotes returns the heading under which most of the blocks under a are now, if
// most of the blocks under that heading come from a.
func (p *pairs) headingByVotes(a *block, ofX, ofY map[string]*block) *block {
	votes := make(map[*block]int)
	var best *block
	for _, k := range a.children {
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
		return nil // a different item
	}
	if a.link != "" && 2*votes[best] < len(a.children) {
		return nil // only some of it was moved there
	}
	rivals := make(map[*block]int)
	for _, k := range best.children {
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
