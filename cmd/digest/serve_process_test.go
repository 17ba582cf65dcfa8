package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/community-digest/digest/internal/githubtest"
)

// child is a daemon in a process of its own.
type child struct {
	*running
	cmd *exec.Cmd
}

// launch starts the program of the stories, which TestMain puts in the path.
func (s *site) launch(github string, more ...string) *child {
	s.t.Helper()
	return s.launchProgram("digest", github, more...)
}

func (s *site) launchProgram(program, github string, more ...string) *child {
	s.t.Helper()
	awake(s.t)
	c := &child{&running{journal: new(journal), t: s.t}, exec.CommandContext(s.t.Context(), program, s.args(more...)...)}
	for _, name := range []string{"GITHUB_API_URL", "GITHUB_GRAPHQL_URL", "GITHUB_TOKEN"} {
		c.cmd.Env = append(c.cmd.Env, name+"="+strings.Replace(s.getenv(name), s.srv.URL(), github, 1))
	}
	c.cmd.Env = append(c.cmd.Env, nowVariable+"="+time.Now().Format(time.RFC3339), "GORACE=atexit_sleep_ms=0")
	c.cmd.Stderr = c.journal
	if err := c.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	until(s.t, c.journal, "serving", func() bool { return c.address() != "" })
	return c
}

func (c *child) signal(sig syscall.Signal) {
	c.t.Helper()
	if err := c.cmd.Process.Signal(sig); err != nil {
		c.t.Fatalf("%v\n%s", err, c)
	}
}

// end waits for the exit code.
func (c *child) end() int {
	c.t.Helper()
	if err := c.cmd.Wait(); err != nil {
		if _, exited := errors.AsType[*exec.ExitError](err); !exited {
			c.t.Error(err)
		}
	}
	return c.cmd.ProcessState.ExitCode()
}

func (c *child) terminate() {
	c.t.Helper()
	c.signal(syscall.SIGTERM)
	if code := c.end(); code != exitOK {
		c.t.Errorf("exit code %d\n%s", code, c)
	}
}

// gate stands before the fake. The first request whose path or body contains a text is
// held until the gate is opened: before it is done, or when it is and before it is answered.
type gate struct {
	*httptest.Server
	reached chan struct{}
	opened  chan struct{}
}

func newGate(t *testing.T, srv *githubtest.Server, text string, done bool) *gate {
	t.Helper()
	to, err := url.Parse(srv.URL())
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	g := &gate{reached: make(chan struct{}, 1), opened: make(chan struct{})}
	first := make(chan struct{}, 1)
	first <- struct{}{}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // what was cut off cannot be handed on
		r.Body = io.NopCloser(bytes.NewReader(body))
		held := false
		if strings.Contains(r.URL.Path+" "+string(body), text) {
			select {
			case <-first:
				held = true
			default:
			}
		}
		if held && !done {
			g.hold(r)
		}
		if r.Context().Err() != nil {
			return // whoever asked is dead
		}
		answer := httptest.NewRecorder()
		proxy.ServeHTTP(answer, r)
		if held && done {
			g.hold(r)
		}
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes()) // whoever asked may be gone
	}))
	t.Cleanup(g.Close)
	return g
}

func (g *gate) hold(r *http.Request) {
	g.reached <- struct{}{}
	select {
	case <-g.opened:
	case <-r.Context().Done():
	}
}

func (g *gate) wait(t *testing.T, j *journal) {
	t.Helper()
	select {
	case <-g.reached:
	case <-time.After(40 * time.Second):
		t.Fatalf("nobody came to the gate\n%s", j)
	}
}

// However far a run is when its process is killed, the next process finishes it: one pull
// request, and the edition whole.
func TestServeIsKilledAtAnyPointAndRepeatsNothingVisible(t *testing.T) {
	t.Parallel()
	type point struct {
		at   string
		done bool
		site *site
		gate *gate
		*child
	}
	var points []*point
	for _, at := range []string{"releases", "createRef", "createCommitOnBranch", "createPullRequest", "/labels"} {
		for _, done := range []bool{false, true} {
			p := &point{at: at, done: done, site: newSite(t, newsroom(t), map[string]string{"a": weekly(2, publishing("a")+"  labels: [weekly]\n")})}
			p.gate = newGate(t, p.site.srv, at, done)
			p.child = p.site.launch(p.gate.URL)
			points = append(points, p)
		}
	}
	for _, p := range points { // all of them take as long as one
		p.gate.wait(t, p.journal)
		p.signal(syscall.SIGKILL)
		p.end()
		p.child = p.site.launch(p.site.srv.URL())
	}
	for _, p := range points {
		until(t, p.journal, "both are drafted", func() bool { return len(p.lines(t, "run")) >= 2 })
		p.terminate()
		t.Logf("killed at %s, done: %t", p.at, p.done)
		checkProposed(t, p.site.srv, "a", 2)
		// Labels are given once, to a new pull request: people may take them off.
		unlabelled := p.at == "createPullRequest" && p.done || p.at == "/labels" && !p.done
		for i, pull := range p.site.srv.Pulls(news) {
			if !slices.Equal(pull.Labels, []string{"weekly"}) && !(unlabelled && i == 0) {
				t.Errorf("%s has the labels %q", pull.Head, pull.Labels)
			}
		}
	}
}

// checkProposed looks for one pull request of each edition, with all its files in one commit.
func checkProposed(t *testing.T, srv *githubtest.Server, name string, editions int) {
	t.Helper()
	pulls := srv.Pulls(news)
	if len(pulls) != editions {
		t.Errorf("pull requests %v, want %d", proposed(srv), editions)
	}
	for i, p := range pulls {
		branch := fmt.Sprintf("%s/%d", name, i+1)
		commits := srv.Branch(news, branch)
		if p.Head != branch || len(commits) != 2 {
			t.Errorf("pull request %d from %s with %d commits", p.Number, p.Head, len(commits))
			continue
		}
		want := []string{
			fmt.Sprintf(".digest-%s/%04d/base.en.md", name, i+1), fmt.Sprintf(".digest-%s/%04d/snapshot.json", name, i+1),
			"README.md", fmt.Sprintf("weekly/%d.md", i+1),
		}
		if got := slices.Sorted(maps.Keys(commits[0].Files)); !slices.Equal(got, want) {
			t.Errorf("%s: files %v, want %v", branch, got, want)
		}
	}
}

func TestServeIsKilledWhileItDraftsIntoAFolder(t *testing.T) {
	t.Parallel()
	srv := newsroom(t)
	g := newGate(t, srv, "releases", false)
	s := newSite(t, srv, map[string]string{"a": weekly(2, "")})
	c := s.launch(g.URL)
	g.wait(t, c.journal)
	c.signal(syscall.SIGKILL)
	c.end()
	c = s.launch(srv.URL())
	until(t, c.journal, "both are drafted", func() bool { return len(c.lines(t, "run")) >= 2 })
	c.terminate()
	want := []string{"a/.digest/0001/base.en.md", "a/.digest/0001/snapshot.json", "a/.digest/0002/base.en.md", "a/.digest/0002/snapshot.json", "a/weekly/1.md", "a/weekly/2.md"}
	if got := slices.Sorted(maps.Keys(filesBelow(t, s.path("out")))); !slices.Equal(got, want) {
		t.Errorf("files %v, want %v", got, want)
	}
}

// A branch without a pull request is a run that was stopped. Should nobody remember it, the
// edition is still not done.
func TestServeFinishesABranchWithoutAPullRequest(t *testing.T) {
	t.Parallel()
	srv := newsroom(t)
	g := newGate(t, srv, "createRef", true)
	s := newSite(t, srv, map[string]string{"a": weekly(1, publishing("a"))})
	c := s.launch(g.URL)
	g.wait(t, c.journal)
	c.signal(syscall.SIGKILL)
	c.end()
	c = s.launch(srv.URL(), "--database", s.path("another.db"))
	until(t, c.journal, "the edition is drafted", func() bool { return len(c.lines(t, "run")) == 1 })
	c.terminate()
	checkProposed(t, srv, "a", 1)
}

func TestServeStopsAfterTheRunningDraft(t *testing.T) {
	t.Parallel()
	srv := newsroom(t)
	g := newGate(t, srv, "releases", false)
	s := newSite(t, srv, map[string]string{"a": weekly(2, publishing("a")+"  labels: [weekly]\n")})
	c := s.launch(g.URL)
	g.wait(t, c.journal)
	c.signal(syscall.SIGTERM)
	until(t, c.journal, "stopping", func() bool { return len(c.lines(t, "stopping: running drafts are waited for")) == 1 })
	if code, body := c.get("/readyz"); code != http.StatusServiceUnavailable || !strings.Contains(body, "stops") {
		t.Errorf("ready while it stops: %d %s", code, body)
	}
	if code, _ := c.get("/healthz"); code != http.StatusOK {
		t.Errorf("not alive while it stops: %d", code)
	}
	close(g.opened)
	start := time.Now()
	if code := c.end(); code != exitOK || time.Since(start) > 10*time.Second {
		t.Errorf("exit code %d after %s\n%s", code, time.Since(start), c)
	}
	if got := c.runs(t, "a"); !slices.Equal(got, []string{"created 1"}) {
		t.Errorf("runs %v, want the first edition's\n%s", got, c)
	}
	c = s.launch(srv.URL())
	until(t, c.journal, "the second is drafted", func() bool { return len(c.lines(t, "run")) >= 1 })
	c.terminate()
	checkProposed(t, srv, "a", 2)
}

func TestServeStopsInTimeAndTheNextStartFinishesTheDraft(t *testing.T) {
	t.Parallel()
	srv := newsroom(t)
	g := newGate(t, srv, "createCommitOnBranch", false)
	s := newSite(t, srv, map[string]string{"a": weekly(2, publishing("a")+"  labels: [weekly]\n")})
	c := s.launch(g.URL, "--stop-timeout", "200ms")
	g.wait(t, c.journal)
	start := time.Now()
	c.terminate()
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %s to stop", took)
	}
	if off := c.lines(t, "put off"); len(off) != 1 || len(c.lines(t, "run")) != 0 {
		t.Errorf("%d put off\n%s", len(off), c)
	}
	c = s.launch(srv.URL())
	until(t, c.journal, "both are drafted", func() bool { return len(c.lines(t, "run")) >= 2 })
	c.terminate()
	checkProposed(t, srv, "a", 2)
}

func TestServeReadsItsConfigurationAgain(t *testing.T) {
	t.Parallel()
	srv := newsroom(t)
	s := newSite(t, srv, map[string]string{"a": weekly(1, "")})
	c := s.launch(srv.URL())
	until(t, c.journal, "a is drafted", func() bool { return len(c.runs(t, "a")) == 1 })

	s.write("b", weekly(1, ""))
	c.signal(syscall.SIGHUP)
	until(t, c.journal, "b is drafted", func() bool { return len(c.runs(t, "b")) == 1 })

	const refused = "the configuration was not read again: the old one stays"
	for i, bad := range []string{weekly(1, "titel: x\n"), "", weekly(1, "publish: {draft: true}\n")} {
		s.write("b", bad)
		c.signal(syscall.SIGHUP)
		until(t, c.journal, "it is refused", func() bool { return len(c.lines(t, refused)) == i+1 })
		if e := c.lines(t, refused)[i]; e.Level != "ERROR" || !strings.Contains(e.Error, "b") {
			t.Errorf("it does not say why: %+v", e)
		}
		if code, body := c.get("/metrics"); code != http.StatusOK || !strings.Contains(body, `digest_runs_total{digest="b",result="created"} 1`) {
			t.Errorf("the old configuration does not stay: %d", code)
		}
	}

	if err := os.Remove(filepath.Join(s.path("configs"), "b.yaml")); err != nil {
		t.Fatal(err)
	}
	c.signal(syscall.SIGHUP)
	until(t, c.journal, "b is gone", func() bool {
		_, body := c.get("/metrics")
		return !strings.Contains(body, `digest="b"`)
	})
	time.Sleep(1500 * time.Millisecond) // what was drafted is looked at again after each reload
	c.terminate()
	if a, b := c.runs(t, "a"), c.runs(t, "b"); !slices.Equal(a, []string{"created 1"}) || !slices.Equal(b, []string{"created 1"}) {
		t.Errorf("runs %v and %v, want one each", a, b)
	}
	files := filesBelow(t, s.path("out"))
	for _, name := range []string{"a/weekly/1.md", "b/weekly/1.md"} { // a did not move when b came
		if files[name] == "" {
			t.Errorf("%s is not there: %v", name, slices.Sorted(maps.Keys(files)))
		}
	}
}
