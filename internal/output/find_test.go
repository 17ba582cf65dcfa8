package output

import (
	"strings"
	"testing"
)

func TestFindTellsTheDraftAndTheBaseThatBelongsToIt(t *testing.T) {
	const none = "(none)"
	pendingFor := func(draft, base string) string { return string(seal(Draft{Text: draft, BaseText: base})) }
	for _, tt := range []struct {
		draft, base, pending string
		want                 Found
	}{
		{none, none, none, Found{}},
		{none, "A", none, Found{Base: "A", HasBase: true}}, // it was deleted
		{"A", none, none, Found{Text: "A", HasText: true}},
		{"A", "B", none, Found{"A", "B", true, true}},
		{"", "", none, Found{"", "", true, true}},
		{"A", "A", pendingFor("B", "B"), Found{"A", "A", true, true}}, // stopped before the draft was written
		{"B", "A", pendingFor("B", "B"), Found{"B", "B", true, true}}, // stopped after it
		{"C", "A", pendingFor("C", "B"), Found{"C", "B", true, true}}, // likewise, merged with what somebody wrote
		{"B", none, pendingFor("B", "B"), Found{"B", "B", true, true}},
		{none, none, pendingFor("B", "B"), Found{}},
		{"A", "A", "half a li", Found{"A", "A", true, true}},
	} {
		have := make(map[string]string)
		for name, text := range map[string]string{"weekly/index.md": tt.draft, base: tt.base, base + ".new": tt.pending} {
			if text != none {
				have[name] = text
			}
		}
		f := open(t, have)
		before := files(t, f)
		if got := find(t, f); got != tt.want {
			t.Errorf("draft %q, base %q, pending %q: %+v, want %+v", tt.draft, tt.base, tt.pending, got, tt.want)
		}
		if after := files(t, f); after != before {
			t.Errorf("a look has changed the files from %q to %q", before, after)
		}
	}
}

func TestFindRefusesWhatIsNoOrdinaryFile(t *testing.T) {
	for _, name := range []string{"weekly/index.md", base, base + ".new"} {
		for what, place := range notFiles {
			f := open(t, map[string]string{"weekly/other.md": "A", ".digest/0001/other.md": "A"})
			if name != "weekly/index.md" {
				put(t, f.in("weekly/index.md"), "A")
			}
			place(t, f, name)
			_, err := f.Find("weekly/index.md", base)
			if err == nil || err.Error() != "read "+f.in(name)+": it is not an ordinary file" {
				t.Errorf("%s is %s: %v", name, what, err)
			}
		}
	}
}

func TestFindRefusesHugeFiles(t *testing.T) {
	f := open(t, map[string]string{"weekly/index.md": "A"})
	file, err := f.root.OpenFile("weekly/index.md", 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := file.Truncate(maxFile + 1); err != nil { // a hole: it takes no room
		t.Fatal(err)
	}
	if _, err := f.Find("weekly/index.md", base); err == nil || !strings.Contains(err.Error(), "larger than 64 MiB") {
		t.Error(err)
	}
}
