package merge

import "strings"

// parse reads the body of a page, whose lines have no line ends.
func parse(lines []string, renamed renames) *tree {
	s := scanner{lines}
	blocks, end := s.blocks(0, len(lines), 0, 0)
	t := newTree(blocks, end)
	defs := definitions(t)
	for _, n := range t.all {
		describe(n, defs, renamed)
	}
	return t
}

// maxDepth is how deep lists are taken apart; what is deeper stays whole.
const maxDepth = 8

// scanner splits lines into blocks roughly as CommonMark does. In doubt it keeps lines
// together.
type scanner struct{ lines []string }

// blocks reads the blocks of lines from to to, which is exclusive, in a container that
// takes indent columns. It also returns the blank lines after the last one.
func (s *scanner) blocks(from, to, indent, depth int) (found []*block, end []string) {
	spans := spanFinder{lines: s.lines, from: from, to: to, indent: indent}
	var gap []string
	for i := from; i < to; {
		if blank(s.lines[i]) {
			gap = append(gap, s.lines[i])
			i++
			continue
		}
		n, next := s.block(i, to, indent, depth, &spans)
		n.gap, n.indent = gap, indent
		gap = nil
		found = append(found, n)
		i = next
	}
	return found, gap
}

// block reads the block that begins at line i and returns where it ends.
func (s *scanner) block(i, to, indent, depth int, spans *spanFinder) (*block, int) {
	columns, text := dedent(s.lines[i])
	if columns-indent >= 4 {
		return s.leaf(code, i, s.indented(i, to, indent))
	}
	switch {
	case isRule(text):
		return s.leaf(rule, i, i+1)
	case headingLevel(text) > 0:
		n, next := s.leaf(paragraph, i, i+1)
		if depth == 0 {
			n.kind, n.level = heading, headingLevel(text)
		}
		return n, next
	case text[0] == '>':
		return s.leaf(quote, i, s.paragraph(i, to, indent, false))
	}
	if end := spans.fence(i, text); end > 0 {
		return s.leaf(code, i, end)
	}
	if end := spans.paired(i, text); end > 0 {
		return s.leaf(markup, i, end)
	}
	if htmlOpener(text) {
		return s.leaf(markup, i, s.toBlank(i, to))
	}
	if marker := listMarker(text); marker != "" {
		return s.listItem(i, to, columns, marker, depth)
	}
	if i+1 < to && isTableHead(text, s.lines[i+1]) {
		return s.table(i, s.paragraph(i, to, indent, false), indent)
	}
	end := s.paragraph(i, to, indent, depth == 0)
	n, next := s.leaf(paragraph, i, end)
	if depth == 0 && end-i > 1 {
		if level := underline(s.lines[end-1]); level > 0 {
			n.kind, n.level = heading, level
		}
	}
	return n, next
}

func (s *scanner) leaf(k kind, from, to int) (*block, int) {
	return &block{kind: k, lines: s.lines[from:to:to]}, to
}

// table reads a table: its head, of two lines, and its rows.
func (s *scanner) table(i, end, indent int) (*block, int) {
	head := min(i+2, end)
	n, _ := s.leaf(table, i, head)
	for j := head; j < end; j++ {
		r, _ := s.leaf(row, j, j+1)
		r.indent = indent
		n.children = append(n.children, r)
	}
	return n, end
}

// indented finds the end of an indented code block.
func (s *scanner) indented(i, to, indent int) int {
	end := i + 1
	for j := end; j < to; j++ {
		if blank(s.lines[j]) {
			continue
		}
		if columns, _ := dedent(s.lines[j]); columns-indent < 4 {
			break
		}
		end = j + 1
	}
	return end
}

// toBlank finds the next blank line.
func (s *scanner) toBlank(i, to int) int {
	for i++; i < to && !blank(s.lines[i]); i++ {
	}
	return i
}

// paragraph finds the end of the paragraph that begins at line i: a blank line, or one
// that begins another block. An underline makes it a heading and ends it.
func (s *scanner) paragraph(i, to, indent int, headings bool) int {
	for j := i + 1; j < to; j++ {
		if blank(s.lines[j]) {
			return j
		}
		if headings && underline(s.lines[j]) > 0 {
			return j + 1
		}
		columns, text := dedent(s.lines[j])
		if columns-indent < 4 && endsParagraph(text) && !(text[0] == '>' && s.quoted(i)) {
			return j
		}
	}
	return to
}

func (s *scanner) quoted(i int) bool {
	_, text := dedent(s.lines[i])
	return text[0] == '>'
}

// listItem reads an item of a list: its own paragraph and what is indented under it. One
// that does not begin with a paragraph is not taken apart.
func (s *scanner) listItem(i, to, columns int, marker string, depth int) (*block, int) {
	inner := columns + len(marker)
	_, text := dedent(s.lines[i])
	first := strings.TrimPrefix(text, marker)
	if len(text) <= len(marker) {
		first = ""
	}
	end := s.listItemEnd(i, to, inner)
	n := &block{kind: listItem, marker: marker, inner: inner}
	own := end
	if first != "" && !endsParagraph(first) && !htmlOpener(first) && depth < maxDepth {
		own = min(end, s.ownParagraph(i, end, inner))
	}
	n.lines = s.lines[i:own:own]
	n.children, _ = s.blocks(own, end, inner, depth+1)
	return n, end
}

// listItemEnd finds where a list item ends: at the first line that is neither blank nor
// indented nor the rest of a paragraph that was not indented.
func (s *scanner) listItemEnd(i, to, inner int) int {
	end := i + 1
	for j := i + 1; j < to; j++ {
		if blank(s.lines[j]) {
			continue
		}
		columns, text := dedent(s.lines[j])
		lazy := j == end && !endsParagraph(text) && listMarker(text) == ""
		if columns < inner && !lazy {
			break
		}
		end = j + 1
	}
	return end
}

// ownParagraph finds the end of the paragraph that begins a list item.
func (s *scanner) ownParagraph(i, to, inner int) int {
	for j := i + 1; j < to; j++ {
		if blank(s.lines[j]) {
			return j
		}
		if columns, text := dedent(s.lines[j]); columns >= inner && columns-inner < 4 && endsParagraph(text) {
			return j
		}
	}
	return to
}
