package output

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// Write writes a file whole or not at all: into a new file beside it, which is flushed
// to the disk and then takes the name. A file that holds the data already is not touched.
func (f *Folder) Write(name string, data []byte) error {
	dir := path.Dir(name)
	if err := f.root.MkdirAll(dir, 0o755); err != nil {
		return f.failed("write", name, err)
	}
	if err := f.replaceable(name); err != nil {
		return err
	}
	if err := f.sweep(dir); err != nil {
		return err
	}
	if f.has(name, string(data)) {
		return nil
	}
	temp := path.Join(dir, tempPrefix+rand.Text()+tempSuffix)
	if err := f.fill(temp, data); err != nil {
		return errors.Join(f.failed("write", name, err), ignoreMissing(f.root.Remove(temp)))
	}
	if err := f.root.Rename(temp, name); err != nil {
		return errors.Join(f.failed("write", name, err), ignoreMissing(f.root.Remove(temp)))
	}
	return f.sync(dir)
}

// Writable reports why Write could not write a file. It changes nothing that stays: it
// makes an empty file where the file would be, or in what there is of the way to it,
// and removes it again.
func (f *Folder) Writable(name string) error {
	if err := f.replaceable(name); err != nil {
		return err
	}
	dir := path.Dir(name)
	for {
		_, err := f.root.Stat(dir)
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return f.failed("write", name, err)
		}
		dir = path.Dir(dir)
	}
	temp := path.Join(dir, tempPrefix+rand.Text()+tempSuffix)
	if err := errors.Join(f.fill(temp, nil), ignoreMissing(f.root.Remove(temp))); err != nil {
		return f.failed("write", name, err)
	}
	return nil
}

// replaceable refuses what is there under the name and is no ordinary file.
func (f *Folder) replaceable(name string) error {
	switch info, err := f.root.Lstat(name); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return f.failed("write", name, err)
	case !info.Mode().IsRegular():
		return fmt.Errorf("write %s: it is not an ordinary file", f.path(name))
	}
	return nil
}

// The names of files that are being written.
const tempPrefix, tempSuffix = ".digest-", ".tmp"

// sweep removes what a program that was killed has left half-written in a folder.
func (f *Folder) sweep(dir string) error {
	entries, err := fs.ReadDir(f.root.FS(), dir)
	if err != nil {
		return f.failed("read", dir, err)
	}
	for _, e := range entries {
		if !e.Type().IsRegular() || !strings.HasPrefix(e.Name(), tempPrefix) || !strings.HasSuffix(e.Name(), tempSuffix) {
			continue
		}
		if err := ignoreMissing(f.root.Remove(path.Join(dir, e.Name()))); err != nil {
			return f.failed("remove", path.Join(dir, e.Name()), err)
		}
	}
	return nil
}

func (f *Folder) fill(name string, data []byte) (err error) {
	file, err := f.root.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if _, err := file.Write(data); err != nil {
		return err
	}
	return file.Sync()
}

// sync makes a folder's entries last: without it a new name may be lost with the power.
func (f *Folder) sync(dir string) (err error) {
	d, err := f.root.Open(dir)
	if err != nil {
		return f.failed("write", dir, err)
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if err := d.Sync(); err != nil {
		return f.failed("write", dir, err)
	}
	return nil
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
