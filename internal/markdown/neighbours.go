package markdown

import (
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// This file holds the characters that are syntax only beside certain others.

// ampersand encodes the start of a character reference, as kramdown reads it, which reads most.
func (e *encoder) ampersand(i int) string {
	end := i + 1
	for isWord(e.at(end)) || strings.ContainsRune("#_:.-", e.at(end)) {
		end++
	}
	if e.at(end) == ';' && end > i+1 {
		return "&amp;"
	}
	return "&"
}

// isInsideWord reports whether the run of underscores at i has a letter or digit on both sides.
func (e *encoder) isInsideWord(i int) bool {
	from, to := i, i
	for e.at(from) == '_' {
		from--
	}
	for e.at(to) == '_' {
		to++
	}
	return isWord(e.at(from)) && isWord(e.at(to))
}

// colon encodes what opens a definition at the line start, and ":name", a directive of remark in any place. A second
// colon makes it none ("std::vector"), but only if neither is escaped. After a bracket kramdown sees a link definition,
// escaped bracket or not.
func (e *encoder) colon(i int) string {
	next, first := e.at(i+1), i
	for e.at(first-1) == ':' {
		first--
	}
	switch {
	case e.place == inParagraph && first == 0, first == e.opener, e.at(first-1) == '\\', e.at(first-1) == ']',
		e.isSkipChecks(first):
		return backslash(':')
	case first < i || next == ':':
		return ":"
	}
	return unless(next == ' ' || unicode.IsPunct(next) || unicode.IsSymbol(next), ':')
}

// isSkipChecks reports whether the colon at i makes "skip-checks: true", which GitHub looks for in commit messages.
func (e *encoder) isSkipChecks(i int) bool {
	const key = "skip-checks"
	return i >= len(key) && strings.EqualFold(string(e.in[i-len(key):i]), key)
}

// slash parts "://" and the "//" of links without a scheme.
func (e *encoder) slash(i int) string {
	switch {
	case e.at(i-1) != '/':
		return "/"
	case e.at(i-2) == ':':
		return nothing + "/"
	}
	return entity('/')
}

// dot encodes the dots of host names. After "www" GitHub looks at the decoded text, so a backslash is not enough.
func (e *encoder) dot(i int) string {
	s := unless(!e.isHostDot(i), '.')
	if i >= 3 && strings.EqualFold(string(e.in[i-3:i]), "www") {
		return nothing + s
	}
	return s
}

// isHostDot reports whether the dot at i stands before a top-level domain, so that a linkifier would make a link of the
// word ("README.md" is a host in Moldova, "Node.js" is none anywhere).
func (e *encoder) isHostDot(i int) bool {
	prev := e.at(i - 1)
	if prev == ' ' || prev < 128 && !isWord(prev) && prev != '-' && prev != '_' {
		return false
	}
	if e.follows(i, '@') && e.at(i+1) != ' ' {
		return true // to linkifiers the host of a mail address may end in anything
	}
	end := i + 1
	for isWord(e.at(end)) {
		end++
	}
	return isTopLevel(string(e.in[i+1 : end]))
}

// follows reports whether r stands before i in the same word, with no dot in between.
func (e *encoder) follows(i int, r rune) bool {
	for i--; e.at(i) != ' ' && e.at(i) != '.'; i-- {
		if e.at(i) == r {
			return true
		}
	}
	return false
}

// isTopLevel reports whether label is a top-level domain in use, or one that the common linkifiers take for one.
func isTopLevel(label string) bool {
	if len(label) < 2 || len(label) > 63 {
		return false
	}
	switch label = strings.ToLower(label); label {
	case "xn", "web":
		return true
	}
	ascii, err := idna.Punycode.ToASCII(label)
	if err != nil {
		return true // odd enough not to be left to the linkifiers
	}
	_, known := publicsuffix.PublicSuffix(ascii)
	return known
}

// hash encodes what opens a heading, what would close one, and parts references.
func (e *encoder) hash(i int) string {
	start, end := i, i
	for start > 0 && e.in[start-1] == '#' {
		start--
	}
	for end < len(e.in) && e.in[end] == '#' {
		end++
	}
	opens := start == 0
	closes := end == len(e.in) && e.at(start-1) == ' '
	s := e.parted(i, unicode.IsDigit(e.at(i+1)))
	if e.place == inParagraph && (opens || closes) {
		return `\` + s
	}
	return s
}

// isReferencePrefix reports whether the hyphen at i ends "GH-", the long form of "#".
func (e *encoder) isReferencePrefix(i int) bool {
	return unicode.ToLower(e.at(i-1)) == 'h' && unicode.ToLower(e.at(i-2)) == 'g' && !isWord(e.at(i-3))
}
