package output

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestAFileIsTheOldOneOrTheNewOneWhole(t *testing.T) {
	old, next := strings.Repeat("old\n", 10_000), strings.Repeat("new!\n", 10_000)
	f := open(t, map[string]string{"index.md": old})
	stop := make(chan struct{})
	done := make(chan error, 1)
	go func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				done <- nil
				return
			default:
			}
			if err := f.Write("index.md", []byte([]string{next, old}[i%2])); err != nil {
				done <- err
				return
			}
		}
	}()
	for range 100 {
		if got, err := os.ReadFile(f.in("index.md")); err != nil || string(got) != old && string(got) != next {
			t.Fatalf("neither the old nor the new file: %d bytes, %v", len(got), err)
		}
	}
	close(stop)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if got := files(t, f); got != "index.md" {
		t.Errorf("files %q", got)
	}
}

// A program that was killed cannot tidy up: the next one does.
func TestWhatAKilledRunLeftIsSweptAway(t *testing.T) {
	f := open(t, map[string]string{
		"weekly/.digest-ABCDEFGHIJKLMNOPQRSTUVWXYZ.tmp": "half",
		"weekly/.digest-notes.md":                       "a person's",
		"weekly/cover.tmp":                              "a person's",
		"other/.digest-ABCDEFGHIJKLMNOPQRSTUVWXYZ.tmp":  "not where we write",
	})
	if err := f.Write("weekly/index.md", []byte("A")); err != nil {
		t.Fatal(err)
	}
	want := "other/.digest-ABCDEFGHIJKLMNOPQRSTUVWXYZ.tmp weekly/.digest-notes.md weekly/cover.tmp weekly/index.md"
	if got := files(t, f); got != want {
		t.Errorf("files %q, want %q", got, want)
	}
}

func TestNoTemporaryFileStaysAfterAnError(t *testing.T) {
	// The disk is full after a few bytes.
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Skip(err)
	}
	f := open(t, map[string]string{"weekly/index.md": "old"})
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 16, Max: was.Max}); err != nil {
		t.Skip(err)
	}
	err := f.Write("weekly/index.md", []byte(strings.Repeat("new", 1000)))
	restored := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was)
	if restored != nil {
		t.Fatal(restored)
	}
	if !errors.Is(err, syscall.EFBIG) || !strings.HasPrefix(err.Error(), "write "+f.in("weekly/index.md")+": ") {
		t.Errorf("error %v", err)
	}
	if text(t, f, "weekly/index.md") != "old" || files(t, f) != "weekly/index.md" {
		t.Errorf("files %q, text %q", files(t, f), text(t, f, "weekly/index.md"))
	}
}

func TestTheSameTextIsNotWrittenAgain(t *testing.T) {
	f := open(t, nil)
	for range 2 {
		if err := f.WriteDraft(draft("A")); err != nil {
			t.Fatal(err)
		}
	}
	long := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, name := range []string{"weekly/index.md", base} {
		if err := os.Chtimes(f.in(name), long, long); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.WriteDraft(draft("A")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"weekly/index.md", base} {
		if info, err := os.Stat(f.in(name)); err != nil || !info.ModTime().Equal(long) {
			t.Errorf("%s was written at %v, %v", name, info.ModTime(), err)
		}
	}
}

func TestErrorsNameTheWholePathOnce(t *testing.T) {
	f := open(t, map[string]string{"file": "A"})
	name := filepath.Join(f.name, "file", "index.md")
	for _, err := range []error{
		f.Write("file/index.md", nil),
		f.Writable("file/index.md"),
		func() error { _, err := f.Find("file/index.md", base); return err }(),
	} {
		if err == nil || strings.Count(err.Error(), name) != 1 {
			t.Errorf("%v", err)
		}
	}
}
