//go:build acceptance

package acceptance

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/community-digest/digest/digest"
)

// truth is what the replica's data says of a range, without going through its API.
type truth struct {
	Repos map[string]struct {
		Private     bool
		Discussions struct{ Created, Answered []int }
		Releases    struct {
			Published       []string
			PublishedStable []string `json:"published_stable"`
		}
		Advisories struct{ Published, Updated, Withdrawn []string }
	}
	Global struct {
		Reviewed struct{ Published, Updated, Withdrawn []string }
	}
}

func readTruth(t *testing.T, data, from, to string) truth {
	t.Helper()
	cmd := exec.Command("node", "truth.mjs", "--data", data, "--from", from, "--to", to)
	cmd.Dir = *replicaDir
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var tr truth
	if err := json.Unmarshal(out, &tr); err != nil {
		t.Fatal(err)
	}
	return tr
}

// TestRecallAndPrecisionAreOne compares whole generated weeks with the data they were
// generated from, in several zones.
func TestRecallAndPrecisionAreOne(t *testing.T) {
	tests := []struct{ data, zone, from, to string }{
		{"gen:seed=1&repos=8", "UTC", "2024-06-17", "2024-06-23"},
		{"gen:seed=2&repos=60&discussions=40&releases=20", "Asia/Tokyo", "2024-06-17", "2024-06-23"},
		{"gen:seed=3&repos=3&discussions=2500&releases=350&comments=6", "America/Los_Angeles", "2024-06-17", "2024-06-23"},
		{"gen:seed=4&repos=6", "Europe/Berlin", "2024-03-25", "2024-03-31"}, // an old week, updated since; the clocks change in it
		{"data/pygithub", "UTC", "2024-08-26", "2024-09-01"},
	}
	for _, tt := range tests {
		t.Run(tt.data+" "+tt.zone, func(t *testing.T) { compare(t, tt.data, tt.zone, tt.from, tt.to) })
	}
}

func compare(t *testing.T, data, zone, from, to string) {
	loc, err := digest.LoadZone(zone)
	if err != nil {
		t.Fatal(err)
	}
	begin, err := digest.ParseDay(from, loc)
	if err != nil {
		t.Fatal(err)
	}
	last, err := digest.ParseDay(to, loc)
	if err != nil {
		t.Fatal(err)
	}
	period, err := digest.Days(begin, last)
	if err != nil {
		t.Fatal(err)
	}
	want := readTruth(t, data, begin.Format(time.RFC3339), period.To.Add(-time.Second).Format(time.RFC3339))
	r := start(t, data)
	var repos []string
	for name := range want.Repos {
		repos = append(repos, name)
	}
	slices.Sort(repos)
	list := strings.Join(repos, ", ")
	config := fmt.Sprintf("title: T\ntimezone: %s\nsources:\n  discussions: [{repos: [%[2]s]}]\n  releases: [{repos: [%[2]s], prereleases: true}]\n  advisories: [{repos: [%[2]s]}]\neditions: [{language: en, path: weekly.md}]\n", zone, list) + unlimited
	snapshot := filepath.Join(t.TempDir(), "snapshot.json")
	o := r.run(config, "--from", from, "--to", to, "--save-snapshot", snapshot)
	if o.code != 0 && o.code != 3 { // some repositories have discussions switched off
		t.Fatalf("exit code %d\n%s", o.code, o.stderr)
	}
	s := readSnapshot(t, snapshot)
	checkPage(t, o.read(t, "weekly.md"), s)
	for _, name := range repos {
		w := want.Repos[name]
		equal(t, name+": discussions opened", ints(s.Discussions, name, func(d digest.Discussion) bool { return period.Contains(d.CreatedAt) }), w.Discussions.Created)
		equal(t, name+": discussions answered", ints(s.Discussions, name, func(d digest.Discussion) bool { return period.Contains(d.AnsweredAt) }), w.Discussions.Answered)
		var tags []string
		for _, x := range s.Releases {
			if x.Repo.String() == name {
				tags = append(tags, x.Tag.Unsafe())
			}
		}
		equal(t, name+": releases", tags, w.Releases.Published)
		checkAdvisories(t, name, s, want)
	}
	r.checkViolations()
	t.Logf("%d discussions, %d releases, %d advisories; %d requests, %d points, %s",
		len(s.Discussions), len(s.Releases), len(s.Advisories), r.stats().Totals.Requests, r.stats().Totals.GraphQLPoints, o.took.Round(time.Millisecond))
}

// checkPage demands a link for everything that was collected.
func checkPage(t *testing.T, page string, s digest.Snapshot) {
	t.Helper()
	links := make(map[string]string)
	for _, d := range s.Discussions {
		links[fmt.Sprintf("%s: discussion %d", d.Repo, d.Number)] = d.URL.String()
	}
	for _, r := range s.Releases {
		links[fmt.Sprintf("%s: release %s", r.Repo, r.Tag.Unsafe())] = r.URL.String()
	}
	for _, a := range s.Advisories {
		links[fmt.Sprintf("%s: advisory %s", a.Repo, a.ID)] = a.URL.String()
	}
	for _, e := range s.Entries {
		links[fmt.Sprintf("entry %s", e.ID)] = e.URL.String()
	}
	for item, url := range links {
		if !strings.Contains(page, "]("+url+")") {
			t.Errorf("%s: the page does not link to %s", item, url)
		}
	}
}

// checkAdvisories allows what only the global database has: it is for the repository, too.
func checkAdvisories(t *testing.T, name string, s digest.Snapshot, want truth) {
	t.Helper()
	own := want.Repos[name].Advisories
	must := slices.Concat(own.Published, own.Updated, own.Withdrawn)
	global := want.Global.Reviewed
	may := slices.Concat(must, global.Published, global.Updated, global.Withdrawn)
	var got []string
	for _, a := range s.Advisories {
		if a.Repo.String() != name {
			continue
		}
		got = append(got, string(a.ID))
		if !slices.Contains(may, string(a.ID)) {
			t.Errorf("%s: advisory %s is not of this period", name, a.ID)
		}
	}
	for _, id := range must {
		if !slices.Contains(got, id) {
			t.Errorf("%s: advisory %s is missing", name, id)
		}
	}
}

func ints(all []digest.Discussion, repo string, ok func(digest.Discussion) bool) []int {
	var out []int
	for _, d := range all {
		if d.Repo.String() == repo && ok(d) {
			out = append(out, d.Number)
		}
	}
	return out
}

func equal[T int | string](t *testing.T, what string, got, want []T) {
	t.Helper()
	got, want = slices.Clone(got), slices.Clone(want)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}
