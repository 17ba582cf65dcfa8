package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/community-digest/digest/internal/githubtest"
)

// storyCommands are what the stories can do beside testscript's own commands.
var storyCommands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"exits":    exits,
	"requests": requests,
	"fail":     fail,
	"world":    world,
	"replace":  replaceText,
	"checkout": checkout,
	"push":     push,
	"commits":  commits,
	"pulls":    pulls,
	"pullbody": pullBody,
	"pull":     pull,
	"gone":     gone,
	"append":   appendText,
	"fifo":     fifo,
	"tree":     tree,
	"nowhere":  nowhere,
	"json":     checkJSON,
}

// exits runs a program that must end with this exit code: exits 3 digest --last-week.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: exits code program [argument...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	if e, ok := errors.AsType[*exec.ExitError](err); ok {
		got = e.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// requests checks how many requests the fake GitHub has had since the last look:
// "requests 0" or, for at least one, "! requests 0".
func requests(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: [!] requests number")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	all := server(ts).Requests()
	seen, _ := strconv.Atoi(ts.Getenv("REQUESTS_SEEN"))
	ts.Setenv("REQUESTS_SEEN", strconv.Itoa(len(all)))
	if got := len(all) - seen; (got == want) == neg {
		ts.Fatalf("%d requests", got)
	}
}

// fail breaks the responses to the requests whose path, or whose GraphQL query, contains a
// text: fail /releases 404. Without a text all requests are met.
//
//	fail text status [header=value...] [body=text]
func fail(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: fail text status [header=value...] [body=text]")
	}
	status, err := strconv.Atoi(args[1])
	ts.Check(err)
	f := githubtest.Fault{Path: args[0], Status: status, Times: -1, Body: `{"message":"as the story wants it"}`, Header: map[string][]string{}}
	for _, a := range args[2:] {
		name, value, _ := strings.Cut(a, "=")
		if name == "body" {
			f.Body = value
			continue
		}
		f.Header[name] = []string{value}
	}
	server(ts).Fail(f)
}

// world replaces what the fake GitHub holds: world later.json.
func world(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: world file")
	}
	file := ts.MkAbs(args[0])
	next, err := githubtest.LoadWorld(os.DirFS(filepath.Dir(file)), filepath.Base(file))
	ts.Check(err)
	server(ts).Update(func(w *githubtest.World) { *w = *next })
}

// gone takes a repository away from the fake GitHub: gone owner/name.
func gone(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: gone owner/name")
	}
	server(ts).Update(func(w *githubtest.World) {
		w.Repos = slices.DeleteFunc(w.Repos, func(r *githubtest.Repo) bool { return r.Owner+"/"+r.Name == args[0] })
	})
}

// appendText adds a line to a file, as an editor would: append draft.md 'a line'.
func appendText(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: append file line")
	}
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_APPEND|os.O_WRONLY, 0)
	ts.Check(err)
	_, err = f.WriteString(args[1] + "\n")
	ts.Check(errors.Join(err, f.Close()))
}

// replaceText changes a text that a file has once, as an editor would: replace
// draft.md 'old' 'new'.
func replaceText(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: replace file old new")
	}
	have := ts.ReadFile(args[0])
	if n := strings.Count(have, args[1]); n != 1 {
		ts.Fatalf("%q is %d times in %s", args[1], n, args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Replace(have, args[1], args[2], 1)), 0o644))
}

func fifo(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(syscall.Mkfifo(ts.MkAbs(args[0]), 0o644))
}

// tree checks the names of all files below a folder: tree out one two/three. No names
// mean that there is none, nor a folder.
func tree(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) == 0 {
		ts.Fatalf("usage: tree folder [file...]")
	}
	root := ts.MkAbs(args[0])
	got := []string{}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && name == root {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		name, err = filepath.Rel(root, name)
		got = append(got, filepath.ToSlash(name))
		return err
	})
	ts.Check(err)
	if g, w := strings.Join(got, " "), strings.Join(args[1:], " "); g != w {
		ts.Fatalf("the files of %s:\n got %s\nwant %s", args[0], g, w)
	}
}

// nowhere checks that a text is in no file below the folder of the story, nor in what
// the last program printed: nowhere $GITHUB_TOKEN.
func nowhere(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 || args[0] == "" {
		ts.Fatalf("usage: nowhere text")
	}
	for _, printed := range []string{"stdout", "stderr"} {
		if strings.Contains(ts.ReadFile(printed), args[0]) {
			ts.Fatalf("%s has it", printed)
		}
	}
	ts.Check(filepath.WalkDir(ts.MkAbs("."), func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(name)
		if err == nil && strings.Contains(string(data), args[0]) {
			ts.Fatalf("%s has it", name)
		}
		return err
	}))
}

// checkJSON checks a value in the JSON of a file or of stdout: json stdout drafts.0.path
// '"content/en/index.md"'. Without a value it only has to be there.
func checkJSON(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: [!] json file key.index.key [value]")
	}
	var value any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &value))
	for key := range strings.SplitSeq(args[1], ".") {
		switch v := value.(type) {
		case map[string]any:
			value = v[key]
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i >= len(v) {
				value = nil
				break
			}
			value = v[i]
		default:
			value = nil
		}
	}
	got, err := json.Marshal(value)
	ts.Check(err)
	found := value != nil
	if len(args) == 3 {
		found = string(got) == args[2]
	}
	if found == neg {
		ts.Fatalf("%s is %s", args[1], got)
	}
}
