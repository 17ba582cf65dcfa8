package actiontest

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
)

// root is where the project's files are.
const root = "../../"

// action is what a runner reads from action.yml.
type action struct {
	Inputs map[string]struct {
		Description string
		Default     string
	}
	Outputs map[string]struct {
		Description string
		Value       string
	}
	Runs struct {
		Using string
		Steps []step
	}
}

type step struct {
	ID    string
	Name  string
	If    string
	Uses  string
	With  map[string]any
	Shell string
	Run   string
	Env   map[string]string
}

func readAction(t *testing.T, dir string) action {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "action.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var a action
	if err := yaml.Unmarshal(data, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// cleanCheckout copies the project without what git ignores into a directory.
func cleanCheckout(t *testing.T) string {
	t.Helper()
	var names []string
	if out, err := exec.Command("git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output(); err == nil {
		names = strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	} else { // not a repository: an archive, which is clean already
		names = slices.DeleteFunc(files(t, root), func(name string) bool { return strings.HasPrefix(name, ".git/") })
	}
	dir := t.TempDir()
	for _, name := range names {
		data, err := os.ReadFile(root + name)
		if errors.Is(err, os.ErrNotExist) {
			continue // deleted, but not committed yet
		}
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, name), string(data))
	}
	return dir
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return string(data)
}

// runner runs the steps of the action in a job.
type runner struct {
	checkout  string // of the action
	workspace string
	temp      string
	token     string            // github.token
	env       map[string]string // what the job has
	only      string            // the one step to run; "" for all
}

// result is what the job gets from the action.
type result struct {
	code    int // of the step that failed, or 0
	outputs map[string]string
	summary string
	log     string
}

// run runs the steps until one fails. It skips those that use another action: Go is installed already.
func (r *runner) run(t *testing.T, inputs map[string]string) result {
	t.Helper()
	a := readAction(t, r.checkout)
	known := map[string]string{
		"github.action_path": r.checkout, "github.token": r.token, "runner.temp": r.temp, "github.workspace": r.workspace,
	}
	for name, in := range a.Inputs {
		known["inputs."+name] = evaluate(t, in.Default, known)
	}
	for name, value := range inputs {
		if _, ok := a.Inputs[name]; !ok {
			t.Fatalf("unknown input %s", name)
		}
		known["inputs."+name] = value
	}
	var log bytes.Buffer
	var res result
	for i, s := range a.Runs.Steps {
		if s.If != "" {
			t.Fatalf("step %d: conditions are not supported", i)
		}
		if s.Uses != "" || res.code != 0 || r.only != "" && r.only != s.ID {
			continue
		}
		files := t.TempDir()
		env := r.environment(files)
		for name, value := range s.Env {
			env = append(env, name+"="+evaluate(t, value, known))
		}
		res.code = r.shell(t, s, env, &log)
		for name, value := range parseOutputs(t, read(t, filepath.Join(files, "output"))) {
			known["steps."+s.ID+".outputs."+name] = value
		}
		res.summary += read(t, filepath.Join(files, "summary"))
		if more := read(t, filepath.Join(files, "env")) + read(t, filepath.Join(files, "path")); more != "" {
			t.Errorf("step %d changes the environment of the job: %q", i, more)
		}
	}
	res.log, res.outputs = log.String(), make(map[string]string)
	for name, out := range a.Outputs {
		if ref := expression.FindStringSubmatch(out.Value); ref != nil && strings.HasPrefix(ref[1], "steps.digest.outputs.") {
			res.outputs[name] = known[ref[1]]
			continue
		}
		t.Errorf("output %s: %q is not an output of the step digest", name, out.Value)
	}
	return res
}

// caches is where Go's caches are on this machine.
var caches = func() (env []string) {
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPATH"} {
		if out, err := exec.Command("go", "env", name).Output(); err == nil {
			env = append(env, name+"="+strings.TrimSpace(string(out)))
		}
	}
	return env
}()

// files lists the files in a workspace.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(dir, name)
			names = append(names, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// environment is that of every step: what the runner sets, and what Go needs to find its caches on this machine.
func (r *runner) environment(files string) []string {
	env := []string{
		"HOME=" + files, "CI=true", "GITHUB_ACTIONS=true", "LANG=C.UTF-8",
		"GITHUB_ACTION_PATH=" + r.checkout, "GITHUB_WORKSPACE=" + r.workspace, "RUNNER_TEMP=" + r.temp,
		"GITHUB_OUTPUT=" + filepath.Join(files, "output"), "GITHUB_STEP_SUMMARY=" + filepath.Join(files, "summary"),
		"GITHUB_ENV=" + filepath.Join(files, "env"), "GITHUB_PATH=" + filepath.Join(files, "path"),
	}
	for _, v := range os.Environ() {
		if strings.HasPrefix(v, "PATH=") || strings.HasPrefix(v, "GO") {
			env = append(env, v)
		}
	}
	env = append(env, caches...)
	for name, value := range r.env {
		env = append(env, name+"="+value)
	}
	return env
}

// shell runs a step as the runner does with "shell: bash".
// https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#exit-codes-and-error-action-preference
func (r *runner) shell(t *testing.T, s step, env []string, log *bytes.Buffer) int {
	t.Helper()
	if s.Shell != "bash" {
		t.Fatalf("step %q: shell %q", s.Name, s.Shell)
	}
	script := filepath.Join(t.TempDir(), "step.sh")
	write(t, script, s.Run)
	cmd := exec.CommandContext(t.Context(), "bash", "--noprofile", "--norc", "-eo", "pipefail", script)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr, cmd.WaitDelay = r.workspace, env, log, log, 10*time.Second
	err := cmd.Run()
	if _, failed := errors.AsType[*exec.ExitError](err); err != nil && !failed {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode()
}

// expression matches the only kind that the action uses: the name of a value.
var expression = regexp.MustCompile(`\$\{\{ ([a-z][a-z0-9_.-]*) \}\}`)

// evaluate replaces expressions by their values, once.
func evaluate(t *testing.T, text string, known map[string]string) string {
	t.Helper()
	return expression.ReplaceAllStringFunc(text, func(e string) string {
		value, ok := known[expression.FindStringSubmatch(e)[1]]
		if !ok {
			t.Fatalf("unknown expression %s", e)
		}
		return value
	})
}

// parseOutputs reads a file of outputs as the runner does: name=value on one line, or
// name<<delimiter up to a line that is the delimiter.
func parseOutputs(t *testing.T, text string) map[string]string {
	t.Helper()
	values := make(map[string]string)
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		equals, heredoc := strings.Index(lines[i], "="), strings.Index(lines[i], "<<")
		switch {
		case lines[i] == "":
		case heredoc >= 0 && (equals < 0 || heredoc < equals):
			name, end, _ := strings.Cut(lines[i], "<<")
			var value []string
			for i++; i < len(lines) && lines[i] != end; i++ {
				value = append(value, lines[i])
			}
			if name == "" || end == "" || i == len(lines) {
				t.Errorf("output %q does not end", name)
			}
			values[name] = strings.Join(value, "\n")
		case equals > 0:
			values[lines[i][:equals]] = lines[i][equals+1:]
		default:
			t.Errorf("malformed line in the outputs: %q", lines[i])
		}
	}
	return values
}

// command matches what a runner takes for a command in a log: "::name::" at the start of a line, blanks aside, and
// "##[name]" anywhere.
var command = regexp.MustCompile(`(?m)^[\s\p{Z}\x{85}\x{feff}]*::([a-zA-Z-]+)|##\[([a-zA-Z-]+)`)

// commands lists the names of the commands in a log.
func commands(log string) []string {
	var names []string
	for _, m := range command.FindAllStringSubmatch(log, -1) {
		names = append(names, m[1]+m[2])
	}
	return names
}

func (r result) String() string {
	return fmt.Sprintf("exit code %d\noutputs %q\nlog:\n%s\nsummary:\n%s", r.code, r.outputs, r.log, r.summary)
}
