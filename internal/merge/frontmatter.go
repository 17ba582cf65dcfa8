package merge

import (
	"slices"
	"strings"

	"github.com/community-digest/digest/internal/frontmatter"
)

// parts is a page cut into its front matter and its body, as lines.
type parts struct {
	head  []string // with the lines that open and close it; empty if there is none
	body  []string
	ended bool // the last line is ended
}

// cut splits a page into its front matter and its body. Front matter that is not closed
// belongs to the body.
func cut(text string) parts {
	body := frontmatter.Split(text).Body
	head, _ := split(text[:body])
	lines, ended := split(text[body:])
	if len(lines) == 0 {
		ended = body == 0 || text[body-1] == '\n'
	}
	return parts{head, lines, ended}
}

// mergeFront merges front matter key by key. Where one of the three is no plain YAML, or
// is missing, the edited one is kept whole, unless nobody touched it.
func mergeFront(b, e, n parts, report *Report) []string {
	switch {
	case slices.Equal(e.head, n.head), slices.Equal(n.head, b.head):
		return e.head
	case slices.Equal(e.head, b.head) && !report.NoBase:
		return n.head
	}
	x, y, z := keys(b.head), keys(e.head), keys(n.head)
	if x == nil || y == nil || z == nil {
		c := Change{Section: frontMatter, Item: frontMatter, Reason: Unreadable, Base: unsplit(b.head, false), Yours: unsplit(e.head, false), Ours: unsplit(n.head, false)}
		switch {
		case len(b.head) == 0:
			c.Reason = Different
		case len(e.head) == 0:
			c.Reason = Deleted
			report.LeftOut = append(report.LeftOut, c)
			return e.head
		}
		report.Undecided = append(report.Undecided, c)
		return e.head
	}
	m := newMerger(x, y, z)
	m.noBase = false // it was compared already; a head without common keys is a head of one's own
	m.report = report
	head := []string{e.head[0]}
	head = append(head, m.run()...)
	return append(head, e.head[len(e.head)-1])
}

const frontMatter = "front matter"

// keys reads YAML as far as a merge needs it: which lines belong to which key of the
// outermost level. It returns nil for what it does not understand.
func keys(head []string) *tree {
	if len(head) == 0 || strings.TrimRight(head[0], " \t\r") != "---" {
		return nil
	}
	top := &node{kind: root}
	var gap []string
	var last *node
	seen := make(map[string]bool)
	for _, l := range head[1 : len(head)-1] {
		switch name := keyName(l); {
		case blank(l):
			gap = append(gap, l)
			continue
		case strings.HasPrefix(l, "#"):
			last = &node{kind: key, gap: gap, lines: []string{l}, plain: l, parent: top}
			top.kids = append(top.kids, last)
		case name != "":
			if seen[name] {
				return nil
			}
			seen[name] = true
			last = &node{kind: key, gap: gap, lines: []string{l}, link: "key:" + name, address: name, parent: top}
			top.kids = append(top.kids, last)
		case last == nil || last.link == "" || l[0] != ' ' && l[0] != '\t' && !strings.HasPrefix(l, "- ") && strings.TrimSpace(l) != "]" && strings.TrimSpace(l) != "}":
			return nil
		default:
			last.lines = append(append(slices.Clip(last.lines), gap...), l)
		}
		gap = nil
	}
	t := &tree{root: top, end: gap}
	t.number(top)
	for _, k := range top.kids {
		k.norm = "k:" + value(k.lines)
	}
	return t
}

// keyName returns the key that a line begins with, or "".
func keyName(line string) string {
	name, rest, ok := strings.Cut(line, ":")
	if !ok || name == "" || rest != "" && rest[0] != ' ' && rest[0] != '\t' && rest[0] != '\r' || strings.ContainsAny(name[:1], " \t-[]{}&*!|>%@`,?#") {
		return ""
	}
	return strings.Trim(strings.TrimSpace(name), `"'`)
}

// value is the normal form of a key and its value: without quotes that are not needed,
// and lists in brackets however they were written.
func value(lines []string) string {
	var items []string
	for _, l := range lines[1:] {
		item, ok := strings.CutPrefix(strings.TrimSpace(l), "- ")
		if !ok {
			items = nil
			break
		}
		items = append(items, compact(item))
	}
	if len(items) > 0 {
		return compact(lines[0]) + "[" + strings.Join(items, ",") + "]"
	}
	parts := make([]string, len(lines))
	for i, l := range lines {
		parts[i] = compact(l)
	}
	return strings.Join(parts, "\n")
}

// compact takes the quotes and the spaces out of a line that mean nothing: those around
// plain words and beside brackets, commas and colons.
func compact(line string) string {
	var b strings.Builder
	s := strings.TrimSpace(line)
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '"' || c == '\'' {
			if end := strings.IndexByte(s[i+1:], c); end >= 0 {
				text := s[i+1 : i+1+end]
				if isPlainScalar(text) {
					b.WriteString(text)
				} else {
					b.WriteString(s[i : i+end+2])
				}
				i += end + 1
				continue
			}
		}
		if c == ' ' && (i+1 == len(s) || strings.IndexByte(" ,]}", s[i+1]) >= 0 || strings.IndexByte(",[{:", s[i-1]) >= 0) {
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// isPlainScalar reports whether a text means the same without quotes.
func isPlainScalar(s string) bool {
	if s == "" || s[0] == ' ' || s[len(s)-1] == ' ' || strings.ContainsAny(s, ":#,[]{}&*!|>'\"%@`\\") {
		return false
	}
	first := rune(s[0])
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null":
		return false
	}
	return first >= 0x80 || first == '/' || isWord(first) && (first < '0' || first > '9')
}
