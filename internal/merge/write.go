package merge

import (
	"slices"
	"strconv"
	"strings"
)

// write returns the lines of the result.
func (m *merger) write() []string {
	var lines []string
	last := m.root
	m.eachSlot(func(s *slot) {
		if s != m.root {
			s.render()
			lines = append(lines, m.gap(last, s)...)
			lines = append(lines, s.lines...)
			last = s
		}
		s.styleChildren()
	})
	if slices.Equal(m.edited.end, m.base.end) {
		return append(lines, m.fresh.end...)
	}
	return append(lines, m.edited.end...)
}

// gap returns the blank lines between two blocks: as the edited text has them, if they
// are neighbours there and the gap is not the tool's own, else as the new text has them.
func (m *merger) gap(a, b *slot) []string {
	next := func(x, y *block) bool { return x != nil && y != nil && x.index+1 == y.index }
	inEdited, inFresh := next(a.edited, b.edited), next(a.fresh, b.fresh)
	if inEdited && !(inFresh && next(a.base, b.base) && slices.Equal(b.edited.gap, b.base.gap)) {
		return b.edited.gap
	}
	if inFresh {
		return b.fresh.gap
	}
	p := b.primary()
	switch {
	case a == m.root:
		if len(m.edited.all) > 1 {
			return m.edited.all[1].gap
		}
		if len(m.fresh.all) > 1 {
			return m.fresh.all[1].gap
		}
		return nil
	case p.kind == key, p.kind == row:
		return nil
	case p.kind == listItem && a.inList():
		return b.parent.itemGap
	case len(p.gap) > 0:
		return p.gap
	}
	return []string{""}
}

// inList reports whether a slot is in a list.
func (s *slot) inList() bool {
	for ; s != nil && !s.primary().isContainer(); s = s.parent {
		if s.primary().kind == listItem {
			return true
		}
	}
	return false
}

// render fills in the lines of a slot as they must be written in its place.
func (s *slot) render() {
	from := s.source()
	indent := s.parent.inner
	lines := from.lines
	switch from.kind {
	case listItem:
		marker := s.marker
		if s.edited != nil {
			marker = s.edited.marker
			if s.useFresh && s.edited.marker == s.base.marker {
				marker = s.fresh.marker
			}
		}
		s.inner = indent + len(marker)
		if extra := from.inner - len(from.marker) - from.indent; extra > 0 {
			s.inner += extra // it is indented more than it needs to be
			indent += extra
		}
		if marker != from.marker || s.inner != from.inner {
			_, text := dedent(lines[0])
			content := strings.TrimPrefix(text, strings.TrimRight(from.marker, " \t"))
			first := strings.Repeat(" ", indent) + strings.TrimRight(marker+strings.TrimLeft(content, " \t"), " ")
			lines = append([]string{first}, reindent(lines[1:], s.inner-from.inner)...)
		}
	case heading:
		if level := headingLevel(lines[0]); s.shift != 0 && level > 0 && level+s.shift > 0 && level+s.shift <= 6 {
			lines = []string{strings.Repeat("#", level+s.shift) + lines[0][level:]}
		}
	default:
		lines = reindent(lines, indent-from.indent)
		s.inner = indent // of the rows of a table
	}
	s.lines = lines
}

// styleChildren gives what is new in a slot the style of what is there: list items get
// the markers that people use, headings the level of those beside them.
func (s *slot) styleChildren() {
	shift, found := s.shift, false
	if s.edited != nil && s.edited.kind == heading && s.fresh != nil && s.fresh.kind == heading {
		shift = s.edited.level - s.fresh.level
	}
	s.itemGap = itemGap(s.edited, s.fresh)
	shifts := make(map[int]int) // by level in the new text
	var own *slot               // the nearest list item before whose marker a person chose, or else the first one
	since := 0
	for _, k := range s.children {
		if own == nil && k.hasOwnMarker() {
			own = k
		}
		if k.edited != nil && k.fresh != nil && k.edited.kind == heading && k.fresh.kind == heading {
			if _, seen := shifts[k.fresh.level]; !seen {
				shifts[k.fresh.level] = k.edited.level - k.fresh.level
			}
		}
	}
	for _, k := range s.children {
		since++
		if k.hasOwnMarker() {
			own, since, found = k, 0, true
		}
		if k.edited != nil {
			continue
		}
		switch k.fresh.kind {
		case listItem:
			k.marker = k.fresh.marker
			switch {
			case found:
				k.marker = countOn(own.edited.marker, since)
			case own != nil:
				k.marker = own.edited.marker
			}
		case heading:
			k.shift = shift
			if by, seen := shifts[k.fresh.level]; seen {
				k.shift = by
			}
		}
	}
}

// itemGap returns the blank lines between the items of a list, which is one of two blocks.
func itemGap(lists ...*block) []string {
	for _, list := range lists {
		if list == nil {
			continue
		}
		for i, k := range list.children {
			if i > 0 && k.kind == listItem && list.children[i-1].kind == listItem {
				return k.gap
			}
		}
	}
	return nil
}

// hasOwnMarker reports whether a person chose the marker of a list item.
func (s *slot) hasOwnMarker() bool {
	return s.edited != nil && s.edited.kind == listItem && (s.base == nil || s.edited.marker != s.base.marker)
}

// countOn adds to the number of a list item; other markers stay as they are.
func countOn(marker string, by int) string {
	digits := strings.TrimRight(strings.TrimRight(marker, " \t"), ".)")
	n, err := strconv.Atoi(digits)
	if err != nil {
		return marker
	}
	return strconv.Itoa(n+by) + marker[len(digits):]
}

// reindent moves lines to the right, or to the left as far as there are spaces.
func reindent(lines []string, by int) []string {
	if by == 0 {
		return lines
	}
	moved := make([]string, len(lines))
	for i, l := range lines {
		switch {
		case blank(l):
			moved[i] = l
		case by > 0:
			moved[i] = strings.Repeat(" ", by) + l
		default:
			n := 0
			for n < -by && n < len(l) && l[n] == ' ' {
				n++
			}
			moved[i] = l[n:]
		}
	}
	return moved
}
