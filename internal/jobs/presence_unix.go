//go:build unix

package jobs

import (
	"errors"
	"os"
	"syscall"
)

// presence is a lock that each process holds as long as it uses a file. The system takes
// it away from one that dies, however it does.
type presence struct{ file *os.File }

// arrive takes the lock and reports whether nobody else has it. Until settle, others wait.
// The lock is on a file beside: to close a file that SQLite has open drops SQLite's locks.
// Where the file system has no locks, nobody is ever alone.
func arrive(name string) (p presence, alone bool, err error) {
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return presence{}, false, err
	}
	p = presence{file}
	switch err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); {
	case err == nil:
		return p, true, nil
	case errors.Is(err, syscall.EWOULDBLOCK):
		return p, false, p.settle()
	default:
		return p, false, nil
	}
}

// settle lets others in.
func (p presence) settle() error {
	for {
		err := syscall.Flock(int(p.file.Fd()), syscall.LOCK_SH)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

func (p presence) leave() error { return p.file.Close() }
