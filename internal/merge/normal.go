package merge

import (
	"strconv"
	"strings"
)

// describe fills in what a block says and links to, as if renamed items had always had
// their new addresses.
func describe(n *block, defs map[string]string, renamed renames) {
	if n.kind == root {
		return
	}
	own := n.lines
	defer func() { n.lines = own }()
	n.lines = renamed.follow(own)
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
	if len(found) > 0 && (n.kind == heading || n.kind == listItem || n.kind == row || n.kind == paragraph && beginsWithLink(text[0])) {
		n.link, n.address = found[0].identity, found[0].address
	}
}

// content returns the text of a block without what makes it a heading, a list item or a
// quotation, and a mark that differs between them.
func content(n *block) (lines []string, mark string) {
	lines = make([]string, len(n.lines))
	for i, l := range n.lines {
		_, lines[i] = dedent(l)
	}
	switch n.kind {
	case heading:
		return headingText(lines), "h" + strconv.Itoa(n.level)
	case listItem:
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

// normal is the normal form of a block: two blocks with the same one differ only in line
// breaks, bullets, marks of emphasis, needless backslashes or the padding of tables.
func normal(n *block) string {
	switch n.kind {
	case rule, divider:
		return "r:"
	case code:
		return "c:" + codeText(n)
	case markup:
		return "x:" + trimmed(n.lines)
	case table, row:
		rows := make([]string, len(n.lines))
		for i, l := range n.lines {
			rows[i] = cells(l)
		}
		return "t:" + strings.Join(rows, "\n")
	}
	lines, mark := content(n)
	if n.kind == listItem && len(lines) > 1 && hasBlank(lines) {
		return mark + ":" + trimmed(n.lines) // it was not taken apart
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

// trimmed joins lines without the spaces around them.
func trimmed(lines []string) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(strings.TrimSpace(l))
		b.WriteByte('\n')
	}
	return b.String()
}

// codeText is code with its own indentation, without that of its container.
func codeText(n *block) string {
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

// cells is a row of a table without padding.
func cells(line string) string {
	_, text := dedent(line)
	text = strings.TrimSuffix(strings.TrimPrefix(text, "|"), "|")
	parts := strings.Split(text, "|")
	delimiter := isDelimiterRow(text)
	for i, c := range parts {
		c = strings.TrimSpace(c)
		if delimiter {
			for strings.Contains(c, "--") {
				c = strings.ReplaceAll(c, "--", "-")
			}
		}
		parts[i] = inline([]string{c})
	}
	return strings.Join(parts, "|")
}

// plain is running text without addresses and marks: for comparing words and naming a
// block.
func plain(lines []string) string {
	s := inline(lines)
	var b strings.Builder
	b.Grow(len(s))
	ends := nextByte{chars: " )"} // of an address
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == ']' && strings.HasPrefix(s[i+1:], "("):
			if end := ends.from(s, i+1); end > i+1 && end-i <= maxAddress {
				i = end
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
