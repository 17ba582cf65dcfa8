package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/community-digest/digest/internal/githubtest"
)

// TestTheBuiltProgram builds the program as it is shipped and holds what only a real
// process shows: signals, closed pipes, a bare environment.
func TestTheBuiltProgram(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "digest")
	if out, err := exec.Command("go", "build", "-o", name, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for claim, check := range map[string]func(*testing.T, string){
		"a signal stops the run and leaves nothing half-written":                   stopsBySignal,
		"a reader who goes away does not stop the draft":                           readerGoesAway,
		"a reader of the messages who goes away does not stop the draft":           reporterGoesAway,
		"a full disk behind standard output is a failure":                          fullDisk,
		"what a server sends unasked is printed as a message":                      unaskedServer,
		"neither a terminal nor a home, a locale or zones of a machine are needed": bareEnvironment,
	} {
		t.Run(claim, func(t *testing.T) {
			t.Parallel()
			check(t, name)
		})
	}
}

// process prepares the built program to ask the fake GitHub.
func process(t *testing.T, name string, getenv func(string) string, args ...string) (cmd *exec.Cmd, stderr *bytes.Buffer) {
	t.Helper()
	cmd = exec.CommandContext(t.Context(), name, args...)
	for _, name := range []string{"GITHUB_API_URL", "GITHUB_GRAPHQL_URL", "GITHUB_TOKEN"} {
		cmd.Env = append(cmd.Env, name+"="+getenv(name))
	}
	stderr = new(bytes.Buffer)
	cmd.Stderr = stderr
	cmd.WaitDelay = 10 * time.Second
	return cmd, stderr
}

// unaskedServer runs with a feed whose server sends a response before there is a request,
// which net/http quotes in its log.
func unaskedServer(t *testing.T, name string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(c, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n::error::unasked\n")
			c.Close()
		}
	}()
	dir := t.TempDir()
	config := filepath.Join(dir, "digest.yaml")
	text := "title: Case\ntimezone: UTC\nsources:\n  feeds:\n"
	for i := range 500 { // one in a hundred is quoted
		text += fmt.Sprintf("    - url: http://%s/%d\n", l.Addr(), i)
	}
	if err := os.WriteFile(config, []byte(text+"editions: [{language: en, path: '{{.Number}}.md'}]\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd, stderr := process(t, name, func(string) string { return "" }, "--config", config, "--output", dir, "--from", "2023-12-11", "--to", "2023-12-17")
	if err := cmd.Run(); cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("%v: %s", err, stderr)
	}
	for line := range strings.Lines(stderr.String()) {
		if !strings.HasPrefix(line, "digest: ") {
			t.Errorf("stderr has the line %q", line)
		}
	}
}

func stopsBySignal(t *testing.T, name string) {
	for sig, want := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		srv, getenv, config := fake(t)
		srv.Fail(githubtest.Fault{Times: -1, Delay: time.Minute})
		out := t.TempDir()
		cmd, stderr := process(t, name, getenv, "--config", config, "--output", out, "--from", "2023-12-11", "--to", "2023-12-17")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for len(srv.Requests()) == 0 {
			time.Sleep(time.Millisecond)
		}
		start := time.Now()
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // the exit code is looked at below
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("%v: it took %v to stop", sig, d)
		}
		if got := cmd.ProcessState.ExitCode(); got != want {
			t.Errorf("%v: exit code %d, want %d", sig, got, want)
		}
		if got := stderr.String(); got != "digest: interrupted, nothing was left half-written\n" {
			t.Errorf("%v: stderr %q", sig, got)
		}
		if got := filesBelow(t, out); len(got) > 0 {
			t.Errorf("%v: files %v", sig, got)
		}
	}
}

func readerGoesAway(t *testing.T, name string) {
	_, getenv, config := fake(t)
	for _, tt := range []struct {
		format string
		code   int
		says   string
		files  int
	}{
		{"--format=json", 0, "content/en/weekly/01/index.md: created", 5},
		{"--output=-", 1, "print the draft: ", 0},
	} {
		out := t.TempDir()
		cmd, stderr := process(t, name, getenv, "--config", config, "--week", "2023-W50", tt.format)
		cmd.Dir = out
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		cmd.Stdout = w
		r.Close()
		_ = cmd.Run() // the exit code is looked at below
		w.Close()
		if got := cmd.ProcessState.ExitCode(); got != tt.code || !strings.Contains(stderr.String(), tt.says) {
			t.Errorf("%s: exit code %d, want %d; stderr %q", tt.format, got, tt.code, stderr)
		}
		if got := len(filesBelow(t, out)); got != tt.files {
			t.Errorf("%s: %d files, want %d", tt.format, got, tt.files)
		}
	}
}

func reporterGoesAway(t *testing.T, name string) {
	_, getenv, config := fake(t)
	out := t.TempDir()
	cmd, _ := process(t, name, getenv, "--config", config, "--week", "2023-W50", "--output", out)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = w
	r.Close()
	if err := cmd.Run(); err != nil {
		t.Error(err)
	}
	w.Close()
	if got := len(filesBelow(t, out)); got != 5 {
		t.Errorf("%d files", got)
	}
}

func fullDisk(t *testing.T, name string) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	_, getenv, config := fake(t)
	for _, args := range [][]string{{"version"}, {"--config", config, "--week", "2023-W50", "--output", "-"}, {"demo", "--dry-run", "--format", "json"}} {
		cmd, stderr := process(t, name, getenv, args...)
		cmd.Stdout = full
		_ = cmd.Run() // the exit code is looked at below
		if got := cmd.ProcessState.ExitCode(); got != exitFailed || !strings.Contains(stderr.String(), "no space left") {
			t.Errorf("%v: exit code %d, stderr %q", args, got, stderr)
		}
	}
}

func bareEnvironment(t *testing.T, name string) {
	_, getenv, config := fake(t)
	cmd, stderr := process(t, name, getenv, "--config", config, "--week", "2023-W50", "--output", "-", "--language", "zh-CN")
	cmd.Env = append(cmd.Env, "LANG=C", "LC_ALL=C", "ZONEINFO=/nowhere", "HOME=")
	var stdout bytes.Buffer
	cmd.Stdin, cmd.Stdout = nil, io.Writer(&stdout)
	if err := cmd.Run(); err != nil || !strings.Contains(stdout.String(), "这是第 1 期，覆盖 2023 年 12 月 11 日到 17 日。") {
		t.Errorf("%v, stderr %q, stdout %q", err, stderr, &stdout)
	}
}
