package digest

import (
	"testing"
	"time"
)

func TestItemsOfUnreadSourcesAreKept(t *testing.T) {
	from := time.Date(2023, 12, 11, 0, 0, 0, 0, time.UTC)
	week := Period{From: from, To: from.AddDate(0, 0, 7)}
	mesh, other := Repo{"o", "mesh"}, Repo{"o", "other"}
	receipt := func(k Kind, source string, o Outcome) Receipt { return Receipt{Kind: k, Source: source, Outcome: o} }
	before := Snapshot{Period: week, Findings: Findings{
		Discussions: []Discussion{{Item: Item{ID: "D", Repo: mesh}}},
		Releases:    []Release{{Item: Item{ID: "R1", Repo: mesh}}, {Item: Item{ID: "R2", Repo: other}}},
		Advisories:  []Advisory{{Item: Item{ID: "A1", Repo: mesh}}, {Item: Item{ID: "A2", Repo: other}, Reviewed: true}},
		Entries:     []Entry{{Item: Item{ID: "https://e.org/feed 1"}}, {Item: Item{ID: "https://e.org/other 1"}}},
		Receipts:    []Receipt{receipt(Releases, "old/name", Complete)},
	}}
	before.Receipts[0].RenamedTo = mesh
	for _, tt := range []struct {
		name    string
		receipt Receipt
		want    [4]int // discussions, releases, advisories, entries
	}{
		{"all was read", receipt(Releases, "o/mesh", Complete), [4]int{}},
		{"releases of one repository", receipt(Releases, "o/mesh", Failed), [4]int{0, 1, 0, 0}},
		{"of one that bears another name now", receipt(Releases, "old/name", Missing), [4]int{0, 1, 0, 0}},
		{"discussions without a token", receipt(Discussions, "O/Mesh", NeedsToken), [4]int{1, 0, 0, 0}},
		{"the database", receipt(Advisories, AdvisoryDatabase, Failed), [4]int{0, 0, 1, 0}},
		{"a feed", receipt(Feeds, "https://e.org/feed", Failed), [4]int{0, 0, 0, 1}},
		{"all of a kind", receipt(Releases, AllSources, Failed), [4]int{0, 2, 0, 0}},
	} {
		now := Snapshot{Period: week, Findings: Findings{Receipts: []Receipt{tt.receipt}}}
		s := now.KeepFrom(before)
		if got := [4]int{len(s.Discussions), len(s.Releases), len(s.Advisories), len(s.Entries)}; got != tt.want || len(s.Receipts) != 1 {
			t.Errorf("%s: kept %v of %d receipts, want %v", tt.name, got, len(s.Receipts), tt.want)
		}
	}
	later := Snapshot{Period: Period{From: week.To, To: week.To.AddDate(0, 0, 7)}, Findings: Findings{Receipts: []Receipt{receipt(Releases, "o/mesh", Failed)}}}
	if s := later.KeepFrom(before); len(s.Releases) != 0 {
		t.Errorf("another edition has %d releases of this one", len(s.Releases))
	}
}
