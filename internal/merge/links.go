package merge

import "strings"

// link is a link of a text.
type link struct {
	address  string // as it is written
	identity string // what it leads to
	at       int    // the offset of the address; -1 if it is defined elsewhere
}

// findLinks returns the links of a text in order: inline ones, those by label, those in
// angle brackets, and bare addresses.
func findLinks(text string, defs map[string]string) []link {
	var found []link
	add := func(address string, at int) {
		if address = strings.TrimRight(address, ".,;:!?'\"*_"); isAddress(address) && len(address) <= maxAddress {
			found = append(found, link{address, identity(address), at})
		}
	}
	for i := 0; i < len(text); {
		rest := text[i:]
		switch {
		case strings.HasPrefix(rest, "]("):
			address := strings.TrimLeft(rest[2:], " \n\t<")
			at := len(text) - len(address)
			ends := destination(address)
			if text[at-1] == '<' {
				if end := strings.IndexByte(address[:min(len(address), maxAddress+1)], '>'); end >= 0 {
					ends = end
				}
			}
			add(address[:ends], at)
			i = at + ends
		case strings.HasPrefix(rest, "][") && len(defs) > 0:
			if label, _, ok := strings.Cut(rest[2:min(len(rest), 200)], "]"); ok {
				add(defs[strings.ToLower(label)], -1)
			}
			i += 2
		case isAddress(rest):
			address := rest[:destination(rest)]
			if end := strings.IndexAny(address, "<>[]\"|"); end > 0 {
				address = address[:end]
			}
			add(address, i)
			i += len(address)
		default:
			next := strings.IndexAny(rest[1:], "]h")
			if next < 0 {
				return found
			}
			i += 1 + next
		}
	}
	return found
}

// destination is the length of an address: up to white space, or the bracket that closes
// what it is in, or just past the longest address.
func destination(s string) int {
	s = s[:min(len(s), maxAddress+1)]
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case ' ', '\t', '\n', '\r':
			return i
		case '(':
			depth++
		case ')':
			if depth--; depth < 0 {
				return i
			}
		}
	}
	return len(s)
}

// identity is the same for all addresses of one page. On GitHub it ignores the query, the
// anchor, the redirecting host and the case of owner and repository.
func identity(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	host, path, _ := strings.Cut(rest, "/")
	host = strings.TrimPrefix(strings.ToLower(host), "www.")
	if host == "redirect.github.com" {
		host = "github.com"
	}
	if host == "github.com" {
		path, _, _ = strings.Cut(path, "#")
		path, _, _ = strings.Cut(path, "?")
		parts := strings.SplitN(path, "/", 3)
		for i := range parts[:min(2, len(parts))] {
			parts[i] = strings.ToLower(parts[i])
		}
		path = strings.Join(parts, "/")
	}
	return host + "/" + strings.TrimSuffix(path, "/")
}

// beginsWithLink reports whether a text begins with a link, apart from marks and symbols.
func beginsWithLink(text string) bool {
	for i, r := range text {
		switch {
		case r == '[' || r == '<' || isAddress(text[i:]):
			return true
		case isWord(r) || r == '!' || r == '`' || r == '(':
			return false
		}
	}
	return false
}

// definitions returns the addresses that are written apart from their links, by label.
func definitions(t *tree) map[string]string {
	defs := make(map[string]string)
	for _, n := range t.all {
		if n.kind != paragraph {
			continue
		}
		for _, l := range n.lines {
			_, l = dedent(l)
			label, address, ok := strings.Cut(l, "]:")
			if !ok || l[0] != '[' {
				break
			}
			address = strings.TrimLeft(strings.TrimSpace(address), "<")
			defs[strings.ToLower(label[1:])] = strings.TrimRight(address[:destination(address)], ">")
		}
	}
	return defs
}
