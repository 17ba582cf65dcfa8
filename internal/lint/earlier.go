package lint

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

var digits = regexp.MustCompile(`[0-9]+`)

// shape is a name with its numbers replaced: 07 and 112 have the same shape.
func shape(name string) string { return digits.ReplaceAllLiteralString(name, "#") }

// Earlier finds the editions before a draft, the newest first: the files whose paths differ
// only in their numbers, which are smaller. The numbers can be in the name of the file
// (7.en.md), of its directory (07/index.md), and of the directories above if these are
// nothing but numbers (2023/52/index.md). Without a number in its path a draft has no
// earlier ones. Symbolic links are ignored.
func Earlier(file string) ([]string, error) {
	abs, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	folder, name := filepath.Split(abs)
	folder = filepath.Clean(folder)
	parts := []string{name}
	up := func() {
		parts = slices.Insert(parts, 0, filepath.Base(folder))
		folder = filepath.Dir(folder)
	}
	// The number in index.es-419.md is part of the language.
	if !digits.MatchString(name) || strings.HasPrefix(strings.TrimPrefix(name, "_"), "index.") {
		if up(); !digits.MatchString(parts[0]) {
			return nil, nil
		}
	}
	for shape(filepath.Base(folder)) == "#" {
		up()
	}
	names, err := withShape(folder, parts)
	if err != nil {
		return nil, fmt.Errorf("find earlier editions: %w", err)
	}
	names = slices.DeleteFunc(names, func(n string) bool { return compareNumbers(n, abs) >= 0 })
	return newestFirst(names), nil
}

// withShape returns the files under a folder whose paths have the shape of the parts.
func withShape(folder string, parts []string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, e := range entries {
		path := filepath.Join(folder, e.Name())
		switch {
		case shape(e.Name()) != shape(parts[0]):
		case len(parts) == 1 && e.Type().IsRegular():
			found = append(found, path)
		case len(parts) > 1 && e.IsDir():
			below, err := withShape(path, parts[1:])
			if err != nil {
				return nil, err
			}
			found = append(found, below...)
		}
	}
	return found, nil
}

// Against finds the drafts that a directory, a file or a pattern names, except the one that
// is checked, those with the highest numbers first. Symbolic links are ignored.
func Against(against, file string) ([]string, error) {
	abs, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	var names []string
	info, err := os.Stat(against)
	switch {
	case err == nil && info.IsDir():
		names, err = draftsUnder(against)
	case err == nil:
		names = []string{against}
	case errors.Is(err, fs.ErrNotExist) && strings.ContainsAny(against, `*?[`):
		names, err = filepath.Glob(against)
	}
	if err != nil {
		return nil, fmt.Errorf("find drafts in %s: %w", against, err)
	}
	for i, n := range names {
		if names[i], err = filepath.Abs(n); err != nil {
			return nil, err
		}
	}
	return newestFirst(slices.DeleteFunc(names, func(n string) bool { return n == abs })), nil
}

// draftsUnder lists the Markdown files in a directory and those below it.
func draftsUnder(folder string) ([]string, error) {
	var names []string
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != folder && strings.HasPrefix(d.Name(), "."):
			return filepath.SkipDir // the state has a copy of every draft
		case d.Type().IsRegular() && filepath.Ext(path) == ".md":
			names = append(names, path)
		}
		return nil
	})
	return names, err
}

// newestFirst sorts absolute names, the highest numbers first, and returns them relative to
// the current directory.
func newestFirst(files []string) []string {
	slices.SortFunc(files, func(a, b string) int { return compareNumbers(b, a) })
	here, err := filepath.Abs(".")
	if err != nil {
		return files
	}
	for i, f := range files {
		if rel, err := filepath.Rel(here, f); err == nil {
			files[i] = rel
		}
	}
	return files
}

// compareNumbers compares names by the numbers in them: 9 comes before 10.
func compareNumbers(a, b string) int {
	as, bs := digits.FindAllStringIndex(a, -1), digits.FindAllStringIndex(b, -1)
	i, j := 0, 0 // how far the names are compared
	for n := range min(len(as), len(bs)) {
		if c := cmp.Compare(a[i:as[n][0]], b[j:bs[n][0]]); c != 0 {
			return c
		}
		x, y := strings.TrimLeft(a[as[n][0]:as[n][1]], "0"), strings.TrimLeft(b[bs[n][0]:bs[n][1]], "0")
		if c := cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)); c != 0 {
			return c
		}
		i, j = as[n][1], bs[n][1]
	}
	return cmp.Or(cmp.Compare(a[i:], b[j:]), cmp.Compare(a, b))
}
