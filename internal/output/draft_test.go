package output

import (
	"errors"
	"io/fs"
	"os"
	"testing"
)

// stopped does the first n steps of writing a draft.
func stopped(t *testing.T, f *Folder, d Draft, n int) {
	t.Helper()
	for _, step := range f.steps(d)[:n] {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
}

// However often and wherever the program is stopped, what it wrote itself never looks
// like somebody's work, every file is an old or a new one, and the next run ends well.
func TestAStoppedRunIsNeverMistakenForAnEditor(t *testing.T) {
	for first := range 5 {
		for second := range 5 {
			for third := range 5 {
				f := open(t, nil)
				for i, text := range []string{"A", "B", "C", "D"} {
					if !find(t, f).untouched() {
						t.Fatalf("stopped after %d, %d and %d steps: edited, when it is to become %s", first, second, third, text)
					}
					if i < 3 {
						stopped(t, f, draft(text), []int{first, second, third}[i])
					}
				}
				if err := f.WriteDraft(draft("D")); err != nil {
					t.Fatal(err)
				}
				if got := files(t, f); got != base+" weekly/index.md" {
					t.Errorf("stopped after %d, %d and %d steps: files %q", first, second, third, got)
				}
				if text(t, f, base) != "D" || text(t, f, "weekly/index.md") != "D" {
					t.Errorf("stopped after %d, %d and %d steps: draft %q, base %q", first, second, third, text(t, f, "weekly/index.md"), text(t, f, base))
				}
			}
		}
	}
}

// An editor who works on what a stopped run has left is seen as well.
func TestAnEditAfterAStoppedRunIsSeen(t *testing.T) {
	for n := range 5 {
		f := open(t, nil)
		if err := f.WriteDraft(draft("A")); err != nil {
			t.Fatal(err)
		}
		stopped(t, f, draft("B"), n)
		put(t, f.in("weekly/index.md"), "by a person")
		if got := find(t, f); got.untouched() || got.Text != "by a person" {
			t.Errorf("stopped after %d steps: found %+v", n, got)
		}
	}
}

// What people and the tool wrote together has another text as its base.
func TestAMergedDraftKeepsItsOwnBaseHoweverTheRunWasStopped(t *testing.T) {
	merged := draft("A and a person's words")
	merged.BaseText = "A"
	for n := range len((&Folder{}).steps(merged)) + 1 {
		f := open(t, nil)
		if err := f.WriteDraft(draft("0")); err != nil {
			t.Fatal(err)
		}
		put(t, f.in("weekly/index.md"), "0 and a person's words")
		stopped(t, f, merged, n)
		want := Found{"0 and a person's words", "0", true, true}
		if n > 2 {
			want = Found{merged.Text, "A", true, true}
		}
		if got := find(t, f); got != want {
			t.Errorf("stopped after %d steps: found %+v, want %+v", n, got, want)
		}
	}
}

func TestKeepOldCopiesToAFreeNameBesideTheDraft(t *testing.T) {
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
