package merge

import (
	"html"
	"strings"
	"unicode"
	"unicode/utf8"
)

// inline is the normal form of running text.
func inline(lines []string) string {
	var parts []string
	for _, l := range lines {
		if l = strings.TrimSpace(l); l != "" {
			parts = append(parts, l)
		}
	}
	in := strings.Join(parts, "\n")
	if isBare(in) {
		return in
	}
	w := writer{in: in, angleEnds: nextByte{chars: ">\n "}, addressEnds: nextByte{chars: " \n)"}}
	w.out.Grow(len(in))
	for w.at < len(in) {
		w.step()
	}
	return w.out.String()
}

// writer writes running text in its normal form.
type writer struct {
	in    string
	at    int
	out   strings.Builder
	ticks int // lengths of runs of backticks that are never closed, as bits

	angleEnds, addressEnds nextByte
}

func (w *writer) step() {
	in, i := w.in, w.at
	switch c := in[i]; c {
	case '\\':
		w.backslash()
	case '`':
		w.code()
	case '&':
		w.entity()
	case '<':
		if end := w.angleEnds.from(in, i); end > i && end-i <= maxAddress && in[end] == '>' && isAddress(in[i+1:]) {
			w.out.WriteString(in[i+1 : end])
			w.at = end + 1
			return
		}
		w.raw(1)
	case '*', '_':
		w.emphasis(c)
	case ' ', '\t', '\n', '\r':
		w.space()
	case ']':
		w.raw(1)
		if strings.HasPrefix(in[w.at:], "(") {
			if end := w.addressEnds.from(in, w.at); end > w.at && end-w.at <= maxAddress {
				w.raw(end - w.at) // the address of a link is not running text
			}
		}
	default:
		n := strings.IndexAny(in[i:], "\\`&<*_ \t\n\r]")
		if n < 0 {
			n = len(in) - i
		}
		w.raw(max(n, 1))
	}
}

func (w *writer) raw(n int) {
	w.out.WriteString(w.in[w.at : w.at+n])
	w.at += n
}

// literal writes a character that is not syntax. It keeps the backslash of one that would
// be syntax without.
func (w *writer) literal(r rune) {
	if strings.ContainsRune("*[<`", r) {
		w.out.WriteByte('\\')
	}
	w.out.WriteRune(r)
}

func (w *writer) backslash() {
	w.at++
	if w.at == len(w.in) || w.in[w.at] == '\n' {
		return // a hard line break
	}
	if c := w.in[w.at]; c < 128 && unicode.In(rune(c), unicode.P, unicode.S) {
		w.literal(rune(c))
		w.at++
		return
	}
	w.out.WriteByte('\\')
}

func (w *writer) code() {
	rest := w.in[w.at:]
	n := len(rest) - len(strings.TrimLeft(rest, "`"))
	bit := 1 << min(n, 62)
	if w.ticks&bit == 0 {
		for from := n; ; {
			i := strings.Index(rest[from:], rest[:n])
			if i < 0 {
				break
			}
			i += from
			end := i + n
			for end < len(rest) && rest[end] == '`' {
				end++
			}
			if end-i == n {
				w.out.WriteString(rest[:n] + strings.Join(strings.Fields(rest[n:i]), " ") + rest[:n])
				w.at += end
				return
			}
			from = end
		}
		w.ticks |= bit
	}
	w.raw(n)
}

func (w *writer) entity() {
	rest := w.in[w.at:]
	if end := strings.IndexByte(rest[:min(len(rest), 34)], ';'); end > 0 {
		if s := html.UnescapeString(rest[:end+1]); s != rest[:end+1] {
			for _, r := range s {
				w.literal(r)
			}
			w.at += end + 1
			return
		}
	}
	w.raw(1)
}

// emphasis writes marks of emphasis as asterisks, and others as text.
func (w *writer) emphasis(c byte) {
	n := 1
	for w.at+n < len(w.in) && w.in[w.at+n] == c {
		n++
	}
	before, _ := utf8.DecodeLastRuneInString(w.in[:w.at])
	after, _ := utf8.DecodeRuneInString(w.in[w.at+n:])
	open := w.at == 0 || unicode.IsSpace(before)
	shut := w.at+n == len(w.in) || unicode.IsSpace(after)
	inWord := isWord(before) && isWord(after)
	for range n {
		if open && shut || c == '_' && inWord {
			w.literal(rune(c))
		} else {
			w.out.WriteByte('*')
		}
	}
	w.at += n
}

// space writes one space for any white space, and none between characters of scripts that
// are written without spaces: there a line break means nothing.
func (w *writer) space() {
	end := w.at
	for end < len(w.in) && strings.IndexByte(" \t\n\r", w.in[end]) >= 0 {
		end++
	}
	before, _ := utf8.DecodeLastRuneInString(w.in[:w.at])
	after, _ := utf8.DecodeRuneInString(w.in[end:])
	if !isWide(before) || !isWide(after) {
		w.out.WriteByte(' ')
	}
	w.at = end
}

// isBare reports, cheaply, whether a text is its own normal form.
func isBare(s string) bool {
	last := byte('x')
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 0xE2, c < ' ', c == '\\', c == '`', c == '&', c == '<', c == '_', c == '*', c == ' ' && last == ' ':
			return false
		default:
			last = c
		}
	}
	return true
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func isWide(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r >= 0x3000 && r <= 0x303F || r >= 0xFF00 && r <= 0xFFEF
}

// maxAddress is the length of the longest address, in bytes.
const maxAddress = 2048

// nextByte finds the next of some characters in a text that is read forwards. It remembers
// what it found, so that a text of many openers takes linear time.
type nextByte struct {
	chars string
	at    int // the last result
	known bool
}

// from returns the index of the first of the characters at or after i, or -1.
func (n *nextByte) from(s string, i int) int {
	if n.known && (n.at < 0 || n.at >= i) {
		return n.at
	}
	n.known = true
	if n.at = strings.IndexAny(s[i:], n.chars); n.at >= 0 {
		n.at += i
	}
	return n.at
}

func isAddress(s string) bool {
	return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
}
