package digest

import (
	"strings"
	"testing"
)

func TestSnapshotsThatCannotBeReadAreRefused(t *testing.T) {
	const period = `"period":{"from":"2024-06-17","to":"2024-06-23","timezone":"UTC"}`
	tests := []struct{ name, data, want string }{
		{"no JSON", "# A draft", "not a snapshot"},
		{"cut short", `{"version":1,` + period, "not a snapshot"},
		{"another version", `{"version":2,"new_key":[],` + period + `}`, "snapshot version 2"},
		{"no version", `{` + period + `}`, "snapshot version 0"},
		{"an unknown key", `{"version":1,` + period + `,"extra":1}`, "extra"},
		{"an unknown zone", `{"version":1,"period":{"from":"2024-06-17","to":"2024-06-23","timezone":"Mars"}}`, "Mars"},
		{"days the wrong way round", `{"version":1,"period":{"from":"2024-06-23","to":"2024-06-17","timezone":"UTC"}}`, "is after"},
		{"a link that leads elsewhere", `{"version":1,` + period + `,"entries":[{"id":"1","url":"javascript:alert(1)","section":"hot","title":"x","published_at":"2024-06-17T00:00:00Z"}]}`, "not a snapshot"},
	}
	for _, tt := range tests {
		_, err := DecodeSnapshot([]byte(tt.data))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one with %q", tt.name, err, tt.want)
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

func TestCountsOfLookingAreNoFacts(t *testing.T) {
	receipt := func(seen int, o Outcome) Snapshot {
		return Snapshot{Findings: Findings{Receipts: []Receipt{{Kind: Releases, Source: "o/r", Seen: seen, Pages: seen, Outcome: o}}}}
	}
	if !receipt(1, Complete).SameFacts(receipt(2, Complete)) {
		t.Error("looking at more items is another fact")
	}
	if receipt(1, Complete).SameFacts(receipt(1, Failed)) {
		t.Error("a gap is no fact")
	}
	other := receipt(1, Complete)
	other.Late.Releases = []Release{{Item: Item{ID: "1"}}}
	if receipt(1, Complete).SameFacts(other) {
		t.Error("a late release is no fact")
	}
}
