package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/community-digest/digest/internal/githubtest"
)

var update = flag.Bool("update", false, "rewrite the drafts and outputs that the stories expect")

// TestMain makes the program a command of the stories. Only this binary knows the
// variable that sets its clock.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"digest": func() {
		now, err := time.Parse(time.RFC3339, os.Getenv(nowVariable))
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(99)
		}
		ctx, stop := interruptible(context.Background())
		code := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr, now)
		stop()
		os.Exit(code)
	}})
}

const (
	nowVariable = "TEST_NOW"
	mondayAfter = "2023-12-18T02:00:00Z" // the model week is over in Shanghai, and in UTC
)

// TestStories runs the stories of testdata/scripts. Each begins in a folder that holds
// the files of its archive and, unless the archive has its own, testdata/shared's:
// world.json is what the fake GitHub holds, config.yaml what is asked of it. FILES in a
// configuration becomes the address of the world's files. $EXAMPLES is examples/ of this repository.
func TestStories(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/scripts",
		Setup:               setUp,
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds:                storyCommands,
		Condition: func(cond string) (bool, error) {
			if cond != "root" {
				return false, fmt.Errorf("unknown condition %q", cond)
			}
			return os.Getuid() == 0, nil
		},
	})
}

func setUp(e *testscript.Env) error {
	if err := addShared(e.WorkDir); err != nil {
		return err
	}
	w, err := githubtest.LoadWorld(os.DirFS(e.WorkDir), "world.json")
	if err != nil {
		return err
	}
	srv := githubtest.NewServer(e.T().(testing.TB), w)
	e.Values[serverKey{}] = srv
	e.Setenv(nowVariable, mondayAfter)
	e.Setenv("GITHUB_API_URL", srv.APIURL())
	e.Setenv("GITHUB_GRAPHQL_URL", srv.GraphQLURL())
	e.Setenv("GITHUB_TOKEN", githubtest.Token)
	e.Setenv("GORACE", "atexit_sleep_ms=0") // the race detector sleeps a second at the end of every program otherwise
	e.Setenv("NEWLINE", "\n")
	examples, err := filepath.Abs("../../examples")
	if err != nil {
		return err
	}
	e.Setenv("EXAMPLES", examples)
	e.Setenv("FILES", srv.FileURL(""))
	return fillIn(e.WorkDir, srv)
}

// serverKey is where a story finds its fake GitHub.
type serverKey struct{}

func server(ts *testscript.TestScript) *githubtest.Server {
	return ts.Value(serverKey{}).(*githubtest.Server)
}

// addShared copies the shared files that the story does not bring itself.
func addShared(dir string) error {
	shared, err := filepath.Glob("testdata/shared/*")
	if err != nil || len(shared) == 0 {
		return fmt.Errorf("no shared files: %v", err)
	}
	for _, name := range shared {
		to := filepath.Join(dir, filepath.Base(name))
		if _, err := os.Stat(to); err == nil {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(to, data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// fillIn writes the address of the world's files into the configurations.
func fillIn(dir string, srv *githubtest.Server) error {
	names, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return err
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		text := strings.ReplaceAll(string(data), "FILES/", srv.FileURL(""))
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
