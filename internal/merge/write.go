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
	m.eachOut(func(o *out) {
		if o == m.root {
			return
		}
		m.render(o)
		lines = append(lines, m.gap(last, o)...)
		lines = append(lines, o.written...)
		last = o
	})
	return append(lines, m.end()...)
}

// end returns the blank lines after the last block.
func (m *merger) end() []string {
	if slices.Equal(m.e.end, m.b.end) {
		return m.n.end
	}
	return m.e.end
}

// gap returns the blank lines between two blocks: as the edited text has them, if they
// are neighbours there and the gap is not the tool's own, else as the new text has them.
func (m *merger) gap(x, y *out) []string {
	inE := x.e != nil && y.e != nil && x.e.index+1 == y.e.index
	inN := x.n != nil && y.n != nil && x.n.index+1 == y.n.index
	if inE {
		inB := x.b != nil && y.b != nil && x.b.index+1 == y.b.index
		if inB && inN && slices.Equal(y.e.gap, y.b.gap) {
			return y.n.gap
		}
		return y.e.gap
	}
	if inN {
		return y.n.gap
	}
	s := y.shape()
	switch {
	case x == m.root:
		if len(m.e.all) > 1 {
			return m.e.all[1].gap
		}
		if len(m.n.all) > 1 {
			return m.n.all[1].gap
		}
		return nil
	case s.kind == key:
		return nil
	case s.kind == entry && x.beneathEntry():
		return y.tightness()
	case len(s.gap) > 0:
		return s.gap
	}
	return []string{""}
}

func (o *out) beneathEntry() bool {
	for ; o != nil && !o.shape().holds(); o = o.parent {
		if o.shape().kind == entry {
			return true
		}
	}
	return false
}

// tightness returns the gap between the entries of a list as its other entries have it.
func (o *out) tightness() []string {
	for _, at := range []*node{o.parent.e, o.parent.n} {
		if at == nil {
			continue
		}
		for i, k := range at.kids {
			if i > 0 && k.kind == entry && at.kids[i-1].kind == entry {
				return k.gap
			}
		}
	}
	return nil
}

// render writes the lines of a block as they must stand in their place.
func (m *merger) render(o *out) {
	s := o.source()
	indent := o.parent.inner
	lines := s.lines
	switch s.kind {
	case entry:
		marker := o.marker()
		o.inner = indent + len(marker)
		if own := s.inner - len(s.marker); own > s.indent {
			o.inner += own - s.indent // it is indented more than it need be
			indent += own - s.indent
		}
		if marker != s.marker || o.inner != s.inner {
			_, text := dedent(lines[0])
			content := strings.TrimPrefix(text, strings.TrimRight(s.marker, " \t"))
			first := strings.Repeat(" ", indent) + strings.TrimRight(marker+strings.TrimLeft(content, " \t"), " ")
			lines = append([]string{first}, reindent(lines[1:], o.inner-s.inner)...)
		}
	case heading:
		lines = o.leveled(lines)
	default:
		lines = reindent(lines, indent-s.indent)
	}
	o.written = lines
}

// marker is what a person uses, where there is a person's list.
func (o *out) marker() string {
	if o.e != nil && o.e.kind == entry {
		if !o.fresh || o.b == nil || o.e.marker != o.b.marker {
			return o.e.marker
		}
		return o.n.marker
	}
	for i := o.at - 1; i >= 0; i-- {
		if k := o.parent.kids[i]; k.ownMarker() {
			return numbered(k.e.marker, o.at-i)
		}
	}
	for _, k := range o.parent.kids[o.at+1:] {
		if k.ownMarker() {
			return numbered(k.e.marker, 0)
		}
	}
	return o.n.marker
}

// ownMarker reports whether a person chose the marker of an entry.
func (o *out) ownMarker() bool {
	return o.e != nil && o.e.kind == entry && (o.b == nil || o.e.marker != o.b.marker)
}

// numbered counts on from the number of an entry.
func numbered(marker string, by int) string {
	digits := strings.TrimRight(strings.TrimRight(marker, " \t"), ".)")
	n, err := strconv.Atoi(digits)
	if err != nil {
		return marker
	}
	return strconv.Itoa(n+by) + marker[len(digits):]
}

// leveled writes a new heading at the level of those that it has come to stand beside.
func (o *out) leveled(lines []string) []string {
	if o.e != nil {
		return lines
	}
	o.shift = o.parent.shift
	if o.parent.e != nil && o.parent.e.kind == heading && o.parent.n != nil && o.parent.n.kind == heading {
		o.shift = o.parent.e.level - o.parent.n.level
	}
	for _, k := range o.parent.kids {
		if k.e != nil && k.n != nil && k.e.kind == heading && k.n.kind == heading && k.n.level == o.n.level {
			o.shift = k.e.level - k.n.level
			break
		}
	}
	level := headingLevel(lines[0])
	if want := level + o.shift; o.shift != 0 && level > 0 && want > 0 && want <= 6 {
		return []string{strings.Repeat("#", want) + lines[0][level:]}
	}
	return lines
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
