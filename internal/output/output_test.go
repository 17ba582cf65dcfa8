package output

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const base = ".digest/0001/base.en.md"

// draft is the draft that the tests write, with this text.
func draft(text string) Draft {
	return Draft{Path: "weekly/index.md", Text: text, BasePath: base, BaseText: text}
}

// open opens a new folder with these files.
func open(t *testing.T, files map[string]string) *Folder {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		put(t, filepath.Join(dir, name), text)
	}
	f, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	f.flush = false
	return f
}

func put(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (f *Folder) in(name string) string { return filepath.Join(f.name, name) }

// text returns what is in a file, and "" for none.
func text(t *testing.T, f *Folder, name string) string {
	t.Helper()
	data, err := os.ReadFile(f.in(name))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return string(data)
}

// files lists all files in the folder.
func files(t *testing.T, f *Folder) string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(f.name, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(f.name, name)
			names = append(names, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(names, " ")
}

func find(t *testing.T, f *Folder) Found {
	t.Helper()
	found, err := f.Find("weekly/index.md", base)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// untouched reports whether the draft is as the tool wrote it.
func (f Found) untouched() bool { return !f.HasText || f.HasBase && f.Text == f.Base }

func TestOpenMakesTheDirectory(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a", "b")
	f, err := Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Write("c/d.md", []byte("text")); err != nil {
		t.Fatal(err)
	}
	if got := files(t, f); got != "c/d.md" {
		t.Errorf("files %q", got)
	}
}

func TestOpenRejectsAFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	put(t, name, "text")
	_, err := Open(name)
	if want := "output " + name + " is a file, not a directory"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	_, err = Open(filepath.Join(name, "inside"))
	if want := "create output directory " + filepath.Join(name, "inside") + ": " + name + ": not a directory"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
