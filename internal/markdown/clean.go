package markdown

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

const (
	// maxInput bounds the work on one text; no draft shows more.
	maxInput = 64 << 10
	// maxMarks is the most combining marks one character may carry: Vietnamese and pointed Hebrew need three or four.
	maxMarks = 4
)

// clean returns s as one line of visible characters: every kind of white space becomes a single space, and what cannot
// be seen or turns the reading direction goes, unless the script needs it. It must run before any encoding and never
// after, or removing a character would join what encoding has parted.
func clean(s string) string {
	s = head(s, maxInput)
	if isClean(s) {
		return s
	}
	c := cleaner{last: ' '}
	c.out.Grow(min(len(s), 4*maxTitle))
	for i, r := range s {
		size := utf8.RuneLen(r)
		if r == utf8.RuneError {
			_, size = utf8.DecodeRuneInString(s[i:])
		}
		next, _ := utf8.DecodeRuneInString(s[i+size:])
		c.add(r, next)
	}
	return c.out.String()
}

// isClean reports whether s is printable ASCII with single spaces, as most texts are: a look is cheaper than a copy.
func isClean(s string) bool {
	last := byte(' ')
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' || s[i] == ' ' && last == ' ' {
			return false
		}
		last = s[i]
	}
	return last != ' '
}

// cleaner writes the runes worth keeping.
type cleaner struct {
	out   strings.Builder
	last  rune // the last rune met that was not dropped; a space at the start
	base  rune // the last rune that is not a mark, joiner or selector
	marks int  // combining marks since base
	gap   bool // a space is due before the next rune
}

func (c *cleaner) add(r, next rune) {
	switch {
	case isSpace(r):
		c.gap = c.out.Len() > 0
		c.last, c.base, c.marks = ' ', ' ', 0
	case unicode.Is(unicode.M, r) && !c.keepMark(r, next), isJoiner(r) && !c.keepJoiner(r, next), isInvisible(r):
		// Dropped.
	default:
		c.write(r)
	}
}

func (c *cleaner) write(r rune) {
	if c.gap {
		c.out.WriteByte(' ')
		c.gap = false
	}
	c.out.WriteRune(r)
	c.last = r
	if !unicode.Is(unicode.M, r) && !isJoiner(r) {
		c.base, c.marks = r, 0
	}
}

// keepMark decides on combining marks and variation selectors. A mark without a base is dropped: at the start of a text
// it would sit on whatever the template puts before.
func (c *cleaner) keepMark(r, next rune) bool {
	switch {
	case c.last == ' ':
		return false
	case unicode.Is(unicode.Variation_Selector, r):
		return isSelected(c.last, r, next)
	case unicode.Is(invisibleMarks, r):
		return false
	case unicode.Is(unicode.Mc, r): // takes its own room, so it cannot pile up
		return true
	}
	c.marks++
	return c.marks <= maxMarks
}

// isSelected reports whether the variation selector r changes how last looks. Selectors are invisible and carry data
// when they follow anything else.
func isSelected(last, r, next rune) bool {
	const keycap = 0x20E3
	switch r {
	case 0xFE0E, 0xFE0F:
		return unicode.Is(emoji, last) || next == keycap && strings.ContainsRune("0123456789#*", last)
	case 0x180B, 0x180C, 0x180D, 0x180F:
		return unicode.Is(unicode.Mongolian, last) && !unicode.Is(unicode.Variation_Selector, last)
	}
	return false
}

// keepJoiner decides on U+200C and U+200D: emoji sequences need the joiner, and Arabic and Indic scripts spell with both.
func (c *cleaner) keepJoiner(r, next rune) bool {
	if isJoiner(c.last) {
		return false
	}
	if r == '\u200D' && unicode.Is(emoji, c.base) && (c.last == 0xFE0F || c.last >= 0x1F000) {
		return unicode.Is(emoji, next)
	}
	return unicode.Is(unicode.Arabic, c.last) || unicode.Is(indic, c.last) && unicode.Is(unicode.Mn, c.last)
}

// clip cuts s to at most n code points, on the border of a character as people see it, and marks the cut.
func clip(s string, n int) string {
	if len(s) <= n || utf8.RuneCountInString(s) <= n {
		return s
	}
	count, end := 0, 0
	for g := graphemes.FromString(s); g.Next(); end = g.End() {
		if count += utf8.RuneCountInString(g.Value()); count >= n {
			break
		}
	}
	return strings.TrimRight(s[:end], " ") + "…"
}

// head returns the first n bytes of s, or a little less so as not to cut a rune.
func head(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
