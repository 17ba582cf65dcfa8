package merge

import "strings"

// kind says what a block is to Markdown.
type kind byte

const (
	root      kind = iota
	heading        // contains all blocks up to the next heading of its level or above
	divider        // the last thematic break, if no heading follows: it contains the closing words
	listItem       // contains what is indented under it
	paragraph      // also what no other kind claims
	code           // a fenced or an indented block
	markup         // or a paired shortcode with everything in between
	quote
	table // its head; it contains the rows
	row   // of a table
	rule  // a thematic break
	key   // a key of the front matter
)

// block is a piece of Markdown with the blocks in it.
type block struct {
	kind  kind
	level int      // of a heading, 1 to 6
	gap   []string // the blank lines before it
	lines []string // its own, without those of its children

	indent int    // columns that its container takes
	inner  int    // columns that it takes from its children; list items only
	marker string // of a list item, with the spaces after it

	norm    string   // its normal form: what it says, however it is formatted
	plain   string   // its words
	link    string   // what identifies it: the first link of a heading, a list item or a row, or one that begins a text
	address string   // that link as it is written
	links   []string // all links, as identities
	tokens  []string // its words for comparison, sorted; made when needed

	note     bool // a note of the tool that closes a section after its items
	parent   *block
	children []*block
	pos      int // among the children of its parent
	index    int // in the order of the file; the root is 0
}

// tree is a text as blocks.
type tree struct {
	root *block
	all  []*block // in the order of the file
	end  []string // blank lines after the last block
}

// isContainer reports whether a block contains what follows it.
func (n *block) isContainer() bool {
	return n.kind == root || n.kind == heading || n.kind == divider
}

// newTree nests the blocks of a page by its headings.
func newTree(blocks []*block, end []string) *tree {
	top := &block{kind: root}
	stack := []*block{top}
	closing, level := lastDivider(blocks)
	for _, b := range blocks {
		if b == closing {
			b.kind, b.level = divider, level
		}
		if b.isContainer() {
			for len(stack) > 1 && stack[len(stack)-1].level >= b.level {
				stack = stack[:len(stack)-1]
			}
		}
		parent := stack[len(stack)-1]
		parent.children = append(parent.children, b)
		b.parent = parent
		if b.isContainer() {
			stack = append(stack, b)
		}
	}
	raiseNotes(top)
	t := &tree{root: top, end: end}
	t.number(top)
	return t
}

// number fills in the positions of a block and those in it.
func (t *tree) number(n *block) {
	n.index = len(t.all)
	t.all = append(t.all, n)
	for i, k := range n.children {
		k.parent, k.pos = n, i
		t.number(k)
	}
}

// lastDivider finds the thematic break that begins the closing words, and the level of
// the sections that it ends.
func lastDivider(blocks []*block) (*block, int) {
	var found *block
	level := 6
	for _, b := range blocks {
		switch b.kind {
		case heading:
			found = nil
			level = min(level, b.level)
		case rule:
			found = b
		}
	}
	return found, level
}

// raiseNotes gives the notes after the last item of a section to the section: there the
// tool writes how many items were cut and what could not be read, and Markdown cannot end
// an item. The order of the file stays as it is.
func raiseNotes(n *block) {
	for _, k := range n.children {
		if k.kind == heading {
			raiseNotes(k)
		}
	}
	if n.kind != heading || len(n.children) == 0 {
		return
	}
	last := n.children[len(n.children)-1]
	if last.kind != heading {
		for i := len(n.children); n.parent.kind == root && i > 0 && isNote(n.children[i-1]); i-- {
			n.children[i-1].note = true // items may come before it
		}
		return
	}
	i := len(last.children)
	for i > 0 && isNote(last.children[i-1]) {
		i--
	}
	for _, k := range last.children[i:] {
		k.note, k.parent = true, n
		n.children = append(n.children, k)
	}
	last.children = last.children[:i]
}

// isNote recognises a quotation with a bold label, and a line that begins with an ellipsis.
func isNote(n *block) bool {
	switch n.kind {
	case quote:
		return label(n) != ""
	case paragraph:
		return strings.HasPrefix(strings.TrimSpace(n.lines[0]), "…")
	}
	return n.note
}

// label is the bold text that a block begins with, such as "**Answer**".
func label(n *block) string {
	s := strings.TrimLeft(n.lines[0], "> \t")
	if rest, ok := strings.CutPrefix(s, "**"); ok {
		if i := strings.Index(rest, "**"); i > 0 {
			return rest[:i]
		}
	}
	return ""
}
