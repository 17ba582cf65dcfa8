package merge

import (
	"slices"
	"strings"
)

// frontMatter is what the report calls front matter that was not taken apart.
const frontMatter = "front matter"

// mergeFrontMatter merges front matter key by key. If one of the three is missing or is
// not plain YAML, the edited one is kept as a whole, unless it is unedited.
func mergeFrontMatter(b, e, n parts, report *Report) []string {
	switch {
	case slices.Equal(e.head, n.head):
		return e.head
	case slices.Equal(e.head, b.head) && !report.NoBase:
		return n.head
	}
	base, edited, fresh := keys(b.head), keys(e.head), keys(n.head)
	if base == nil || edited == nil || fresh == nil {
		keepFrontMatter(b, e, n, report)
		return e.head
	}
	m := &merger{base: base, edited: edited, fresh: fresh, report: report}
	m.match()
	m.noBase = false // the page was compared already; without common keys this is the person's own front matter
	m.classify()
	merged := slices.Concat(e.head[:1], m.assemble(), e.head[len(e.head)-1:])
	if slices.Equal(n.head, b.head) {
		return e.head
	}
	return merged
}

// keepFrontMatter reports that front matter is kept as a whole.
func keepFrontMatter(b, e, n parts, report *Report) {
	c := Change{Section: frontMatter, Item: frontMatter, Reason: Unreadable,
		Base: joinLines(b.head, false), Yours: joinLines(e.head, false), Ours: joinLines(n.head, false)}
	switch {
	case slices.Equal(n.head, b.head):
		report.Kept++
		report.FrontMatter = append(report.FrontMatter, frontMatter)
	case len(b.head) == 0:
		c.Reason = Different
		report.Undecided = append(report.Undecided, c)
	case len(e.head) == 0:
		c.Reason = Deleted
		report.LeftOut = append(report.LeftOut, c)
	default:
		report.Undecided = append(report.Undecided, c)
	}
}

// keys reads YAML as far as a merge needs it: which lines belong to which key of the
// outermost level. It returns nil for anything else.
func keys(head []string) *tree {
	if len(head) == 0 || strings.TrimRight(head[0], " \t\r") != "---" {
		return nil
	}
	lines := head[1 : len(head)-1]
	top := &block{kind: root}
	var last *block
	seen := make(map[string]bool)
	start, end := 0, 0 // of the lines of the last key
	for i, l := range lines {
		name := keyName(l)
		switch {
		case blank(l):
			continue
		case l[0] != '#' && name == "":
			if last == nil || last.link == "" || !continuesValue(l) {
				return nil
			}
			end = i + 1
			last.lines = lines[start:end:end]
			continue
		case seen[name]:
			return nil
		case l[0] == '#':
			last = &block{kind: key, plain: l, parent: top}
		default:
			seen[name] = true
			last = &block{kind: key, link: "key:" + name, address: name, parent: top}
		}
		last.gap = lines[end:i:i]
		start, end = i, i+1
		last.lines = lines[start:end:end]
		top.children = append(top.children, last)
	}
	t := &tree{root: top, end: lines[end:]}
	t.number(top)
	for _, k := range top.children {
		k.norm = "k:" + value(k.lines)
	}
	return t
}

// continuesValue reports whether a line can belong to the key above it.
func continuesValue(line string) bool {
	return line[0] == ' ' || line[0] == '\t' || strings.HasPrefix(line, "- ") || slices.Contains([]string{"]", "}"}, strings.TrimSpace(line))
}

// keyName returns the key that a line begins with, or "".
func keyName(line string) string {
	name, rest, ok := strings.Cut(line, ":")
	if !ok || name == "" || rest != "" && rest[0] != ' ' && rest[0] != '\t' && rest[0] != '\r' || strings.ContainsAny(name[:1], " \t-[]{}&*!|>%@`,?#") {
		return ""
	}
	return strings.Trim(strings.TrimSpace(name), `"'`)
}

// value is the normal form of a key and its value: without needless quotes, lists in flow
// style.
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

// compact removes quotes around plain words and spaces next to brackets, commas and
// colons from a line.
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
