//go:build unix

package output

import (
	"os"
	"syscall"
)

// lock takes the lock of an open file, or fails at once when somebody else holds it.
func lock(file *os.File) error {
	return syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}
