package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

type call struct {
	what  []string // "package path.Name", or ".Name" of any value
	homes []string // folders, with a slash at the end, or files
	why   string
}

// calls says what only some files of the program may use; tests may use anything.
var calls = []call{
	{[]string{".Unsafe"}, []string{
		"digest/changes.go",                                                // is the same change in another release?
		"digest/edition.go",                                                // does a label name a package?
		"digest/findings.go",                                               // what is affected and fixed
		"digest/funcs.go",                                                  // unsafeRaw, for templates that compare
		"digest/names.go",                                                  // is a name that of the repository?
		"digest/notes.go",                                                  // counts bytes
		"digest/numbers.go",                                                // counts people
		"digest/stories.go", "digest/announcements.go", "digest/trains.go", // compares versions and names
		"digest/weight.go",       // is a category for announcements?
		"collectors/comments.go", // sorts people
	}, "a text from outside is printed encoded: the raw one is for comparing"},
	{[]string{"os.Getenv", "os.LookupEnv", "os.Environ", "os.ExpandEnv"}, []string{"cmd/digest/main.go", "cmd/digestd/main.go"},
		"the environment is an argument of run"},
	{[]string{"os.Args", "os.Exit", "os.Stdin", "os.Stdout", "os.Stderr"}, []string{"cmd/digest/main.go", "cmd/digestd/main.go", "internal/githubtest/schema/gen/"},
		"only main is a process"},
	{[]string{"time.Now", "time.Since", "time.Until"}, []string{
		"cmd/digest/main.go",            // once, when the program starts
		"cmd/digest/progress.go",        // how long a wait still lasts
		"cmd/digest/serve.go",           // the clock of the daemon
		"internal/github/",              // waits, and compares the server's clock with ours
		"cmd/digestd/main.go",           // the clock of the daemon
		"internal/fleet/",               // whether a slot has passed
		"internal/daemontest/",          // the weeks before today
		"internal/postgrestest/",        // how long PostgreSQL takes to start
		"internal/schedule/loop.go",     // waits for slots
		"internal/githubtest/server.go", // the fake's clock, where its world has none
		"internal/status/sdnotify/",     // how long systemd may take
	}, "the time is an argument"},
	{[]string{"time.Local"}, nil, "the machine's own zone decides nothing"},
	{[]string{"context.Background", "context.TODO"}, []string{"cmd/digest/main.go", "cmd/digestd/main.go"},
		"everything can be interrupted"},
	{[]string{"net/http.DefaultClient", "net/http.Get", "net/http.Head", "net/http.Post", "net/http.PostForm"}, nil,
		"the default client has no limits"},
	{[]string{"fmt.Print", "fmt.Printf", "fmt.Println"}, nil,
		"standard output is an argument of run"},
	{[]string{"math/rand.*", "math/rand/v2.*"}, nil, "the same input gives the same bytes"},
	{[]string{"os.WriteFile", "os.Create", "os.Rename", "os.Remove", "os.RemoveAll"}, []string{"internal/daemontest/", "internal/postgrestest/", "internal/githubtest/schema/gen/", "internal/output/output.go"},
		"files are written under one directory, by internal/output"},
}

func TestCallsStayWhereTheirRowSays(t *testing.T) {
	used := make(map[string]bool)
	for _, name := range sources(t) {
		file, err := parser.ParseFile(token.NewFileSet(), root+name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, what := range selected(file) {
			for _, row := range calls {
				if !slices.ContainsFunc(row.what, func(w string) bool { return matches(w, what) }) {
					continue
				}
				home := slices.IndexFunc(row.homes, func(h string) bool {
					return name == h || strings.HasSuffix(h, "/") && strings.HasPrefix(name, h)
				})
				if home < 0 {
					t.Errorf("%s uses %s: %s", name, what, row.why)
					continue
				}
				used[row.what[0]+" "+row.homes[home]] = true
			}
		}
	}
	for _, row := range calls {
		for _, home := range row.homes {
			if !used[row.what[0]+" "+home] {
				t.Errorf("%s does not use %s any more: take it out of the row", home, row.what)
			}
		}
	}
}

// matches compares what a file uses with what a row names.
func matches(row, what string) bool {
	if pkg, all := strings.CutSuffix(row, ".*"); all {
		return strings.HasPrefix(what, pkg+".")
	}
	return row == what
}

// selected lists what a file uses, each as "package path.Name" and as ".Name".
func selected(file *ast.File) []string {
	paths := make(map[string]string) // name in the file → import path
	for _, spec := range file.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // unreachable: it was parsed
		}
		name := path.Base(p)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		paths[name] = p
	}
	var found []string
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			found = append(found, "."+s.Sel.Name)
			if x, ok := s.X.(*ast.Ident); ok && paths[x.Name] != "" {
				found = append(found, paths[x.Name]+"."+s.Sel.Name)
			}
		}
		return true
	})
	return found
}
