package output

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"runtime"
	"time"

	"github.com/gofrs/flock"
)

// lockFile is the name of the lock in the state directory. Its first byte is the one that is locked, which Windows lets
// no other process read; then come the holder and the files that it writes, one JSON object per line.
const lockFile = "lock"

// holder identifies the process that holds a lock, for the message to one that wants it.
type holder struct {
	PID   int       `json:"pid"`
	Host  string    `json:"host"`
	Since time.Time `json:"since"`
}

// Lock keeps other runs out of the folder until unlock is called or the process ends, however it ends: the system holds
// the lock, and a lock file that a dead process left is not locked. What that process left half-written is finished or
// removed. Now is the time to put into the file. A lock that another run holds is an error that names it.
func (f *Folder) Lock(state string, now time.Time) (unlock func() error, err error) {
	if _, err := f.closest(state); err != nil {
		return nil, err
	}
	if err := f.root.MkdirAll(state, 0o755); err != nil {
		return nil, f.failed("create directory", state, err)
	}
	name := path.Join(state, lockFile)
	file, lock, err := f.acquire(name, now)
	if err != nil {
		return nil, err
	}
	unlock = func() error {
		f.log = nil
		err := f.release(name, file, lock)
		_ = f.root.Remove(state) // fails, as it should, unless it is empty
		return err
	}
	if err := f.recover(file); err != nil {
		err = fmt.Errorf("finish what a killed run was writing: %w (delete %s to skip this)", err, f.path(name))
		return nil, errors.Join(err, file.Close(), lock.Close())
	}
	if f.log, err = newJournal(file, now); err != nil {
		return nil, errors.Join(f.failed("write", name, err), unlock())
	}
	return unlock, nil
}

// acquire opens the lock file and locks it.
func (f *Folder) acquire(name string, now time.Time) (*os.File, *flock.Flock, error) {
	for {
		// The file is opened twice: here so that it cannot be outside the folder, and by the library to lock it.
		if err := f.replaceable(name); err != nil {
			return nil, nil, err
		}
		file, err := f.root.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
		if err != nil {
			return nil, nil, f.failed("write", name, err)
		}
		lock := flock.New(f.path(name), flock.SetFlag(os.O_RDWR))
		locked, err := lock.TryLock()
		switch {
		case err == nil && !locked:
			err = f.busy(file, now)
		case err == nil && isSame(file, lock) && f.isAt(name, file):
			return file, lock, nil
		case err == nil || errors.Is(err, fs.ErrNotExist):
			// The previous holder removed the file in between: no one else would see this lock.
			if err := errors.Join(lock.Close(), file.Close()); err != nil {
				return nil, nil, err
			}
			continue
		default:
			err = f.failed("lock", name, err)
		}
		return nil, nil, errors.Join(err, lock.Close(), file.Close())
	}
}

func isSame(file *os.File, lock *flock.Flock) bool {
	a, errA := file.Stat()
	b, errB := lock.Stat()
	return errA == nil && errB == nil && os.SameFile(a, b)
}

func (f *Folder) isAt(name string, file *os.File) bool {
	a, errA := f.root.Stat(name)
	b, errB := file.Stat()
	return errA == nil && errB == nil && os.SameFile(a, b)
}

// release removes the lock file while it is locked, so that no one finds it unlocked. Windows removes no open files.
func (f *Folder) release(name string, file *os.File, lock *flock.Flock) error {
	if runtime.GOOS == "windows" {
		err := errors.Join(file.Close(), lock.Close())
		_ = f.root.Remove(name) // fails if another run has opened it already
		return err
	}
	return errors.Join(ignoreMissing(f.root.Remove(name)), file.Close(), lock.Close())
}

func (f *Folder) busy(file *os.File, now time.Time) error {
	var h holder
	data, err := io.ReadAll(io.NewSectionReader(file, 1, maxJournal))
	line, _, _ := bytes.Cut(data, []byte("\n"))
	if err != nil || json.Unmarshal(line, &h) != nil {
		return fmt.Errorf("another run is writing to %s", f.name)
	}
	age := now.Sub(h.Since).Round(time.Second)
	return fmt.Errorf("another run is writing to %s: process %d on %s, for %s", f.name, h.PID, h.Host, age)
}

// maxJournal bounds what is read of a lock file, in bytes.
const maxJournal = 1 << 20

// journal lists in the lock file what is being written. A nil journal records nothing.
type journal struct {
	file     *os.File
	size     int64
	recorded map[entry]bool
}

// entry is a file that is being written. A draft is named with its base.
type entry struct {
	Path string `json:"path"`
	Base string `json:"base,omitempty"`
}

func newJournal(file *os.File, now time.Time) (*journal, error) {
	host, err := os.Hostname()
	if err != nil {
		host = "an unknown host"
	}
	if err := file.Truncate(0); err != nil {
		return nil, err
	}
	j := &journal{file: file, size: 1, recorded: map[entry]bool{}}
	return j, j.append(holder{os.Getpid(), host, now})
}

func (j *journal) record(e entry) error {
	if j == nil || j.recorded[e] {
		return nil
	}
	j.recorded[e] = true
	return j.append(e)
}

func (j *journal) append(v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	n, err := j.file.WriteAt(append(line, '\n'), j.size)
	j.size += int64(n)
	return err
}

// readJournal reads what the previous holder was writing; nothing if it released the lock.
func readJournal(file *os.File) ([]entry, error) {
	var entries []entry
	lines := bufio.NewScanner(io.NewSectionReader(file, 1, maxJournal))
	lines.Buffer(nil, maxJournal)
	for first := true; lines.Scan(); first = false {
		var e entry
		if first || json.Unmarshal(lines.Bytes(), &e) != nil || e.Path == "" {
			continue // the holder, or a line that was cut off
		}
		entries = append(entries, e)
	}
	return entries, lines.Err()
}

// recover finishes or removes what the previous holder of the lock was writing, if it was killed.
func (f *Folder) recover(file *os.File) error {
	entries, err := readJournal(file)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := f.sweep(e.Path); err != nil {
			return err
		}
		if e.Base == "" {
			continue
		}
		if err := f.finishDraft(e.Path, e.Base); err != nil {
			return err
		}
	}
	return nil
}
