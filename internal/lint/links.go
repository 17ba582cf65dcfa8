package lint

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// link is a link of a page.
type link struct {
	offset  int // in the text
	address string
	text    bool // it shows something to click on
	item    int  // the item that it stands in
}

// links returns the links of a page in order, bare addresses included. An item reaches
// from one heading of a section or an item to the next.
func (p *page) links() []link {
	var found []link
	item := 0
	p.walk(func(n ast.Node) {
		switch n := n.(type) {
		case *ast.Heading:
			if n.Level <= itemLevel && n.Parent() == p.root {
				item++
			}
		case *ast.Link:
			shows := p.plain(n) != "" || hasImage(n)
			found = append(found, link{p.at(n), address(n.Destination), shows, item})
		case *ast.AutoLink:
			if n.AutoLinkType != ast.AutoLinkURL {
				return
			}
			// The node begins at the bracket or blank before the address.
			start := max(0, n.Pos())
			start += max(0, bytes.Index(p.source[start:], n.Label(p.source)))
			found = append(found, link{p.body + start, address(n.URL(p.source)), true, item})
		}
	})
	return found
}

// standing is in how many earlier drafts an address has to stand to be a page that every
// edition points to, such as a chat in its last lines: it was left in place twice.
const standing = 3

// checkLinks looks at every link by itself, then for those that are told twice.
func (c *checker) checkLinks() {
	links := c.links()
	for _, l := range links {
		c.checkLink(l)
	}
	stood := c.stood()
	first := make(map[string]link)
	told := make(map[[2]int]bool) // by the item and that of the first link
	for _, l := range links {
		id, ok := identity(l.address)
		if !ok {
			continue
		}
		before, twice := first[id]
		if !twice {
			first[id] = l
			if at := stood[id]; at.times > 0 && at.times < standing {
				c.problem(l.offset, Warning, ruleDuplicate, "%s stood in %s already", l.address, at.name)
			}
			continue
		}
		if pair := [2]int{l.item, before.offset}; l.item != before.item && !told[pair] {
			told[pair] = true
			c.problem(l.offset, Warning, ruleDuplicate, "%s stands in line %d already", l.address, c.line(before.offset))
		}
	}
}

func (c *checker) checkLink(l link) {
	destination := strings.TrimSpace(l.address)
	if !l.text {
		c.problem(l.offset, Error, ruleStructure, "this link has no text: nobody can follow it")
	}
	switch destination {
	case "", "#", "TODO":
		c.problem(l.offset, Error, ruleStructure, "this link leads nowhere: it has no address")
	}
	if isScript(destination) {
		c.problem(l.offset, Error, ruleUnsafe, "this link runs a script instead of leading to a page")
	}
	if names, clean := withoutTracking(l.address); len(names) > 0 {
		c.problem(l.offset, Warning, ruleTracking, "the address tracks its readers (%s): write %s", strings.Join(names, ", "), clean)
	}
}

// earlierLink is where a link stood in earlier editions.
type earlierLink struct {
	name  string // the newest
	times int
}

// stood returns the links of the earlier editions by their identity.
func (c *checker) stood() map[string]earlierLink {
	found := make(map[string]earlierLink)
	for _, d := range c.options.Earlier[:min(MaxEarlier, len(c.options.Earlier))] {
		here := make(map[string]bool)
		for _, l := range parse(d.Text).links() {
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
	return found
}
