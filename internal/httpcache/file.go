package httpcache

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"strings"
)

// tempPrefix begins the names of files that are being written.
const tempPrefix = ".tmp-"

// maxFile bounds what is read back, in bytes: a body that compression only made longer, its headers and the seal.
const maxFile = maxEntry + maxEntry/1000 + 64<<10

var errOdd = errors.New("not a file that this program wrote")

func (c *Cache) read(k Key) (Entry, error) {
	info, err := c.root.Lstat(k.name)
	if err != nil {
		return Entry{}, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxFile { // reading a pipe would wait for ever
		return Entry{}, errOdd
	}
	data, err := c.root.ReadFile(k.name)
	if err != nil {
		return Entry{}, err
	}
	return k.open(data)
}

// write returns how many bytes it wrote. The entry is in its place whole or not at all. It is not flushed to the disk:
// what a power cut leaves of it does not open.
func (c *Cache) write(k Key, e Entry) (int64, error) {
	data, err := k.seal(e)
	if err != nil {
		return 0, err
	}
	temp := tempPrefix + rand.Text()
	err = c.fill(temp, data)
	if err == nil {
		err = c.root.Rename(temp, k.name)
	}
	if err != nil {
		_ = c.root.Remove(temp) // the first error tells more, and what stays is swept one day
		return 0, err
	}
	return int64(len(data)), nil
}

func (c *Cache) fill(name string, data []byte) (err error) {
	f, err := c.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	_, err = f.Write(data)
	return err
}

// isEntry recognises names that a Key has. Whatever else is in the folder is not ours to remove.
func isEntry(f fs.FileInfo) bool {
	return len(f.Name()) == nameLen && strings.Trim(f.Name(), "0123456789abcdef") == "" && !f.IsDir()
}

func isTemp(f fs.FileInfo) bool { return strings.HasPrefix(f.Name(), tempPrefix) && !f.IsDir() }
