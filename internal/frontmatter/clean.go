package frontmatter

import (
	"strings"
	"unicode"
)

// Clean returns s without what cannot be seen and what readers of YAML disagree
// about: control and formatting characters (bidirectional marks among them), tags,
// private use, noncharacters. Line breaks of every kind become "\n", tabs become
// spaces, and bytes that are not UTF-8 become U+FFFD. The joiners stay: emoji and
// several scripts are written with them.
func Clean(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\u200C' || r == '\u200D': // the joiners, ZWNJ and ZWJ
			return r
		case r == '\r' || r == '\v' || r == '\f' || r == '\u0085' || r == '\u2028' || r == '\u2029':
			return '\n'
		case r == '\t':
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co), unseen(r):
			return -1
		}
		return r
	}, s)
}

// unseen reports variation selectors for ideographs, which can carry hidden text,
// the rest of their block, and code points that are no characters.
func unseen(r rune) bool {
	return r >= 0xE0000 && r <= 0xE0FFF || r&0xFFFE == 0xFFFE || r >= 0xFDD0 && r <= 0xFDEF
}
