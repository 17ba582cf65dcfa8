// Package daemontest has what the tests of daemons share: a fake GitHub with news in each of the
// last weeks, digests that look for them, and daemons in processes of their own.
package daemontest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/community-digest/digest/internal/githubtest"
)

// Repo is where the digests look and publish.
const Repo = "example/news"

// WeeksAgo is the Monday on which a week began, in UTC, that ended n-1 weeks ago.
func WeeksAgo(n int) time.Time {
	today := time.Now().UTC().Truncate(24 * time.Hour)
	monday := today.AddDate(0, 0, -int(today.Weekday()+6)%7)
	return monday.AddDate(0, 0, -7*n)
}

// NewGitHub returns a fake GitHub of today: a repository with one release in each of the last ten
// weeks, v1.99.0 in the last one.
func NewGitHub(t testing.TB) *githubtest.Server {
	t.Helper()
	repo := &githubtest.Repo{Owner: "example", Name: "news", CanPush: true, Files: map[string]string{"README.md": "News"}}
	for n := range 10 {
		at := WeeksAgo(n + 1).Add(30 * time.Hour)
		repo.Releases = append(repo.Releases, githubtest.Release{TagName: fmt.Sprintf("v1.%d.0", 99-n), Author: "ann", PublishedAt: at})
	}
	return githubtest.NewServer(t, &githubtest.World{Repos: []*githubtest.Repo{repo}})
}

// Weekly is the configuration of a digest whose first edition was so many weeks ago, and whose
// slots are the ends of its weeks. More keys may follow.
func Weekly(weeks int, more string) string {
	return fmt.Sprintf(`title: News
timezone: UTC
first_edition: {number: 1, from: %s}
sources:
  releases:
    - repos: [%s]
editions:
  - language: en
    path: weekly/{{.Number}}.md
schedule:
  cron: "0 0 * * 1"
%s`, WeeksAgo(weeks).Format(time.DateOnly), Repo, more)
}

// Publishing are the keys of a digest that is published under a name of its own.
func Publishing(name string) string {
	return fmt.Sprintf("state: .digest-%[1]s\npublish:\n  repository: %[2]s\n  branch: %[1]s/{{.Number}}\n", name, Repo)
}

// Site is a directory in which a daemon lives: its configurations and its output.
type Site struct {
	T      testing.TB
	GitHub *githubtest.Server
	Env    map[string]string
	dir    string
}

// NewSite returns a site with a configuration for each name.
func NewSite(t testing.TB, srv *githubtest.Server, configs map[string]string) *Site {
	t.Helper()
	s := &Site{T: t, GitHub: srv, dir: t.TempDir(), Env: map[string]string{
		"GITHUB_API_URL": srv.APIURL(), "GITHUB_GRAPHQL_URL": srv.GraphQLURL(), "GITHUB_TOKEN": githubtest.Token,
	}}
	if err := os.Mkdir(s.Path("configs"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range configs {
		s.Write(name, text)
	}
	return s
}

// Path is the path of a file of the site. Configurations are under configs, drafts under out.
func (s *Site) Path(name string) string { return filepath.Join(s.dir, name) }

// Write writes the configuration of a digest.
func (s *Site) Write(name, text string) {
	s.T.Helper()
	if err := os.WriteFile(s.Path("configs/"+name+".yaml"), []byte(text), 0o644); err != nil {
		s.T.Fatal(err)
	}
}

// Files are those in the output directory.
func (s *Site) Files() map[string]string {
	s.T.Helper()
	files := make(map[string]string)
	root := os.DirFS(s.Path("out"))
	err := fs.WalkDir(root, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := fs.ReadFile(root, name)
		files[name] = string(text)
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		s.T.Fatal(err)
	}
	return files
}

// Proposed lists the branches of the pull requests in the order in which they were opened.
func (s *Site) Proposed() (heads []string) {
	for _, p := range s.GitHub.Pulls(Repo) {
		heads = append(heads, p.Head)
	}
	return heads
}

// Writes counts the requests that changed something on GitHub.
func (s *Site) Writes() (n int) {
	for _, r := range s.GitHub.Requests() {
		if r.IsWrite() {
			n++
		}
	}
	return n
}

// Log is the log of a daemon, which is JSON.
type Log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write adds to the log.
func (l *Log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Line is a line of a log, as far as tests look.
type Line struct {
	Msg, Digest, Operation, Period, Error, Address, Draft, Level, Text string

	Edition int
	Until   time.Time
	Ahead   string `json:"github_ahead"`
}

// Lines are those with a message.
func (l *Log) Lines(msg string) (found []Line) {
	for line := range strings.Lines(l.String()) {
		var e Line
		if err := json.Unmarshal([]byte(line), &e); err == nil && e.Msg == msg {
			found = append(found, e)
		}
	}
	return found
}

// Runs lists the runs of a digest that ended, such as "created 1".
func (l *Log) Runs(digest string) (list []string) {
	for _, e := range l.Lines("run") {
		if e.Digest == digest {
			list = append(list, fmt.Sprintf("%s %d", e.Operation, e.Edition))
		}
	}
	return list
}

// Until waits for something that a daemon does.
func (l *Log) Until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("still not: %s\n%s", what, l)
		}
	}
}
