//go:build acceptance

package acceptance

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestWhatAWeekOfManyRepositoriesCosts holds the requests to what the lists need, one for
// 50 repositories, and one for 20 discussions that something happened in.
func TestWhatAWeekOfManyRepositoriesCosts(t *testing.T) {
	for _, tt := range []struct {
		repos    int
		mode     string
		requests int // besides those for the items
	}{
		{1, "reviewed", 3}, {1, "exact", 2},
		{10, "reviewed", 3}, {10, "exact", 11},
		{100, "reviewed", 4}, {100, "exact", 102},
	} {
		t.Run(fmt.Sprintf("%d %s", tt.repos, tt.mode), func(t *testing.T) {
			data := fmt.Sprintf("gen:seed=1&repos=%d", tt.repos)
			tr := readTruth(t, data, "2024-06-17T00:00:00Z", "2024-06-23T23:59:59Z")
			var repos []string
			for name := range tr.Repos {
				repos = append(repos, name)
			}
			slices.Sort(repos)
			list := strings.Join(repos, ", ")
			config := fmt.Sprintf("title: T\ntimezone: UTC\nsources:\n  discussions: [{repos: [%[1]s]}]\n  releases: [{repos: [%[1]s], prereleases: true}]\n  advisories: [{repos: [%[1]s], mode: %[2]s}]\neditions: [{language: en, path: weekly.md}]\n", list, tt.mode)
			r := start(t, data)
			snapshot := filepath.Join(t.TempDir(), "snapshot.json")
			o := r.run(config, "--from", "2024-06-17", "--to", "2024-06-23", "--save-snapshot", snapshot)
			if o.code != 0 && o.code != 3 {
				t.Fatalf("exit code %d\n%s", o.code, o.stderr)
			}
			active := len(readSnapshot(t, snapshot).Discussions)
			most := tt.requests + active/20 + 1
			got := r.stats().Totals
			t.Logf("%d discussions: %d requests, %d allowed; %d points; %s", active, got.Requests, most, got.GraphQLPoints, o.took)
			if got.Requests > most {
				t.Errorf("%d requests, want at most %d", got.Requests, most)
			}
			r.checkViolations()
		})
	}
}
