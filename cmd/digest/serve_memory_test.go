package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// mostMemory is what an idle daemon may take, in KiB.
const mostMemory = 60 << 10

func TestServeTakesLittleMemoryWhenIdle(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/status"); err != nil || testing.Short() {
		t.Skip("it takes a while, and a system that tells of the memory of processes")
	}
	program := filepath.Join(t.TempDir(), "digest") // as it is shipped: that of the tests is larger
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	srv := newsroom(t)
	for _, digests := range []int{1, 50} {
		configs := make(map[string]string)
		for i := range digests {
			configs[fmt.Sprintf("digest%02d", i)] = weekly(1, "")
		}
		s := newSite(t, srv, configs)
		c := s.launchProgram(program, srv.URL(), "--workers", "8")
		until(t, c.journal, "all are drafted", func() bool { return len(c.lines(t, "run")) == digests })
		time.Sleep(2 * time.Second) // the last checks
		if got := resident(t, c.cmd.Process.Pid); got > mostMemory {
			t.Errorf("%d digests: %d KiB, want at most %d", digests, got, mostMemory)
		} else {
			t.Logf("%d digests: %d KiB", digests, got)
		}
		c.terminate()
	}
}

// resident is the memory of a process that is in use, in KiB.
func resident(t *testing.T, pid int) (kib int) {
	t.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if n, err := fmt.Sscanf(line, "VmRSS: %d kB", &kib); n == 1 && err == nil {
			return kib
		}
	}
	t.Fatalf("no VmRSS in %s", data)
	return 0
}
