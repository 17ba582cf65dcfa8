//go:build acceptance

package acceptance

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/digest"
)

// writing is a comment or a reply in the replica's data.
type writing struct {
	At        time.Time  `json:"created_at"`
	Deleted   *time.Time `json:"deleted_at"`
	Minimized string     `json:"minimized_reason"`
	Replies   []writing
}

// counts reports whether the comment is neither deleted nor minimized as something that counts for nothing.
func (w writing) counts() bool {
	return w.Deleted == nil && (w.Minimized == "" || w.Minimized == "outdated" || w.Minimized == "resolved")
}

// TestEveryActiveDiscussionIsFoundWithItsCounts counts what the data has inside the week,
// comment by comment, and compares it with what was collected.
func TestEveryActiveDiscussionIsFoundWithItsCounts(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	gen := exec.Command("node", "gen.mjs", "--out", dir, "--seed", "7", "--repos", "6", "--discussions", "300")
	gen.Dir = *replicaDir
	if out, err := gen.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	from := time.Date(2024, 6, 17, 0, 0, 0, 0, time.UTC)
	week := digest.Period{From: from, To: from.AddDate(0, 0, 7)}
	files, err := filepath.Glob(filepath.Join(dir, "discussions", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no discussions were generated: %v", err)
	}
	want := make(map[string]string)
	var repos []string
	for _, file := range files {
		repo := strings.Replace(strings.TrimSuffix(filepath.Base(file), ".json"), "__", "/", 1)
		repos = append(repos, repo)
		countActive(t, file, repo, week, want)
	}
	r := start(t, dir)
	file := filepath.Join(t.TempDir(), "snapshot.json")
	o := r.run(fmt.Sprintf("title: T\nsources: {discussions: [{repos: [%s]}]}\neditions: [{language: en}]\n", strings.Join(repos, ", ")),
		"--from", "2024-06-17", "--to", "2024-06-23", "--save-snapshot", file)
	if o.code != 0 {
		t.Fatalf("exit code %d\n%s", o.code, o.stderr)
	}
	got := make(map[string]string)
	for _, d := range readSnapshot(t, file).Discussions {
		got[fmt.Sprintf("%s %d", d.Repo, d.Number)] = fmt.Sprintf("%d+%d", d.Activity.Comments, d.Activity.Replies)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("comments+replies in the week (-data +collected):\n%s", diff)
	}
	t.Logf("%d discussions", len(want))
}

// countActive adds the discussions of a file that were opened, answered or active.
func countActive(t *testing.T, file, repo string, week digest.Period, want map[string]string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []struct {
		Number   int
		Created  time.Time  `json:"created_at"`
		Answered *time.Time `json:"answer_chosen_at"`
		Comments []writing
	}
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	in := func(w writing) int {
		if w.counts() && week.Contains(w.At) {
			return 1
		}
		return 0
	}
	for _, d := range all {
		comments, replies := 0, 0
		for _, c := range d.Comments {
			comments += in(c)
			for _, reply := range c.Replies {
				replies += in(reply)
			}
		}
		if comments+replies > 0 || week.Contains(d.Created) || d.Answered != nil && week.Contains(*d.Answered) {
			want[fmt.Sprintf("%s %d", repo, d.Number)] = fmt.Sprintf("%d+%d", comments, replies)
		}
	}
}
