package github

import (
	"strings"
	"unicode"
)

// maxMessage is how much of a server's text an error repeats, in characters.
const maxMessage = 200

// clean makes text from a server safe to print in an error: one line, printable characters only (no controls, no
// bidirectional or invisible formatting), at most maxMessage of them.
func clean(s string) string {
	// A page of megabytes needs no whole pass: at four bytes a character this keeps enough.
	if len(s) > 16*maxMessage {
		s = s[:16*maxMessage]
	}
	var b strings.Builder
	n, space := 0, false
	for _, r := range s { // invalid UTF-8 arrives as U+FFFD
		if unicode.IsSpace(r) {
			space = n > 0
			continue
		}
		if !unicode.IsPrint(r) {
			continue
		}
		if n >= maxMessage-1 {
			b.WriteRune('…')
			break
		}
		if space {
			b.WriteByte(' ')
			n, space = n+1, false
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}
