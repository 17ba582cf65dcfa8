package merge

import (
	"slices"
	"strings"
)

// renames maps the identities of items' old addresses to their new ones. A repository may
// be renamed, or a discussion transferred, between two runs.
type renames map[string]string

func newRenames(addresses map[string]string) renames {
	r := make(renames, len(addresses))
	for old, fresh := range addresses {
		if id := identity(old); id != identity(fresh) {
			r[id] = fresh
		}
	}
	return r
}

// follow returns lines in which links lead to the new addresses. Blocks are compared by
// these lines; the file keeps its own.
func (r renames) follow(lines []string) []string {
	if len(r) == 0 {
		return lines
	}
	var followed []string
	for i, line := range lines {
		links := findLinks(line, nil)
		for k := len(links) - 1; k >= 0; k-- {
			address := links[k].address
			fresh, ok := r[links[k].identity]
			if !ok {
				continue
			}
			if _, anchor, found := strings.Cut(address, "#"); found {
				fresh += "#" + anchor
			}
			if followed == nil {
				followed = slices.Clone(lines)
			}
			followed[i] = followed[i][:links[k].at] + fresh + followed[i][links[k].at+len(address):]
		}
	}
	if followed == nil {
		return lines
	}
	return followed
}
