package lint

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// checkUnsafe looks for what no template writes and a site must not get. Other HTML and
// shortcodes, which editors use on purpose, are fine.
func (c *checker) checkUnsafe() {
	c.walk(func(n ast.Node) {
		switch n := n.(type) {
		case *ast.HTMLBlock:
			c.checkScripts(n.Lines())
		case *ast.RawHTML:
			c.checkScripts(n.Segments)
		}
	})
	c.checkShortcodes()
}

var script = regexp.MustCompile(`(?i)<script(?:[\s/>]|$)`)

func (c *checker) checkScripts(lines *text.Segments) {
	for i := range lines.Len() {
		s := lines.At(i)
		for _, at := range script.FindAllIndex(c.source[s.Start:s.Stop], -1) {
			c.problem(c.body+s.Start+at[0], Error, ruleUnsafe, "script in an edition")
		}
	}
}

// isScript reports whether an address runs a script. Browsers ignore white space and
// control characters in it.
func isScript(address string) bool {
	plain := strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.IsSpace(r) {
			return -1
		}
		return r
	}, address))
	return strings.HasPrefix(plain, "javascript:") || strings.HasPrefix(plain, "vbscript:")
}

var shortcode = regexp.MustCompile(`\{\{[<%]`)

// checkShortcodes looks for shortcodes that are not closed. Hugo fails on them, in code as
// well.
func (c *checker) checkShortcodes() {
	found := shortcode.FindAllIndex(c.source, -1)
	for i, at := range found {
		rest := c.source[at[1]:]
		if i+1 < len(found) {
			rest = c.source[at[1]:found[i+1][0]]
		}
		closing := ">}}"
		if c.source[at[1]-1] == '%' {
			closing = "%}}"
		}
		if !bytes.Contains(rest, []byte(closing)) {
			c.problem(c.body+at[0], Error, ruleUnsafe, "shortcode without its %s: Hugo cannot build the site", closing)
		}
	}
}
