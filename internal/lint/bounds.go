package lint

import (
	"strings"

	"github.com/community-digest/digest/internal/textfile"
)

// The readers of Markdown and YAML take time that grows with the square of what is nested
// and of links that are never closed. A page beyond these bounds was not written by a
// person and is not read.
const (
	// maxNesting is how deep quotations and lists, or the values of front matter, may nest.
	maxNesting = 64
	// maxLinkSteps is how many bytes the reader may look at for the ends of links, about a
	// tenth of a second.
	maxLinkSteps = 100_000_000
)

// checkMarkdown returns a [*textfile.Error] for Markdown that would take too long to read.
// The lines are counted from the given one.
func checkMarkdown(source string, line int) error {
	steps, links := 0, 0 // links are those of the current paragraph
	for l := range strings.SplitSeq(source, "\n") {
		depth, text := nesting(l)
		if depth > maxNesting {
			return &textfile.Error{Line: line, Reason: "quotations or lists are nested too deeply to be checked"}
		}
		if depth > 0 || text == "" {
			links = 0 // another paragraph
		}
		// For each open link the reader may look through the rest of the paragraph.
		opened := openLinks(text)
		steps += links*len(text) + opened*len(text)
		links += opened
		if steps > maxLinkSteps {
			return &textfile.Error{Line: line, Reason: "the paragraph has too many links to be checked"}
		}
		line++
	}
	return nil
}

// openLinks counts the links of a line that are not closed before the next one.
func openLinks(line string) int {
	open := 0
	for i, part := range strings.Split(line, "](") {
		closed := strings.Count(part, ")") > strings.Count(part, "(")
		if strings.HasPrefix(part, "<") {
			closed = strings.Contains(part, ">")
		}
		if i > 0 && !closed {
			open++
		}
	}
	return open
}

// nesting returns how many quotations and lists a line can be in, counting those that its
// marks open and those that its indentation continues, and the text after the marks.
func nesting(line string) (depth int, text string) {
	const perLevel = 2 // columns that a list in a list is indented by, at least
	columns := 0
	for i := 0; i < len(line); {
		switch c := line[i]; {
		case c == ' ':
			columns++
			i++
		case c == '\t':
			columns += 4
			i++
		case c == '>':
			depth++
			i++
		default:
			n := markerLength(line[i:])
			if n == 0 {
				if depth == 0 {
					return 0, line[i:] // indented text, such as code
				}
				return depth, line[i:]
			}
			depth += 1 + columns/perLevel
			columns = 0
			i += n
		}
	}
	return depth, ""
}

// markerLength returns the length of the list marker that a text begins with, or 0.
func markerLength(s string) int {
	n := 0
	for n < len(s) && n < 9 && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	switch {
	case n == 0 && strings.IndexByte("-+*", s[0]) >= 0, n > 0 && n < len(s) && (s[n] == '.' || s[n] == ')'):
		n++
	default:
		return 0
	}
	if n < len(s) && strings.IndexByte(" \t\r", s[n]) < 0 {
		return 0
	}
	return n
}

// nestsTooDeeply reports whether YAML nests deeper than people write. It ignores quotes:
// they would hide few brackets.
func nestsTooDeeply(yaml string) bool {
	brackets := 0
	for line := range strings.SplitSeq(yaml, "\n") {
		if depth, _ := nesting(line); depth > maxNesting {
			return true
		}
		for i := range len(line) {
			switch line[i] {
			case '[', '{':
				brackets++
			case ']', '}':
				brackets = max(0, brackets-1)
			}
			if brackets > maxNesting {
				return true
			}
		}
	}
	return false
}
