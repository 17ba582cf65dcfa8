package merge

import (
	"regexp"
	"strings"
)

// spanFinder finds where blocks end that may contain blank lines. An opener that is never
// closed is an ordinary line: a forgotten fence must not hide the rest of the edition from
// the merge.
type spanFinder struct {
	lines    []string // of the whole page
	from, to int      // the lines of the container
	indent   int

	absent  map[string]int // opener → up to which line nothing closes it
	failed  map[string]int // opener → how many searches failed
	budget  int            // bytes that failing searches may still read
	lastEnd map[string]int // end of a shortcode → the last line that has it
}

const (
	// maxFailures is how many searches for the end of something that nests may fail before
	// no more are tried. An opener that is never closed can hide another one that is.
	maxFailures = 8
	// maxRereads bounds all failing searches: together they read a container at most so
	// many times.
	maxRereads = 16
)

// find returns the line after the first match at or after line i, or 0. After so many
// failures it gives up on the opener.
func (f *spanFinder) find(opener string, i, failures int, match func(line string) (found, stop bool)) int {
	if f.absent == nil {
		f.absent, f.failed = make(map[string]int), make(map[string]int)
		for _, l := range f.lines[f.from:f.to] {
			f.budget += maxRereads * (len(l) + 1)
		}
	}
	if f.budget <= 0 || i < f.absent[opener] && f.failed[opener] >= failures {
		return 0
	}
	read, j := 0, i
	for ; j < f.to; j++ {
		read += len(f.lines[j]) + 1
		found, stop := match(f.lines[j])
		if found {
			return j + 1
		}
		if stop {
			break
		}
	}
	f.absent[opener] = j
	f.failed[opener]++
	f.budget -= read
	return 0
}

// fence finds the end of the fence that text opens at line i.
func (f *spanFinder) fence(i int, text string) int {
	n := fenceLength(text)
	if n == 0 {
		return 0
	}
	return f.find(text[:n], i+1, 1, func(line string) (bool, bool) {
		columns, t := dedent(line)
		return columns-f.indent < 4 && len(t) >= n && strings.Trim(t, text[:1]) == "", false
	})
}

// paired finds the end of HTML or a shortcode that has an end of its own.
func (f *spanFinder) paired(i int, text string) int {
	switch text[0] {
	case '<':
		if end := specialHTML(text); end != "" {
			return f.find(end, i, 1, func(line string) (bool, bool) {
				return strings.Contains(strings.ToLower(line), end), false
			})
		}
		if tag := blockTag(text); tag != "" && !strings.HasPrefix(text, "</") {
			return f.nested(i, "<"+tag, "</"+tag, true)
		}
	case '{':
		if open, shut := shortcode(text); open != "" {
			return f.nested(i, open, shut, false)
		}
	case ':':
		if strings.HasPrefix(text, ":::") && strings.Trim(text, ":") != "" {
			return f.find(":::", i+1, 1, func(line string) (bool, bool) {
				return strings.TrimSpace(line) == ":::", false
			})
		}
	}
	return 0
}

// nested finds the end of what opens at line i, counting the openers in between. HTML ends
// before a heading, as people wrap whole sections in it.
func (f *spanFinder) nested(i int, open, shut string, html bool) int {
	if !html && !f.hasEnd(shut, i) {
		return 0
	}
	depth := 0
	end := f.find(open, i, maxFailures, func(line string) (bool, bool) {
		if html {
			if _, text := dedent(line); headingLevel(text) > 0 {
				return false, true
			}
			line = strings.ToLower(line)
		}
		line = normalizeShortcode(line)
		depth += count(line, open) - count(line, shut)
		return depth <= 0, false
	})
	for end > 0 && end < f.to && !blank(f.lines[end]) {
		end++
	}
	return end
}

// hasEnd reports whether the end of a shortcode occurs at or after line i. Most shortcodes
// have none.
func (f *spanFinder) hasEnd(end string, i int) bool {
	if f.lastEnd == nil {
		f.lastEnd = make(map[string]int)
		for j, l := range f.lines[f.from:f.to] {
			for _, m := range shortcodeEnd.FindAllString(normalizeShortcode(l), -1) {
				f.lastEnd[m] = f.from + j
			}
		}
	}
	last, ok := f.lastEnd[end]
	return ok && last >= i
}

var shortcodeEnd = regexp.MustCompile(`\{\{[<%]/[\w-]+|\{%end[\w-]+`)

// count counts the occurrences of a name that are not part of a longer one.
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

// normalizeShortcode removes the optional spaces inside the delimiters of a shortcode.
func normalizeShortcode(line string) string {
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

// shortcode returns the opener and the end of a paired shortcode of Hugo or a block tag of
// Liquid, or nothing.
func shortcode(text string) (open, shut string) {
	text = normalizeShortcode(text)
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

// specialHTML returns the end of HTML that may contain blank lines, in lower case, or "".
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

// blockTag returns the name of the tag that begins a line if a block can begin with it.
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

// htmlOpener reports whether a line begins HTML that ends at the next blank line.
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
