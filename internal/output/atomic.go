package output

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"path"
)

// Write writes a file whole or not at all: into a new file beside it, which is flushed
// to the disk and then takes the name.
func (f *Folder) Write(name string, data []byte) error {
	dir := path.Dir(name)
	if err := f.root.MkdirAll(dir, 0o755); err != nil {
		return f.failed("write", name, err)
	}
	switch info, err := f.root.Lstat(name); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return f.failed("write", name, err)
	case !info.Mode().IsRegular():
		return fmt.Errorf("write %s: it is not an ordinary file", f.path(name))
	}
	temp := path.Join(dir, ".digest-"+rand.Text()+".tmp")
	if err := f.fill(temp, data); err != nil {
		return errors.Join(f.failed("write", name, err), ignoreMissing(f.root.Remove(temp)))
	}
	if err := f.root.Rename(temp, name); err != nil {
		return errors.Join(f.failed("write", name, err), ignoreMissing(f.root.Remove(temp)))
	}
	return f.sync(dir)
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
