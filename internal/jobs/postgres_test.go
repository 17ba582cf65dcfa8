//go:build unix

package jobs

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// cluster is a PostgreSQL of the test's own, on a socket in its own folder.
type cluster struct {
	programs string // the folder of its programs
	folder   string
	server   *exec.Cmd
	log      strings.Builder
	as       *syscall.Credential // initdb and postgres refuse to run as root
}

// newCluster skips the test where PostgreSQL is not installed.
func newCluster(t *testing.T) *cluster {
	t.Helper()
	if testing.Short() {
		t.Skip("PostgreSQL takes a while")
	}
	c := &cluster{programs: programs()}
	if c.programs == "" {
		t.Skip("PostgreSQL is not installed: no initdb in /usr/lib/postgresql/*/bin nor where pg_config says (apt-get install -y postgresql)")
	}
	folder, err := os.MkdirTemp("", "pg") // a socket's name must be short
	if err != nil {
		t.Fatal(err)
	}
	c.folder = folder
	t.Cleanup(func() {
		if err := os.RemoveAll(folder); err != nil {
			t.Error(err)
		}
	})
	if os.Getuid() == 0 {
		c.as = somebody(t)
		if err := os.Chown(folder, int(c.as.Uid), int(c.as.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	initdb := c.command("initdb", "-D", filepath.Join(folder, "data"), "-U", "digest", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	if out, err := initdb.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	c.start(t)
	t.Cleanup(func() { c.stop(t) })
	return c
}

// programs finds the folder of the newest PostgreSQL.
func programs() string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // the pattern is right
	slices.SortFunc(found, func(a, b string) int { return len(a) - len(b) + strings.Compare(a, b) })
	if n := len(found); n > 0 {
		return filepath.Dir(found[n-1])
	}
	out, err := exec.Command("pg_config", "--bindir").Output()
	if err != nil {
		return ""
	}
	folder := strings.TrimSpace(string(out))
	if _, err := os.Stat(filepath.Join(folder, "initdb")); err != nil {
		return ""
	}
	return folder
}

// somebody is the user that the package made, or else nobody.
func somebody(t *testing.T) *syscall.Credential {
	t.Helper()
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			continue
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		}
	}
	t.Skip("PostgreSQL does not run as root, and there is no other user")
	return nil
}

func (c *cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(c.programs, name), args...)
	cmd.Dir = c.folder
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.as}
	return cmd
}

func (c *cluster) start(t *testing.T) {
	t.Helper()
	c.server = c.command("postgres", "-D", filepath.Join(c.folder, "data"), "-k", c.folder, "-h", "", "-F", "-c", "max_connections=80")
	c.server.Stdout, c.server.Stderr = &c.log, &c.log
	if err := c.server.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		conn, err := pgx.Connect(t.Context(), c.address("postgres"))
		if err == nil {
			if err := conn.Close(t.Context()); err != nil {
				t.Error(err)
			}
			return
		}
		if time.Now().After(end) {
			t.Fatalf("PostgreSQL does not start: %v\n%s", err, c.log.String())
		}
	}
}

// stop shuts the server down as a restart does: connections are cut.
func (c *cluster) stop(t *testing.T) {
	t.Helper()
	if err := c.server.Process.Signal(syscall.SIGINT); err != nil {
		t.Errorf("stop PostgreSQL: %v", err)
	}
	if err := c.server.Wait(); err != nil {
		t.Errorf("PostgreSQL: %v\n%s", err, c.log.String())
	}
}

func (c *cluster) address(database string) string {
	u := url.URL{Scheme: "postgres", User: url.User("digest"), Path: "/" + database, RawQuery: url.Values{"host": {c.folder}}.Encode()}
	return u.String()
}

// connect gives a connection of the test's own.
func (c *cluster) connect(t *testing.T) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), c.address("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(t.Context()) })
	return conn
}

// number asks for a number.
func number(t *testing.T, conn *pgx.Conn, query string) (n int) {
	t.Helper()
	if err := conn.QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

func TestPostgreSQLDraftsInOrderToo(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	names := []string{"istio", "kube", "envoy"}
	w := newWorld(3, names...)
	queues := make(chan *Queue)
	for range 3 { // also: three migrate at the same time
		go func() {
			q, err := Open(t.Context(), w.config(c.address("postgres")))
			if err == nil {
				err = q.Start(t.Context(), named(names...))
			}
			if err != nil {
				t.Error(err)
			}
			queues <- q
		}()
	}
	all := []*Queue{<-queues, <-queues, <-queues}
	if slices.Contains(all, nil) {
		t.FailNow()
	}
	until(t, "all drafted", 30*time.Second, func() bool { return w.done() >= 9 })
	time.Sleep(quietFor)
	drafts, err := all[0].Overview(t.Context())
	if err != nil || len(drafts) != 9 || drafts[0].State != Drafted {
		t.Errorf("%v, %v", drafts, err)
	}
	all[0].Reload(named(names...))
	for _, q := range all {
		stop(t, q)
	}
	w.check(t)
	if got := len(w.told(Started)); got != 9 {
		t.Errorf("%d runs started, want 9", got)
	}
	for _, e := range w.told() {
		if !strings.HasPrefix(e, "done ") {
			t.Error(e)
		}
	}
}

func TestADatabaseThatRestartsLosesAndRepeatsNothing(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	var names []string
	for i := range 10 {
		names = append(names, fmt.Sprintf("digest%02d", i))
	}
	w := newWorld(3, names...)
	config := w.config(c.address("postgres"))
	q := start(t, config, named(names...))
	until(t, "some drafted", 20*time.Second, func() bool { return w.done() >= 5 })
	c.stop(t)
	time.Sleep(time.Second)
	c.start(t)
	until(t, "all drafted", 60*time.Second, func() bool { return w.done() >= 30 })
	stop(t, q)
	w.check(t)
}

// A check that found out what is due a while ago meets a draft that ends at that moment.
func TestAPeriodThatIsDraftedWhileTheNextOneIsChosenIsNotChosen(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	conn := c.connect(t)
	q := open(t, newWorld(0).config(c.address("postgres")))
	check := checkArgs{Digest: "istio", Round: time.Unix(1000, 0)}
	if err := q.store.offer(t.Context(), check, weeks(2), 100, 3); err != nil {
		t.Fatal(err)
	}
	exec := func(statement string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	exec("UPDATE river_job SET state = 'running', attempt = 1, attempted_at = now()")
	exec("BEGIN")
	exec("UPDATE river_job SET state = 'completed', finalized_at = now()")
	offered := make(chan error)
	go func() { offered <- q.store.offer(t.Context(), check, weeks(2), 100, 3) }()
	time.Sleep(quietFor) // it waits for the row
	exec("COMMIT")
	if err := <-offered; err != nil {
		t.Fatal(err)
	}
	drafts, err := q.Overview(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range drafts {
		got = append(got, fmt.Sprintf("%s %s", d.Period, d.State))
	}
	if want := []string{"2023-12-11..2023-12-17 drafted", "2023-12-18..2023-12-24 queued"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	stop(t, q)
}
