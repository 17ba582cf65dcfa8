// Package postgrestest runs a PostgreSQL of a test's own, on a socket in a directory of its own.
package postgrestest

import (
	"bytes"
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
)

// Cluster is a running PostgreSQL.
type Cluster struct {
	t        testing.TB
	programs string
	dir      string
	owner    *syscall.Credential // PostgreSQL refuses to run as root
}

// Start starts a PostgreSQL that ends with the test. It skips the test where none is installed.
func Start(t testing.TB) *Cluster {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		t.Skip("PostgreSQL is not installed: no /usr/lib/postgresql/*/bin/initdb (apt-get install -y postgresql)")
	}
	slices.Sort(found)
	dir, err := os.MkdirTemp("", "pg") // the name of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	c := &Cluster{t: t, programs: filepath.Dir(found[len(found)-1]), dir: dir}
	if os.Getuid() == 0 {
		c.giveTo("postgres")
	}
	c.run("initdb", "-D", c.data(), "-U", "digest", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	server := c.command("postgres", "-D", c.data(), "-k", dir, "-h", "", "-F", "-c", "max_connections=100")
	var log bytes.Buffer
	server.Stdout, server.Stderr = &log, &log
	server.SysProcAttr.Pdeathsig = syscall.SIGKILL
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Process.Signal(syscall.SIGINT); err != nil {
			t.Error(err)
		}
		_ = server.Wait() // it was asked to end
	})
	for end := time.Now().Add(20 * time.Second); c.command("pg_isready", "-h", dir).Run() != nil; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("PostgreSQL does not start:\n%s", &log)
		}
	}
	return c
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

func (c *Cluster) giveTo(name string) {
	c.t.Helper()
	u, err := user.Lookup(name)
	if err != nil {
		c.t.Skipf("PostgreSQL does not run as root: %v", err)
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	if err1 != nil || err2 != nil || os.Chown(c.dir, uid, gid) != nil {
		c.t.Skipf("PostgreSQL does not run as root, and %s cannot be given the dir", name)
	}
	c.owner = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

func (c *Cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(c.programs, name), args...)
	cmd.Dir = c.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.owner}
	return cmd
}

func (c *Cluster) run(name string, args ...string) string {
	c.t.Helper()
	out, err := c.command(name, args...).CombinedOutput()
	if err != nil {
		c.t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return strings.TrimSpace(string(out))
}

// Address is the address of a database, as digestd --database takes it.
func (c *Cluster) Address() string {
	u := url.URL{Scheme: "postgres", User: url.User("digest"), Path: "/postgres", RawQuery: url.Values{"host": {c.dir}}.Encode()}
	return u.String()
}

// SQL runs a statement and returns its output, a line for each row.
func (c *Cluster) SQL(statement string) string {
	c.t.Helper()
	return c.run("psql", "-h", c.dir, "-U", "digest", "-d", "postgres", "-v", "ON_ERROR_STOP=1", "-qAtc", statement)
}

// Number runs a statement and returns its one number.
func (c *Cluster) Number(statement string) int {
	c.t.Helper()
	n, err := strconv.Atoi(c.SQL(statement))
	if err != nil {
		c.t.Fatalf("%s: %v", statement, err)
	}
	return n
}
