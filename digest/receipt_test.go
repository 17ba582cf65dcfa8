package digest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/internal/markdown"
)

// selected is the receipt of an organisation, and those of the repositories that it stood for.
func selected(outcome Outcome, repos ...Repo) []Receipt {
	org := Receipt{Kind: Releases, Source: "org:mesh", Section: Project, Outcome: outcome, Repos: repos}
	org.Drop(IsArchived)
	all := []Receipt{}
	for _, repo := range repos {
		org.Keep()
		all = append(all, Receipt{Kind: Releases, Source: repo.String(), Section: Project, Outcome: Complete})
	}
	return append([]Receipt{org}, all...)
}

func TestOrganisationCountsAsASourceOnlyIfItIsAGap(t *testing.T) {
	a, b := Repo{"mesh", "a"}, Repo{"mesh", "b"}
	for _, tt := range []struct {
		name     string
		receipts []Receipt
		want     Coverage
	}{
		{"read whole", selected(Complete, a, b), Coverage{Sources: 2}},
		{"listed in part", selected(Truncated, a, b), Coverage{Sources: 3, Gaps: 1}},
		{"not found", selected(Missing), Coverage{Sources: 1, Gaps: 1}},
	} {
		got := count(Snapshot{Findings: Findings{Receipts: tt.receipts}}).Releases.Coverage
		if got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

func TestRepositoriesOfAnOrganisationAreStored(t *testing.T) {
	want := selected(Complete, Repo{"mesh", "a"}, Repo{"mesh", "b"})
	data, err := EncodeSnapshot(Snapshot{Period: Sample().Period, Findings: Findings{Receipts: want}})
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(data), `"repos"`); n != 1 || !strings.Contains(string(data), `"mesh/b"`) {
		t.Errorf("%d lists of repositories in\n%s", n, data)
	}
	s, err := DecodeSnapshot(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, s.Receipts, cmp.AllowUnexported(markdown.Text{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
