package lint

import (
	"bytes"
	"context"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// link is a link of a page.
type link struct {
	offset  int // in the text
	address string
	text    bool // it shows something to click on
	in      item
}

// item is where a link belongs: the number of the last heading of a section or an item, and
// that of the entry that it is in. 0 is before the first one and in none; rows of tables
// have negative numbers.
type item struct{ heading, entry int }

// isSame reports whether links of two places belong to one item. The title of an item and
// the list in it may link to the same page.
func (i item) isSame(o item) bool {
	return i.heading == o.heading && (i.entry == o.entry || i.entry == 0 || o.entry == 0)
}

// links returns the links of a page in order, bare addresses included.
//
// An entry is a row of a table, or an item of a list that begins with a link. In a section
// without headings of items it is any item of a list, and a paragraph that begins with a
// link.
func (p *page) links() []link {
	type entry struct {
		node   ast.Node
		number int
		linked bool // it begins with a link
	}
	var found []link
	var in item
	level := 0             // of the last heading
	count := 0             // of entries so far
	entries := []entry{{}} // those that the walk is in
	walkNode(p.root, func(n ast.Node, entering bool) {
		inner := entries[len(entries)-1]
		if !entering {
			if n == inner.node {
				entries = entries[:len(entries)-1]
				in.entry = entries[len(entries)-1].number
			}
			return
		}
		switch n := n.(type) {
		case *ast.Heading:
			if n.Level <= itemLevel && n.Parent() == p.root {
				in, level = item{heading: in.heading + 1}, n.Level
			}
		case *ast.ListItem, *ast.Paragraph:
			_, isItem := n.(*ast.ListItem)
			linked := p.beginsWithLink(n)
			inSection := level < itemLevel && inner.node == nil
			// Whatever is in an entry that begins with a link belongs to it.
			if !inner.linked && (isItem && (linked || inSection) || !isItem && linked && inSection && n.Parent() == p.root) {
				count++
				entries = append(entries, entry{n, count, linked})
				in.entry = count
			}
		}
		if l, ok := p.link(n); ok {
			l.in = in
			if row := p.row(l.offset); row > 0 {
				l.in.entry = -row
			}
			found = append(found, l)
		}
	})
	return found
}

// row returns the number of the line at an offset if it is a row of a table, or 0.
func (p *page) row(offset int) int {
	line := p.line(offset)
	if strings.HasPrefix(strings.TrimLeft(p.text[p.starts[line-1]:offset], " "), "|") {
		return line
	}
	return 0
}

// beginsWithLink reports whether a block begins with a link, apart from symbols and marks.
func (p *page) beginsWithLink(n ast.Node) bool {
	if _, ok := n.(*ast.ListItem); ok {
		if n = n.FirstChild(); n == nil {
			return false
		}
	}
	for c := n.FirstChild(); c != nil; {
		switch x := c.(type) {
		case *ast.Link, *ast.AutoLink:
			return true
		case *ast.Emphasis:
			c = x.FirstChild()
			continue
		case *ast.Text:
			if strings.IndexFunc(string(x.Value(p.source)), isLetterOrDigit) >= 0 {
				return false
			}
		default:
			return false
		}
		c = c.NextSibling()
	}
	return false
}

// link returns the link that a node is.
func (p *page) link(n ast.Node) (link, bool) {
	switch n := n.(type) {
	case *ast.Link:
		return link{offset: p.at(n), address: address(n.Destination), text: p.plain(n) != "" || hasImage(n)}, true
	case *ast.AutoLink:
		if n.AutoLinkType == ast.AutoLinkURL {
			// The node begins at the bracket or the space before the address.
			start := max(0, n.Pos())
			start += max(0, bytes.Index(p.source[start:], n.Label(p.source)))
			return link{offset: p.body + start, address: address(n.URL(p.source)), text: true}, true
		}
	}
	return link{}, false
}

// standing is in how many earlier drafts an address must be to count as a page that every
// edition links to, such as a chat: editors left it in place twice.
const standing = 3

// checkLinks looks at every link by itself, then for duplicates.
func (c *checker) checkLinks(ctx context.Context) error {
	links := c.links()
	for _, l := range links {
		c.checkLink(l)
	}
	earlier, err := c.earlierLinks(ctx)
	if err != nil {
		return err
	}
	type pair struct {
		in    item
		first int // offset of the first link
	}
	first := make(map[string]link)
	reported := make(map[pair]bool)
	for _, l := range links {
		id, ok := identity(l.address)
		if !ok || l.in.heading == 0 { // the summary above the first heading repeats on purpose
			continue
		}
		before, again := first[id]
		if !again {
			first[id] = l
			if e := earlier[id]; e.times > 0 && e.times < standing {
				c.problem(l.offset, Warning, ruleDuplicate, "duplicate link %s, already in %s", l.address, e.name)
			}
			continue
		}
		if at := (pair{l.in, before.offset}); !l.in.isSame(before.in) && !reported[at] {
			reported[at] = true
			c.problem(l.offset, Warning, ruleDuplicate, "duplicate link %s, first on line %d", l.address, c.line(before.offset))
		}
	}
	return nil
}

func (c *checker) checkLink(l link) {
	destination := strings.TrimSpace(l.address)
	if !l.text {
		c.problem(l.offset, Error, ruleStructure, "link without text: readers cannot follow it")
	}
	switch destination {
	case "", "#", "TODO":
		c.problem(l.offset, Error, ruleStructure, "link without an address")
	}
	if isScript(destination) {
		c.problem(l.offset, Error, ruleUnsafe, "link that runs a script")
	}
	if names, clean := withoutTracking(l.address); len(names) > 0 {
		c.problem(l.offset, Warning, ruleTracking, "link with tracking parameters (%s), use %s", strings.Join(names, ", "), clean)
	}
}

// earlierLink is where a link was in earlier editions.
type earlierLink struct {
	name  string // of the newest one
	times int
}

// earlierLinks returns the links of the earlier editions by their identity.
func (c *checker) earlierLinks(ctx context.Context) (map[string]earlierLink, error) {
	found := make(map[string]earlierLink)
	for _, d := range c.options.Earlier[:min(MaxEarlier, len(c.options.Earlier))] {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		p, err := parse(d.Text)
		if err != nil {
			c.problem(0, Warning, ruleDuplicate, "links are not compared with %s: %v", d.Name, err)
			continue
		}
		here := make(map[string]bool)
		for _, l := range p.links() {
			id, ok := identity(l.address)
			if !ok || here[id] {
				continue
			}
			here[id] = true
			e := found[id]
			if e.times++; e.times == 1 {
				e.name = d.Name
			}
			found[id] = e
		}
	}
	return found, nil
}
