package merge

import (
	"index/suffixarray"
	"strings"
)

// losesWords reports whether a merge went wrong: whether the result lacks a line of the
// edited text that says something the base does not say. That should never happen; if it
// does, the edited text is kept.
func losesWords(base, edited, result string) bool {
	known := make(map[string]bool)
	for _, text := range []string{base, result} {
		for line := range strings.SplitSeq(text, "\n") {
			known[strings.TrimSpace(line)] = true
		}
	}
	var words *suffixarray.Index // of the base; rarely needed
	for line := range strings.SplitSeq(edited, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || known[line] {
			continue
		}
		w := letters([]string{line})
		if w == "" && isSyntax(line) {
			continue
		}
		if words == nil {
			words = suffixarray.New([]byte(letters(strings.Split(base, "\n"))))
		}
		if w == "" || len(words.Lookup([]byte(w), 1)) == 0 {
			return true
		}
		// The base says it too, with other line breaks or marks.
	}
	return false
}

// isSyntax reports a line that only underlines, separates or fences.
func isSyntax(line string) bool { return strings.Trim(line, "-=_*~`|:#>+. \t[]{}") == "" }

// letters returns the letters and digits of running text, without the numbers of lists.
func letters(lines []string) string {
	return strings.Map(func(r rune) rune {
		if isWord(r) {
			return r
		}
		return -1
	}, inline(unmarked(lines)))
}

// unmarked removes the marks of quotations and list items from lines.
func unmarked(lines []string) []string {
	bare := make([]string, len(lines))
	for i, l := range lines {
		_, l = dedent(l)
		for l != "" && l[0] == '>' {
			_, l = dedent(l[1:])
		}
		bare[i] = strings.TrimPrefix(l, listMarker(l))
	}
	return bare
}
