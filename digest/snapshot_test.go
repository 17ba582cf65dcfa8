package digest

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/internal/markdown"
)

// Snapshots are compared as they are in memory.
var inMemory = cmp.AllowUnexported(markdown.Text{}, markdown.URL{})

func roundTrip(t *testing.T, s Snapshot) Snapshot {
	t.Helper()
	data, err := EncodeSnapshot(s)
	if err != nil {
		t.Fatal(err)
	}
	out, err := DecodeSnapshot(data)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSnapshotSurvivesBeingStored(t *testing.T) {
	want := sampleSnapshot()
	want.Version = SnapshotVersion
	want.Weekly = Publication{Title: "Example Weekly", Paths: []string{"en/01.md"}}
	want.Entries = append(want.Entries, Entry{Item: Item{ID: "untitled feed", Section: Project}})
	want.Findings = Merge(want.Findings)
	if diff := cmp.Diff(want, roundTrip(t, want), inMemory); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestSnapshotOfVersion1IsRead(t *testing.T) {
	data, err := os.ReadFile("testdata/snapshot-v1.json")
	if err != nil {
		t.Fatal(err)
	}
	got, err := DecodeSnapshot(data)
	if err != nil {
		t.Fatal(err)
	}
	want := sampleSnapshot()
	want.Version, want.Findings = SnapshotVersion, Merge(want.Findings)
	for i := range want.Releases { // their notes were a text
		want.Releases[i].Notes = Notes{Lead: markdown.Untrusted("It has notes.")}
	}
	if diff := cmp.Diff(want, got, inMemory); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestFeedTitleIsStoredOnce(t *testing.T) {
	var s Snapshot
	s.Period = Sample().Period
	for i := range 3 {
		s.Entries = append(s.Entries, Entry{Item: Item{ID: ID(fmt.Sprint(i))}, Feed: markdown.Untrusted("The News")})
	}
	data, err := EncodeSnapshot(s)
	if n := strings.Count(string(data), "The News"); err != nil || n != 1 {
		t.Errorf("stored %d times, %v", n, err)
	}
	if got := roundTrip(t, s).Entries[2].Feed.Unsafe(); got != "The News" {
		t.Errorf("read as %q", got)
	}
}

func TestInvalidSnapshotsAreRefused(t *testing.T) {
	const period = `"period":{"from":"2024-06-17","to":"2024-06-23","timezone":"UTC"}`
	v2 := func(rest string) string { return `{"version":2,` + period + `,` + rest + `}` }
	tests := []struct{ name, data, want string }{
		{"not JSON", "# A draft", "not a snapshot"},
		{"cut short", `{"version":1,` + period, "not a snapshot"},
		{"two in one", `{"version":1,` + period + `}{}`, "not a snapshot"},
		{"newer version", `{"version":3,"new_key":[],` + period + `}`, "snapshot version 3"},
		{"no version", `{` + period + `}`, "snapshot version 0"},
		{"unknown key", `{"version":1,` + period + `,"extra":1}`, "extra"},
		{"unknown zone", `{"version":1,"period":{"from":"2024-06-17","to":"2024-06-23","timezone":"Mars"}}`, "Mars"},
		{"reversed days", `{"version":1,"period":{"from":"2024-06-23","to":"2024-06-17","timezone":"UTC"}}`, "is after"},
		{"unsafe link", v2(`"entries":[{"id":"1","url":"javascript:alert(1)","section":"hot","title":"x","published_at":"2024-06-17T00:00:00Z"}]`), "not a snapshot"},
		{"unknown section", v2(`"releases":[{"id":"1","section":"x\u001b[2J"}]`), `unknown section "x\x1b[2J"`},
		{"unknown severity", v2(`"advisories":[{"id":"1","severity":"terrible"}]`), `unknown severity "terrible"`},
		{"unknown kind", v2(`"receipts":[{"kind":"x"}]`), `unknown kind "x"`},
		{"unknown outcome", v2(`"receipts":[{"outcome":"x"}]`), `unknown outcome "x"`},
		{"unknown reason", v2(`"receipts":[{"dropped":{"x":1}}]`), `unknown reason "x"`},
		{"unknown feed", v2(`"entries":[{"id":"1","feed":1}]`), "feed 1 of 0"},
	}
	for _, tt := range tests {
		_, err := DecodeSnapshot([]byte(tt.data))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one with %q", tt.name, err, tt.want)
		}
	}
}

// A constant that is missing in its list would be written and never read again.
func TestEveryConstantCanBeReadBack(t *testing.T) {
	lists := map[string]any{
		"Kind": Kinds, "Outcome": outcomes, "DropReason": dropReasons, "SectionName": SectionNames, "Severity": severities,
		"ChangeKind": ChangeKinds,
	}
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string][]string)
	for _, name := range names {
		f, err := parser.ParseFile(gotoken.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			d, ok := d.(*ast.GenDecl)
			if !ok || d.Tok != gotoken.CONST {
				continue
			}
			for _, spec := range d.Specs {
				v := spec.(*ast.ValueSpec)
				if kind, ok := v.Type.(*ast.Ident); ok && lists[kind.Name] != nil {
					word, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
					if err != nil {
						t.Fatal(err)
					}
					found[kind.Name] = append(found[kind.Name], word)
				}
			}
		}
	}
	for name, list := range lists {
		var listed []string
		for v := range reflect.ValueOf(list).Seq2() {
			listed = append(listed, reflect.ValueOf(list).Index(int(v.Int())).String())
		}
		slices.Sort(listed)
		slices.Sort(found[name])
		if diff := cmp.Diff(found[name], listed); diff != "" {
			t.Errorf("%s: (-constants +list)\n%s", name, diff)
		}
	}
}

func TestStoredTextIsBounded(t *testing.T) {
	long := strings.Repeat("long ", 1<<20)
	text := markdown.Untrusted(long)
	s := Snapshot{Period: Sample().Period, Findings: Findings{
		Releases: []Release{{Item: Item{ID: ID(long + "1")}, Tag: text, Name: text, Author: Person{Login: text}}, {Item: Item{ID: ID(long + "2")}}},
		Entries:  []Entry{{Item: Item{ID: NewID(long)}, Feed: text, Title: text, Summary: markdown.UntrustedBody(long)}},
		Receipts: []Receipt{{Kind: Feeds, Outcome: Failed, Detail: text, RequestID: text}},
	}}
	data, err := EncodeSnapshot(s)
	if err != nil || len(data) > 20<<10 {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	got, err := DecodeSnapshot(data)
	if err != nil || len(got.Releases) != 2 {
		t.Errorf("ids that differ at their end became one: %d releases, %v", len(got.Releases), err)
	}
	if err := json.Unmarshal([]byte(`"`+long+`"`), &text); err != nil || len(text.Unsafe()) > 4<<10 {
		t.Errorf("read %d bytes, %v", len(text.Unsafe()), err)
	}
}

func TestTextsAreShortenedToFit(t *testing.T) {
	s := Snapshot{Period: Sample().Period}
	body := markdown.UntrustedBody(strings.Repeat("word ", 600))
	for i := range 20 {
		it := Item{ID: ID(fmt.Sprint(i)), Section: Hot}
		s.Discussions = append(s.Discussions, Discussion{Item: it, Body: body, Answer: &Answer{Body: body}})
		s.Releases = append(s.Releases, Release{Item: it, Notes: Notes{Lead: body, Groups: []NoteGroup{{Kind: ChangeFix, Items: []NoteItem{{Text: body}}, Total: 1}}}})
		s.Late.Advisories = append(s.Late.Advisories, Advisory{Item: it, Severity: Low, Description: body})
		s.Entries = append(s.Entries, Entry{Item: it, Summary: body})
	}
	s.Findings = Merge(s.Findings)
	if fit := s.Fit(); fit.Shortened || !fit.SameFacts(s) {
		t.Error("shortened without need")
	}
	for _, size := range []int{200 << 10, 64 << 10, 30 << 10} {
		fit := s.fit(size)
		data, err := EncodeSnapshot(fit)
		if err != nil || len(data) > size || !fit.Shortened {
			t.Errorf("%d bytes for %d, %v", len(data), size, err)
		}
		if got := roundTrip(t, fit); !got.Shortened || !got.SameFacts(fit) {
			t.Errorf("%d: another snapshot is read than was written", size)
		}
	}
	if s.Discussions[0].Answer.Body != body || s.Releases[0].Notes.Groups[0].Items[0].Text != body {
		t.Error("the original changed")
	}
}

func TestPublicationsDiffer(t *testing.T) {
	a := Publication{"Istio", []string{"en/1.md", "zh/1.md"}}
	for _, tt := range []struct {
		name  string
		other Publication
		want  bool
	}{
		{"same", a, false},
		{"new title", Publication{"Mesh", a.Paths}, false},
		{"new paths", Publication{"Istio", []string{"x.md"}}, false},
		{"one language fewer, new title", Publication{"Mesh", a.Paths[:1]}, false},
		{"all new", Publication{"Mesh", []string{"x.md"}}, true},
		{"version 1", Publication{}, false},
	} {
		if got := a.Differs(tt.other); got != tt.want {
			t.Errorf("%s: %t", tt.name, got)
		}
		if got := tt.other.Differs(a); got != tt.want {
			t.Errorf("%s, the other way round: %t", tt.name, got)
		}
	}
}

func TestMovedNamesItemsByTheirOldAddress(t *testing.T) {
	address := func(s string) markdown.URL {
		u, err := markdown.ParseURL("https://github.com/" + s)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	item := func(id ID, s string) Item { return Item{ID: id, URL: address(s)} }
	snapshot := func(repo string) Snapshot {
		return Snapshot{Findings: Findings{
			Discussions: []Discussion{{Item: item("D", repo+"/discussions/1"), Answer: &Answer{URL: address(repo + "/discussions/1#discussioncomment-7")}}},
			Releases:    []Release{{Item: item("R", repo+"/releases/tag/v1")}},
			Entries:     []Entry{{Item: item("R", "blog/unmoved")}},
		}}
	}
	before, after := snapshot("old/name"), snapshot("new/name")
	before.Late.Advisories = []Advisory{{Item: Item{ID: "A"}}, {Item: item("gone", "gone")}}
	after.Advisories = []Advisory{{Item: item("A", "advisories/A")}}
	want := map[string]string{
		"https://github.com/old/name/discussions/1":                     "https://github.com/new/name/discussions/1",
		"https://github.com/old/name/discussions/1#discussioncomment-7": "https://github.com/new/name/discussions/1#discussioncomment-7",
		"https://github.com/old/name/releases/tag/v1":                   "https://github.com/new/name/releases/tag/v1",
	}
	if got := Moved(before, after); !maps.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	after.Releases = append(after.Releases, Release{Item: item("another", "old/name/releases/tag/v1")})
	delete(want, "https://github.com/old/name/releases/tag/v1")
	if got := Moved(before, after); !maps.Equal(got, want) {
		t.Errorf("an address that another item has: got %v", got)
	}
}

func TestMovedFindsTransferredDiscussions(t *testing.T) {
	opened := time.Date(2024, 6, 18, 9, 30, 1, 0, time.UTC)
	discussion := func(id ID, address, author string, at time.Time) Discussion {
		u, err := markdown.ParseURL("https://github.com/" + address)
		if err != nil {
			t.Fatal(err)
		}
		return Discussion{Item: Item{ID: id, URL: u}, Author: Person{Login: markdown.Untrusted(author)}, CreatedAt: at}
	}
	list := func(discussions ...Discussion) Snapshot {
		return Snapshot{Findings: Findings{Discussions: discussions}}
	}
	old := discussion("old", "o/a/discussions/1", "ann", opened)
	transferred := discussion("new", "o/b/discussions/7", "ann", opened)
	for _, tt := range []struct {
		name          string
		before, after Snapshot
		moved         bool
	}{
		{"transferred", list(old), list(transferred), true},
		{"another author's of the same second", list(old), list(discussion("new", "o/b/discussions/7", "bob", opened)), false},
		{"of a deleted author", list(discussion("old", "o/a/discussions/1", "", opened)), list(discussion("new", "o/b/discussions/7", "", opened)), false},
		{"opened a second later", list(old), list(discussion("new", "o/b/discussions/7", "ann", opened.Add(time.Second))), false},
		{"still where it was", list(old), list(old, transferred), false},
		{"known before", list(old, transferred), list(transferred), false},
		{"one of two", list(old), list(transferred, discussion("other", "o/b/discussions/8", "ann", opened)), false},
		{"two in one", list(old, discussion("older", "o/a/discussions/2", "ann", opened)), list(transferred), false},
	} {
		got := Moved(tt.before, tt.after)
		if want := map[string]string{old.URL.String(): transferred.URL.String()}; tt.moved && !maps.Equal(got, want) || !tt.moved && len(got) > 0 {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func TestMergeKeepsTheFirstOfTwoAndOrdersAll(t *testing.T) {
	repo := Repo{"example", "app"}
	one := Findings{Discussions: []Discussion{
		{Item: Item{ID: "b", Repo: repo, Section: Hot}, Number: 2},
		{Item: Item{ID: "a", Repo: repo, Section: Hot}, Number: 1},
	}}
	two := Findings{Discussions: []Discussion{
		{Item: Item{ID: "a", Repo: repo, Section: Community}, Number: 1},
		{Item: Item{ID: "z", Repo: Repo{"Another", "app"}}, Number: 9},
	}}
	got := Merge(one, two).Discussions
	if len(got) != 3 || got[0].ID != "z" || got[1].ID != "a" || got[2].ID != "b" {
		t.Fatalf("got %+v, want z, a, b", got)
	}
	if got[1].Section != Hot {
		t.Errorf("section %s: the second find won", got[1].Section)
	}
}

func TestSameFactsIgnoresCounts(t *testing.T) {
	receipt := func(seen int, o Outcome) Snapshot {
		return Snapshot{Findings: Findings{Receipts: []Receipt{{Kind: Releases, Source: "o/r", Seen: seen, Pages: seen, Outcome: o}}}}
	}
	if !receipt(1, Complete).SameFacts(receipt(2, Complete)) {
		t.Error("looking at more items is another fact")
	}
	if receipt(1, Complete).SameFacts(receipt(1, Failed)) {
		t.Error("a gap counts as a fact")
	}
	other := receipt(1, Complete)
	other.Late.Releases = []Release{{Item: Item{ID: "1"}}}
	if receipt(1, Complete).SameFacts(other) {
		t.Error("a late release does not count as a fact")
	}
}

func TestCheckEdition(t *testing.T) {
	c := Calendar{Cadence: Weekly, WeekStart: time.Monday, Location: time.UTC, First: at(t, "2023-12-11T00:00:00Z"), FirstNumber: 1}
	now := at(t, "2024-01-10T12:00:00Z")
	for _, tt := range []struct {
		from, to string
		number   int
		want     string
	}{
		{"2023-12-11", "2023-12-17", 1, ""},
		{"2024-01-08", "2024-01-14", 5, ""}, // provisional
		{"2023-12-18", "2023-12-31", 2, ""}, // over the holidays
		{"2023-12-18", "2023-12-20", 2, ""}, // the first half of a week
		{"2023-12-11", "2099-12-31", 1, "future"},
		{"2024-01-15", "2024-01-21", 6, "future"},
		{"2022-01-01", "2023-12-17", 1, "too long"},
		{"2023-12-18", "2023-12-24", 1, "edition 2, not of 1"},
	} {
		err := c.CheckEdition(tt.number, days(t, tt.from, tt.to, "Asia/Shanghai"), now)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s to %s: %v, want %q", tt.from, tt.to, err, tt.want)
		}
	}
}
