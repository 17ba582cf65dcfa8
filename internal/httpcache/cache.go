// Package httpcache keeps answers to GET requests on disk, so that a later run can ask whether they still hold instead
// of asking for them again.
//
// The one idea is that nothing on the disk is an answer by itself. An entry gives the validator to ask with; its body
// is an answer only when the server says "304 Not Modified" to that very request. Every entry is sealed under the
// secret that its request was made with, so another secret neither finds nor reads it, and one that is cut off,
// changed or of another version of this program is thrown away.
//
// A cache saves work and never makes any: it cannot fail a run, and its folder may be deleted at any moment.
package httpcache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"
)

const (
	maxSize  = 64 << 20            // of all entries, in bytes on the disk
	maxAge   = 30 * 24 * time.Hour // since an entry was last used: four weeklies and some days
	maxEntry = 5 << 20             // of one body, in bytes before compression
)

// Cache is a folder of entries. It is safe for use by several goroutines and by several processes at once. A nil Cache
// holds nothing and keeps nothing.
type Cache struct {
	root *os.Root
	now  time.Time
	max  int64

	mu      sync.Mutex
	size    int64 // of all entries, as far as this process knows
	off     bool  // nothing is written any more
	trouble error // the first
}

// Open opens the cache in a folder, which it makes if need be and closes to other users. Entries that were not used for
// 30 days before now are removed, and the least recently used ones while there is more than 64 MiB. An error says why
// there is no cache; a run does without one.
func Open(dir string, now time.Time) (*Cache, error) {
	// The folders above, too: https://specifications.freedesktop.org/basedir-spec/latest says 0700 for them.
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open cache: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open cache: %w", err)
	}
	c := &Cache{root: root, now: now, max: maxSize}
	if err := errors.Join(c.closeToOthers(), c.sweep()); err != nil {
		return nil, errors.Join(fmt.Errorf("open cache %s: %w", dir, err), root.Close())
	}
	return c, nil
}

func (c *Cache) closeToOthers() error {
	info, err := c.root.Stat(".")
	if err != nil || info.Mode().Perm() == 0o700 {
		return err
	}
	return c.root.Chmod(".", 0o700)
}

// Close closes the folder and returns the first thing that kept the cache from working: an entry that was damaged, a
// full disk. The run was none the worse for it.
func (c *Cache) Close() error {
	if c == nil {
		return nil
	}
	err := c.root.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	return errors.Join(c.trouble, err)
}

// Get returns the entry of a key. It reads the whole of it, so that what was asked about cannot be gone when the server
// says that it still holds.
func (c *Cache) Get(k Key) (Entry, bool) {
	if c == nil {
		return Entry{}, false
	}
	e, err := c.read(k)
	if errors.Is(err, fs.ErrNotExist) {
		return Entry{}, false
	}
	if err != nil {
		c.note(fmt.Errorf("cache entry thrown away: %w", err))
		c.Delete(k)
		return Entry{}, false
	}
	c.note(c.root.Chtimes(k.name, c.now, c.now)) // what is used stays longest
	return e, true
}

// Put keeps an entry in the place of the one before. One that is too large, or that cannot be written, is not kept.
func (c *Cache) Put(k Key, e Entry) {
	if c == nil || len(e.Body) > maxEntry || c.stopped() {
		return
	}
	n, err := c.write(k, e)
	if err != nil {
		c.stop(fmt.Errorf("nothing more kept in the cache: %w", err)) // a full disk would fail a thousand times
		return
	}
	c.note(c.grow(n))
}

// Delete removes the entry of a key, if there is one.
func (c *Cache) Delete(k Key) {
	if c != nil {
		c.note(c.root.Remove(k.name))
	}
}

// grow counts what was written and makes room when it was too much.
func (c *Cache) grow(n int64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.size += n; c.size > c.max {
		return c.sweep()
	}
	return nil
}

func (c *Cache) stopped() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.off
}

func (c *Cache) stop(err error) {
	c.note(err)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.off = true
}

// note keeps the first trouble for Close. That something is gone is none: anybody may delete a cache.
func (c *Cache) note(err error) {
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.trouble == nil {
		c.trouble = err
	}
}
