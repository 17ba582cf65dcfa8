package output

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestLockNamesTheRunThatHoldsIt(t *testing.T) {
	dir := t.TempDir()
	one, two := openAt(t, dir), openAt(t, dir)
	start := time.Date(2024, 6, 24, 9, 0, 0, 0, time.UTC)
	unlock, err := one.Lock(".digest", start)
	if err != nil {
		t.Fatal(err)
	}
	_, err = two.Lock(".digest", start.Add(90*time.Second))
	if err == nil || !strings.Contains(err.Error(), "another run is writing") || !strings.Contains(err.Error(), "for 1m30s") {
		t.Errorf("the second run got %v", err)
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

func TestLockOfADeadProcessIsFree(t *testing.T) {
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

func TestLockFollowsNoLink(t *testing.T) {
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

// killed releases the lock as if the process had been killed: the lock file stays.
func killed(t *testing.T, f *Folder, unlock func() error) {
	t.Helper()
	data, err := os.ReadFile(f.in(".digest/lock"))
	if err != nil {
		t.Fatal(err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	put(t, f.in(".digest/lock"), string(data))
}

func TestNextRunFinishesWhatAKilledOneWasWriting(t *testing.T) {
	for n := range 5 {
		f := open(t, nil)
		unlock, err := f.Lock(".digest", time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if err := f.WriteDraft(draft("A")); err != nil {
			t.Fatal(err)
		}
		kill(t, f, draft("B"), n)
		put(t, f.in("weekly/"+tempPrefix("index.md")+"ABC.tmp"), "half")
		put(t, f.in(".digest/0001/"+tempPrefix("base.en.md.new")+"ABC.tmp"), "half")
		killed(t, f, unlock)

		// The next run is about another edition.
		unlock, err = f.Lock(".digest", time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if err := unlock(); err != nil {
			t.Fatal(err)
		}
		if got := files(t, f); got != base+" weekly/index.md" {
			t.Errorf("killed after %d steps: files %q", n, got)
		}
		if !find(t, f).untouched() {
			t.Errorf("killed after %d steps: %+v", n, find(t, f))
		}
	}
}

func TestLockOfAKilledRunIsNoPath(t *testing.T) {
	outside := t.TempDir()
	victim := filepath.Join(outside, tempPrefix("index.md")+"ABC.tmp")
	put(t, victim, "text")
	for _, lines := range []string{
		" {}\n{\"path\":\"" + filepath.ToSlash(outside) + "/index.md\"}\n",
		" {}\n{\"path\":\"../" + filepath.Base(outside) + "/index.md\",\"base\":\"../x\"}\n",
		" {}\nnot JSON\n{\"path\":",
		strings.Repeat("x", 100),
		"",
	} {
		f := open(t, map[string]string{".digest/lock": lines})
		unlock, err := f.Lock(".digest", time.Now())
		if err == nil {
			if err := unlock(); err != nil {
				t.Errorf("%q: %v", lines, err)
			}
		} else if !strings.Contains(err.Error(), "delete "+f.in(".digest/lock")) {
			t.Errorf("%q: %v", lines, err)
		}
		if _, err := os.Stat(victim); err != nil {
			t.Errorf("%q: %v", lines, err)
		}
	}
}
