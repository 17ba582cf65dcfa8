package merge

import "strings"

const bom = "\uFEFF"

// style is how a text is stored, which is no part of what it says.
type style struct {
	bom  bool
	crlf bool // every line ends the way Windows ends it
}

// unstyle returns a text with plain line ends and without a byte order mark. Where line
// ends are mixed they stay as they are.
func unstyle(text string) (string, style) {
	var s style
	text, s.bom = strings.CutPrefix(text, bom)
	lines := strings.Count(text, "\n")
	s.crlf = lines > 0 && strings.Count(text, "\r\n") == lines
	if s.crlf {
		text = strings.ReplaceAll(text, "\r\n", "\n")
	}
	return text, s
}

// restyle is the way back.
func (s style) restyle(text string) string {
	if s.crlf {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	if s.bom {
		text = bom + text
	}
	return text
}

// split returns the lines of a text, and whether the last one is ended.
func split(text string) (lines []string, ended bool) {
	if text == "" {
		return nil, true
	}
	text, ended = strings.CutSuffix(text, "\n")
	return strings.Split(text, "\n"), ended
}

// unsplit is the way back.
func unsplit(lines []string, ended bool) string {
	text := strings.Join(lines, "\n")
	if ended && len(lines) > 0 {
		text += "\n"
	}
	return text
}
