// Package output writes the files of an edition under one directory: the drafts that people edit and, beside them, the
// state: the snapshot, and the base of each draft, which is the draft as the program last wrote it.
//
// A draft that differs from its base has someone's work in it; one that this program wrote never does, whenever it is
// killed. Every file is either the old one or the new one, whole, and no path leaves the directory, not even through
// symbolic links.
package output

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
)

// MaxFile is the size in bytes above which no file is written or read. Drafts are text that people edit.
const MaxFile = 64 << 20

// Folder is the directory that everything is written under. All names are slash-separated and relative to it.
type Folder struct {
	root *os.Root
	name string
	made bool     // by Open
	log  *journal // while the folder is locked

	limit int  // MaxFile
	flush bool // to the disk, which is slow
}

// Open opens a directory, and makes it first if it is missing.
func Open(name string) (*Folder, error) {
	info, err := os.Stat(name)
	made := errors.Is(err, fs.ErrNotExist)
	if err == nil && !info.IsDir() {
		return nil, fmt.Errorf("output %s is a file, not a directory", name)
	}
	if err := os.MkdirAll(name, 0o755); err != nil {
		if pe, ok := errors.AsType[*fs.PathError](err); ok {
			return nil, fmt.Errorf("create output directory %s: %s: %w", name, pe.Path, pe.Err)
		}
		return nil, fmt.Errorf("create output directory %s: %w", name, err)
	}
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, fmt.Errorf("open output directory %s: %w", name, reason(err))
	}
	return &Folder{root: root, name: name, made: made, limit: MaxFile, flush: true}, nil
}

// Close closes the folder. It removes the directory if Open made it and nothing was written to it.
func (f *Folder) Close() error {
	err := f.root.Close()
	if f.made {
		_ = os.Remove(f.name) // fails, as it should, unless it is empty
	}
	return err
}

// Read returns the content of a file, and whether it exists.
func (f *Folder) Read(name string) (data []byte, found bool, err error) {
	data, err = f.read(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	return data, err == nil, err
}

func (f *Folder) read(name string) ([]byte, error) {
	info, err := f.root.Lstat(name)
	if err != nil {
		return nil, f.failed("read", name, err)
	}
	// Reading a pipe would block for ever; a link may point to a file that is not ours to read.
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("read %s: not a regular file", f.path(name))
	}
	if info.Size() > int64(f.limit) {
		return nil, f.tooLarge("read", name)
	}
	data, err := f.root.ReadFile(name)
	if err != nil {
		return nil, f.failed("read", name, err)
	}
	return data, nil
}

// List returns the names in a directory, sorted; none if it is missing.
func (f *Folder) List(dir string) ([]string, error) {
	entries, err := fs.ReadDir(f.root.FS(), dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, f.failed("read", dir, err)
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, nil
}

func (f *Folder) tooLarge(verb, name string) error {
	return fmt.Errorf("%s %s: larger than %d MiB", verb, f.path(name), f.limit>>20)
}

func (f *Folder) path(name string) string { return path.Join(f.name, name) }

// failed names the whole path once: errors of package os name only a part of it.
func (f *Folder) failed(verb, name string, err error) error {
	return fmt.Errorf("%s %s: %w", verb, f.path(name), reason(err))
}

// reason is an error of package os without the operation and the path.
func reason(err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err
	}
	if le, ok := errors.AsType[*os.LinkError](err); ok {
		return le.Err
	}
	return err
}
