package output

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
)

// kill runs the first n steps of writing a draft.
func kill(t *testing.T, f *Folder, d Draft, n int) {
	t.Helper()
	for _, step := range f.steps(d)[:n] {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
}

// However often and wherever runs are killed, what they wrote never looks
// like someone's work, every file is an old or a new one, and the next run succeeds.
func TestKilledRunIsNotMistakenForAnEditor(t *testing.T) {
	for first := range 5 {
		for second := range 5 {
			for third := range 5 {
				f := open(t, nil)
				for i, text := range []string{"A", "B", "C", "D"} {
					if !find(t, f).untouched() {
						t.Fatalf("killed after %d, %d and %d steps: edited, when it is to become %s", first, second, third, text)
					}
					if i < 3 {
						kill(t, f, draft(text), []int{first, second, third}[i])
					}
				}
				if err := f.WriteDraft(draft("D")); err != nil {
					t.Fatal(err)
				}
				if got := files(t, f); got != base+" weekly/index.md" {
					t.Errorf("killed after %d, %d and %d steps: files %q", first, second, third, got)
				}
				if text(t, f, base) != "D" || text(t, f, "weekly/index.md") != "D" {
					t.Errorf("killed after %d, %d and %d steps: draft %q, base %q", first, second, third, text(t, f, "weekly/index.md"), text(t, f, base))
				}
			}
		}
	}
}

// An edit of what a killed run has left is detected, too.
func TestEditAfterAKilledRunIsDetected(t *testing.T) {
	for n := range 5 {
		f := open(t, nil)
		if err := f.WriteDraft(draft("A")); err != nil {
			t.Fatal(err)
		}
		kill(t, f, draft("B"), n)
		put(t, f.in("weekly/index.md"), "by a person")
		if got := find(t, f); got.untouched() || got.Text != "by a person" {
			t.Errorf("killed after %d steps: found %+v", n, got)
		}
	}
}

// What people and the tool wrote together has another text as its base.
func TestMergedDraftKeepsItsBaseAfterAKill(t *testing.T) {
	merged := draft("A and a person's words")
	merged.BaseText = "A"
	for n := range len((&Folder{}).steps(merged)) + 1 {
		f := open(t, nil)
		if err := f.WriteDraft(draft("0")); err != nil {
			t.Fatal(err)
		}
		put(t, f.in("weekly/index.md"), "0 and a person's words")
		kill(t, f, merged, n)
		want := Found{"0 and a person's words", "0", true, true}
		if n > 2 {
			want = Found{merged.Text, "A", true, true}
		}
		if got := find(t, f); got != want {
			t.Errorf("killed after %d steps: found %+v, want %+v", n, got, want)
		}
	}
}

func TestKeepOldCopiesToAFreeName(t *testing.T) {
	f := open(t, map[string]string{"weekly/index.md": "1", "plain": "2", "a.b/c": "3"})
	if err := os.Mkdir(f.in("weekly/index.old2.md"), 0o755); err != nil {
		t.Fatal(err)
	}
	link(t, "nowhere", f.in("weekly/index.old3.md"))
	for _, tt := range []struct{ name, want string }{
		{"weekly/index.md", "weekly/index.old.md"},
		{"weekly/index.md", "weekly/index.old4.md"},
		{"plain", "plain.old"},
		{"plain", "plain.old2"},
		{"a.b/c", "a.b/c.old"},
	} {
		got, err := f.KeepOld(tt.name)
		if err != nil || got != tt.want {
			t.Errorf("KeepOld(%s) = %q, %v, want %q", tt.name, got, err, tt.want)
		}
		if text(t, f, got) != text(t, f, tt.name) {
			t.Errorf("%s holds %q", got, text(t, f, got))
		}
	}
	if _, err := f.KeepOld("none.md"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("KeepOld of nothing: %v", err)
	}
}

func TestFindReturnsTheDraftAndItsBase(t *testing.T) {
	const none = "(none)"
	preparedFor := func(draft, base string) string { return sum([]byte(draft)) + "\n" + base }
	for _, tt := range []struct {
		draft, base, prepared string
		want                  Found
	}{
		{none, none, none, Found{}},
		{none, "A", none, Found{Base: "A", HasBase: true}}, // it was deleted
		{"A", none, none, Found{Text: "A", HasText: true}},
		{"A", "B", none, Found{"A", "B", true, true}},
		{"", "", none, Found{"", "", true, true}},
		{"A", "A", preparedFor("B", "B"), Found{"A", "A", true, true}}, // killed before the draft was written
		{"B", "A", preparedFor("B", "B"), Found{"B", "B", true, true}}, // killed after it
		{"C", "A", preparedFor("C", "B"), Found{"C", "B", true, true}}, // likewise, merged with what someone wrote
		{"B", none, preparedFor("B", "B"), Found{"B", "B", true, true}},
		{none, none, preparedFor("B", "B"), Found{}},
		{"A", "A", "half a li", Found{"A", "A", true, true}},
	} {
		have := make(map[string]string)
		for name, text := range map[string]string{"weekly/index.md": tt.draft, base: tt.base, base + ".new": tt.prepared} {
			if text != none {
				have[name] = text
			}
		}
		f := open(t, have)
		before := files(t, f)
		if got := find(t, f); got != tt.want {
			t.Errorf("draft %q, base %q, prepared %q: %+v, want %+v", tt.draft, tt.base, tt.prepared, got, tt.want)
		}
		if after := files(t, f); after != before {
			t.Errorf("a look has changed the files from %q to %q", before, after)
		}
	}
}

func TestFindRejectsWhatIsNotARegularFile(t *testing.T) {
	for _, name := range []string{"weekly/index.md", base, base + ".new"} {
		for what, place := range notRegular {
			f := open(t, map[string]string{"weekly/other.md": "A", ".digest/0001/other.md": "A"})
			if name != "weekly/index.md" {
				put(t, f.in("weekly/index.md"), "A")
			}
			place(t, f, name)
			_, err := f.Find("weekly/index.md", base)
			if err == nil || err.Error() != "read "+f.in(name)+": not a regular file" {
				t.Errorf("%s is %s: %v", name, what, err)
			}
		}
	}
}

func TestFindRejectsHugeFiles(t *testing.T) {
	f := open(t, map[string]string{"weekly/index.md": "A"})
	file, err := f.root.OpenFile("weekly/index.md", 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := file.Truncate(MaxFile + 1); err != nil { // a hole: it takes no room
		t.Fatal(err)
	}
	if _, err := f.Find("weekly/index.md", base); err == nil || !strings.Contains(err.Error(), "larger than 64 MiB") {
		t.Error(err)
	}
}
