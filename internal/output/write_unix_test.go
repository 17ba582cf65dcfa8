//go:build unix

package output

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func init() {
	notRegular["a pipe"] = func(t *testing.T, f *Folder, name string) { fifo(t, f.in(name)) }
}

func fifo(t *testing.T, name string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(name, 0o644); err != nil {
		t.Fatal(err)
	}
}

// The disk is full after a few bytes. The limit is that of a process of its own, since it would hit go test's log, too.
func TestFailedWriteLeavesNoTemporaryFile(t *testing.T) {
	const variable = "OUTPUT_TEST_FULL_DISK"
	if os.Getenv(variable) == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
		cmd.Env = append(os.Environ(), variable+"=1")
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS") {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	f := open(t, map[string]string{"weekly/index.md": "old"})
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 16, Max: 16}); err != nil {
		t.Fatal(err)
	}
	err := f.Write("weekly/index.md", []byte(strings.Repeat("new", 1000)))
	if !errors.Is(err, syscall.EFBIG) || !strings.HasPrefix(err.Error(), "write "+f.in("weekly/index.md")+": ") {
		t.Errorf("error %v", err)
	}
	if text(t, f, "weekly/index.md") != "old" || files(t, f) != "weekly/index.md" {
		t.Errorf("files %q, text %q", files(t, f), text(t, f, "weekly/index.md"))
	}
}
