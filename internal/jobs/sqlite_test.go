package jobs

import (
	"context"
	"database/sql"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riversqlite"
)

// lite is the queue's database.
func (q *Queue) lite(t *testing.T) *database[*riversqlite.Driver, *sql.Tx] {
	t.Helper()
	d, ok := q.store.(*database[*riversqlite.Driver, *sql.Tx])
	if !ok {
		t.Fatal("not SQLite")
	}
	return d
}

func (q *Queue) exec(t *testing.T, statement string) {
	t.Helper()
	if err := q.lite(t).driver.GetExecutor().Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func (q *Queue) insert(t *testing.T, args river.JobArgs, opts *river.InsertOpts) {
	t.Helper()
	if _, err := q.lite(t).client.Insert(t.Context(), args, opts); err != nil {
		t.Fatal(err)
	}
}

// count counts the jobs of which something holds.
func (q *Queue) count(t *testing.T, where string) (n int) {
	t.Helper()
	err := q.lite(t).driver.GetExecutor().QueryRow(t.Context(), "SELECT count(*) FROM river_job WHERE "+where).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func listAll() *river.JobListParams { return river.NewJobListParams().Kinds(draftArgs{}.Kind()) }

func TestTheFileIsForItsOwnerOnlyWhateverItsName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"jobs.db", "week 1? 100%25 #2;.db", "周报.db"} {
		path := filepath.Join(t.TempDir(), name)
		w := newWorld(1, "istio")
		q := start(t, w.config(path), named("istio"))
		until(t, "drafted", long, func() bool { return w.done() == 1 })
		files, err := os.ReadDir(filepath.Dir(path))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			info, err := f.Info()
			if err != nil {
				t.Fatal(err)
			}
			if info.Mode().Perm() != 0o600 || !strings.HasPrefix(f.Name(), name) {
				t.Errorf("%q has the mode %o", f.Name(), info.Mode().Perm())
			}
		}
		if len(files) != 4 { // the lock, and the log and its index: write-ahead logging is on
			t.Errorf("%d files", len(files))
		}
		stop(t, q)
	}
}

func TestOpenSaysWhatIsWrongWithTheDatabase(t *testing.T) {
	t.Parallel()
	noDatabase := filepath.Join(t.TempDir(), "page.md")
	if err := os.WriteFile(noDatabase, []byte(strings.Repeat("# A page\n", 200)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ database, want string }{
		{filepath.Join(t.TempDir(), "no", "such", "folder.db"), "no such file or directory"},
		{t.TempDir(), "unable to open database file"},
		{noDatabase, "file is not a database"},
		{"postgres://digest:s3cret@127.0.0.1:1/digest?connect_timeout=2", "connection refused"},
		{"postgres://digest:s3cret@127.0.0.1:port/digest", "cannot parse"},
		{"postgresql://digest:s3cret@127.0.0.1:1/digest?sslmode=maybe", "sslmode"},
	} {
		_, err := Open(t.Context(), newWorld(0).config(tt.database))
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "open the queue: ") {
			t.Errorf("%s: got %v, want %q in it", tt.database, err, tt.want)
		} else if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: the password is in %q", tt.database, err)
		}
	}
}

func TestRiverIsQuietUnlessSomethingIsWrong(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	log := slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w := newWorld(2, "istio")
	w.draft = func(_ context.Context, r Run) error {
		if r.Attempt == 1 {
			panic("no map")
		}
		return nil
	}
	c := w.config(file(t))
	c.Log = log
	q := start(t, c, []Digest{{"istio", each(time.Second)}})
	until(t, "drafted", long, func() bool { return w.done() == 2 })
	stop(t, q)
	if b.Len() > 0 {
		t.Errorf("it says %s", b.String())
	}
	slog.New(quiet{log.Handler()}.WithAttrs(nil).WithGroup("")).Warn("no answer")
	if !strings.Contains(b.String(), "no answer") {
		t.Error("a warning is lost")
	}
}

// kill leaves a file as a process does that is killed in the middle of a draft.
func kill(t *testing.T, q *Queue) {
	t.Helper()
	if err := q.store.offer(t.Context(), checkArgs{Digest: "istio"}, weeks(1), 100, 3); err != nil {
		t.Fatal(err)
	}
	q.exec(t, "UPDATE river_job SET state = 'running', attempt = 1, attempted_at = datetime('now'), attempted_by = jsonb('[\"dead\"]')")
	q.exec(t, "INSERT INTO river_leader (elected_at, expires_at, leader_id) VALUES (datetime('now'), datetime('now', '+15 seconds'), 'dead')")
}

func TestWhatAKilledProcessLeftIsTakenOverAtOnceByOneThatIsAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(2, "istio")
	c := w.config(file(t))
	c.Timeout = time.Hour
	q := open(t, c)
	kill(t, q)
	stop(t, q)
	q = start(t, c, named("istio"))
	until(t, "all drafted", long, func() bool { return w.done() == 2 }) // and not after an hour
	stop(t, q)
	w.check(t)
	if got := w.told(); got[0] != "done istio 1/2" {
		t.Errorf("told %q", got)
	}
}

func TestNothingIsTakenFromAProcessThatMayBeAlive(t *testing.T) {
	t.Parallel()
	w := newWorld(1, "istio")
	c := w.config(file(t))
	first := open(t, c)
	second := open(t, c)
	kill(t, second)
	stop(t, second)
	second = open(t, c)
	if n := second.count(t, "state = 'running' AND attempted_at > datetime('now', '-1 hour')"); n != 1 {
		t.Error("the job was taken")
	}
	stop(t, second)
	stop(t, first)
	third := open(t, c)
	if n := third.count(t, "attempted_at < datetime('now', '-1 hour')"); n != 1 {
		t.Error("the job was not taken though nobody is there any more")
	}
	stop(t, third)
}
