package merge

import "strings"

// kind says what a block is to Markdown.
type kind byte

const (
	root      kind = iota
	heading        // holds all blocks up to the next heading of its level or above
	divider        // the last thematic break, when no heading follows: the closing words stand below it
	entry          // one entry of a list; holds what is indented beneath it
	paragraph      // also what no other kind claims
	code           // a fence or an indented block
	markup         // HTML, or a paired shortcode with what is between
	quote          //
	table          //
	rule           // a thematic break
	key            // a key of the front matter
)

// node is a block with the blocks that belong to it.
type node struct {
	kind  kind
	level int      // of a heading, 1 to 6
	gap   []string // the blank lines before it
	lines []string // its own lines, without those of kids

	indent int    // columns that its container takes
	inner  int    // columns that it takes from its kids; entries only
	marker string // of an entry, with the spaces after it

	norm    string   // what it says, however it is formatted; texts of different kinds differ
	plain   string   // its words
	link    string   // what identifies it: the first link of a heading or an entry
	address string   // that link as it stands
	links   []string // all links, as identities
	tokens  []string // for likeness; made when needed

	tail   bool // a note of the tool that closes a section after its items
	parent *node
	kids   []*node
	pos    int // among the kids of its parent
	index  int // in the order of the file; the root is 0
}

// tree is a text as blocks.
type tree struct {
	root *node
	all  []*node  // in the order of the file
	end  []string // blank lines after the last block
}

// holds reports whether a node is one that others are put under by headings.
func (n *node) holds() bool { return n.kind == root || n.kind == heading || n.kind == divider }

// newTree nests the blocks of a page by its headings.
func newTree(blocks []*node, end []string) *tree {
	top := &node{kind: root}
	stack := []*node{top}
	closing, level := lastDivider(blocks)
	for _, b := range blocks {
		if b == closing {
			b.kind, b.level = divider, level
		}
		if b.holds() {
			for len(stack) > 1 && stack[len(stack)-1].level >= b.level {
				stack = stack[:len(stack)-1]
			}
		}
		parent := stack[len(stack)-1]
		parent.kids = append(parent.kids, b)
		b.parent = parent
		if b.holds() {
			stack = append(stack, b)
		}
	}
	raiseTails(top)
	t := &tree{root: top, end: end}
	t.number(top)
	return t
}

// number gives the nodes their places.
func (t *tree) number(n *node) {
	n.index = len(t.all)
	t.all = append(t.all, n)
	for i, k := range n.kids {
		k.parent, k.pos = n, i
		t.number(k)
	}
}

// lastDivider finds the thematic break that begins the closing words, and the level at
// which it ends what was before.
func lastDivider(blocks []*node) (*node, int) {
	var found *node
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

// raiseTails gives the notes at the end of a section's last item to the section: the
// tool writes there how many items were cut and what could not be read, and Markdown
// cannot end an item. The order of the file stays as it is.
func raiseTails(n *node) {
	for _, k := range n.kids {
		if k.kind == heading {
			raiseTails(k)
		}
	}
	if n.kind != heading || len(n.kids) == 0 {
		return
	}
	last := n.kids[len(n.kids)-1]
	if last.kind != heading {
		for i := len(n.kids); n.parent.kind == root && i > 0 && isTail(n.kids[i-1]); i-- {
			n.kids[i-1].tail = true // items may come before it
		}
		return
	}
	i := len(last.kids)
	for i > 0 && isTail(last.kids[i-1]) {
		i--
	}
	for _, k := range last.kids[i:] {
		k.tail, k.parent = true, n
		n.kids = append(n.kids, k)
	}
	last.kids = last.kids[:i]
}

// isTail recognises a quotation that begins with a bold label, and a line that begins
// with an ellipsis.
func isTail(n *node) bool {
	switch n.kind {
	case quote:
		return label(n) != ""
	case paragraph:
		return strings.HasPrefix(strings.TrimSpace(n.lines[0]), "…")
	}
	return n.tail
}

// label is the bold text that a block begins with, such as "**Answer**".
func label(n *node) string {
	s := strings.TrimLeft(n.lines[0], "> \t")
	if rest, ok := strings.CutPrefix(s, "**"); ok {
		if i := strings.Index(rest, "**"); i > 0 {
			return rest[:i]
		}
	}
	return ""
}
