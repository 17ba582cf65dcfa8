package lint

import (
	"bytes"
	"fmt"

	"github.com/yuin/goldmark/ast"
)

// itemLevel is the level of the headings that an edition's items have. Sections and
// items stand once in an edition; what is deeper belongs to its item.
const itemLevel = 3

// checkStructure looks for what is dead or broken: headings without anything, code that
// never ends, empty items of lists.
func (c *checker) checkStructure() {
	c.checkHeadings()
	c.walk(func(n ast.Node) {
		switch n := n.(type) {
		case *ast.ListItem:
			if n.FirstChild() == nil {
				c.problem(c.at(n), Warning, ruleStructure, "this item of a list has no text")
			}
		case *ast.FencedCodeBlock:
			if !c.isClosed(n) {
				c.problem(c.at(n), Error, ruleStructure, "the code block that begins here is not closed: what follows is shown as code")
			}
		}
	})
}

func (c *checker) checkHeadings() {
	headings := c.headings()
	if len(headings) == 0 {
		c.problem(c.body, Warning, ruleStructure, "there is no heading")
	}
	first := make(map[string]int) // where a heading stood first
	var above [7]string           // the headings that the present one belongs to, by level
	previous := 0
	for _, h := range headings {
		at, text := c.at(h), c.plain(h)
		c.checkLevel(at, h.Level, previous)
		previous = h.Level
		clear(above[h.Level:])
		above[h.Level] = text
		switch {
		case text == "" && !hasImage(h):
			c.problem(at, Error, ruleStructure, "this heading has no text")
		case isDead(h):
			c.problem(at, Warning, ruleStructure, "there is nothing beneath the heading %q", quote(text))
		}
		if text == "" {
			continue
		}
		id := c.identity(h, text, above)
		if before, ok := first[id]; ok {
			c.problem(at, Warning, ruleStructure, "the heading %q stands in line %d already", quote(text), c.line(before))
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
		c.problem(at, Warning, ruleStructure, "the page begins with a heading of level %d: begin with one of level 2", level)
	case previous > 0 && level > previous+1:
		c.problem(at, Warning, ruleStructure, "a heading of level %d follows one of level %d: level %d is left out", level, previous, previous+1)
	}
}

// identity tells headings apart: by level and text, those that are links by what they
// lead to as well, and those within an item by the headings above them.
func (c *checker) identity(h *ast.Heading, text string, above [7]string) string {
	id := fmt.Sprintf("%d %q", h.Level, text)
	if l, ok := h.FirstChild().(*ast.Link); ok && l.NextSibling() == nil {
		id += fmt.Sprintf(" %q", address(l.Destination))
	}
	if h.Level > itemLevel {
		id += fmt.Sprintf(" %q", above[:h.Level])
	}
	return id
}

// isDead reports whether a heading has nothing beneath it: no text, and no heading that
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
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		found = found || n.Kind() == ast.KindImage
		return ast.WalkContinue, nil
	})
	return found
}

// isClosed reports whether the line after the content of a code block is its fence. The
// parser does not tell: a block ends as well where its quote, its list or the page does.
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
