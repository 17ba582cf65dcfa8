package frontmatter

import (
	"strings"
	"unicode"
)

// Clean removes invisible characters and those that YAML readers disagree about:
// control and formatting characters (bidirectional marks included), tags, private use
// and noncharacters. Line breaks of every kind become "\n", tabs become spaces, and
// invalid UTF-8 becomes U+FFFD. Joiners stay: emoji and several scripts need them.
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
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co), isInvisible(r):
			return -1
		}
		return r
	}, s)
}

// isInvisible reports variation selectors for ideographs, which can carry hidden text,
// the rest of their block, and noncharacters.
func isInvisible(r rune) bool {
	return r >= 0xE0000 && r <= 0xE0FFF || r&0xFFFE == 0xFFFE || r >= 0xFDD0 && r <= 0xFDEF
}
