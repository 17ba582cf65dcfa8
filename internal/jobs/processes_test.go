//go:build unix

package jobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"github.com/community-digest/digest/digest"
)

func TestMain(m *testing.M) {
	if address := os.Getenv(workerAddress); address != "" {
		work(address)
		return
	}
	goleak.VerifyTestMain(m)
}

// The environment of a worker, which is this test's program started again.
const (
	workerAddress = "DIGEST_JOBS_WORKER"
	workerDigests = "DIGEST_JOBS_DIGESTS" // how many digests
	workerPeriods = "DIGEST_JOBS_PERIODS" // how many periods each
	workerPause   = "DIGEST_JOBS_PAUSE"   // how long a draft takes at most
	workerTimeout = "DIGEST_JOBS_TIMEOUT" // how long one may take
)

// tables of what workers did. An edition is what a reader sees; a run is that somebody
// began to work on it.
const tables = `
CREATE TABLE run (digest text, period int, pid int, at timestamptz DEFAULT clock_timestamp());
CREATE TABLE edition (number serial, digest text, period int, pid int, PRIMARY KEY (digest, period));
CREATE TABLE overlap (digest text, period int, pid int);`

// worker is a process that drafts into a database of editions.
type worker struct {
	pool    *pgxpool.Pool
	periods []digest.Period
	pause   time.Duration
}

func (w worker) due(ctx context.Context, name string) ([]digest.Period, error) {
	rows, err := w.pool.Query(ctx, "SELECT period FROM edition WHERE digest = $1", name)
	if err != nil {
		return nil, err
	}
	done, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil {
		return nil, err
	}
	var due []digest.Period
	for i, p := range w.periods {
		if !slices.Contains(done, i) {
			due = append(due, p)
		}
	}
	return due, nil
}

// draft makes an edition as publishing does: it is there or not, whoever did it. A lock of
// the session shows whether somebody else works on the same digest; it ends with the process.
func (w worker) draft(ctx context.Context, r Run) (any, error) {
	n := slices.IndexFunc(w.periods, func(p digest.Period) bool { return p.String() == r.Period.String() })
	h := fnv.New32a()
	fmt.Fprint(h, r.Digest, n)
	return nil, w.pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error {
		var alone bool
		if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock(hashtext($1))", r.Digest).Scan(&alone); err != nil {
			return err
		}
		if !alone {
			if _, err := conn.Exec(ctx, "INSERT INTO overlap VALUES ($1, $2, $3)", r.Digest, n, os.Getpid()); err != nil {
				return err
			}
		} else {
			defer conn.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock(hashtext($1))", r.Digest)
		}
		if _, err := conn.Exec(ctx, "INSERT INTO run VALUES ($1, $2, $3)", r.Digest, n, os.Getpid()); err != nil {
			return err
		}
		wait := time.Duration(h.Sum32()) % w.pause
		if w.pause > time.Minute { // for ever
			wait = w.pause
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
		_, err := conn.Exec(ctx, "INSERT INTO edition (digest, period, pid) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", r.Digest, n, os.Getpid())
		return err
	})
}

// work is the main function of a worker. It says when it is ready, and stops on SIGTERM.
func work(address string) {
	if err := runWorker(address); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func runWorker(address string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	digests, err1 := strconv.Atoi(os.Getenv(workerDigests))
	periods, err2 := strconv.Atoi(os.Getenv(workerPeriods))
	pause, err3 := time.ParseDuration(os.Getenv(workerPause))
	timeout, err4 := time.ParseDuration(cmp.Or(os.Getenv(workerTimeout), "8s"))
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return err
	}
	pool, err := pgxpool.New(ctx, address)
	if err != nil {
		return err
	}
	defer pool.Close()
	w := worker{pool: pool, periods: weeks(periods), pause: pause}
	q, err := Open(ctx, Config{
		Database: address, Due: w.due, Draft: w.draft, Timeout: timeout,
		Log:  slog.New(slog.NewTextHandler(os.Stderr, nil)),
		pace: pace{poll: 200 * time.Millisecond, margin: 2 * time.Second, backoff: func(int) time.Duration { return time.Second }, hurry: true},
	})
	if err != nil {
		return err
	}
	var all []Digest
	for i := range digests {
		all = append(all, Digest{fmt.Sprintf("digest%03d", i), never{}})
	}
	if err := q.Start(ctx, all); err != nil {
		return err
	}
	fmt.Println("ready")
	<-ctx.Done()
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return q.Stop(late)
}

// process is a worker as the test sees it.
type process struct {
	cmd *exec.Cmd
	out strings.Builder
}

func newProcess(t *testing.T, address string, digests, periods int, pause time.Duration) *process {
	t.Helper()
	p := &process{cmd: exec.Command(os.Args[0], "-test.run=^$")}
	p.cmd.Env = append(os.Environ(), workerAddress+"="+address, fmt.Sprintf("%s=%d", workerDigests, digests),
		fmt.Sprintf("%s=%d", workerPeriods, periods), workerPause+"="+pause.String())
	p.cmd.Stderr = &p.out
	ready, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if said, err := io.ReadAtLeast(ready, make([]byte, 6), 6); err != nil {
		t.Errorf("the worker is not ready (%d, %v): %s", said, err, p.kill())
	}
	return p
}

// kill ends a worker as the kernel does, and returns what it said.
func (p *process) kill() string {
	p.cmd.Process.Kill() // it may be dead already
	p.cmd.Wait()         // it was killed: that is the error
	return p.out.String()
}

func (p *process) stop(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("the worker does not stop in order: %v\n%s", err, p.out.String())
	}
}

func TestTheLeaderIsKilledInTheMiddleOfADraft(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	conn := c.connect(t)
	if _, err := conn.Exec(t.Context(), tables); err != nil {
		t.Fatal(err)
	}
	leader := newProcess(t, c.address("postgres"), 1, 2, 24*time.Hour) // its draft takes for ever
	until(t, "the draft is begun", 20*time.Second, func() bool { return number(t, conn, "SELECT count(*) FROM run") == 1 })
	led := number(t, conn, "SELECT count(*) FROM river_leader")
	second := newProcess(t, c.address("postgres"), 1, 2, time.Millisecond)
	leader.kill()
	began := time.Now()
	until(t, "another one leads, and both are drafted", 60*time.Second, func() bool { return number(t, conn, "SELECT count(*) FROM edition") == 2 })
	t.Logf("%s after the kill", time.Since(began).Round(time.Second))
	second.stop(t)
	if n := number(t, conn, "SELECT count(*) FROM run WHERE period = 0"); led != 1 || n != 2 {
		t.Errorf("%d led, the period was worked on %d times", led, n)
	}
	if n := number(t, conn, "SELECT count(*) FROM overlap"); n != 0 {
		t.Errorf("%d worked on the same digest", n)
	}
	if n := number(t, conn, "SELECT count(*) FROM river_job WHERE state = 'running'"); n != 0 {
		t.Errorf("%d jobs are left running", n)
	}
}

func TestWhatAKilledProcessLeftIsTakenOverLongBeforeItWouldHaveTakenTooLong(t *testing.T) {
	t.Setenv(workerTimeout, "1h")
	c := newCluster(t)
	conn := c.connect(t)
	if _, err := conn.Exec(t.Context(), tables); err != nil {
		t.Fatal(err)
	}
	first := newProcess(t, c.address("postgres"), 1, 1, 24*time.Hour) // its draft takes for ever
	until(t, "the draft is begun", 20*time.Second, func() bool { return number(t, conn, "SELECT count(*) FROM run") == 1 })
	second := newProcess(t, c.address("postgres"), 1, 1, time.Millisecond)
	time.Sleep(3 * roll) // a process that lives keeps its work
	if n := number(t, conn, "SELECT count(*) FROM river_job WHERE state = 'running' AND attempted_at > now() - interval '5 minutes'"); n != 1 {
		t.Errorf("%d jobs are the first process's while it lives\n%s", n, second.out.String())
	}
	first.kill()
	began := time.Now()
	until(t, "it is drafted", 2*time.Minute, func() bool { return number(t, conn, "SELECT count(*) FROM edition") == 1 })
	t.Logf("%s after the kill", time.Since(began).Round(time.Second))
	second.stop(t)
}

func TestThreeProcessesThatAreKilledAtRandomDraftEverythingOnce(t *testing.T) {
	t.Parallel()
	const digests, periods, processes = 200, 3, 3
	c := newCluster(t)
	conn := c.connect(t)
	if _, err := conn.Exec(t.Context(), tables); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(6, 2023))
	pause := 300 * time.Millisecond
	var all [processes]*process
	for i := range all {
		all[i] = newProcess(t, c.address("postgres"), digests, periods, pause)
	}
	kills := 0
	for end := time.Now().Add(12 * time.Second); time.Now().Before(end); kills++ {
		time.Sleep(time.Duration(random.IntN(2000)) * time.Millisecond)
		i := random.IntN(processes)
		all[i].kill()
		all[i] = newProcess(t, c.address("postgres"), digests, periods, pause)
	}
	during := number(t, conn, "SELECT count(*) FROM edition")
	began := time.Now()
	until(t, "all drafted", 100*time.Second, func() bool { return number(t, conn, "SELECT count(*) FROM edition") == digests*periods })
	runs := number(t, conn, "SELECT count(*) FROM run")
	t.Logf("%d kills, %d editions until the last one, all %s later; %d runs", kills, during, time.Since(began).Round(time.Second), runs)
	for _, p := range all {
		p.stop(t)
	}
	for _, claim := range []struct{ what, query string }{
		{"digests that two worked on", "SELECT count(*) FROM overlap"},
		{"periods that are not in order", "SELECT count(*) FROM edition a JOIN edition b USING (digest) WHERE a.period < b.period AND a.number > b.number"},
		{"drafts that are not over", "SELECT count(*) FROM river_job WHERE kind = 'digest_draft' AND state NOT IN ('completed')"},
		{"periods that were put in the queue again", "SELECT count(*) - count(DISTINCT (args ->> 'digest') || (args -> 'period' ->> 'from')) FROM river_job WHERE kind = 'digest_draft'"},
	} {
		if n := number(t, conn, claim.query); n != 0 {
			t.Errorf("%d %s", n, claim.what)
		}
	}
	if cut := runs - digests*periods; cut > kills*4 { // each had four workers
		t.Errorf("%d runs were repeated, but %d kills cannot cut off more than %d", cut, kills, kills*4)
	}
}
