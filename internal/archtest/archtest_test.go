package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/community-digest/digest/"

type arrow struct {
	pkg     string
	imports []string
	why     string
	tests   []string
}

// arrows says which packages of the project a package imports; tests may import what
// the last column adds. A package that is not here is unknown, and that is an error.
var arrows = []arrow{
	{"cmd/digest", []string{"collectors", "digest", "internal/config", "internal/daemon", "internal/edition", "internal/github", "internal/lint", "internal/publish",
		"internal/report", "internal/schedule", "templates"},
		"turns flags into calls and reports into output; nothing imports it", []string{"internal/daemontest", "internal/githubtest", "internal/markdown"}},
	{"cmd/digestd", []string{"internal/daemon", "internal/fleet", "internal/report"}, "wires the daemon to the fleet", []string{"internal/daemontest", "internal/postgrestest"}},
	{"collectors", []string{"digest", "internal/feed", "internal/github", "internal/markdown", "internal/notes"},
		"turns GitHub's and feeds' types into digest's; knows neither configuration nor templates", []string{"internal/githubtest"}},
	{"digest", []string{"internal/markdown"},
		"is what an edition is, without I/O; all arrows point at it", []string{"templates"}},
	{"templates", nil, "is text", nil},

	{"internal/config", []string{"digest", "internal/frontmatter", "internal/schedule"},
		"reads plain values for cmd, and tries the templates and the schedule while it does", []string{"internal/markdown"}},
	{"internal/edition", []string{"collectors", "digest", "internal/config", "internal/frontmatter", "internal/github", "internal/lint", "internal/markdown",
		"internal/merge", "internal/output", "internal/publish", "internal/report", "internal/schedule", "internal/textfile"},
		"is the chain from the configuration to the files, and neither reads flags nor prints", []string{"internal/githubtest"}},
	{"internal/feed", []string{"digest"}, "reads a document of a feed, wherever it comes from", nil},
	{"internal/frontmatter", nil, "finds and writes the head of a page, and knows nothing of editions", nil},
	{"internal/github", nil, "is the way to GitHub, whatever is asked there", []string{"internal/githubtest"}},
	{"internal/daemon", []string{"digest", "internal/config", "internal/edition", "internal/github", "internal/output", "internal/report", "internal/schedule", "internal/status",
		"internal/status/sdnotify", "internal/status/webhook", "templates"},
		"is what serve and digestd have in common; when to draft is a scheduler's decision", []string{"internal/daemontest", "internal/githubtest"}},
	{"internal/fleet", []string{"internal/schedule"}, "keeps work in River; what is due and what drafting means come in as functions", []string{"digest", "internal/postgrestest"}},
	{"internal/lint", []string{"internal/frontmatter", "internal/textfile"}, "checks drafts, and does not know how they are made", []string{"templates"}},
	{"internal/markdown", nil, "makes any text from outside safe", nil},
	{"internal/merge", []string{"internal/frontmatter", "internal/textfile"}, "merges texts, and knows nothing of editions", []string{"digest", "internal/markdown", "templates"}},
	{"internal/notes", []string{"digest", "internal/markdown"}, "reads release notes and announcements, wherever they come from", nil},
	{"internal/output", nil, "writes files whose meaning it does not know", nil},
	{"internal/publish", []string{"digest", "internal/github", "internal/markdown"},
		"puts files on a branch and proposes it; knows neither drafts nor merging", []string{"internal/githubtest"}},
	{"internal/report", []string{"digest", "internal/lint", "internal/markdown", "internal/merge"}, "is what a run says about itself, and decides nothing", nil},
	{"internal/schedule", []string{"digest"}, "says when to run and which periods are due; what drafting means comes in as functions", nil},
	{"internal/textfile", nil, "says whether a text can be worked on", nil},
	{"internal/status", []string{"internal/markdown"}, "reports the state of the daemon, and knows digests by their names", []string{"internal/schedule"}},
	{"internal/status/sdnotify", nil, "speaks to systemd", nil},
	{"internal/status/webhook", nil, "posts a text to an address that stays secret", nil},

	{"internal/githubtest", []string{"internal/githubtest/execute", "internal/githubtest/openapi", "internal/githubtest/schema"},
		"is GitHub as the tests see it, and must not share the client's mistakes", nil},
	{"internal/githubtest/execute", nil, "answers GraphQL from facts", nil},
	{"internal/githubtest/openapi", nil, "holds REST against GitHub's description", nil},
	{"internal/githubtest/schema", []string{"internal/githubtest/openapi"}, "embeds GitHub's descriptions", nil},
	{"internal/githubtest/schema/gen", []string{"internal/githubtest/openapi"}, "cuts them out of the published ones", nil},

	{"internal/daemontest", []string{"internal/githubtest"}, "runs daemons for tests", nil},
	{"internal/postgrestest", nil, "runs a PostgreSQL for tests", nil},
	{"internal/actiontest", nil, "runs the Action as a runner does", []string{"internal/githubtest"}},
	{"internal/archtest", nil, "looks at the files only", []string{"templates"}},
	{"internal/acceptance", nil, "runs the built programs", []string{"digest", "internal/postgrestest"}},
}

// goPackage is what go list prints about a package.
type goPackage struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

// name is the path of the package inside the module.
func (p goPackage) name() string { return strings.TrimPrefix(p.ImportPath, module) }

var list = sync.OnceValues(func() ([]goPackage, error) {
	// With the tag, so that tests that only run on demand are looked at as well.
	out, err := exec.Command("go", "list", "-deps", "-tags", "acceptance integration", "-json=ImportPath,Imports,TestImports,XTestImports", module+"...").Output()
	if err != nil {
		return nil, err
	}
	var packages []goPackage
	dec := json.NewDecoder(bytes.NewReader(out))
	for {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, err
		}
		packages = append(packages, p)
	}
})

// packages returns the packages of the project.
func packages(t *testing.T) []goPackage {
	t.Helper()
	all, err := list()
	ours := slices.DeleteFunc(slices.Clone(all), func(p goPackage) bool { return !strings.HasPrefix(p.ImportPath, module) })
	if err != nil || len(ours) < 10 {
		t.Fatalf("%d packages: %v", len(ours), err)
	}
	return ours
}

func TestPackagesImportWhatTheirRowSays(t *testing.T) {
	known := make(map[string]bool)
	for _, row := range arrows {
		known[row.pkg] = false
		if row.why == "" {
			t.Errorf("%s: no reason", row.pkg)
		}
	}
	for _, p := range packages(t) {
		if _, ok := known[p.name()]; !ok {
			t.Errorf("unknown package %s: decide what it may import and give it a row", p.name())
			continue
		}
		known[p.name()] = true
		row := arrows[slices.IndexFunc(arrows, func(a arrow) bool { return a.pkg == p.name() })]
		allowed := append(slices.Clone(row.imports), p.name())
		check(t, p.name(), p.Imports, allowed, row.why)
		check(t, p.name()+" (tests)", slices.Concat(p.TestImports, p.XTestImports), append(allowed, row.tests...), row.why)
	}
	for name, there := range known {
		if !there {
			t.Errorf("package %s not found: remove its row", name)
		}
	}
}

// check looks at the imports that are packages of the project.
func check(t *testing.T, who string, imports, allowed []string, why string) {
	t.Helper()
	for _, path := range imports {
		if name, ours := strings.CutPrefix(path, module); ours && !slices.Contains(allowed, name) {
			t.Errorf("%s imports %s, but it %s", who, name, why)
		}
	}
}
