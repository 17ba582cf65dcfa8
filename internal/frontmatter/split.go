package frontmatter

import "strings"

// Head is the front matter of a page, as it is in the file. The zero value is that of
// a page without any.
type Head struct {
	// Fence is the line before and after the front matter: "---" for YAML, "+++" for TOML.
	Fence string
	// Closed reports whether the second fence was found. Without it a site generator reads
	// no page; Text and Body are zero then.
	Closed bool
	// Text is what is between the fences, with its line breaks.
	Text string
	// Start is the offset of Text in the page, Body that of what follows the front matter.
	Start, Body int
}

// Split finds the front matter of a page, which has no byte order mark. YAML ends at a
// line of three dashes or of three dots, as in Jekyll and YAML itself, TOML at a line of
// three plus signs. Blanks at the end of these lines count for nothing.
func Split(page string) Head {
	first, rest, _ := strings.Cut(page, "\n")
	fence := trimLine(first)
	if fence != "---" && fence != "+++" {
		return Head{}
	}
	start := len(page) - len(rest)
	for end := start; end < len(page); {
		line, _, _ := strings.Cut(page[end:], "\n")
		next := min(len(page), end+len(line)+1)
		if l := trimLine(line); l == fence || l == "..." && fence == "---" {
			return Head{Fence: fence, Closed: true, Text: page[start:end], Start: start, Body: next}
		}
		end = next
	}
	return Head{Fence: fence}
}

func trimLine(s string) string { return strings.TrimRight(s, " \t\r") }
