package config

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"
	"unicode"
)

// checkPath reports why a path, with slashes, may not be written or read below a
// folder of the user's. The answer is the same on every system.
func checkPath(p string) error {
	switch {
	case p == "":
		return fmt.Errorf("the path is empty")
	case strings.Contains(p, `\`):
		return fmt.Errorf("%q: want / between folders, not \\", shorten(p))
	case strings.HasPrefix(p, "/"):
		return fmt.Errorf("%q: want a relative path", shorten(p))
	case !filepath.IsLocal(filepath.FromSlash(p)):
		return fmt.Errorf("%q leaves its folder", shorten(p))
	case len(p) > 500:
		return fmt.Errorf("%q is longer than 500 bytes", shorten(p))
	case path.Clean(p) != p:
		return fmt.Errorf("%q: write %q", shorten(p), shorten(path.Clean(p)))
	}
	for name := range strings.SplitSeq(p, "/") {
		if err := checkName(name); err != nil {
			return err
		}
	}
	return nil
}

// checkName reports why a name may not be part of a path. A dot or blank at the
// end is refused since Windows drops it, and .git would be met by another name.
func checkName(name string) error {
	for _, r := range name {
		if !unicode.In(r, unicode.L, unicode.M, unicode.Nd) && !strings.ContainsRune("._- ", r) {
			return fmt.Errorf("%q: %q may not be in a path: want letters, digits, blanks and . _ -", shorten(name), r)
		}
	}
	switch {
	case name == ".":
		return nil
	case strings.EqualFold(name, ".git"), strings.EqualFold(name, ".github"):
		return fmt.Errorf("%q is not for drafts or state", name)
	case strings.HasSuffix(name, ".") || strings.TrimSpace(name) != name:
		return fmt.Errorf("%q: a name in a path neither begins with a blank nor ends with a blank or a dot", shorten(name))
	case len(name) > 200:
		return fmt.Errorf("%q is longer than 200 bytes", shorten(name))
	}
	return nil
}

// inside reports whether p is dir or lies below it. Case is ignored, as some file systems do.
func inside(dir, p string) bool {
	dir, p = strings.ToLower(dir), strings.ToLower(p)
	return dir == "." || p == dir || strings.HasPrefix(p, dir+"/")
}

// path reads a path that is no template.
func (v value) path(def string) string {
	s := v.text(def)
	if v.absent() || s == "" {
		return def
	}
	if err := checkPath(s); err != nil {
		v.problem("%v", err)
		return def
	}
	return s
}

// decodeState reads where the tool keeps its files and where editors keep their choices.
func decodeState(m *mapping) (state, picks string) {
	v := m.get("state")
	state = v.path(".digest")
	if state == "." {
		v.problem("want a folder of its own, such as .digest")
		state = ".digest"
	}
	picks = m.get("picks").path(path.Join(state, "picks.yaml"))
	return state, picks
}
