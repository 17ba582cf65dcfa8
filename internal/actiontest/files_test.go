package actiontest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
)

// workflow is what the tests read of a workflow.
type workflow struct {
	Permissions map[string]string
	Concurrency struct {
		Group  string
		Cancel bool `yaml:"cancel-in-progress"`
	}
	Defaults struct {
		Run struct{ Shell string }
	}
	Jobs map[string]struct {
		Permissions map[string]string
		Timeout     int `yaml:"timeout-minutes"`
		Steps       []step
	}
}

// permissions are all permissions of each workflow's token.
var permissions = map[string]map[string]string{
	"ci.yml":     {"contents": "read"},
	"lint.yml":   {"contents": "read"},
	"weekly.yml": {"contents": "write", "pull-requests": "write"},
}

func workflows(t *testing.T) map[string]workflow {
	t.Helper()
	names, err := filepath.Glob(root + ".github/workflows/*")
	if err != nil || len(names) == 0 {
		t.Fatalf("no workflows: %v", err)
	}
	all := make(map[string]workflow)
	for _, name := range names {
		var w workflow
		if err := yaml.Unmarshal([]byte(read(t, name)), &w); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all[filepath.Base(name)] = w
	}
	return all
}

func TestScriptsHaveNoExpressions(t *testing.T) {
	check := func(where string, s step, shell string) {
		if s.Run == "" {
			return
		}
		if strings.Contains(s.Run, "${{") {
			t.Errorf("%s: an expression in a script: pass it in env", where)
		}
		if shell != "bash" {
			t.Errorf("%s: shell %q", where, shell)
		}
		if strings.Contains(s.Run, "\n") && !strings.HasPrefix(s.Run, "set -euo pipefail\n") {
			t.Errorf("%s: the script continues after a failure", where)
		}
	}
	for _, s := range readAction(t, root).Runs.Steps {
		check("action.yml, "+s.Name, s, s.Shell)
	}
	for name, w := range workflows(t) {
		for job, j := range w.Jobs {
			for _, s := range j.Steps {
				shell := s.Shell
				if shell == "" {
					shell = w.Defaults.Run.Shell
				}
				check(name+", "+job, s, shell)
			}
		}
	}
}

func TestWorkflowsHaveTheLeastPermissions(t *testing.T) {
	all := workflows(t)
	for name := range permissions {
		if _, ok := all[name]; !ok {
			t.Errorf("%s is missing: remove its row", name)
		}
	}
	for name, w := range all {
		if diff := cmp.Diff(permissions[name], w.Permissions); diff != "" {
			t.Errorf("%s: permissions (-want +got):\n%s", name, diff)
		}
		for job, j := range w.Jobs {
			if j.Permissions != nil {
				t.Errorf("%s, %s: own permissions", name, job)
			}
			if j.Timeout == 0 {
				t.Errorf("%s, %s: no timeout-minutes", name, job)
			}
			for _, s := range j.Steps {
				if keep, ok := s.With["persist-credentials"]; strings.HasPrefix(s.Uses, "actions/checkout@") && (!ok || keep != false) {
					t.Errorf("%s, %s: the checkout keeps the token in .git", name, job)
				}
			}
		}
	}
	if c := all["weekly.yml"].Concurrency; c.Group == "" || c.Cancel {
		t.Errorf("weekly.yml: concurrency %+v", c)
	}
}

var (
	uses   = regexp.MustCompile(`(?m)^[ #-]*uses: *(.*)$`)
	pinned = regexp.MustCompile(`^([\w.-]+/[\w.-]+)@([0-9a-f]{40} # v\d+\.\d+\.\d+)$`)
)

// Documents are checked, too: people copy from them.
func TestActionsArePinned(t *testing.T) {
	names, err := filepath.Glob(root + ".github/workflows/*")
	if err != nil {
		t.Fatal(err)
	}
	names = append(names, root+"action.yml", root+"docs/action.md", root+"README.md")
	pins := make(map[string]string)
	for _, name := range names {
		for _, m := range uses.FindAllStringSubmatch(read(t, name), -1) {
			if m[1] == "./" || strings.HasPrefix(m[1], "community-digest/digest@<") {
				continue
			}
			pin := pinned.FindStringSubmatch(m[1])
			if pin == nil {
				t.Errorf("%s: %s: pin it by the 40 digits of a commit, and its version in a comment", name, m[1])
				continue
			}
			if before, ok := pins[pin[1]]; ok && before != pin[2] {
				t.Errorf("%s: %s is %s elsewhere", name, m[1], before)
			}
			pins[pin[1]] = pin[2]
		}
	}
	if len(pins) < 3 {
		t.Errorf("only these pins were found: %v", pins)
	}
}

// Everything uses one version of Go, which GitHub's runners have installed.
func TestJobsUseTheGoVersionOfTheModule(t *testing.T) {
	m := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, root+"go.mod"))
	if m == nil {
		t.Fatal("no version in go.mod")
	}
	n := 0
	check := func(where string, steps []step) {
		for _, s := range steps {
			if strings.HasPrefix(s.Uses, "actions/setup-go@") {
				n++
				if v := s.With["go-version"]; v != m[1]+".x" {
					t.Errorf("%s: Go %v, want %s.x", where, v, m[1])
				}
			}
		}
	}
	check("action.yml", readAction(t, root).Runs.Steps)
	for name, w := range workflows(t) {
		for _, j := range w.Jobs {
			check(name, j.Steps)
		}
	}
	if n != 3 {
		t.Errorf("Go is set up %d times", n)
	}
}

func TestDocumentationListsEveryInputAndOutput(t *testing.T) {
	doc, err := os.ReadFile(root + "docs/action.md")
	if err != nil {
		t.Fatal(err)
	}
	a := readAction(t, root)
	for name, in := range a.Inputs {
		row := "| `" + name + "` |"
		if in.Default != "" && name != "token" {
			row += " `" + in.Default + "` |"
		}
		if !strings.Contains(string(doc), row) {
			t.Errorf("docs/action.md has no row %q", row)
		}
		if in.Description == "" {
			t.Errorf("%s: no description", name)
		}
	}
	for name, out := range a.Outputs {
		if !strings.Contains(string(doc), "| `"+name+"` |") {
			t.Errorf("docs/action.md has no row for %s", name)
		}
		if want := "${{ steps.digest.outputs." + name + " }}"; out.Value != want || out.Description == "" {
			t.Errorf("%s: %q, described as %q", name, out.Value, out.Description)
		}
	}
}
