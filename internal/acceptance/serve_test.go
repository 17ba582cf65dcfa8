//go:build acceptance

package acceptance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/community-digest/digest/internal/postgrestest"
)

// homes are repositories of the generated data; digests share them.
var homes = []string{"org-0/repo-0", "org-1/repo-1", "org-2/repo-2", "org-0/repo-3", "org-1/repo-4", "org-2/repo-5", "org-1/repo-7"}

const servedConfig = `title: Weekly %[1]s
timezone: UTC
first_edition: {number: 1, from: %[2]s}
sources:
  releases:
    - repos: [%[3]s]
editions:
  - language: en
    path: %[1]s/{{.Number}}.md
state: .digest/%[1]s
publish:
  repository: %[3]s
  branch: %[1]s/{{.Number}}
  labels: [weekly]
schedule:
  cron: "0 0 * * 1"
`

// newsroom is a folder of configurations, whose first editions began so many weeks ago.
type newsroom struct {
	r       *replica
	dir     string
	digests int
	weeks   int
}

func newNewsroom(r *replica, digests, weeks int) *newsroom {
	n := &newsroom{r, r.t.(*testing.T).TempDir(), digests, weeks}
	today := time.Now().UTC().Truncate(24 * time.Hour)
	monday := today.AddDate(0, 0, -int(today.Weekday()+6)%7)
	first := monday.AddDate(0, 0, -7*weeks).Format(time.DateOnly)
	for i := range digests {
		text := fmt.Sprintf(servedConfig, n.name(i), first, homes[i%len(homes)])
		if err := os.WriteFile(filepath.Join(n.dir, n.name(i)+".yaml"), []byte(text), 0o644); err != nil {
			r.t.Fatal(err)
		}
	}
	return n
}

func (n *newsroom) name(i int) string { return fmt.Sprintf("d%03d", i) }

// daemon is a running digest serve or digestd.
type daemon struct {
	*newsroom
	cmd *exec.Cmd

	mu      sync.Mutex
	log     bytes.Buffer
	serving chan struct{}
	gone    chan struct{}
}

// start runs a program until it serves.
func (n *newsroom) start(program string, args ...string) *daemon {
	n.r.t.Helper()
	args = append(args, "--config", n.dir, "--output", n.dir, "--listen", "127.0.0.1:0")
	d := &daemon{newsroom: n, cmd: exec.Command(program, args...), serving: make(chan struct{}), gone: make(chan struct{})}
	d.cmd.Env = append(os.Environ(), "GITHUB_API_URL="+n.r.url, "GITHUB_GRAPHQL_URL="+n.r.url+"/graphql", "GITHUB_TOKEN=octosim-unlimited")
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	stderr, err := d.cmd.StderrPipe()
	if err != nil {
		n.r.t.Fatal(err)
	}
	if err := d.cmd.Start(); err != nil {
		n.r.t.Fatal(err)
	}
	go d.read(stderr)
	select {
	case <-d.serving:
	case <-d.gone:
		n.r.t.Fatalf("it does not serve:\n%s", d)
	case <-time.After(30 * time.Second):
		n.r.t.Fatalf("it does not serve in time:\n%s", d)
	}
	return d
}

func (d *daemon) read(r io.Reader) {
	defer close(d.gone)
	for lines := bufio.NewScanner(r); lines.Scan(); {
		d.mu.Lock()
		fmt.Fprintln(&d.log, lines.Text())
		d.mu.Unlock()
		if strings.Contains(lines.Text(), `"msg":"serving"`) {
			close(d.serving)
		}
	}
}

func (d *daemon) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.log.String()
}

// runs lists the runs that ended, such as "d007 1 created".
func (d *daemon) runs() (list []string) {
	for line := range strings.Lines(d.String()) {
		var e struct {
			Msg, Digest, Operation, Error string
			Edition                       int
		}
		if json.Unmarshal([]byte(line), &e) == nil && e.Msg == "run" {
			list = append(list, strings.TrimSpace(fmt.Sprintf("%s %d %s %s", e.Digest, e.Edition, e.Operation, e.Error)))
		}
	}
	return list
}

func (d *daemon) kill() {
	_ = d.cmd.Process.Kill() // it may be dead already
	<-d.gone
	_ = d.cmd.Wait() // it was killed, and says so
}

func (d *daemon) stop() {
	d.r.t.Helper()
	if err := d.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		d.r.t.Error(err)
	}
	<-d.gone
	if err := d.cmd.Wait(); err != nil {
		d.r.t.Errorf("it does not stop in order: %v\n%s", err, d)
	}
}

// pullRequests lists, for each digest, the branches of its pull requests in the order in
// which they were opened.
func (n *newsroom) pullRequests() map[string][]string {
	n.r.t.Helper()
	all := make(map[string][]string)
	for _, home := range homes[:min(len(homes), n.digests)] {
		for _, branch := range n.r.heads(home) {
			name, _, _ := strings.Cut(branch, "/")
			all[name] = append(all[name], branch)
		}
	}
	return all
}

// pull is a pull request in the state of a repository.
type pull struct {
	Number int
	Head   struct{ Ref string }
}

// heads lists the branches of the pull requests that were opened in a repository by this
// program, oldest first.
func (r *replica) heads(repo string) (heads []string) {
	r.t.Helper()
	resp, err := http.Get(r.url + "/_octosim/repo-state/" + repo + "?contents=false")
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	var state struct {
		Branches map[string]struct{ Files map[string]any }
		Pulls    []pull
	}
	if err := json.NewDecoder(resp.Body).Decode(&state); err != nil {
		r.t.Fatal(err)
	}
	slices.SortFunc(state.Pulls, func(a, b pull) int { return a.Number - b.Number })
	for _, p := range state.Pulls {
		if !strings.HasPrefix(p.Head.Ref, "d") {
			continue // of the generated data
		}
		heads = append(heads, p.Head.Ref)
		name, number, _ := strings.Cut(p.Head.Ref, "/")
		files := state.Branches[p.Head.Ref].Files
		for _, want := range []string{name + "/" + number + ".md", ".digest/" + name + "/000" + number + "/snapshot.json"} {
			if files[want] == nil {
				r.t.Errorf("%s of %s lacks %s: it has %v", p.Head.Ref, repo, want, slices.Sorted(maps.Keys(files)))
			}
		}
	}
	return heads
}

// checkOnce holds that each digest has one pull request for each week, in order.
func (n *newsroom) checkOnce() {
	n.r.t.Helper()
	got := n.pullRequests()
	for i := range n.digests {
		var want []string
		for week := 1; week <= n.weeks; week++ {
			want = append(want, fmt.Sprintf("%s/%d", n.name(i), week))
		}
		if !slices.Equal(got[n.name(i)], want) {
			n.r.t.Errorf("%s: pull requests %v, want %v", n.name(i), got[n.name(i)], want)
		}
	}
}

func (n *newsroom) until(what string, longest time.Duration, ok func() bool) {
	n.r.t.Helper()
	for end := time.Now().Add(longest); !ok(); time.Sleep(200 * time.Millisecond) {
		if time.Now().After(end) {
			n.r.t.Fatalf("after %s still not: %s", longest, what)
		}
	}
}

// TestThreeDaemonsThatAreKilledDraftEverythingOnce shares 200 digests among three digestd on one
// PostgreSQL, and kills them at random.
func TestThreeDaemonsThatAreKilledDraftEverythingOnce(t *testing.T) {
	const digests, weeks, daemons, kills = 200, 2, 3, 6
	db := postgrestest.Start(t)
	r := start(t, "gen:seed=1&repos=8", "--latency", "20ms")
	n := newNewsroom(r, digests, weeks)
	begin := time.Now()
	// What a killed process was working on is rescued after half as long again as a draft may take.
	join := func() *daemon {
		return n.start(fleet, "--database", db.Address(), "--workers", "12", "--draft-timeout", "40s")
	}
	all := make([]*daemon, daemons)
	for i := range all {
		all[i] = join()
	}
	const unfinished = "SELECT count(*) FROM river_job WHERE state NOT IN ('completed', 'discarded')"
	n.until("the first drafts", 2*time.Minute, func() bool { return len(n.pullRequests()) > 0 })
	random := rand.New(rand.NewPCG(6, 2023))
	var logs []string
	for range kills {
		time.Sleep(time.Second + time.Duration(random.IntN(4000))*time.Millisecond)
		i := random.IntN(daemons)
		all[i].kill()
		logs = append(logs, all[i].runs()...)
		all[i] = join()
	}
	t.Logf("%d kills in %s", kills, time.Since(begin).Round(time.Second))
	n.until("nothing is left to do", 15*time.Minute, func() bool { return db.Number(unfinished) == 0 })
	t.Logf("all drafted after %s; %d jobs were rescued", time.Since(begin).Round(time.Second),
		db.Number("SELECT count(*) FROM river_job WHERE metadata ? 'river:rescue_count'"))
	for _, d := range all {
		d.stop()
		logs = append(logs, d.runs()...)
	}
	n.checkOnce()
	if n := db.Number("SELECT count(*) FROM river_job WHERE state = 'discarded'"); n > 0 {
		t.Errorf("%d jobs were given up", n)
	}
	for _, line := range logs {
		if strings.Contains(line, " failed") {
			t.Errorf("a run failed: %s", line)
		}
	}
	r.checkViolations()
}

// TestServeThroughKillsDraftsEachWeekOnceAndInOrder has a digest serve killed at random while
// it catches up, without a database.
func TestServeThroughKillsDraftsEachWeekOnceAndInOrder(t *testing.T) {
	const digests, weeks = 7, 3
	r := start(t, "gen:seed=1&repos=8", "--latency", "20ms")
	n := newNewsroom(r, digests, weeks)
	random := rand.New(rand.NewPCG(7, 2023))
	for range 12 {
		d := n.start(binary, "serve")
		time.Sleep(time.Duration(random.IntN(2500)) * time.Millisecond)
		d.kill()
	}
	d := n.start(binary, "serve")
	n.until("all drafted", 3*time.Minute, func() bool {
		heads := 0
		for _, list := range n.pullRequests() {
			heads += len(list)
		}
		return heads == digests*weeks
	})
	d.stop()
	n.checkOnce()
	r.checkViolations()
}

// TestServeAfterThreeWeeksDownDraftsThreeEditionsInOrderOnce lets three editions come due for a
// daemon that was not running, and restarts it.
func TestServeAfterThreeWeeksDownDraftsThreeEditionsInOrderOnce(t *testing.T) {
	r := start(t, "gen:seed=1&repos=8")
	n := newNewsroom(r, 1, 3)
	d := n.start(binary, "serve")
	n.until("three editions", time.Minute, func() bool { return len(d.runs()) >= 3 })
	want := []string{"d000 1 created", "d000 2 created", "d000 3 created"}
	if got := d.runs(); !slices.Equal(got, want) {
		t.Errorf("runs %q, want %q", got, want)
	}
	d.kill()
	d = n.start(binary, "serve")
	d.stop() // waits for what it began at the start
	if got := d.runs(); len(got) > 0 {
		t.Errorf("after a restart: runs %q", got)
	}
	n.checkOnce()
	r.checkViolations()
}
