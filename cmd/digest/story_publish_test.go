package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/community-digest/digest/internal/githubtest"
)

// The repository in which the stories publish.
const home = "istio/istio"

// checkout writes the files of a branch into a folder, which is made anew: checkout
// digest/0001 branch.
func checkout(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: checkout branch folder")
	}
	commits := server(ts).Branch(home, args[0])
	if commits == nil {
		ts.Fatalf("branch %s not found", args[0])
	}
	dir := ts.MkAbs(args[1])
	ts.Check(os.RemoveAll(dir))
	for _, name := range slices.Sorted(maps.Keys(commits[0].Files)) {
		file := filepath.Join(dir, filepath.FromSlash(name))
		ts.Check(os.MkdirAll(filepath.Dir(file), 0o755))
		ts.Check(os.WriteFile(file, []byte(commits[0].Files[name]), 0o644))
	}
}

// push commits the files of a folder to a branch, as an editor would, and creates it if it is missing: push digest/0001 folder.
func push(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: push branch folder")
	}
	files := make(map[string]string)
	root := ts.MkAbs(args[1])
	ts.Check(filepath.WalkDir(root, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		rel, _ := filepath.Rel(root, name)
		files[filepath.ToSlash(rel)] = string(data)
		return err
	}))
	if server(ts).Branch(home, args[0]) == nil {
		server(ts).CreateBranch(home, args[0])
	}
	server(ts).Push(home, args[0], "Edit the draft", files)
}

// commits checks how many commits a branch has: commits digest/0001 2.
func commits(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: commits branch number")
	}
	if n := len(server(ts).Branch(home, args[0])); fmt.Sprint(n) != args[1] {
		ts.Fatalf("%s has %d commits", args[0], n)
	}
}

// pulls checks the pull requests, a line each in the order of their creation: pulls
// 'open draft digest/0001 -> main: Weekly 1'.
func pulls(ts *testscript.TestScript, _ bool, args []string) {
	var got []string
	for _, p := range server(ts).Pulls(home) {
		state := p.State
		if p.Draft {
			state += " draft"
		}
		got = append(got, fmt.Sprintf("%s %s -> %s: %s", state, p.Head, p.Base, p.Title))
	}
	if g, w := strings.Join(got, "\n"), strings.Join(args, "\n"); g != w {
		ts.Fatalf("pull requests:\n%s\nwant:\n%s", g, w)
	}
}

// pullBody writes the description of the last pull request into a file: pullbody body.md.
func pullBody(ts *testscript.TestScript, _ bool, args []string) {
	all := server(ts).Pulls(home)
	if len(args) != 1 || len(all) == 0 {
		ts.Fatalf("usage: pullbody file; there are %d pull requests", len(all))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(all[len(all)-1].Body), 0o644))
}

// pull does to the last pull request what a person does: pull close, pull merge.
func pull(ts *testscript.TestScript, _ bool, args []string) {
	all := server(ts).Pulls(home)
	if len(args) != 1 || len(all) == 0 {
		ts.Fatalf("usage: pull close|merge; there are %d pull requests", len(all))
	}
	last := all[len(all)-1]
	server(ts).EditPull(home, last.Number, func(p *githubtest.Pull) {
		p.State, p.ClosedAt = "closed", time.Now()
		if args[0] == "merge" {
			p.MergedAt = time.Now()
		}
	})
	if args[0] == "merge" {
		server(ts).Push(home, last.Base, "Merge", server(ts).Branch(home, last.Head)[0].Files)
		server(ts).DeleteBranch(home, last.Head)
	}
}
