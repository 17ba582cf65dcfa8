//go:build integration

package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/community-digest/digest/internal/daemontest"
	"github.com/community-digest/digest/internal/postgrestest"
)

// Three processes share 200 digests, one in five of which is published, and are killed at random
// while they catch up on two weeks.
func TestThreeProcessesThatAreKilledDraftEachWeekOnceAndInOrder(t *testing.T) {
	const digests, weeks = 200, 2
	db := postgrestest.Start(t)
	program := daemontest.Build(t, ".")
	configs := make(map[string]string)
	published := 0
	for i := range digests {
		name, more := fmt.Sprintf("d%03d", i), ""
		if i%5 == 0 { // GitHub wants a second between two writes
			published++
			more = daemontest.Publishing(name)
		}
		configs[name] = strings.Replace(daemontest.Weekly(weeks, more), "path: weekly/", "path: "+name+"/", 1)
	}
	s := daemontest.NewSite(t, daemontest.NewGitHub(t), configs)
	begin := time.Now()
	join := func() *daemontest.Process {
		return s.Begin(program, s.GitHub.URL(), "--database", db.Address(), "--workers", "8", "--draft-timeout", "30s")
	}
	all := []*daemontest.Process{join(), join(), join()}
	random := rand.New(rand.NewPCG(6, 2023))
	kills := 0
	for seen := 0; len(s.Proposed()) < published*weeks-10; seen = len(s.Proposed()) {
		all[0].Until(t, "more is published", func() bool { return len(s.Proposed()) > seen })
		time.Sleep(time.Duration(random.IntN(3000)) * time.Millisecond)
		i := random.IntN(len(all))
		all[i].Kill()
		all[i] = join()
		kills++
	}
	t.Logf("%d kills in %s, %d of %d published", kills, time.Since(begin).Round(time.Second), len(s.Proposed()), published*weeks)
	const unfinished = "SELECT count(*) FROM river_job WHERE state NOT IN ('completed', 'discarded')"
	for end := time.Now().Add(8 * time.Minute); db.Number(unfinished) > 0 || len(s.Proposed()) < published*weeks; time.Sleep(time.Second) {
		if time.Now().After(end) {
			t.Fatalf("%d jobs are not finished, %d published:\n%s", db.Number(unfinished), len(s.Proposed()),
				db.SQL("SELECT state, args, attempt, errors FROM river_job WHERE state NOT IN ('completed') LIMIT 20"))
		}
	}
	t.Logf("all drafted after %s; %d jobs were rescued, %d were given up", time.Since(begin).Round(time.Second),
		db.Number("SELECT count(*) FROM river_job WHERE errors::text LIKE '%Stuck job rescued%'"),
		db.Number("SELECT count(*) FROM river_job WHERE state = 'discarded'"))
	for _, p := range all {
		p.Until(t, "serving", func() bool { return len(p.Lines("serving")) > 0 })
		p.Stop()
	}

	order := make(map[string]string)
	for _, head := range s.Proposed() {
		name, number, _ := strings.Cut(head, "/")
		order[name] += number
	}
	files := s.Files()
	for i := range digests {
		name := fmt.Sprintf("d%03d", i)
		for n := 1; n <= weeks; n++ {
			text := files[fmt.Sprintf("%s/%s/%d.md", name, name, n)]
			if wanted := i%5 != 0; wanted != strings.Contains(text, fmt.Sprintf("v1.%d.0", 99-weeks+n)) {
				t.Errorf("%s: edition %d in a file: %t, want %t", name, n, text != "", wanted)
			}
		}
		if want := map[bool]string{true: "12"}[i%5 == 0]; order[name] != want {
			t.Errorf("%s: pull requests %q, want %q", name, order[name], want)
		}
	}
}
