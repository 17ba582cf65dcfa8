package lint

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/community-digest/digest/internal/textfile"
)

// extensions are those of Markdown, as site generators have them.
var extensions = []string{".md", ".markdown", ".mdown", ".mkd", ".mdx", ".qmd"}

// Read reads a draft. The error says what is wrong with a file that is none.
//
// A draft of a pull request is untrusted: a symbolic link in it could make problems quote
// any file of the machine. So a link must not lead out of the current directory, or out of
// the directory of a draft that is elsewhere.
func Read(name string) (string, error) {
	root, inside, err := openRoot(name)
	if err != nil {
		return "", err
	}
	defer root.Close()
	info, err := root.Stat(inside) // before opening: opening a pipe would block
	if err != nil {
		return "", readError(name, err)
	}
	switch {
	case info.IsDir():
		return "", fmt.Errorf("%s is a directory: name the drafts in it", name)
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("%s is not a regular file", name)
	case !slices.Contains(extensions, strings.ToLower(filepath.Ext(name))):
		return "", fmt.Errorf("%s is not a draft: want a Markdown file (%s)", name, strings.Join(extensions[:2], ", "))
	}
	f, err := root.Open(inside)
	if err != nil {
		return "", readError(name, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, textfile.MaxSize+1)) // Check refuses what is larger
	if err != nil {
		return "", readError(name, err)
	}
	return string(data), nil
}

// openRoot opens the directory that a file must be in, and returns its name there.
func openRoot(name string) (root *os.Root, inside string, err error) {
	dir, inside := ".", filepath.Clean(name)
	if filepath.IsAbs(name) {
		if here, err := os.Getwd(); err == nil {
			if rel, err := filepath.Rel(here, name); err == nil {
				inside = rel
			}
		}
	}
	if !filepath.IsLocal(inside) {
		dir, inside = filepath.Split(name)
	}
	if root, err = os.OpenRoot(filepath.Clean(dir)); err != nil {
		return nil, "", readError(name, err)
	}
	return root, inside, nil
}

// readError names the file as the user did.
func readError(name string, err error) error {
	if e, ok := errors.AsType[*os.PathError](err); ok {
		err = e.Err
	}
	if strings.Contains(err.Error(), "escapes") { // package os has no error value for it
		return fmt.Errorf("%s: the symbolic link leads out of the directory", name)
	}
	return fmt.Errorf("%s: %w", name, err)
}
