package merge

import "slices"

// prune takes new headings out again under which nothing came to stand.
func (m *merger) prune() {
	filled := make(map[*out]bool)
	mark := func(o *out) {
		for ; o != nil && !filled[o]; o = o.parent {
			filled[o] = true
		}
	}
	for _, o := range m.ofE {
		if !o.gone {
			mark(o.parent)
		}
	}
	for i := len(m.ofN) - 1; i > 0; i-- {
		o := m.ofN[i]
		if o == nil || o.e != nil {
			continue
		}
		if o.n.kind == heading && o.n.link == "" && len(o.n.kids) > 0 && !filled[o] {
			o.gone = true
			continue
		}
		mark(o.parent)
	}
}

// order puts the kids of every block in their order.
func (m *merger) order() {
	m.root.gather(m)
	stack := []*out{m.root}
	for len(stack) > 0 {
		o := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		o.kids = m.ordered(o)
		for i, k := range o.kids {
			k.at = i
		}
		stack = append(stack, o.kids...)
	}
}

// gather gives every block its kids, in no order yet.
func (o *out) gather(m *merger) {
	seen := func(k *out) {
		if k != nil && !k.gone && k.parent != nil {
			k.parent.kids = append(k.parent.kids, k)
		}
	}
	for _, k := range m.ofE {
		seen(k)
	}
	for _, k := range m.ofN {
		if k != nil && k.e == nil {
			seen(k)
		}
	}
}

// ordered merges two orders. Where people left the order alone it is the tool's, and
// what people put in follows what it follows in the edited text. Where they changed it,
// it is theirs, and what is new follows what it follows in the new text. What both added
// stands where people put it.
func (m *merger) ordered(o *out) []*out {
	var theirs, ours, other []*out
	for _, k := range o.kids {
		inE := k.e != nil && k.e.parent == o.e
		inN := k.n != nil && k.n.parent == o.n && !(inE && k.b == nil)
		if inE {
			theirs = append(theirs, k)
		}
		if inN {
			ours = append(ours, k)
		}
		if !inE && !inN {
			other = append(other, k)
		}
	}
	slices.SortFunc(ours, func(a, b *out) int { return a.n.pos - b.n.pos })
	first, second := ours, theirs
	if rearranged(o, theirs) {
		first, second = theirs, ours
	}
	s := sequence{after: make(map[*out][]*out), before: make(map[*out][]*out), placed: make(map[*out]bool)}
	for _, k := range other {
		switch {
		case k.after != nil && k.after.parent == o:
			s.after[k.after] = append(s.after[k.after], k)
		case k.before != nil && k.before.parent == o:
			s.before[k.before] = append(s.before[k.before], k)
		default:
			s.after[nil] = append(s.after[nil], k)
		}
	}
	for _, k := range first {
		s.placed[k] = true
	}
	var last *out
	for _, k := range second {
		if s.placed[k] {
			last = k
		} else {
			s.after[last] = append(s.after[last], k)
		}
	}
	s.put(nil)
	for _, k := range first {
		s.add(k)
	}
	slices.SortStableFunc(s.list, func(a, b *out) int { return rank(a) - rank(b) })
	return s.list
}

// rearranged reports whether people changed the order of what was there.
func rearranged(o *out, theirs []*out) bool {
	last := -1
	for _, k := range theirs {
		if k.b == nil || k.b.parent != o.b {
			continue
		}
		if k.b.pos < last {
			return true
		}
		last = k.b.pos
	}
	return false
}

// sequence is a list that is being put together.
type sequence struct {
	list          []*out
	after, before map[*out][]*out
	placed        map[*out]bool
}

func (s *sequence) add(k *out) {
	for _, b := range s.before[k] {
		s.add(b)
	}
	s.list = append(s.list, k)
	s.put(k)
}

func (s *sequence) put(anchor *out) {
	for _, k := range s.after[anchor] {
		s.add(k)
	}
}

// rank keeps the order that headings impose: first the text of a section, then its
// items, then notes that close it.
func rank(o *out) int {
	switch s := o.shape(); {
	case s.tail:
		return 2
	case s.holds():
		return 1
	}
	return 0
}
