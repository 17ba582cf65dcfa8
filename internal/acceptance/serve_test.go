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

// daemon is a running digest serve.
type daemon struct {
	*newsroom
	cmd *exec.Cmd

	mu      sync.Mutex
	log     bytes.Buffer
	serving chan struct{}
	gone    chan struct{}
}

func (n *newsroom) serve(database string, more ...string) *daemon {
	n.r.t.Helper()
	args := append([]string{"serve", "--config", n.dir, "--output", n.dir, "--database", database, "--listen", "127.0.0.1:0"}, more...)
	d := &daemon{newsroom: n, cmd: exec.Command(binary, args...), serving: make(chan struct{}), gone: make(chan struct{})}
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

// TestServeThreeDaemonsThatAreKilledDraftEverythingOnce shares 200 digests among three
// daemons on one PostgreSQL, and kills them at random.
func TestServeThreeDaemonsThatAreKilledDraftEverythingOnce(t *testing.T) {
	const digests, weeks, daemons, kills = 200, 2, 3, 6
	db := startPostgres(t)
	r := start(t, "gen:seed=1&repos=8", "--latency", "20ms")
	n := newNewsroom(r, digests, weeks)
	begin := time.Now()
	all := make([]*daemon, daemons)
	for i := range all {
		all[i] = n.serve(db.address(), "--workers", "12", "--catch-up", "4")
	}
	random := rand.New(rand.NewPCG(6, 2023))
	const drafted = "SELECT count(*) FROM river_job WHERE kind = 'digest_draft' AND state = 'completed'"
	n.until("the first drafts", 60*time.Second, func() bool { return db.number(drafted) > 0 })
	var logs []string
	for range kills {
		time.Sleep(500*time.Millisecond + time.Duration(random.IntN(1500))*time.Millisecond)
		i := random.IntN(daemons)
		all[i].kill()
		logs = append(logs, all[i].runs()...)
		all[i] = n.serve(db.address(), "--workers", "12", "--catch-up", "4")
	}
	last := time.Now()
	t.Logf("%d kills in %s, %d of %d drafted", kills, last.Sub(begin).Round(time.Second), db.number(drafted), digests*weeks)

	// What a dead process had in its hands is left for 35 minutes, as nobody can know that it is
	// dead. They pass here for what is older than the last kill, and than any draft takes.
	passed := 0
	n.until("all drafted", 3*time.Minute, func() bool {
		if since := time.Since(last); since > 15*time.Second {
			passed += db.number(fmt.Sprintf(`WITH aged AS (UPDATE river_job SET attempted_at = attempted_at - interval '36 minutes'
				WHERE state = 'running' AND attempted_at < now() - interval '%d seconds' AND attempted_at > now() - interval '36 minutes' RETURNING 1) SELECT count(*) FROM aged`,
				int(since.Seconds()))) // begun before the last kill
		}
		return db.number(drafted) == digests*weeks
	})
	t.Logf("all drafted after %s; %d jobs were taken over from dead processes", time.Since(begin).Round(time.Second), passed)
	for _, d := range all {
		d.stop()
		logs = append(logs, d.runs()...)
	}
	n.checkOnce()
	if left := db.number("SELECT count(*) FROM river_job WHERE kind = 'digest_draft' AND state <> 'completed'"); left != 0 {
		t.Errorf("%d drafts are not over", left)
	}
	if twice := db.number("SELECT count(*) - count(DISTINCT (args ->> 'digest') || (args -> 'period' ->> 'from')) FROM river_job WHERE kind = 'digest_draft'"); twice != 0 {
		t.Errorf("%d periods were put in the queue again", twice)
	}
	for _, line := range logs {
		if strings.Contains(line, " failed") {
			t.Errorf("a run failed: %s", line)
		}
	}
	r.checkViolations()
}

// TestServeAfterThreeWeeksDownDraftsThreeEditionsInOrderOnce lets three editions come due
// for a daemon that was not there, and restarts it.
func TestServeAfterThreeWeeksDownDraftsThreeEditionsInOrderOnce(t *testing.T) {
	r := start(t, "gen:seed=1&repos=8")
	n := newNewsroom(r, 1, 3)
	database := filepath.Join(t.TempDir(), "digest.db")
	d := n.serve(database)
	n.until("three editions", time.Minute, func() bool { return len(d.runs()) >= 3 })
	want := []string{"d000 1 created", "d000 2 created", "d000 3 created"}
	if got := d.runs(); !slices.Equal(got, want) {
		t.Errorf("runs %q, want %q", got, want)
	}
	for range 2 {
		d.kill()
		d = n.serve(database)
		time.Sleep(5 * time.Second) // it looks within a second or two, and a run would follow
		if got := d.runs(); len(got) > 0 {
			t.Errorf("after a restart: runs %q", got)
		}
	}
	d.stop()
	n.checkOnce()
	r.checkViolations()
}
