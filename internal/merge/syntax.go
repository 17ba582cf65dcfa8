package merge

import "strings"

func blank(line string) bool { return strings.TrimSpace(line) == "" }

// dedent returns how many columns a line is indented, and the line without them and
// without the blanks at its end.
func dedent(line string) (columns int, text string) {
	for i := range len(line) {
		switch line[i] {
		case ' ':
			columns++
		case '\t':
			columns += 4 - columns%4
		default:
			return columns, strings.TrimRight(line[i:], " \t\r")
		}
	}
	return columns, ""
}

// headingLevel is the level of a heading that begins with number signs, or 0.
func headingLevel(text string) int {
	n := 0
	for n < len(text) && text[n] == '#' {
		n++
	}
	if n == 0 || n > 6 || n < len(text) && text[n] != ' ' && text[n] != '\t' {
		return 0
	}
	return n
}

// underline is the level of the heading that a line makes of the paragraph above it, or 0.
func underline(line string) int {
	columns, text := dedent(line)
	switch {
	case text == "" || columns > 3:
		return 0
	case strings.Trim(text, "=") == "":
		return 1
	case strings.Trim(text, "-") == "":
		return 2
	}
	return 0
}

// isRule reports a thematic break.
func isRule(text string) bool {
	if text == "" || !strings.ContainsRune("-*_", rune(text[0])) {
		return false
	}
	marks := 0
	for i := range len(text) {
		switch text[i] {
		case text[0]:
			marks++
		case ' ', '\t':
		default:
			return false
		}
	}
	return marks >= 3
}

// listMarker returns the marker that begins an entry, with the spaces after it, or "".
func listMarker(text string) string {
	n := 0
	switch {
	case text == "":
		return ""
	case strings.ContainsRune("-+*", rune(text[0])):
		n = 1
	default:
		for n < len(text) && n < 9 && text[n] >= '0' && text[n] <= '9' {
			n++
		}
		if n == 0 || n == len(text) || text[n] != '.' && text[n] != ')' {
			return ""
		}
		n++
	}
	if n == len(text) {
		return text + " "
	}
	spaces := len(text) - n - len(strings.TrimLeft(text[n:], " "))
	switch {
	case spaces == 0 && text[n] == '\t':
		return text[:n+1]
	case spaces == 0:
		return ""
	case spaces > 4:
		spaces = 1
	}
	return text[:n+spaces]
}

// endsParagraph reports whether a line ends the paragraph before it.
func endsParagraph(text string) bool {
	if text == "" {
		return true
	}
	if headingLevel(text) > 0 || text[0] == '>' || isRule(text) || fenceLength(text) > 0 {
		return true
	}
	if m := listMarker(text); m != "" && len(text) > len(m) {
		return m[0] < '0' || m[0] > '9' || strings.HasPrefix(m, "1.") || strings.HasPrefix(m, "1)")
	}
	return text[0] == '<' && (specialHTML(text) != "" || blockTag(text) != "")
}

// fenceLength is the length of the fence that opens a code block, or 0.
func fenceLength(text string) int {
	if len(text) < 3 || text[0] != '`' && text[0] != '~' {
		return 0
	}
	n := len(text) - len(strings.TrimLeft(text, text[:1]))
	if n < 3 || text[0] == '`' && strings.Contains(text[n:], "`") {
		return 0
	}
	return n
}

// isTableHead reports whether a line and the one below it begin a table.
func isTableHead(text, next string) bool {
	_, below := dedent(next)
	return strings.Contains(text, "|") && strings.Contains(below, "|") && isDelimiterRow(below)
}

func isDelimiterRow(text string) bool {
	return strings.Contains(text, "-") && strings.Trim(text, "|-: \t") == ""
}
