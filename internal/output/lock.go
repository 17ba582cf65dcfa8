package output

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"time"
)

// lockFile is the name of the lock within the folder of the state.
const lockFile = "lock"

// owner is what the holder of a lock says of itself, for the message to whoever waits.
type owner struct {
	PID   int       `json:"pid"`
	Host  string    `json:"host"`
	Since time.Time `json:"since"`
}

// Lock keeps other runs out of the folder until Unlock is called or the process ends,
// however it ends: the system holds the lock, not the file, so a file that a dead process
// left is no obstacle. Now is the time that the file states. A lock that another run holds
// is an error that names it.
func (f *Folder) Lock(state string, now time.Time) (unlock func() error, err error) {
	name := path.Join(state, lockFile)
	if err := f.root.MkdirAll(state, 0o755); err != nil {
		return nil, f.failed("lock", name, err)
	}
	for {
		file, err := f.openLock(name)
		if err != nil {
			return nil, err
		}
		if err := lock(file); err != nil {
			defer file.Close()
			return nil, f.busy(file, now)
		}
		// The holder before may have removed the file between the two steps: then this is
		// a lock that nobody else can see.
		if !f.isStill(name, file) {
			file.Close()
			continue
		}
		if err := sign(file, now); err != nil {
			return nil, errors.Join(f.failed("lock", name, err), file.Close())
		}
		return func() error {
			// Removed while it is held, so that nobody finds it unlocked; and the folder,
			// if nothing else was put there.
			err := ignoreMissing(f.root.Remove(name))
			_ = f.root.Remove(state)
			return errors.Join(err, file.Close())
		}, nil
	}
}

func (f *Folder) openLock(name string) (*os.File, error) {
	if err := f.replaceable(name); err != nil {
		return nil, err
	}
	file, err := f.root.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, f.failed("lock", name, err)
	}
	return file, nil
}

func (f *Folder) isStill(name string, file *os.File) bool {
	there, err := f.root.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false
	}
	here, err2 := file.Stat()
	return err == nil && err2 == nil && os.SameFile(there, here)
}

// sign writes who holds the lock into its file.
func sign(file *os.File, now time.Time) error {
	host, err := os.Hostname()
	if err != nil {
		host = "an unnamed host"
	}
	data, err := json.Marshal(owner{os.Getpid(), host, now})
	if err != nil {
		return err
	}
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err = file.WriteAt(append(data, '\n'), 0)
	return err
}

func (f *Folder) busy(file *os.File, now time.Time) error {
	var o owner
	data, err := io.ReadAll(io.LimitReader(file, 1<<10))
	if err != nil || json.Unmarshal(data, &o) != nil {
		return fmt.Errorf("another run is writing beneath %s", f.name)
	}
	return fmt.Errorf("another run is writing beneath %s: process %d on %s, for %s", f.name, o.PID, o.Host, now.Sub(o.Since).Round(time.Second))
}
