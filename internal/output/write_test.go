package output

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestFilesAreReplacedAtomically(t *testing.T) {
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

func TestTemporaryFilesOfKilledRunsAreSwept(t *testing.T) {
	half := tempPrefix("index.md") + "ABCDEFGHIJKLMNOPQRSTUVWXYZ.tmp"
	other := tempPrefix("other.md") + "ABCDEFGHIJKLMNOPQRSTUVWXYZ.tmp"
	f := open(t, map[string]string{
		"weekly/" + half:  "half",
		"weekly/" + other: "of another run",
		"weekly/.digest-ABCDEFGHIJKLMNOPQRSTUVWXYZ.tmp": "of an earlier version",
		"weekly/.digest-notes.md":                       "a person's",
		"weekly/cover.tmp":                              "a person's",
	})
	if err := f.Write("weekly/index.md", []byte("A")); err != nil {
		t.Fatal(err)
	}
	if want, got := strings.Join([]string{"weekly/" + other, "weekly/.digest-notes.md", "weekly/cover.tmp", "weekly/index.md"}, " "), files(t, f); got != want {
		t.Errorf("files %q, want %q", got, want)
	}
}

func TestNoFileIsWrittenThatCannotBeReadBack(t *testing.T) {
	f := open(t, nil)
	f.limit = 1 << 20
	large := strings.Repeat("a", f.limit+1)
	for _, err := range []error{
		f.Write("a.md", []byte(large)),
		f.WriteDraft(draft(large)),
		f.WriteDraft(draft(large[:f.limit])), // with its checksum the base would be larger
	} {
		if err == nil || !strings.Contains(err.Error(), "larger than 1 MiB") {
			t.Errorf("got %v", err)
		}
	}
	if got := files(t, f); got != "" {
		t.Errorf("files %q", got)
	}
}

func TestSameTextIsNotWrittenAgain(t *testing.T) {
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
		func() error { _, err := f.Find("file/index.md", base); return err }(),
	} {
		if err == nil || strings.Count(err.Error(), name) != 1 {
			t.Errorf("%v", err)
		}
	}
}

// notRegular make something that is not a regular file.
var notRegular = map[string]func(t *testing.T, f *Folder, name string){
	"a folder": func(t *testing.T, f *Folder, name string) {
		if err := os.MkdirAll(f.in(name), 0o755); err != nil {
			t.Fatal(err)
		}
	},
	"a link to a file next to it": func(t *testing.T, f *Folder, name string) {
		link(t, "other.md", f.in(name))
	},
	"a link to nothing": func(t *testing.T, f *Folder, name string) {
		link(t, "nothing.md", f.in(name))
	},
	"a link out of the folder": func(t *testing.T, f *Folder, name string) {
		outside := filepath.Join(t.TempDir(), "outside.md")
		put(t, outside, "A")
		link(t, outside, f.in(name))
	},
}

func link(t *testing.T, to, name string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(to, name); err != nil {
		t.Fatal(err)
	}
}

func TestWriteRejectsWhatIsNotARegularFile(t *testing.T) {
	for what, place := range notRegular {
		f := open(t, map[string]string{"weekly/other.md": "A"})
		place(t, f, "weekly/index.md")
		before := files(t, f)
		err := f.Write("weekly/index.md", []byte("B"))
		if err == nil || err.Error() != "write "+f.in("weekly/index.md")+": not a regular file" {
			t.Errorf("%s: %v", what, err)
		}
		if err := f.Writable("weekly/index.md"); err == nil {
			t.Errorf("%s is writable", what)
		}
		if text(t, f, "weekly/other.md") != "A" || files(t, f) != before {
			t.Errorf("%s: the files are now %q", what, files(t, f))
		}
	}
}

func TestPathsCannotLeaveTheFolder(t *testing.T) {
	outside := t.TempDir()
	put(t, filepath.Join(outside, "secret.md"), "A")
	f := open(t, map[string]string{"a/b.md": "A"})
	link(t, outside, f.in("absolute"))
	relative, err := filepath.Rel(f.name, outside)
	if err != nil {
		t.Fatal(err)
	}
	link(t, relative, f.in("relative"))
	link(t, "relative", f.in("twice"))
	for _, name := range []string{
		"../secret.md", "a/../../secret.md", filepath.Join(outside, "secret.md"),
		"absolute/secret.md", "relative/secret.md", "twice/secret.md", "absolute/new/secret.md",
	} {
		if err := f.Write(name, []byte("B")); err == nil {
			t.Errorf("%s was written", name)
		}
		if err := f.Writable(name); err == nil {
			t.Errorf("%s is writable", name)
		}
		if _, err := f.Find(name, base); err == nil {
			t.Errorf("%s was read as a draft", name)
		}
		if _, err := f.KeepOld(name); err == nil {
			t.Errorf("%s was kept", name)
		}
		if err := f.WriteDraft(Draft{Path: "index.md", Text: "B", BasePath: name, BaseText: "B"}); err == nil {
			t.Errorf("%s was written as a base", name)
		}
	}
	names, err := os.ReadDir(outside)
	if err != nil || len(names) != 1 {
		t.Errorf("files outside: %v, %v", names, err)
	}
	if data, _ := os.ReadFile(filepath.Join(outside, "secret.md")); string(data) != "A" {
		t.Errorf("the file outside is now %q", data)
	}
}

func TestDirectoriesInsideMayBeLinks(t *testing.T) {
	f := open(t, map[string]string{"real/other.md": "A"})
	link(t, "real", f.in("weekly"))
	d := draft("B")
	if got := find(t, f); got.HasText {
		t.Errorf("found %q", got.Text)
	}
	if err := f.WriteDraft(d); err != nil {
		t.Fatal(err)
	}
	if got := text(t, f, "real/index.md"); got != "B" {
		t.Errorf("text %q", got)
	}
}

func TestWritableLeavesNothingBehind(t *testing.T) {
	f := open(t, map[string]string{"file": "A", "weekly/index.md": "A"})
	for name, want := range map[string]string{
		"weekly/index.md":   "",
		"weekly/new.md":     "",
		"a/b/c/new.md":      "",
		"file/below/new.md": "file is a file, not a directory",
	} {
		err := f.Writable(name)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	if got := files(t, f); got != "file weekly/index.md" {
		t.Errorf("files %q", got)
	}
	if _, err := os.Stat(f.in("a")); err == nil {
		t.Error("a folder was made")
	}
}

func TestWritableReportsReadOnlyDirectories(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("nothing is read-only for root")
	}
	f := open(t, map[string]string{"weekly/index.md": "A"})
	if err := os.Chmod(f.in("weekly"), 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(f.in("weekly"), 0o755) })
	for _, name := range []string{"weekly/index.md", "weekly/01/index.md"} {
		if err := f.Writable(name); err == nil || !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("%s: %v", name, err)
		}
		if err := f.Write(name, []byte("B")); err == nil {
			t.Errorf("%s was written", name)
		}
	}
}
