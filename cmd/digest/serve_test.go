package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/community-digest/digest/internal/githubtest"
)

// news is where the digests of these tests look and publish.
const news = "example/news"

// weeksAgo is the Monday on which a week began, in UTC, that is over since n-1 weeks.
func weeksAgo(n int) time.Time {
	today := time.Now().UTC().Truncate(24 * time.Hour)
	monday := today.AddDate(0, 0, -int(today.Weekday()+6)%7)
	return monday.AddDate(0, 0, -7*n)
}

// newsroom is a fake GitHub of today: a repository with a release in each of the last weeks.
func newsroom(t *testing.T) *githubtest.Server {
	t.Helper()
	repo := &githubtest.Repo{Owner: "example", Name: "news", CanPush: true, Files: map[string]string{"README.md": "News"}}
	for n := range 10 {
		at := weeksAgo(n + 1).Add(30 * time.Hour)
		repo.Releases = append(repo.Releases, githubtest.Release{TagName: fmt.Sprintf("v1.%d.0", 100-n), Author: "ann", PublishedAt: at})
	}
	return githubtest.NewServer(t, &githubtest.World{Repos: []*githubtest.Repo{repo}})
}

// weekly is the configuration of a digest whose first edition was so many weeks ago, each
// of which has its slot at its very end.
func weekly(weeks int, more string) string {
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
%s`, weeksAgo(weeks).Format(time.DateOnly), news, more)
}

// publishing is the section of a digest that publishes under a name of its own.
func publishing(name string) string {
	return fmt.Sprintf("state: .digest-%s\npublish:\n  repository: %s\n  branch: %s/{{.Number}}\n", name, news, name)
}

// site is a folder in which a daemon lives: its configurations, its database, its output.
type site struct {
	t   *testing.T
	srv *githubtest.Server
	dir string
}

func newSite(t *testing.T, srv *githubtest.Server, configs map[string]string) *site {
	t.Helper()
	s := &site{t, srv, t.TempDir()}
	if err := os.Mkdir(s.path("configs"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range configs {
		s.write(name, text)
	}
	return s
}

func (s *site) path(name string) string { return filepath.Join(s.dir, name) }

func (s *site) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.path("configs"), name+".yaml"), []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) args(more ...string) []string {
	return append([]string{
		"serve", "--config", s.path("configs"), "--output", s.path("out"), "--database", s.path("digest.db"), "--listen", "127.0.0.1:0",
	}, more...)
}

func (s *site) getenv(name string) string {
	return map[string]string{
		"GITHUB_API_URL": s.srv.APIURL(), "GITHUB_GRAPHQL_URL": s.srv.GraphQLURL(), "GITHUB_TOKEN": githubtest.Token,
	}[name]
}

// journal is the log of a daemon.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// entry is a line of the log, as far as the tests look.
type entry struct {
	Msg, Digest, Operation, Period, Error, Address, Draft, Level string
	Edition                                                      int
	Until                                                        time.Time
}

// lines are those with a message.
func (j *journal) lines(t *testing.T, msg string) (found []entry) {
	t.Helper()
	for line := range strings.Lines(j.String()) {
		var e entry
		if err := json.Unmarshal([]byte(line), &e); err == nil && e.Msg == msg {
			found = append(found, e)
		}
	}
	return found
}

// runs lists the runs of a digest that ended, such as "created 1".
func (j *journal) runs(t *testing.T, digest string) (list []string) {
	t.Helper()
	for _, e := range j.lines(t, "run") {
		if e.Digest == digest {
			list = append(list, fmt.Sprintf("%s %d", e.Operation, e.Edition))
		}
	}
	return list
}

// until waits for something that a daemon does. River looks for work once in a second.
func until(t *testing.T, j *journal, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(40 * time.Second); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("still not: %s\n%s", what, j)
		}
	}
}

// awake skips a test that is to be short: a daemon takes seconds to begin, and does nothing
// meanwhile.
func awake(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("daemons take their time")
	}
}

// running is a daemon in this process.
type running struct {
	*journal
	t      *testing.T
	cancel context.CancelCauseFunc
	code   chan int
}

func (s *site) start(more ...string) *running {
	s.t.Helper()
	awake(s.t)
	ctx, cancel := context.WithCancelCause(s.t.Context())
	r := &running{new(journal), s.t, cancel, make(chan int, 1)}
	go func() { r.code <- run(ctx, s.args(more...), s.getenv, io.Discard, r.journal, time.Now()) }()
	until(s.t, r.journal, "serving", func() bool {
		select {
		case code := <-r.code:
			s.t.Fatalf("it ended at once with %d\n%s", code, r)
		default:
		}
		return r.address() != ""
	})
	return r
}

func (j *journal) address() string {
	for line := range strings.Lines(j.String()) {
		var e entry
		if err := json.Unmarshal([]byte(line), &e); err == nil && e.Msg == "serving" {
			return "http://" + e.Address
		}
	}
	return ""
}

// stop ends it as SIGTERM does.
func (r *running) stop() {
	r.t.Helper()
	r.cancel(interruption{syscall.SIGTERM})
	select {
	case code := <-r.code:
		if code != exitOK {
			r.t.Errorf("exit code %d\n%s", code, r)
		}
	case <-time.After(20 * time.Second):
		r.t.Fatalf("it does not stop\n%s", r)
	}
}

// get asks the status page's server.
func (r *running) get(path string) (int, string) {
	r.t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get(r.address() + path)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// proposed lists the pull requests by their branches, in the order in which they were opened.
func proposed(srv *githubtest.Server) (heads []string) {
	for _, p := range srv.Pulls(news) {
		heads = append(heads, p.Head)
	}
	return heads
}

func writes(srv *githubtest.Server) (n int) {
	for _, r := range srv.Requests() {
		if r.IsWrite() {
			n++
		}
	}
	return n
}

func TestServeDraftsEachMissedEditionOnceAndInOrder(t *testing.T) {
	srv := newsroom(t)
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	s := newSite(t, srv, map[string]string{"files": weekly(3, ""), "pulls": weekly(3, publishing("pulls"))})

	d := s.start()
	until(t, d.journal, "three editions each", func() bool { return len(d.lines(t, "run")) >= 6 })
	for _, digest := range []string{"files", "pulls"} {
		if got, want := d.runs(t, digest), []string{"created 1", "created 2", "created 3"}; !slices.Equal(got, want) {
			t.Errorf("%s: runs %v, want %v", digest, got, want)
		}
	}
	if got, want := proposed(srv), []string{"pulls/1", "pulls/2", "pulls/3"}; !slices.Equal(got, want) {
		t.Errorf("pull requests %v, want %v", got, want)
	}
	if e := d.lines(t, "run")[5]; e.Draft == "" || e.Period == "" || e.Error != "" {
		t.Errorf("the log does not tell of the draft: %+v", e)
	}
	checkTold(t, d)
	d.stop()
	before, sent := filesBelow(t, s.path("out")), writes(srv)
	for n := range 3 {
		if text := before[fmt.Sprintf("files/weekly/%d.md", n+1)]; !strings.Contains(text, fmt.Sprintf("v1.%d.0", 98+n)) {
			t.Errorf("edition %d is not about its week:\n%s", n+1, text)
		}
	}
	if len(before) != 9 {
		t.Errorf("%d files, want 9", len(before))
	}

	for _, lost := range []bool{false, true} {
		if lost { // what is drafted shows in the folder and in the repository, too
			for _, name := range []string{"digest.db", "digest.db-wal", "digest.db-shm"} {
				os.Remove(s.path(name)) // the last process may have removed some of them
			}
		}
		asked := len(srv.Requests())
		d = s.start()
		until(t, d.journal, "it has looked", func() bool { return len(srv.Requests()) > asked })
		time.Sleep(1500 * time.Millisecond) // a run would begin within a second
		d.stop()
		if got := d.lines(t, "run"); len(got) > 0 || writes(srv) != sent {
			t.Errorf("after a restart (database lost: %t): runs %+v, %d writes", lost, got, writes(srv)-sent)
		}
	}
}

// checkTold looks at all that a daemon tells about itself.
func checkTold(t *testing.T, d *running) {
	t.Helper()
	for path, want := range map[string][]string{
		"/healthz": {"ok"},
		"/readyz":  {"ready"},
		"/metrics": {`digest_runs_total{digest="pulls",result="created"} 3`, `digest_run_failures_total{digest="files"} 0`,
			`digest_last_success_timestamp_seconds{digest="files"}`, `digest_next_run_timestamp_seconds{digest="pulls"}`, "digest_github_requests_total"},
		"/": {"files", "pulls", "http", "created"},
	} {
		code, body := d.get(path)
		if code != http.StatusOK {
			t.Errorf("%s: %d %s", path, code, body)
		}
		for _, text := range want {
			if !strings.Contains(body, text) {
				t.Errorf("%s lacks %q:\n%s", path, text, body)
			}
		}
	}
}

func TestServeRefusesWhatItCannotServe(t *testing.T) {
	t.Parallel()
	srv := newsroom(t)
	for claim, tt := range map[string]struct {
		configs map[string]string
		args    []string
		env     map[string]string
		want    string
	}{
		"an empty folder":                         {args: nil, want: "there is no *.yaml in this folder"},
		"no schedule":                             {configs: map[string]string{"a": strings.Replace(weekly(1, ""), `cron: "0 0 * * 1"`, "", 1)}, want: "set schedule.cron"},
		"a schedule that never comes":             {configs: map[string]string{"a": strings.Replace(weekly(1, ""), "0 0 * * 1", "0 0 30 2 *", 1)}, want: "never comes"},
		"one of two is wrong":                     {configs: map[string]string{"a": weekly(1, ""), "b": weekly(1, "titel: x\n")}, want: "titel"},
		"no such file":                            {args: []string{"--config", "/nowhere/weekly.yaml"}, configs: map[string]string{"a": weekly(1, "")}, want: "there is no configuration"},
		"two of one name":                         {args: []string{"--config", "SITE/configs/a.yaml"}, configs: map[string]string{"a": weekly(1, "")}, want: "have the same name"},
		"no workers":                              {args: []string{"--workers", "0"}, configs: map[string]string{"a": weekly(1, "")}, want: "--workers 0"},
		"to catch up with nothing":                {args: []string{"--catch-up", "0"}, configs: map[string]string{"a": weekly(1, "")}, want: "--catch-up 0"},
		"a webhook that is nowhere":               {args: []string{"--webhook-env", "HOOK"}, configs: map[string]string{"a": weekly(1, "")}, want: "HOOK"},
		"publishing nowhere":                      {configs: map[string]string{"a": weekly(1, "publish: {draft: true}\n")}, want: "no repository to publish to"},
		"two digests that share their editions":   {configs: map[string]string{"a": weekly(1, "publish: {repository: example/news, branch: 'a/{{.Number}}'}\n"), "b": weekly(1, "publish: {repository: Example/News, branch: 'b/{{.Number}}'}\n")}, want: "have the same state .digest"},
		"two digests that share their branches":   {configs: map[string]string{"a": weekly(1, "state: .a\npublish: {repository: example/news}\n"), "b": weekly(1, "state: .b\npublish: {repository: example/news}\n")}, want: "have the same publish.branch digest/0001"},
		"a token is wanted where it is published": {configs: map[string]string{"a": weekly(1, publishing("a"))}, env: map[string]string{"GITHUB_TOKEN": ""}, want: "publishing requires a token"},
	} {
		t.Run(claim, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, srv, tt.configs)
			args := s.args()
			for _, a := range tt.args {
				args = append(args, strings.Replace(a, "SITE", s.dir, 1))
			}
			getenv := func(name string) string {
				if v, ok := tt.env[name]; ok {
					return v
				}
				return s.getenv(name)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			want := exitUsage
			if tt.env != nil {
				want = exitUnauthorised
			}
			var stderr bytes.Buffer
			if code := run(ctx, args, getenv, io.Discard, &stderr, time.Now()); code != want || !strings.Contains(stderr.String(), tt.want) {
				t.Errorf("exit code %d, want %d; stderr %q", code, want, &stderr)
			}
			if _, err := os.Stat(s.path("digest.db")); !os.IsNotExist(err) {
				t.Errorf("the database was opened: %v", err)
			}
		})
	}
	t.Cleanup(func() {
		if n := len(srv.Requests()); n > 0 {
			t.Errorf("%d requests were sent", n)
		}
	})
}

// What is due of a digest that publishes is asked of GitHub, too.
func TestServePutsARunOffUntilTheRateLimitIsLifted(t *testing.T) {
	t.Parallel()
	srv := newsroom(t)
	s := newSite(t, srv, map[string]string{"files": weekly(2, ""), "pulls": weekly(2, publishing("pulls"))})
	reset := time.Now().Add(time.Hour).Truncate(time.Second)
	srv.Fail(githubtest.Fault{Path: "/graphql", Times: -1, Status: http.StatusForbidden, Header: http.Header{
		"X-RateLimit-Limit": {"5000"}, "X-RateLimit-Remaining": {"0"}, "X-RateLimit-Resource": {"graphql"}, "X-RateLimit-Reset": {fmt.Sprint(reset.Unix())},
	}, Body: `{"message": "API rate limit exceeded"}`})
	d := s.start()
	until(t, d.journal, "both are put off", func() bool { return len(d.lines(t, "put off")) == 2 })
	asked := len(srv.Requests())
	for _, e := range d.lines(t, "put off") {
		if (e.Digest == "files") != (e.Period != "") || e.Until.Before(reset) || e.Until.After(reset.Add(time.Minute)) || !strings.Contains(e.Error, "limit") {
			t.Errorf("%+v, want until %s", e, reset)
		}
	}
	time.Sleep(1500 * time.Millisecond)
	if n := len(srv.Requests()); n != asked || len(d.lines(t, "put off")) != 2 {
		t.Errorf("%d requests while the limit holds\n%s", n-asked, d)
	}
	_, metrics := d.get("/metrics")
	for _, name := range []string{"files", "pulls"} {
		if !strings.Contains(metrics, fmt.Sprintf("digest_run_failures_total{digest=%q} 0", name)) {
			t.Errorf("%s: it counts as a failure", name)
		}
	}
	d.stop()
	if found, err := filepath.Glob(s.path("out/*/*/*")); err != nil || len(found) > 0 || writes(srv) > 0 {
		t.Errorf("something is half-written: %v %v, %d writes", found, err, writes(srv))
	}
}
