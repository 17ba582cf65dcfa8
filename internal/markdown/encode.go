package markdown

import (
	"strconv"
	"strings"
	"unicode"
)

// place says what a template has put around a text.
type place int

const (
	// inParagraph is the general case: the text may begin a line and may be followed by anything.
	inParagraph place = iota
	// inLabel is between the brackets of a link: never at a line start, always followed by "]".
	inLabel
)

// nothing parts two characters for renderers that look for mentions, references and links after decoding.
const nothing = "\u200B"

// plainASCII marks the characters that are syntax nowhere, whatever their neighbours.
var plainASCII = asciiSet("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ,;?'\"%()")

func asciiSet(chars string) (set [128]bool) {
	for _, c := range chars {
		set[c] = true
	}
	return set
}

// consistsOf reports whether s has no other characters than those of the set.
func consistsOf(s string, set *[128]bool) bool {
	for i := range len(s) {
		if s[i] >= 128 || !set[s[i]] {
			return false
		}
	}
	return true
}

// isPlain reports whether s is its own encoding, by a look that is cheap and gives up at the first doubt.
func isPlain(s string) bool {
	if s == "" {
		return true
	}
	if len(s) < 2 || len(s) > maxTitle || s[len(s)-1] == ' ' {
		return false
	}
	last := byte(' ')
	for i := range len(s) {
		if s[i] >= 128 || !plainASCII[s[i]] || s[i] == ' ' && last == ' ' {
			return false
		}
		last = s[i]
	}
	// A first number may be that of a list item, a first word a keyword.
	return isWord(rune(s[0])) && s[0] > '9' && !isKeyword(s)
}

// encoder encodes one cleaned line, rune by rune, each seen with its neighbours.
type encoder struct {
	in      []rune
	place   place
	opener  int  // index of the rune that must not open a block, or -1
	dollars int  // how many there are; a single one is money
	paired  bool // every backtick has its partner in the text
}

func encode(s string, where place) string {
	var buffer [maxTitle]rune // most texts fit, and need no memory of their own
	in := buffer[:0]
	for _, r := range s {
		in = append(in, r)
	}
	e := encoder{in: in, place: where, opener: -1, dollars: strings.Count(s, "$")}
	e.paired = strings.Count(s, "`")%2 == 0 && !strings.Contains(s, "``")
	if where == inParagraph {
		e.opener = opener(s, e.in)
	}
	var out strings.Builder
	i, done := 0, 0 // the rune's index, and how many bytes are written
	for at, r := range s {
		if r < 128 && (!plainASCII[r] || i == e.opener || e.isLoneX(i)) {
			if out.Len() == 0 {
				out.Grow(len(s) + 16)
			}
			out.WriteString(s[done:at])
			out.WriteString(e.encoded(i, r))
			done = at + 1
		}
		i++
	}
	if done == 0 {
		return s
	}
	out.WriteString(s[done:])
	return out.String()
}

// at returns the rune at i, or a space outside the text.
func (e *encoder) at(i int) rune {
	if i < 0 || i >= len(e.in) {
		return ' '
	}
	return e.in[i]
}

// encoded returns what to print for the rune r at i.
func (e *encoder) encoded(i int, r rune) string {
	prev, next := e.at(i-1), e.at(i+1)
	switch {
	case e.isLoneX(i), i == e.opener && (isWord(r) || r == '/'):
		return entity(r)
	case i == e.opener && r != '#' && r != ':':
		return backslash(r)
	}
	switch r {
	case '<':
		return "&lt;" // not "\<": Hugo and Liquid look for "{{<" and "<!--more-->" before any Markdown is read
	case '&':
		return e.ampersand(i)
	case '[', ']':
		return backslash(r)
	case '`':
		if !e.paired {
			return entity(r) // in a table kramdown pairs it with the next cell's, backslash or not
		}
		return backslash(r)
	case '{':
		if next == '%' || next == '#' {
			return entity(r) // a tag of Liquid or Nunjucks, which know no backslash
		}
		if next == '{' || i == len(e.in)-1 {
			return backslash(r) + nothing // Vue looks for "{{" in the rendered page
		}
		return backslash(r)
	case '|':
		if prev == '\\' {
			return entity(r) // renderers disagree on "\\\|" in a table
		}
		return backslash(r)
	case '*':
		return unless(i > 0 && i < len(e.in)-1 && prev == ' ' && next == ' ', r)
	case '_':
		return unless(e.isInsideWord(i), r)
	case '~':
		// "about five": a tilde that can neither close a strikethrough nor be doubled by a neighbour.
		return unless(i > 0 && prev == ' ' && (unicode.IsDigit(next) || next == '/'), r)
	case '\\':
		if i == len(e.in)-1 {
			return entity(r) // two at the end of a line are a line break to kramdown
		}
		return unless(isWord(next), r)
	case '$':
		return unless(e.dollars == 1 && isWord(next), r)
	case '!':
		return unless(e.place == inLabel || i < len(e.in)-1, r) // a template may go on with a link
	case '^':
		if i == 0 || i == len(e.in)-1 {
			return entity(r) // "[^" opens a footnote in front, "^[" behind; kramdown has no "\^"
		}
		return "^"
	case ':':
		return e.colon(i)
	case '/':
		return e.slash(i)
	case '.':
		return e.dot(i)
	case '@':
		return e.parted(i, isWord(next) || next == '_' || next == '-' || i == len(e.in)-1)
	case '#':
		return e.hash(i)
	case '-':
		return e.parted(i, unicode.IsDigit(next) && e.isReferencePrefix(i))
	}
	return string(r)
}

// parted returns the rune at i, followed by nothing if that is needed.
func (e *encoder) parted(i int, needed bool) string {
	if needed {
		return string(e.in[i]) + nothing
	}
	return string(e.in[i])
}

// isLoneX reports whether the text is nothing but an x, which in brackets is a ticked task to goldmark.
func (e *encoder) isLoneX(i int) bool {
	return len(e.in) == 1 && (e.in[i] == 'x' || e.in[i] == 'X')
}

// unless returns r as it is if harmless, else with a backslash.
func unless(harmless bool, r rune) string {
	if harmless {
		return string(r)
	}
	return backslash(r)
}

func backslash(r rune) string { return `\` + string(r) }

func entity(r rune) string { return "&#" + strconv.Itoa(int(r)) + ";" }
