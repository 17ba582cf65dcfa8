package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// Names are the files that [Find] looks for, in order.
var Names = []string{"digest.yaml", ".github/digest.yaml", "config.yaml"}

// ErrNotFound is the error of [Find] when none of [Names] exists.
var ErrNotFound = errors.New("no configuration found (looked for " + strings.Join(Names, ", ") + ")")

// Find returns the path of the configuration in the current directory: the first of [Names]
// that exists.
func Find() (string, error) {
	for _, name := range Names {
		_, err := os.Stat(name)
		if err == nil {
			return name, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("look for a configuration: %w", err)
		}
	}
	return "", ErrNotFound
}

// generators are site generators whose configuration may be called config.yaml, with keys
// that distinguish it from ours.
var generators = []struct {
	name string
	keys []string
}{
	{"Hugo", []string{"baseurl", "languagecode", "defaultcontentlanguage", "theme", "module", "params", "markup", "taxonomies"}},
	{"Jekyll", []string{"permalink", "plugins", "collections", "kramdown", "defaults", "remote_theme"}},
}

// foreign returns the site generator that a file without any key of ours belongs to, and
// the first key that says so; "" where there is none.
func foreign(m *mapping) (generator string, key entry) {
	for _, ours := range []string{"sources", "editions", "publish", "cadence"} {
		if m.has(ours) {
			return "", entry{}
		}
	}
	for _, g := range generators {
		i := slices.IndexFunc(m.entries, func(e entry) bool { return slices.Contains(g.keys, strings.ToLower(e.name)) })
		if i >= 0 {
			return g.name, m.entries[i]
		}
	}
	return "", entry{}
}
