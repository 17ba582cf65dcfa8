package output

import (
	"crypto/rand"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"path"
	"regexp"
	"runtime"
	"strings"
	"syscall"
)

// Write writes a file whole or not at all: into a temporary file beside it, which is flushed to the disk and then
// renamed. It does not touch a file that has the data already.
func (f *Folder) Write(name string, data []byte) error {
	if len(data) > f.limit {
		return f.tooLarge("write", name)
	}
	dir := path.Dir(name)
	if err := f.root.MkdirAll(dir, 0o755); err != nil {
		return f.failed("write", name, err)
	}
	if err := f.replaceable(name); err != nil {
		return err
	}
	if err := errors.Join(f.log.record(entry{Path: name}), f.sweep(name)); err != nil {
		return err
	}
	if f.has(name, data) {
		return nil
	}
	temp := path.Join(dir, tempPrefix(name)+rand.Text()+tempSuffix)
	if err := f.create(temp, data); err != nil {
		return errors.Join(f.failed("write", name, err), ignoreMissing(f.root.Remove(temp)))
	}
	if err := f.root.Rename(temp, name); err != nil {
		return errors.Join(f.failed("write", name, err), ignoreMissing(f.root.Remove(temp)))
	}
	return f.sync(dir)
}

// Writable reports why Write could not write a file, and names the file or directory that is in the way. To find out it
// creates an empty file in the directory, or in the closest one that exists, and removes it again.
func (f *Folder) Writable(name string) error {
	dir, err := f.closest(path.Dir(name))
	if err != nil {
		return err
	}
	if dir == path.Dir(name) {
		if err := f.replaceable(name); err != nil {
			return err
		}
	}
	// The name is always the same, so that a run removes what one that was killed here has left.
	probe := path.Join(dir, ".digest-probe"+tempSuffix)
	if err := errors.Join(f.create(probe, nil), ignoreMissing(f.root.Remove(probe))); err != nil {
		return f.failed("write to directory", dir, err)
	}
	return nil
}

// closest returns a directory, or the closest one above it that exists.
func (f *Folder) closest(dir string) (string, error) {
	for {
		info, err := f.root.Stat(dir)
		switch {
		case err == nil && !info.IsDir():
			return "", fmt.Errorf("%s is a file, not a directory", f.path(dir))
		case err == nil:
			return dir, nil
		case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR):
			return "", f.failed("write to directory", dir, err)
		}
		dir = path.Dir(dir)
	}
}

// replaceable reports why a name cannot be written: it exists and is not a regular file.
func (f *Folder) replaceable(name string) error {
	switch info, err := f.root.Lstat(name); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return f.failed("write", name, err)
	case !info.Mode().IsRegular():
		return fmt.Errorf("write %s: not a regular file", f.path(name))
	}
	return nil
}

// has reports whether a file can be read and has this content.
func (f *Folder) has(name string, want []byte) bool {
	data, found, err := f.Read(name)
	return err == nil && found && string(data) == string(want)
}

const tempSuffix = ".tmp"

// formerTemp matches the temporary files of earlier versions, whatever file they were for.
var formerTemp = regexp.MustCompile(`^\.digest-[A-Z2-7]{26}\.tmp$`)

// tempPrefix begins the names of the temporary files of one file. It has a fixed length, however long the name is.
func tempPrefix(name string) string {
	h := fnv.New32a()
	h.Write([]byte(path.Base(name)))
	return fmt.Sprintf(".digest-%08x-", h.Sum32())
}

// sweep removes the temporary files that killed runs left of a file.
func (f *Folder) sweep(name string) error {
	dir, prefix := path.Dir(name), tempPrefix(name)
	entries, err := fs.ReadDir(f.root.FS(), dir)
	if err != nil {
		return ignoreMissing(f.failed("read", dir, err))
	}
	for _, e := range entries {
		ours := strings.HasPrefix(e.Name(), prefix) && strings.HasSuffix(e.Name(), tempSuffix) || formerTemp.MatchString(e.Name())
		if !ours || !e.Type().IsRegular() {
			continue
		}
		if err := ignoreMissing(f.root.Remove(path.Join(dir, e.Name()))); err != nil {
			return f.failed("remove", path.Join(dir, e.Name()), err)
		}
	}
	return nil
}

func (f *Folder) create(name string, data []byte) (err error) {
	file, err := f.root.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if _, err := file.Write(data); err != nil || !f.flush {
		return err
	}
	return file.Sync()
}

// sync flushes a directory: without it a new name may be lost in a power failure. Windows cannot.
func (f *Folder) sync(dir string) (err error) {
	if !f.flush || runtime.GOOS == "windows" {
		return nil
	}
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
