package merge

import (
	"strconv"
	"strings"
)

// describe fills in what a block says and links to.
func describe(n *node, defs map[string]string) {
	if n.kind == root {
		return
	}
	n.norm = normal(n)
	if n.kind == rule || n.kind == divider {
		return
	}
	found := findLinks(strings.Join(n.lines, "\n"), defs)
	for _, l := range found {
		n.links = append(n.links, l.identity)
	}
	if n.kind == code {
		return
	}
	text, _ := content(n)
	n.plain = plain(text)
	if len(found) > 0 && (n.kind == heading || n.kind == entry || n.kind == paragraph && beginsWithLink(text[0])) {
		n.link, n.address = found[0].identity, found[0].address
	}
}

// content returns the text of a block without what makes it a heading, an entry or a
// quotation, and of a fence what stands after the opening mark.
func content(n *node) (lines []string, mark string) {
	lines = make([]string, len(n.lines))
	for i, l := range n.lines {
		_, lines[i] = dedent(l)
	}
	switch n.kind {
	case heading:
		return headingText(lines), "h" + strconv.Itoa(n.level)
	case entry:
		lines[0] = strings.TrimPrefix(lines[0], strings.TrimRight(n.marker, " \t"))
		return lines, "e"
	case quote:
		for i, l := range lines {
			lines[i] = strings.TrimPrefix(l, ">")
		}
		return lines, "q"
	}
	return lines, "p"
}

func headingText(lines []string) []string {
	if headingLevel(lines[0]) == 0 {
		return lines[:len(lines)-1] // the underline
	}
	text := strings.TrimSpace(strings.TrimLeft(lines[0], "#"))
	if bare := strings.TrimRight(text, "#"); bare == "" || bare[len(bare)-1] == ' ' {
		text = bare
	}
	return []string{text}
}

// normal is what a block says whatever formatter has been over it: two blocks with the
// same normal form differ in line breaks, bullets, marks of emphasis, needless
// backslashes or the padding of tables only.
func normal(n *node) string {
	switch n.kind {
	case rule, divider:
		return "r:"
	case code:
		return "c:" + codeText(n)
	case markup:
		return "x:" + trimmed(n.lines)
	case table:
		rows := make([]string, len(n.lines))
		for i, l := range n.lines {
			rows[i] = row(l)
		}
		return "t:" + strings.Join(rows, "\n")
	}
	lines, mark := content(n)
	if n.kind == entry && len(lines) > 1 && hasBlank(lines) {
		return mark + ":" + trimmed(n.lines) // one that was not taken apart
	}
	return mark + ":" + inline(lines)
}

func hasBlank(lines []string) bool {
	for _, l := range lines {
		if blank(l) {
			return true
		}
	}
	return false
}

// trimmed joins lines without the blanks around them.
func trimmed(lines []string) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(strings.TrimSpace(l))
		b.WriteByte('\n')
	}
	return b.String()
}

// codeText is code with its own indentation, without that of what it stands in.
func codeText(n *node) string {
	lines := n.lines
	_, first := dedent(lines[0])
	var b strings.Builder
	if length := fenceLength(first); length > 0 && len(lines) > 1 {
		b.WriteString(strings.TrimSpace(first[length:]))
		b.WriteByte('\n')
		lines = lines[1 : len(lines)-1]
	}
	for _, l := range lines {
		for i := 0; i < n.indent && l != "" && l[0] == ' '; i++ {
			l = l[1:]
		}
		b.WriteString(strings.TrimRight(l, " \t\r"))
		b.WriteByte('\n')
	}
	return b.String()
}

// row is a row of a table without padding.
func row(line string) string {
	_, text := dedent(line)
	text = strings.TrimSuffix(strings.TrimPrefix(text, "|"), "|")
	cells := strings.Split(text, "|")
	delimiter := isDelimiterRow(text)
	for i, c := range cells {
		c = strings.TrimSpace(c)
		if delimiter {
			for strings.Contains(c, "--") {
				c = strings.ReplaceAll(c, "--", "-")
			}
		}
		cells[i] = inline([]string{c})
	}
	return strings.Join(cells, "|")
}

// plain is running text without addresses and marks: what to compare words by, and
// what to call a block by.
func plain(lines []string) string {
	s := inline(lines)
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == ']' && strings.HasPrefix(s[i+1:], "("):
			end := strings.IndexAny(near(s[i+1:]), " )")
			if end > 0 {
				i += end + 1
			}
		case c == '\\' && i+1 < len(s) && strings.IndexByte("*[<`", s[i+1]) >= 0:
			i++
			b.WriteByte(s[i])
		case c == '*' || c == '[' || c == ']':
		default:
			b.WriteByte(c)
		}
	}
	return strings.TrimSpace(b.String())
}
