//go:build unix

package output

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestASecondRunIsKeptOutAndToldOfTheFirst(t *testing.T) {
	dir := t.TempDir()
	one, two := openAt(t, dir), openAt(t, dir)
	start := time.Date(2024, 6, 24, 9, 0, 0, 0, time.UTC)
	unlock, err := one.Lock(".digest", start)
	if err != nil {
		t.Fatal(err)
	}
	_, err = two.Lock(".digest", start.Add(90*time.Second))
	if err == nil || !strings.Contains(err.Error(), "another run is writing") || !strings.Contains(err.Error(), "for 1m30s") {
		t.Errorf("the second run is told %v", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	unlock, err = two.Lock(".digest", start)
	if err != nil {
		t.Fatalf("after the first run has ended: %v", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, ".digest", "lock")); !os.IsNotExist(err) {
		t.Errorf("the lock's file stays: %v", err)
	}
}

func TestALockThatADeadProcessLeftIsNoObstacle(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, ".digest"), 0o755); err != nil {
		t.Fatal(err)
	}
	// The process of this number is alive, but holds nothing.
	if err := os.WriteFile(filepath.Join(dir, ".digest", "lock"), []byte(`{"pid":1,"host":"here","since":"2024-06-24T09:00:00Z"}`), 0o644); err != nil {
		t.Fatal(err)
	}
	unlock, err := openAt(t, dir).Lock(".digest", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
}

func TestALockFileThatIsALinkIsRefused(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(t.TempDir(), "victim")
	if err := os.MkdirAll(filepath.Join(dir, ".digest"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, ".digest", "lock")); err != nil {
		t.Fatal(err)
	}
	if _, err := openAt(t, dir).Lock(".digest", time.Now()); err == nil {
		t.Error("the link was followed")
	}
	if _, err := os.Stat(outside); !os.IsNotExist(err) {
		t.Error("a file outside the folder was made")
	}
}

func openAt(t *testing.T, dir string) *Folder {
	t.Helper()
	f, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}
