// Package textfile says whether a text file that people edit can be worked on, and how
// it is stored. Merging and checking drafts begin here, so that both refuse the same
// files for the same reasons.
package textfile

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Larger files are neither merged nor checked. The longest editions of real weeklies are
// a tenth of this.
const (
	MaxSize  = 4 << 20 // bytes
	MaxLines = 100_000
)

// Error is the reason why a file cannot be worked on, and what to do about it.
type Error struct {
	Line   int // counts from 1; 0 means the whole file
	Reason string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Reason
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Reason)
}

// CheckSize returns an [*Error] if a file is too large.
func CheckSize(text string) error {
	if len(text) > MaxSize {
		return &Error{Reason: fmt.Sprintf("larger than %d MiB", MaxSize>>20)}
	}
	if strings.Count(text, "\n") > MaxLines {
		return &Error{Reason: fmt.Sprintf("longer than %d,%03d lines", MaxLines/1000, MaxLines%1000)}
	}
	return nil
}

// Check returns an [*Error] if a file is too large or is not encoded as UTF-8.
func Check(text string) error {
	if err := CheckSize(text); err != nil {
		return err
	}
	if isUTF16(text) {
		return &Error{Reason: "is UTF-16: save it as UTF-8"}
	}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && size == 1 {
			return &Error{1 + strings.Count(text[:i], "\n"), "has bytes that are not UTF-8: save it as UTF-8"}
		}
		i += size
	}
	return nil
}

// isUTF16 recognises UTF-16 and UTF-32 by their byte order marks and, as some editors
// write none, by the zero bytes of Western text.
func isUTF16(text string) bool {
	if strings.HasPrefix(text, "\xFF\xFE") || strings.HasPrefix(text, "\xFE\xFF") {
		return true
	}
	head := text[:min(len(text), 1024)]
	return len(head) > 1 && 4*strings.Count(head, "\x00") >= len(head)
}

// Conflicts returns the lines, counting from 1, of the conflict markers that git left in
// a file. A line of equals signs also underlines headings, so it counts only next to
// other markers.
func Conflicts(text string) []int {
	var found, between []int // between two markers that mean nothing else
	opened, separator := false, 0
	number := 0
	for line := range strings.SplitSeq(strings.TrimPrefix(text, bom), "\n") {
		number++
		switch marker(strings.TrimSuffix(line, "\r")) {
		case '<':
			found = append(found, number)
			opened, between, separator = true, nil, 0
		case '=':
			between, separator = append(between, number), number
		case '|':
			between = append(between, number)
		case '>':
			if opened {
				found = append(found, between...)
			} else if separator > 0 {
				found = append(found, separator) // the first half was resolved by hand
			}
			found = append(found, number)
			opened, between, separator = false, nil, 0
		}
	}
	if opened {
		found = append(found, between...)
	}
	return found
}

// marker returns the character that a line repeats seven times as git does, or 0.
func marker(line string) byte {
	const length = 7
	if len(line) < length || strings.IndexByte("<|=>", line[0]) < 0 || strings.Trim(line[:length], line[:1]) != "" {
		return 0
	}
	if len(line) > length && (line[length] != ' ' || line[0] == '=') {
		return 0
	}
	return line[0]
}

const bom = "\uFEFF"

// Style is how a text is stored, as opposed to what it says.
type Style struct {
	BOM  bool // a byte order mark comes first
	CRLF bool // every line ends as on Windows
}

// Decode returns a text without its byte order mark and with plain line ends. Mixed line
// ends stay as they are.
func Decode(text string) (string, Style) {
	var s Style
	text, s.BOM = strings.CutPrefix(text, bom)
	lines := strings.Count(text, "\n")
	s.CRLF = lines > 0 && strings.Count(text, "\r\n") == lines
	if s.CRLF {
		text = strings.ReplaceAll(text, "\r\n", "\n")
	}
	return text, s
}

// Encode reverses [Decode].
func (s Style) Encode(text string) string {
	if s.CRLF {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	if s.BOM {
		text = bom + text
	}
	return text
}
