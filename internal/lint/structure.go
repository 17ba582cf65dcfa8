package lint

import (
	"bytes"
	"fmt"

	"github.com/yuin/goldmark/ast"
)

// itemLevel is the level of the headings of items. Sections and items occur once in an
// edition; what is deeper belongs to its item.
const itemLevel = 3

// checkStructure looks for what is empty or broken: headings, list items and code blocks.
func (c *checker) checkStructure() {
	c.checkHeadings()
	c.walk(func(n ast.Node) {
		switch n := n.(type) {
		case *ast.ListItem:
			if n.FirstChild() == nil {
				c.problem(c.at(n), Warning, ruleStructure, "list item without text")
			}
		case *ast.FencedCodeBlock:
			if !c.isClosed(n) {
				c.problem(c.at(n), Error, ruleStructure, "code block is never closed: the rest of the page is shown as code")
			}
		}
	})
}

func (c *checker) checkHeadings() {
	headings := c.headings()
	if len(headings) == 0 {
		c.problem(c.body, Warning, ruleStructure, "no heading")
	}
	first := make(map[string]int) // the offset of each heading
	var above [7]string           // the headings that the current one belongs to, by level
	previous := 0
	for _, h := range headings {
		at, text := c.at(h), c.plain(h)
		c.checkLevel(at, h.Level, previous)
		previous = h.Level
		clear(above[h.Level:])
		above[h.Level] = text
		switch {
		case text == "" && !hasImage(h):
			c.problem(at, Error, ruleStructure, "heading without text")
		case isDead(h):
			c.problem(at, Warning, ruleStructure, "nothing under the heading %q", quote(text))
		}
		if text == "" {
			continue
		}
		id := c.identity(h, text, above)
		if before, ok := first[id]; ok {
			c.problem(at, Warning, ruleStructure, "duplicate heading %q, first on line %d", quote(text), c.line(before))
			continue
		}
		first[id] = at
	}
}

// checkLevel compares a heading with the one before, of level 0 for none. The title in
// the front matter is the heading of level 1.
func (c *checker) checkLevel(at, level, previous int) {
	switch {
	case previous == 0 && level > 2:
		c.problem(at, Warning, ruleStructure, "the first heading has level %d, want 2", level)
	case previous > 0 && level > previous+1:
		c.problem(at, Warning, ruleStructure, "heading level jumps from %d to %d", previous, level)
	}
}

// identity is the same for duplicate headings: those with the same level and text, the same
// link if they are links, and within an item the same headings above.
func (c *checker) identity(h *ast.Heading, text string, above [7]string) string {
	id := fmt.Sprintf("%d %q", h.Level, text)
	l, linked := h.FirstChild().(*ast.Link)
	if linked && l.NextSibling() == nil {
		id += fmt.Sprintf(" %q", address(l.Destination))
	} else if h.Level == itemLevel {
		id += fmt.Sprintf(" %q", above[:h.Level]) // such as "Also released" in two sections
	}
	if h.Level > itemLevel {
		id += fmt.Sprintf(" %q", above[:h.Level])
	}
	return id
}

// isDead reports whether a heading has nothing under it: no text, and no heading that
// belongs to it.
func isDead(h *ast.Heading) bool {
	switch next := h.NextSibling().(type) {
	case nil, *ast.ThematicBreak:
		return true
	case *ast.Heading:
		return next.Level <= h.Level
	}
	return false
}

func hasImage(n ast.Node) bool {
	found := false
	walkNode(n, func(n ast.Node, _ bool) { found = found || n.Kind() == ast.KindImage })
	return found
}

// isClosed reports whether the line after the content of a code block is its fence. The
// parser does not say: a block also ends with its quotation, its list or the page.
func (c *checker) isClosed(n *ast.FencedCodeBlock) bool {
	start := max(0, n.Pos())
	if start >= len(c.source) {
		return true // unreachable: a block has its opening fence
	}
	mark := c.source[start]
	end := start + lineLength(c.source[start:])
	if lines := n.Lines(); lines.Len() > 0 {
		end = lines.At(lines.Len() - 1).Stop
	}
	line := c.source[end:]
	line = bytes.TrimLeft(line[:lineLength(line)], " \t>")
	rest := bytes.TrimLeft(line, string(mark))
	opening := c.source[start:]
	length := len(opening) - len(bytes.TrimLeft(opening, string(mark)))
	return len(line)-len(rest) >= length && len(bytes.TrimSpace(rest)) == 0
}

// lineLength is the length of the first line, its line break included.
func lineLength(b []byte) int {
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		return i + 1
	}
	return len(b)
}
