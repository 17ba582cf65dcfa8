// Package output writes the files of an edition beneath one folder: the drafts that
// people edit, and beside them the state (the snapshot, and the base of each draft,
// which is the draft as the tool last wrote it).
//
// The one idea is that a draft that differs from its base holds somebody's work, and that
// what this program wrote itself never does. Every file is either the old one or the new
// one, whole, whenever the program is stopped, and no path leaves the folder, by symbolic
// links neither.
package output

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
)

// Draft is a draft that is to be written, and its base: the draft as it would be had
// nobody edited it. Paths are slash-separated, relative to the folder.
type Draft struct {
	Path, Text         string
	BasePath, BaseText string
}

// Found is what there is of a draft.
type Found struct {
	Text, Base       string
	HasText, HasBase bool
}

// Folder is the folder that everything is written beneath.
type Folder struct {
	root *os.Root
	name string
	made bool // by Open
}

// Open opens a folder, and makes it first if there is none.
func Open(name string) (*Folder, error) {
	_, err := os.Stat(name)
	made := errors.Is(err, fs.ErrNotExist)
	if err := os.MkdirAll(name, 0o755); err != nil {
		return nil, fmt.Errorf("open output folder: %w", err)
	}
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, fmt.Errorf("open output folder: %w", err)
	}
	return &Folder{root, name, made}, nil
}

// Close closes the folder. One that Open made and that nothing was written to goes.
func (f *Folder) Close() error {
	err := f.root.Close()
	if f.made {
		_ = os.Remove(f.name) // fails, as it should, where something is in it
	}
	return err
}

// Find tells what there is of a draft. A base that was written but not yet put in its
// place, because the program was stopped in between, counts as the base when its draft
// was written.
func (f *Folder) Find(file, base string) (Found, error) {
	text, hasText, err := f.Read(file)
	if err != nil {
		return Found{}, err
	}
	have, hasBase, err := f.Read(base)
	if err != nil {
		return Found{}, err
	}
	next, found, err := f.Read(pending(base))
	if err != nil {
		return Found{}, err
	}
	if found && hasText {
		if of, rest := unseal(next); of == sum(text) {
			have, hasBase = rest, true
		}
	}
	return Found{string(text), string(have), hasText, hasBase}, nil
}

// WriteDraft writes a draft and then its base. Nothing is written when both have the
// text already.
func (f *Folder) WriteDraft(d Draft) error {
	for _, step := range f.steps(d) {
		if err := step(); err != nil {
			return errors.Join(err, f.settle(d)) // a pending base without its draft goes
		}
	}
	return nil
}

// steps are how a draft is written. The base is laid beside its place before the draft is
// written, with the checksum of the draft that it belongs to, so that a program stopped
// after any step is not mistaken for an editor.
func (f *Folder) steps(d Draft) []func() error {
	based := false // the base has the text already
	return []func() error{
		func() error { return f.settle(d) },
		func() error {
			if based = f.has(d.BasePath, d.BaseText); based {
				return nil
			}
			return f.Write(pending(d.BasePath), seal(d))
		},
		func() error { return f.Write(d.Path, []byte(d.Text)) },
		func() error {
			if based {
				return nil
			}
			return f.settle(d)
		},
	}
}

// settle ends what a stopped program has begun: where its draft was written the base
// takes its place, else it goes.
func (f *Folder) settle(d Draft) error {
	next, found, err := f.Read(pending(d.BasePath))
	if err != nil || !found {
		return err
	}
	have, exists, err := f.Read(d.Path)
	if err != nil {
		return err
	}
	if of, base := unseal(next); exists && of == sum(have) {
		if err := f.Write(d.BasePath, base); err != nil {
			return err
		}
	}
	if err := f.root.Remove(pending(d.BasePath)); err != nil {
		return f.failed("remove", pending(d.BasePath), err)
	}
	return nil
}

// seal is a base with the checksum of its draft on the first line.
func seal(d Draft) []byte { return []byte(sum([]byte(d.Text)) + "\n" + d.BaseText) }

func unseal(data []byte) (of string, base []byte) {
	line, base, _ := bytes.Cut(data, []byte("\n"))
	return string(line), base
}

func sum(text []byte) string { return fmt.Sprintf("%x", sha256.Sum256(text)) }

func pending(base string) string { return base + ".new" }

// KeepOld copies the file of a draft to a name beside it that is free and returns that
// name: index.old.md, index.old2.md, and so on.
func (f *Folder) KeepOld(name string) (string, error) {
	have, err := f.read(name)
	if err != nil {
		return "", err
	}
	ext := path.Ext(name)
	for n := 1; ; n++ {
		old := strings.TrimSuffix(name, ext) + ".old" + suffix(n) + ext
		switch _, err := f.root.Lstat(old); {
		case errors.Is(err, fs.ErrNotExist):
			return old, f.Write(old, have)
		case err != nil:
			return "", f.failed("write", old, err)
		}
	}
}

func suffix(n int) string {
	if n == 1 {
		return ""
	}
	return fmt.Sprint(n)
}

// maxFile bounds what is read back, in bytes: a draft is text that a person edits.
const maxFile = 64 << 20

// Read returns the content of a file, and whether there is one.
func (f *Folder) Read(name string) (data []byte, found bool, err error) {
	data, err = f.read(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	return data, err == nil, err
}

// has reports whether a file can be read and holds this text.
func (f *Folder) has(name, text string) bool {
	data, found, err := f.Read(name)
	return err == nil && found && string(data) == text
}

func (f *Folder) read(name string) ([]byte, error) {
	info, err := f.root.Lstat(name)
	if err != nil {
		return nil, f.failed("read", name, err)
	}
	// Reading a pipe would wait for ever; a link may be to a file that is not ours to compare.
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("read %s: it is not an ordinary file", f.path(name))
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("read %s: it is larger than %d MiB", f.path(name), maxFile>>20)
	}
	data, err := f.root.ReadFile(name)
	if err != nil {
		return nil, f.failed("read", name, err)
	}
	return data, nil
}

func (f *Folder) path(name string) string { return path.Join(f.name, name) }

// failed names the whole path once: the errors of package os name only a part of it.
func (f *Folder) failed(verb, name string, err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	var le *os.LinkError
	if errors.As(err, &le) {
		err = le.Err
	}
	return fmt.Errorf("%s %s: %w", verb, f.path(name), err)
}
