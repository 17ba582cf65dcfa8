package merge

import "strings"

// lost reports whether a merge went wrong: whether a line that people wrote, and that
// says something the base does not say, is missing in the result. It should never be;
// if it is, the edited text is kept.
func lost(base, edited, result string) bool {
	old, there := lineSet(base), lineSet(result)
	var before string
	for line := range strings.SplitSeq(edited, "\n") {
		line = strings.TrimSpace(line)
		if old[line] || there[line] {
			continue
		}
		if before == "" {
			before = said(strings.Split(base, "\n"))
		}
		if s := said([]string{line}); s == "" && isSyntax(line) || s != "" && strings.Contains(before, s) {
			continue // it was only written in another way
		}
		return true
	}
	return false
}

func lineSet(text string) map[string]bool {
	set := map[string]bool{"": true}
	for line := range strings.SplitSeq(text, "\n") {
		set[strings.TrimSpace(line)] = true
	}
	return set
}

// isSyntax reports a line that underlines, parts or fences.
func isSyntax(line string) bool { return strings.Trim(line, "-=_*~`|:#>+. \t[]{}") == "" }

// said is the letters and digits of running text, without the numbers of entries.
func said(lines []string) string {
	return strings.Map(func(r rune) rune {
		if isWord(r) {
			return r
		}
		return -1
	}, inline(unmarked(lines)))
}

// unmarked takes the marks of quotations and entries from lines.
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
