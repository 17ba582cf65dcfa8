package merge

import (
	"slices"
	"strings"
	"unicode"
)

// align joins what is left under two blocks that are the same: what is between the same
// neighbours and is similar.
func (p *pairs) align(a, b *block) {
	if len(a.children) == 0 || len(b.children) == 0 {
		return
	}
	var anchors []*block
	for _, k := range a.children {
		if m := p.of(k); m != nil && m.parent == b {
			anchors = append(anchors, k)
		}
	}
	anchors = inOrder(anchors, func(k *block) int { return p.of(k).pos })
	i, j := 0, 0
	for _, k := range anchors {
		m := p.of(k)
		p.alignBetween(a.children[i:k.pos], b.children[j:m.pos])
		i, j = k.pos+1, m.pos+1
	}
	p.alignBetween(a.children[i:], b.children[j:])
}

// inOrder returns the longest subsequence of blocks whose positions increase.
func inOrder(nodes []*block, pos func(*block) int) []*block {
	before := make([]int, len(nodes))
	var ends []int // ends[n] is the block that ends the best subsequence of n+1
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
	run := make([]*block, len(ends))
	if len(ends) > 0 {
		for i, k := ends[len(ends)-1], len(ends)-1; k >= 0; i, k = before[i], k-1 {
			run[k] = nodes[i]
		}
	}
	return run
}

// maxCells is how many comparisons of every block with every other are made. Larger lists
// are compared with what is near only.
const maxCells = 2500

func (p *pairs) alignBetween(xs, ys []*block) {
	xs, ys = filter(xs, p.freeX), filter(ys, p.freeY)
	if len(xs) == 0 || len(ys) == 0 {
		return
	}
	balanced := p.balance(xs, ys)
	if len(xs)*len(ys) > maxCells {
		p.alignNear(xs, ys, balanced)
		return
	}
	// best[i][j] is the highest sum of scores for xs[i:] and ys[j:].
	best := make([][]float64, len(xs)+1)
	for i := range best {
		best[i] = make([]float64, len(ys)+1)
	}
	like := make([]float64, len(xs)*len(ys))
	for i := len(xs) - 1; i >= 0; i-- {
		for j := len(ys) - 1; j >= 0; j-- {
			s := p.score(xs[i], ys[j], balanced)
			like[i*len(ys)+j] = s
			best[i][j] = max(best[i+1][j], best[i][j+1])
			if s > 0 {
				best[i][j] = max(best[i][j], s+best[i+1][j+1])
			}
		}
	}
	for i, j := 0, 0; i < len(xs) && j < len(ys); {
		s := like[i*len(ys)+j]
		switch {
		case s > 0 && best[i][j] == s+best[i+1][j+1]:
			p.join(xs[i], ys[j])
			i, j = i+1, j+1
		case best[i][j] == best[i+1][j]:
			i++
		default:
			j++
		}
	}
}

// alignNear looks only a few blocks ahead.
func (p *pairs) alignNear(xs, ys []*block, balanced map[kind]bool) {
	const ahead = 12
	j := 0
	for _, a := range xs {
		best, at := 0.0, -1
		for k := j; k < min(j+ahead, len(ys)); k++ {
			if s := p.score(a, ys[k], balanced); s > best {
				best, at = s, k
			}
		}
		if at >= 0 {
			p.join(a, ys[at])
			j = at + 1
		}
	}
}

func filter(nodes []*block, keep func(*block) bool) []*block {
	var kept []*block
	for _, n := range nodes {
		if keep(n) {
			kept = append(kept, n)
		}
	}
	return kept
}

// balance returns the kinds that occur equally often on both sides.
func (p *pairs) balance(xs, ys []*block) map[kind]bool {
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

// score says how good it would be to join two blocks in the same place; 0 forbids it.
func (p *pairs) score(a, b *block, balanced map[kind]bool) float64 {
	sameKind := a.kind == b.kind
	switch {
	case a.kind == key || b.kind == key:
		return 0
	case a.link != "" && b.link != "":
		return 0 // different items: the same link would have joined them
	case !p.rules.unlink && (!sameKind || a.isContainer() != b.isContainer() || (a.link != "") != (b.link != "")):
		return 0
	case !sameKind && (a.kind == code || b.kind == code):
		return 0
	}
	s := similarity(a, b)
	switch {
	case !sameKind:
		if s >= 0.6 {
			return 0.5 + s
		}
		return 0
	case a.link != b.link, a.isContainer():
		if s >= 0.5 && !p.haveDifferentItems(a, b) {
			return 1 + s
		}
		return 0
	case s >= p.rules.minSimilarity:
		return 1 + s
	case balanced[a.kind] && label(a) == label(b):
		return 0.1
	}
	return 0
}

// haveDifferentItems reports whether two headings have items under them, but none in
// common: two trains of one repository have almost the same heading.
func (p *pairs) haveDifferentItems(a, b *block) bool {
	hasX, hasY := false, false
	for _, k := range a.children {
		if k.link != "" {
			hasX = true
			if m := p.of(k); m != nil && m.parent == b {
				return false
			}
		}
	}
	for _, k := range b.children {
		hasY = hasY || k.link != ""
	}
	return hasX && hasY
}

// similarity is the share of words that two blocks have in common, from 0 to 1.
func similarity(a, b *block) float64 {
	x, y := words(a), words(b)
	if len(x) == 0 || len(y) == 0 {
		return 0
	}
	common := 0
	for i, j := 0, 0; i < len(x) && j < len(y); {
		switch c := strings.Compare(x[i], y[j]); {
		case c < 0:
			i++
		case c > 0:
			j++
		default:
			common++
			i, j = i+1, j+1
		}
	}
	return 2 * float64(common) / float64(len(x)+len(y))
}

// words returns the first words of a block in lower case, sorted. In scripts without spaces
// every character is a word.
func words(n *block) []string {
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
	end := func(i int) {
		if start >= 0 {
			n.tokens = append(n.tokens, strings.ToLower(text[start:i]))
			start = -1
		}
	}
	for i, r := range text {
		switch {
		case isWide(r):
			end(i)
			if isWord(r) {
				n.tokens = append(n.tokens, string(r))
			}
		case isWord(r) || unicode.IsMark(r):
			if start < 0 {
				start = i
			}
		default:
			end(i)
		}
		if len(n.tokens) >= enough {
			break
		}
	}
	if len(n.tokens) < enough {
		end(len(text))
	}
	slices.Sort(n.tokens)
	return n.tokens
}
