package merge

import "strings"

// seeker finds where blocks end that may hold blank lines. An opener that nothing
// closes is an ordinary line: a fence that somebody forgot to close must not hide the
// rest of the edition from the merge.
type seeker struct {
	lines  []string
	to     int
	indent int
	none   map[string]int // opener → up to which line there is nothing that closes it
	vain   map[string]int // opener → how often it was sought in vain
}

// patience is how many openers of a kind may be sought in vain before that is taken for
// the answer: one that is never closed can hide one that is, but not for ever.
const patience = 8

// find returns the line after the first at or after i that is a match, or 0. What was
// sought in vain is remembered, or many openers would take quadratic time.
func (s *seeker) find(what string, i int, match func(line string) (found, stop bool)) int {
	if i < s.none[what] && s.vain[what] >= patience {
		return 0
	}
	for j := i; j < s.to; j++ {
		found, stop := match(s.lines[j])
		if found {
			return j + 1
		}
		if stop {
			return s.giveUp(what, j)
		}
	}
	return s.giveUp(what, s.to)
}

func (s *seeker) giveUp(what string, at int) int {
	s.none[what] = at
	s.vain[what]++
	return 0
}

// fence finds the end of the fence that text opens at line i.
func (s *seeker) fence(i int, text string) int {
	n := fenceLength(text)
	if n == 0 {
		return 0
	}
	return s.find(text[:n], i+1, func(line string) (bool, bool) {
		columns, t := dedent(line)
		return columns-s.indent < 4 && len(t) >= n && strings.Trim(t, text[:1]) == "", false
	})
}

// paired finds the end of HTML or of a shortcode that is closed by a mark of its own.
func (s *seeker) paired(i int, text string) int {
	switch text[0] {
	case '<':
		if end := specialHTML(text); end != "" {
			return s.find(end, i, func(line string) (bool, bool) {
				return strings.Contains(strings.ToLower(line), end), false
			})
		}
		if tag := blockTag(text); tag != "" && !strings.HasPrefix(text, "</") {
			return s.nested(i, "<"+tag, "</"+tag, true)
		}
	case '{':
		if open, shut := shortcode(text); open != "" {
			return s.nested(i, open, shut, false)
		}
	case ':':
		if strings.HasPrefix(text, ":::") && strings.Trim(text, ":") != "" {
			return s.find(":::", i+1, func(line string) (bool, bool) {
				return strings.TrimSpace(line) == ":::", false
			})
		}
	}
	return 0
}

// nested finds where what opens at line i is closed, counting what opens between. Of
// HTML it takes only what no heading interrupts, as people wrap whole sections in it.
func (s *seeker) nested(i int, open, shut string, html bool) int {
	depth := 0
	end := s.find(open, i, func(line string) (bool, bool) {
		if html {
			if _, text := dedent(line); headingLevel(text) > 0 {
				return false, true
			}
			line = strings.ToLower(line)
		}
		line = squeeze(line)
		depth += count(line, open) - count(line, shut)
		return depth <= 0, false
	})
	for end > 0 && end < s.to && !blank(s.lines[end]) {
		end++
	}
	return end
}

// count counts a name that does not go on.
func count(line, name string) int {
	n := 0
	for {
		i := strings.Index(line, name)
		if i < 0 {
			return n
		}
		line = line[i+len(name):]
		if line == "" || !isNameByte(line[0]) {
			n++
		}
	}
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_'
}

// squeeze takes the spaces out that may stand inside the marks of a shortcode.
func squeeze(line string) string {
	if !strings.Contains(line, "{") {
		return line
	}
	for _, mark := range []string{"{{<", "{{%", "{%"} {
		for _, m := range []string{mark + "-", mark} {
			line = strings.ReplaceAll(line, m+" ", mark)
		}
		line = strings.ReplaceAll(line, mark+"/ ", mark+"/")
	}
	return line
}

// shortcode returns how a paired shortcode of Hugo or a block tag of Liquid is opened
// and closed, or nothing.
func shortcode(text string) (open, shut string) {
	text = squeeze(text)
	for _, mark := range []string{"{{<", "{{%", "{%"} {
		rest, ok := strings.CutPrefix(text, mark)
		if !ok {
			continue
		}
		n := 0
		for n < len(rest) && isNameByte(rest[n]) {
			n++
		}
		if n == 0 || strings.Contains(rest, "/>}}") || strings.Contains(rest, "/%}}") {
			return "", ""
		}
		if mark == "{%" {
			return mark + rest[:n], mark + "end" + rest[:n]
		}
		return mark + rest[:n], mark + "/" + rest[:n]
	}
	return "", ""
}

// specialHTML returns what ends HTML that may hold blank lines, in lower case, or "".
func specialHTML(text string) string {
	lower := strings.ToLower(text[:min(len(text), 12)])
	for _, tag := range []string{"script", "pre", "style", "textarea"} {
		if rest, ok := strings.CutPrefix(lower, "<"+tag); ok && (rest == "" || !isNameByte(rest[0])) {
			return "</" + tag + ">"
		}
	}
	switch {
	case strings.HasPrefix(lower, "<!--"):
		return "-->"
	case strings.HasPrefix(lower, "<?"):
		return "?>"
	case strings.HasPrefix(lower, "<![cdata["):
		return "]]>"
	case len(lower) > 2 && lower[1] == '!' && lower[2] >= 'a' && lower[2] <= 'z':
		return ">"
	}
	return ""
}

const blockTags = " address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div dl dt " +
	"fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend li link main menu menuitem " +
	"nav noframes ol optgroup option p param picture search section summary svg table tbody td tfoot th thead title tr track ul video "

// blockTag returns the name of the tag that begins a line, if a block begins with it.
func blockTag(text string) string {
	rest := strings.TrimPrefix(strings.TrimPrefix(text, "<"), "/")
	n := 0
	for n < len(rest) && n < 12 && isNameByte(rest[n]) {
		n++
	}
	if name := strings.ToLower(rest[:n]); n > 0 && strings.Contains(blockTags, " "+name+" ") {
		return name
	}
	return ""
}

// htmlOpener reports whether a line begins HTML that ends at a blank line.
func htmlOpener(text string) bool {
	if text == "" || text[0] != '<' {
		return false
	}
	if blockTag(text) != "" || specialHTML(text) != "" {
		return true
	}
	// Any other tag, alone on its line.
	return len(text) > 2 && text[len(text)-1] == '>' && (isNameByte(text[1]) || text[1] == '/') &&
		!strings.Contains(text, "://") && strings.Count(text, "<") == 1
}
