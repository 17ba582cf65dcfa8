package digest

import (
	"testing"
	"time"
)

func TestMissedItemsOfEarlierEditions(t *testing.T) {
	week := func(day int) Period {
		from := time.Date(2023, 12, day, 0, 0, 0, 0, time.UTC)
		return Period{From: from, To: from.AddDate(0, 0, 7)}
	}
	release := func(id ID) Release { return Release{Item: Item{ID: id}} }
	receipt := Receipt{Kind: Releases, Source: "Istio/istio", RenamedTo: Repo{"mesh", "istio"}}
	prerelease := Release{Item: Item{ID: "prerelease"}, Prerelease: true}
	first := Snapshot{Period: week(4), Findings: Findings{Receipts: []Receipt{receipt}, Releases: []Release{release("reported"), prerelease}}}
	second := Snapshot{Period: week(11), Findings: Findings{Receipts: []Receipt{receipt}, Late: Late{
		Releases: []Release{release("reported late")}, Advisories: []Advisory{{Item: Item{ID: "advisory"}}}}}}
	in := week(4).From.Add(time.Hour)
	for _, tt := range []struct {
		name   string
		kind   Kind
		source string
		id     ID
		at     time.Time
		want   bool
	}{
		{"not there yet", Releases, "istio/istio", "new", in, true},
		{"there", Releases, "istio/istio", "reported", in, false},
		{"reported late by the edition after", Releases, "istio/istio", "reported late", in, false},
		{"there as a prerelease, and a release now", Releases, "istio/istio", "prerelease", in, true},
		{"of a repository under its new name", Releases, "mesh/istio", "new", in, true},
		{"an advisory reported late", Advisories, "istio/istio", "advisory", in, false},
		{"of a source that was not watched", Releases, "istio/other", "new", in, false},
		{"of a kind that was not watched", Advisories, "istio/istio", "new", in, false},
		{"before all editions", Releases, "istio/istio", "new", week(4).From.Add(-1), false},
		{"after them", Releases, "istio/istio", "new", week(11).To, false},
	} {
		if got := NewPast(first, second).Missed(tt.kind, tt.source, tt.id, tt.at); got != tt.want {
			t.Errorf("%s: missed %t, want %t", tt.name, got, tt.want)
		}
	}
	if (*Past)(nil).Missed(Releases, "istio/istio", "new", in) {
		t.Error("without editions nothing was missed")
	}
}
