package config

import (
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"
)

// checkPath reports why a path, with slashes, may not be written or read below a
// directory of the user's. The result is the same on every system.
func checkPath(p string) error {
	switch {
	case p == "":
		return fmt.Errorf("the path is empty")
	case strings.Contains(p, `\`):
		return fmt.Errorf("%q: use / as the separator, not \\", shorten(p))
	case strings.HasPrefix(p, "/"):
		return fmt.Errorf("%q: want a relative path", shorten(p))
	case !filepath.IsLocal(filepath.FromSlash(p)):
		return fmt.Errorf("%q leaves its directory", shorten(p))
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

// devices are names that Windows keeps for itself, with any extension.
var devices = regexp.MustCompile(`^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])$`)

// checkName reports why a name may not be part of a path. A dot or blank at the
// end is refused since Windows drops it, and .git would be met by another name.
func checkName(name string) error {
	for _, r := range name {
		if !unicode.In(r, unicode.L, unicode.M, unicode.Nd) && !strings.ContainsRune("._- ", r) {
			return fmt.Errorf("%q: %q is not allowed in a path: use letters, digits, spaces and . _ -", shorten(name), r)
		}
	}
	stem, _, _ := strings.Cut(strings.ToLower(name), ".")
	switch {
	case name == ".":
		return nil
	case devices.MatchString(stem):
		return fmt.Errorf("%q is the name of a device on Windows", shorten(name))
	case strings.EqualFold(name, ".git"), strings.EqualFold(name, ".github"):
		return fmt.Errorf("%q is reserved", name)
	case strings.HasSuffix(name, ".") || strings.TrimSpace(name) != name:
		return fmt.Errorf("%q: a path component must not start with a space or end with a space or a dot", shorten(name))
	case len(name) > 200:
		return fmt.Errorf("%q is longer than 200 bytes", shorten(name))
	}
	return nil
}

// inside reports whether p is dir or lies below it. Case and Unicode form are ignored, as some file systems do.
func inside(dir, p string) bool {
	dir, p = fold(dir), fold(p)
	return dir == "." || p == dir || strings.HasPrefix(p, dir+"/")
}

// path reads a path that is not a template.
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
		v.problem("want a separate directory, such as .digest")
		state = ".digest"
	}
	picks = m.get("picks").path(path.Join(state, "picks.yaml"))
	return state, picks
}
