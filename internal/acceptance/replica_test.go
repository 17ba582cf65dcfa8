//go:build acceptance

// Package acceptance runs the built program against a replica of GitHub's API and
// compares the outcome with what the replica's data says. It needs Node.js and the
// replica's folder, so it has a build tag; .ci/run calls it where they are:
//
//	go test -tags acceptance ./internal/acceptance -replica DIR [-hostile DIR]
package acceptance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

var (
	replicaDir = flag.String("replica", "", "folder of the replica of GitHub's API, with its packages installed")
	hostileDir = flag.String("hostile", "", "folder of the checker of hostile text, with its packages installed")
)

// unlimited is the part of a configuration that keeps everything that was collected.
const unlimited = "limits: {per_section: 0, min_people: 0, page: 0}\n"

// binary and fleet are the programs under test.
var binary, fleet string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(func() int {
		if *replicaDir == "" {
			fmt.Fprintln(os.Stderr, "acceptance: -replica names no folder")
			return 2
		}
		dir, err := os.MkdirTemp("", "acceptance")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 2
		}
		defer os.RemoveAll(dir)
		binary, fleet = filepath.Join(dir, "digest"), filepath.Join(dir, "digestd")
		if out, err := exec.Command("go", "build", "-o", dir, "../../cmd/digest", "../../cmd/digestd").CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "build: %v\n%s", err, out)
			return 2
		}
		return m.Run()
	}())
}

// replica is a running replica.
type replica struct {
	t   testing.TB
	url string
}

// start starts a replica of the data and stops it when the test ends.
func start(t testing.TB, data string, args ...string) *replica {
	t.Helper()
	cmd := exec.Command("node", append([]string{"octosim.mjs", "--data", data}, args...)...)
	cmd.Dir = *replicaDir
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // also when the test is killed
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cmd.Process.Kill(); err != nil {
			t.Error(err)
		}
		_ = cmd.Wait() // it was killed, and says so
	})
	var hello struct{ URL string }
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		t.Fatalf("the replica did not start: %v", err)
	}
	if err := json.Unmarshal(line, &hello); err != nil {
		t.Fatalf("the replica said %q: %v", line, err)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return &replica{t, strings.TrimSuffix(hello.URL, "/")}
}

// reset clears the replica's accounts and faults.
func (r *replica) reset() { r.post("/_octosim/reset", `{"state": true}`) }

// faults replaces the fault rules.
func (r *replica) faults(rules string) {
	r.post("/_octosim/faults", `{"seed": 7, "rules": [`+rules+`]}`)
}

func (r *replica) post(path, body string) {
	r.t.Helper()
	resp, err := http.Post(r.url+path, "application/json", strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(resp.Body)
		r.t.Fatalf("%s: %s: %s", path, resp.Status, text)
	}
}

// stats is what the replica counted.
type stats struct {
	Totals struct {
		Requests      int
		GraphQLPoints int `json:"graphqlPoints"`
	}
	Violations []struct {
		Kind, Message string
	}
}

func (r *replica) stats() stats {
	r.t.Helper()
	resp, err := http.Get(r.url + "/_octosim/stats?log=0")
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	var s stats
	if err := json.NewDecoder(resp.Body).Decode(&s); err != nil {
		r.t.Fatal(err)
	}
	return s
}

// checkViolations fails the test when the program did what GitHub would not accept.
// Responses of the replica that break GitHub's own schemas are its affair.
func (r *replica) checkViolations() {
	r.t.Helper()
	for _, v := range r.stats().Violations {
		switch v.Kind {
		case "openapi-response", "openapi-error-response", "octosim-bug":
			r.t.Logf("the replica's own mistake: %s: %s", v.Kind, v.Message)
		default:
			r.t.Errorf("violation %s: %s", v.Kind, v.Message)
		}
	}
}

// outcome is what a run of the program left.
type outcome struct {
	code           int
	stdout, stderr string
	dir            string // the output folder
	took           time.Duration
}

// run runs the program with a configuration. The output folder is new unless the
// arguments name another.
func (r *replica) run(config string, args ...string) outcome {
	r.t.Helper()
	dir := r.t.TempDir()
	file := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(file, []byte(config), 0o644); err != nil {
		r.t.Fatal(err)
	}
	o := outcome{dir: filepath.Join(dir, "out")}
	cmd := exec.CommandContext(r.t.Context(), binary, append([]string{"--config", file, "--output", o.dir}, args...)...)
	cmd.Env = append(os.Environ(), "GITHUB_API_URL="+r.url, "GITHUB_GRAPHQL_URL="+r.url+"/graphql", "GITHUB_TOKEN=octosim-token")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	begin := time.Now()
	err := cmd.Run()
	o.took = time.Since(begin)
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		r.t.Fatal(err)
	}
	o.code, o.stdout, o.stderr = cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()
	return o
}

func (o outcome) read(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(o.dir, name))
	if err != nil {
		t.Fatalf("%v\n%s", err, o.stderr)
	}
	return string(data)
}
