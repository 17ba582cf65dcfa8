package output

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// notFiles make something that is no ordinary file.
var notFiles = map[string]func(t *testing.T, f *Folder, name string){
	"a folder": func(t *testing.T, f *Folder, name string) {
		if err := os.MkdirAll(f.in(name), 0o755); err != nil {
			t.Fatal(err)
		}
	},
	"a pipe": func(t *testing.T, f *Folder, name string) { fifo(t, f.in(name)) },
	"a link to a file beside it": func(t *testing.T, f *Folder, name string) {
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

func TestWriteRefusesWhatIsNoOrdinaryFile(t *testing.T) {
	for what, place := range notFiles {
		f := open(t, map[string]string{"weekly/other.md": "A"})
		place(t, f, "weekly/index.md")
		before := files(t, f)
		err := f.Write("weekly/index.md", []byte("B"))
		if err == nil || err.Error() != "write "+f.in("weekly/index.md")+": it is not an ordinary file" {
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

func TestNoPathLeavesTheFolder(t *testing.T) {
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
		t.Errorf("outside there is now %v, %v", names, err)
	}
	if data, _ := os.ReadFile(filepath.Join(outside, "secret.md")); string(data) != "A" {
		t.Errorf("the file outside is now %q", data)
	}
}

func TestFoldersInsideMayBeLinks(t *testing.T) {
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
		"file/below/new.md": "file/below/new.md: not a directory",
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

func TestWritableSeesReadOnlyFolders(t *testing.T) {
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
