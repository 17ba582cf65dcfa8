//go:build integration

package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/community-digest/digest/internal/daemontest"
)

// The tests of this file run the built program and kill it.

func labelled(name string) string { return daemontest.Publishing(name) + "  labels: [weekly]\n" }

// However far a draft is when its process is killed, the next process finishes it: one pull
// request, and the edition whole.
func TestServeIsKilledAtAnyPointAndRepeatsNothing(t *testing.T) {
	program := daemontest.Build(t, ".")
	for _, at := range []string{"releases", "createRef", "createCommitOnBranch", "createPullRequest", "/labels"} {
		for _, done := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, done: %t", at, done), func(t *testing.T) {
				s := daemontest.NewSite(t, daemontest.NewGitHub(t), map[string]string{"a": daemontest.Weekly(2, labelled("a"))})
				gate := daemontest.NewGate(t, s.GitHub, at, done)
				p := s.Launch(program, gate.URL, "serve")
				gate.Wait(t, p.Log)
				p.Kill()
				p = s.Launch(program, s.GitHub.URL(), "serve")
				p.Until(t, "both are drafted", func() bool {
					return len(s.Proposed()) == 2 && len(p.Lines("run")) > 0 && p.Runs("a")[len(p.Runs("a"))-1] == "created 2"
				})
				p.Stop()
				checkProposed(t, s, "a", 2)
			})
		}
	}
}

// checkProposed looks for one pull request of each edition, with all its files in one commit.
func checkProposed(t *testing.T, s *daemontest.Site, name string, editions int) {
	t.Helper()
	pulls := s.GitHub.Pulls(daemontest.Repo)
	if len(pulls) != editions {
		t.Errorf("pull requests %v, want %d", s.Proposed(), editions)
	}
	for i, p := range pulls {
		branch := fmt.Sprintf("%s/%d", name, i+1)
		commits := s.GitHub.Branch(daemontest.Repo, branch)
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

// checkWritten looks for the files of each edition.
func checkWritten(t *testing.T, s *daemontest.Site, name string, editions int) {
	t.Helper()
	var want []string
	for n := 1; n <= editions; n++ {
		want = append(want, fmt.Sprintf("%s/.digest/%04d/base.en.md", name, n), fmt.Sprintf("%s/.digest/%04d/snapshot.json", name, n),
			fmt.Sprintf("%s/weekly/%d.md", name, n))
	}
	slices.Sort(want)
	got := slices.DeleteFunc(slices.Sorted(maps.Keys(s.Files())), func(file string) bool {
		return !strings.HasPrefix(file, name+"/") || strings.HasSuffix(file, "lock")
	})
	if !slices.Equal(got, want) {
		t.Errorf("files %v, want %v", got, want)
	}
	for n := 1; n <= editions; n++ {
		if text := s.Files()[fmt.Sprintf("%s/weekly/%d.md", name, n)]; !strings.Contains(text, fmt.Sprintf("v1.%d.0", 99-editions+n)) {
			t.Errorf("edition %d is not about its week:\n%s", n, text)
		}
	}
}

// Eight weeks are missing of each digest, and the process is killed again and again before they
// are all drafted.
func TestServeIsKilledAtRandomAndDraftsEachWeekOnceAndInOrder(t *testing.T) {
	const weeks = 8
	program := daemontest.Build(t, ".")
	configs := map[string]string{"files": daemontest.Weekly(weeks, "")}
	for _, name := range []string{"a", "b", "c"} {
		configs[name] = strings.Replace(daemontest.Weekly(weeks, daemontest.Publishing(name)), "path: weekly/", "path: "+name+"/", 1)
	}
	s := daemontest.NewSite(t, daemontest.NewGitHub(t), configs)
	random := rand.New(rand.NewPCG(6, 2023))
	all := func() bool { return len(s.Proposed()) == 3*weeks }
	kills := 0
	for ; kills < 60 && !all(); kills++ {
		p := s.Begin(program, s.GitHub.URL(), "serve", "--catch-up", "8")
		time.Sleep(time.Duration(random.IntN(1500)) * time.Millisecond)
		p.Kill()
	}
	p := s.Launch(program, s.GitHub.URL(), "serve", "--catch-up", "8")
	p.Until(t, "all are drafted", func() bool { return all() && s.Files()["files/.digest/0008/snapshot.json"] != "" })
	p.Stop()
	t.Logf("%d kills", kills)
	order := make(map[string][]string)
	for _, head := range s.Proposed() {
		name, number, _ := strings.Cut(head, "/")
		order[name] = append(order[name], number)
	}
	for _, name := range []string{"a", "b", "c"} {
		if got := strings.Join(order[name], " "); got != "1 2 3 4 5 6 7 8" {
			t.Errorf("%s: pull requests %s", name, got)
		}
	}
	checkWritten(t, s, "files", weeks)
}

func TestServeStopsAfterTheRunningDraft(t *testing.T) {
	program := daemontest.Build(t, ".")
	s := daemontest.NewSite(t, daemontest.NewGitHub(t), map[string]string{"a": daemontest.Weekly(2, labelled("a"))})
	gate := daemontest.NewGate(t, s.GitHub, "releases", false)
	p := s.Launch(program, gate.URL, "serve")
	gate.Wait(t, p.Log)
	p.Signal(syscall.SIGTERM)
	p.Until(t, "stopping", func() bool { return len(p.Lines("stopping: waiting for running drafts")) == 1 })
	if code, body := p.Get("/readyz"); code != http.StatusServiceUnavailable || !strings.Contains(body, "stopping") {
		t.Errorf("ready while it stops: %d %s", code, body)
	}
	gate.Open()
	if code := p.Wait(); code != exitOK {
		t.Errorf("exit code %d\n%s", code, p)
	}
	if got := p.Runs("a"); !slices.Equal(got, []string{"created 1"}) {
		t.Errorf("runs %v, want the first edition's", got)
	}
}

func TestServeStopsInTimeAndTheNextStartFinishesTheDraft(t *testing.T) {
	program := daemontest.Build(t, ".")
	s := daemontest.NewSite(t, daemontest.NewGitHub(t), map[string]string{"a": daemontest.Weekly(2, labelled("a"))})
	gate := daemontest.NewGate(t, s.GitHub, "createCommitOnBranch", false)
	p := s.Launch(program, gate.URL, "serve", "--stop-timeout", "200ms")
	gate.Wait(t, p.Log)
	start := time.Now()
	p.Stop()
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %s to stop", took)
	}
	if len(p.Lines("interrupted")) != 1 || len(p.Lines("run")) != 0 {
		t.Errorf("the log says:\n%s", p)
	}
	p = s.Launch(program, s.GitHub.URL(), "serve")
	p.Until(t, "both are drafted", func() bool { return len(p.Lines("run")) >= 2 })
	p.Stop()
	checkProposed(t, s, "a", 2)
}

func TestServeReloadsOnSIGHUP(t *testing.T) {
	program := daemontest.Build(t, ".")
	s := daemontest.NewSite(t, daemontest.NewGitHub(t), map[string]string{"a": daemontest.Weekly(1, "")})
	p := s.Launch(program, s.GitHub.URL(), "serve")
	p.Until(t, "a is drafted", func() bool { return len(p.Runs("a")) == 1 })
	s.Write("b", daemontest.Weekly(1, ""))
	p.Signal(syscall.SIGHUP)
	p.Until(t, "b is drafted", func() bool { return len(p.Runs("b")) == 1 })
	p.Stop()
	if got := p.Runs("a"); !slices.Equal(got, []string{"created 1"}) {
		t.Errorf("runs %v: a was drafted again", got)
	}
}

// mostMemory is what an idle daemon may take, in KiB.
const mostMemory = 48 << 10

func TestServeTakesLittleMemoryWhenIdle(t *testing.T) {
	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("no /proc")
	}
	program := daemontest.Build(t, ".")
	for _, digests := range []int{1, 50} {
		configs := make(map[string]string)
		for i := range digests {
			configs[fmt.Sprintf("digest%02d", i)] = daemontest.Weekly(1, "")
		}
		s := daemontest.NewSite(t, daemontest.NewGitHub(t), configs)
		p := s.Launch(program, s.GitHub.URL(), "serve", "--workers", "8")
		p.Until(t, "all are drafted", func() bool { return len(p.Lines("run")) == digests })
		if got := resident(t, p.PID()); got > mostMemory {
			t.Errorf("%d digests: %d KiB, want at most %d", digests, got, mostMemory)
		} else {
			t.Logf("%d digests: %d KiB", digests, got)
		}
		p.Stop()
	}
}

// resident is the memory of a process that is in use, in KiB.
func resident(t *testing.T, pid int) (kib int) {
	t.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if n, err := fmt.Sscanf(line, "VmRSS: %d kB", &kib); n == 1 && err == nil {
			return kib
		}
	}
	t.Fatalf("no VmRSS in %s", data)
	return 0
}
