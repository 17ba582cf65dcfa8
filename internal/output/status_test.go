package output

import (
	"strings"
	"testing"
)

func TestStatusComparesDraftBaseAndNewText(t *testing.T) {
	const none = "(none)"
	for _, tt := range []struct {
		draft, base, pending, text string
		want                       Status
	}{
		{none, none, none, "A", New},
		{none, "A", none, "A", New}, // it was deleted, and is wanted again
		{none, "A", none, "B", New},
		{none, "A", "B", "B", New},
		{"A", none, none, "A", Unchanged}, // somebody wrote what the tool would write
		{"A", "A", none, "A", Unchanged},
		{"A", "B", none, "A", Unchanged},
		{"A", "B", "C", "A", Unchanged},
		{"A", "A", none, "B", Untouched},
		{"A", "A", "B", "B", Untouched}, // stopped before the draft was written
		{"A", "B", "A", "C", Untouched}, // stopped after it
		{"A", none, "A", "B", Untouched},
		{"A", none, none, "B", Edited}, // without a base it may be anybody's
		{"A", "B", none, "C", Edited},
		{"A", "B", "C", "D", Edited},
		{"A", none, "B", "C", Edited},
		{"A\n", "A", none, "B", Edited}, // every byte counts
		{"", "A", none, "B", Edited},    // emptied by a person
		{"", none, none, "A", Edited},
		{"", "", none, "A", Untouched},
		{"A\r\n", "A\n", none, "B", Edited}, // line breaks too
	} {
		have := make(map[string]string)
		for name, text := range map[string]string{"weekly/index.md": tt.draft, base: tt.base, base + ".new": tt.pending} {
			if text != none {
				have[name] = text
			}
		}
		f := open(t, have)
		before := files(t, f)
		if got := status(t, f, draft(tt.text)); got != tt.want {
			t.Errorf("draft %q, base %q, pending %q, new text %q: %s, want %s", tt.draft, tt.base, tt.pending, tt.text, got, tt.want)
		}
		if after := files(t, f); after != before {
			t.Errorf("a look has changed the files from %q to %q", before, after)
		}
	}
}

func TestStatusRefusesWhatIsNoOrdinaryFile(t *testing.T) {
	for _, name := range []string{"weekly/index.md", base, base + ".new"} {
		for what, place := range notFiles {
			f := open(t, map[string]string{"weekly/other.md": "A", ".digest/0001/other.md": "A"})
			if name != "weekly/index.md" {
				put(t, f.in("weekly/index.md"), "A")
			}
			place(t, f, name)
			_, err := f.Status(draft("B"))
			if err == nil || err.Error() != "read "+f.in(name)+": it is not an ordinary file" {
				t.Errorf("%s is %s: %v", name, what, err)
			}
		}
	}
}

func TestStatusRefusesHugeFiles(t *testing.T) {
	f := open(t, map[string]string{"weekly/index.md": "A"})
	if err := f.root.Chmod("weekly/index.md", 0o644); err != nil {
		t.Fatal(err)
	}
	file, err := f.root.OpenFile("weekly/index.md", 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := file.Truncate(maxFile + 1); err != nil { // a hole: it takes no room
		t.Fatal(err)
	}
	if _, err := f.Status(draft("B")); err == nil || !strings.Contains(err.Error(), "larger than 64 MiB") {
		t.Error(err)
	}
}
