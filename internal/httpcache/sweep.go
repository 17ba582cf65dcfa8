package httpcache

import (
	"cmp"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// abandoned is the age at which a half-written file is no longer one that another process is writing.
const abandoned = time.Hour

// sweep removes what is too old and, where that does not make the cache small enough, what was not used for longest,
// until a quarter of the room is free. The caller holds the lock, or is the only one.
func (c *Cache) sweep() error {
	files, err := c.files()
	if err != nil {
		return err
	}
	// A file's time is that of its last use.
	slices.SortFunc(files, func(a, b fs.FileInfo) int {
		return cmp.Or(a.ModTime().Compare(b.ModTime()), strings.Compare(a.Name(), b.Name()))
	})
	c.size = 0
	for _, f := range files {
		c.size += f.Size()
	}
	room := c.max
	if c.size > room {
		room -= room / 4
	}
	for _, f := range files {
		age := c.now.Sub(f.ModTime())
		switch {
		case isTemp(f) && age <= abandoned:
			continue
		case isEntry(f) && age <= maxAge && c.size <= room:
			continue
		}
		if err := c.root.Remove(f.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		c.size -= f.Size()
	}
	return nil
}

// files lists what this package wrote. What another process removes meanwhile is not in it.
func (c *Cache) files() ([]fs.FileInfo, error) {
	entries, err := fs.ReadDir(c.root.FS(), ".")
	if err != nil {
		return nil, err
	}
	var files []fs.FileInfo
	for _, e := range entries {
		f, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if isEntry(f) || isTemp(f) {
			files = append(files, f)
		}
	}
	return files, nil
}
