package merge

import (
	"strings"
	"unicode"
)

// align pairs what is left beneath two blocks that are the same: what stands between
// the same neighbours and is alike.
func (p *pairs) align(a, b *node) {
	if len(a.kids) == 0 || len(b.kids) == 0 {
		return
	}
	var anchors []*node
	for _, k := range a.kids {
		if m := p.of(k); m != nil && m.parent == b {
			anchors = append(anchors, k)
		}
	}
	anchors = inOrder(anchors, func(k *node) int { return p.of(k).pos })
	i, j := 0, 0
	for _, k := range anchors {
		m := p.of(k)
		p.alignBetween(a.kids[i:k.pos], b.kids[j:m.pos])
		i, j = k.pos+1, m.pos+1
	}
	p.alignBetween(a.kids[i:], b.kids[j:])
}

// inOrder returns the longest run of nodes whose positions rise.
func inOrder(nodes []*node, pos func(*node) int) []*node {
	before := make([]int, len(nodes))
	var ends []int // ends[n] is the node that ends the best run of n+1
	for i, n := range nodes {
		lo, hi := 0, len(ends)
		for lo < hi {
			mid := (lo + hi) / 2
			if pos(nodes[ends[mid]]) < pos(n) {
				lo = mid + 1
			} else {
				hi = mid
			}
		}
		before[i] = -1
		if lo > 0 {
			before[i] = ends[lo-1]
		}
		if lo == len(ends) {
			ends = append(ends, i)
		} else {
			ends[lo] = i
		}
	}
	run := make([]*node, len(ends))
	if len(ends) > 0 {
		for i, k := ends[len(ends)-1], len(ends)-1; k >= 0; i, k = before[i], k-1 {
			run[k] = nodes[i]
		}
	}
	return run
}

// maxCells bounds the comparing of every block with every other; more is compared near
// by only.
const maxCells = 2500

func (p *pairs) alignBetween(xs, ys []*node) {
	xs, ys = filter(xs, p.freeX), filter(ys, p.freeY)
	if len(xs) == 0 || len(ys) == 0 {
		return
	}
	balanced := p.balance(xs, ys)
	if len(xs)*len(ys) > maxCells {
		p.alignNear(xs, ys, balanced)
		return
	}
	// score[i][j] is the best that xs[i:] and ys[j:] can give.
	score := make([][]float64, len(xs)+1)
	for i := range score {
		score[i] = make([]float64, len(ys)+1)
	}
	like := make([]float64, len(xs)*len(ys))
	for i := len(xs) - 1; i >= 0; i-- {
		for j := len(ys) - 1; j >= 0; j-- {
			s := p.alike(xs[i], ys[j], balanced)
			like[i*len(ys)+j] = s
			score[i][j] = max(score[i+1][j], score[i][j+1])
			if s > 0 {
				score[i][j] = max(score[i][j], s+score[i+1][j+1])
			}
		}
	}
	for i, j := 0, 0; i < len(xs) && j < len(ys); {
		s := like[i*len(ys)+j]
		switch {
		case s > 0 && score[i][j] == s+score[i+1][j+1]:
			p.join(xs[i], ys[j])
			i, j = i+1, j+1
		case score[i][j] == score[i+1][j]:
			i++
		default:
			j++
		}
	}
}

// alignNear looks a few blocks ahead only.
func (p *pairs) alignNear(xs, ys []*node, balanced map[kind]bool) {
	const ahead = 12
	j := 0
	for _, a := range xs {
		best, at := 0.0, -1
		for k := j; k < min(j+ahead, len(ys)); k++ {
			if s := p.alike(a, ys[k], balanced); s > best {
				best, at = s, k
			}
		}
		if at >= 0 {
			p.join(a, ys[at])
			j = at + 1
		}
	}
}

func filter(nodes []*node, keep func(*node) bool) []*node {
	var kept []*node
	for _, n := range nodes {
		if keep(n) {
			kept = append(kept, n)
		}
	}
	return kept
}

// balance says of which kinds there are as many on both sides.
func (p *pairs) balance(xs, ys []*node) map[kind]bool {
	if !p.rules.place {
		return nil
	}
	counts := make(map[kind]int)
	for _, n := range xs {
		counts[n.kind]++
	}
	for _, n := range ys {
		counts[n.kind]--
	}
	balanced := make(map[kind]bool)
	for k, n := range counts {
		balanced[k] = n == 0
	}
	return balanced
}

// alike says how good it would be to take two blocks in the same place for the same; 0
// forbids it.
func (p *pairs) alike(a, b *node, balanced map[kind]bool) float64 {
	if a.kind == key || b.kind == key || a.holds() != b.holds() && !p.rules.unlink {
		return 0
	}
	if a.link != "" && b.link != "" {
		return 0 // different items: the same link would have joined them
	}
	if (a.link != "") != (b.link != "") && !p.rules.unlink {
		return 0
	}
	s := likeness(a, b)
	switch {
	case a.kind != b.kind:
		if p.rules.unlink && s >= 0.6 && a.kind != code && b.kind != code {
			return 0.5 + s
		}
		return 0
	case a.link != b.link, a.holds():
		if s >= 0.5 && !p.strangers(a, b) {
			return 1 + s
		}
		return 0
	case s >= p.rules.likely:
		return 1 + s
	case balanced[a.kind] && label(a) == label(b):
		return 0.1
	}
	return 0
}

// strangers reports whether two headings have items beneath them, but none in common:
// two trains of one repository have almost the same heading.
func (p *pairs) strangers(a, b *node) bool {
	hasX, hasY := false, false
	for _, k := range a.kids {
		if k.link != "" {
			hasX = true
			if m := p.of(k); m != nil && m.parent == b {
				return false
			}
		}
	}
	for _, k := range b.kids {
		hasY = hasY || k.link != ""
	}
	return hasX && hasY
}

// likeness is the share of words that two blocks have in common, from 0 to 1.
func likeness(a, b *node) float64 {
	x, y := words(a), words(b)
	if len(x) == 0 || len(y) == 0 {
		return 0
	}
	counts := make(map[string]int, len(x))
	for _, w := range x {
		counts[w]++
	}
	common := 0
	for _, w := range y {
		if counts[w] > 0 {
			counts[w]--
			common++
		}
	}
	return 2 * float64(common) / float64(len(x)+len(y))
}

// words returns the words of a block in lower case; in scripts without spaces every
// character is one.
func words(n *node) []string {
	const enough = 200
	if n.tokens != nil {
		return n.tokens
	}
	text := n.plain
	if text == "" {
		text = n.norm[min(2, len(n.norm)):]
	}
	n.tokens = []string{}
	start := -1
	flush := func(end int) {
		if start >= 0 {
			n.tokens = append(n.tokens, strings.ToLower(text[start:end]))
			start = -1
		}
	}
	for i, r := range text {
		switch {
		case isWide(r):
			flush(i)
			if isWord(r) {
				n.tokens = append(n.tokens, string(r))
			}
		case isWord(r) || unicode.IsMark(r):
			if start < 0 {
				start = i
			}
		default:
			flush(i)
		}
		if len(n.tokens) >= enough {
			return n.tokens
		}
	}
	flush(len(text))
	return n.tokens
}
