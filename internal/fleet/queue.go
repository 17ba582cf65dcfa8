package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"github.com/community-digest/digest/internal/schedule"
)

// Config is what a queue needs. All of it is required.
type Config struct {
	schedule.Work
	// Looked is called when any process of the fleet found nothing missing of a digest.
	Looked      func(digest string, at time.Time)
	Workers     int           // drafts at the same time in this process
	CatchUp     int           // editions of a digest to draft after one slot, at most
	Timeout     time.Duration // of one draft
	StopTimeout time.Duration // how long drafts may go on after the queue was stopped
	Log         *slog.Logger
}

// Queue is this process's part in the fleet.
type Queue struct {
	schedule.Work
	looked      func(digest string, at time.Time)
	catchUp     int
	stopTimeout time.Duration
	log         *slog.Logger
	pool        *pgxpool.Pool
	client      *river.Client[pgx.Tx]

	mu      sync.Mutex
	digests map[string]schedule.Digest
}

// Address checks the address of a database. Its error quotes nothing of it: there may be a
// password in it.
func Address(text string) (*pgxpool.Config, error) {
	if !strings.HasPrefix(text, "postgres://") {
		return nil, errors.New("want postgres://USER@HOST/DATABASE")
	}
	c, err := pgxpool.ParseConfig(text)
	if err != nil {
		return nil, errors.New("malformed address, want postgres://USER@HOST/DATABASE")
	}
	return c, nil
}

// RescueAfter is when a job whose process was killed is taken over: half as long again as a
// draft may take. River looks every half minute.
func RescueAfter(timeout time.Duration) time.Duration { return timeout + timeout/2 }

// Open connects to the database and creates River's tables or brings them up to date.
func Open(ctx context.Context, database *pgxpool.Config, c Config) (*Queue, error) {
	q := &Queue{Work: c.Work, looked: c.Looked, catchUp: c.CatchUp, stopTimeout: c.StopTimeout, log: c.Log}
	var err error
	if q.pool, err = pgxpool.NewWithConfig(ctx, database); err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, &worker{queue: q})
	driver, quiet := riverpgxv5.New(q.pool), slog.New(warnings{c.Log.Handler()})
	if err := migrate(ctx, driver, quiet); err != nil {
		q.pool.Close()
		return nil, fmt.Errorf("prepare the database: %w", err)
	}
	q.client, err = river.NewClient(driver, &river.Config{
		Workers:              workers,
		Queues:               map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: c.Workers}},
		JobTimeout:           c.Timeout,
		RescueStuckJobsAfter: RescueAfter(c.Timeout),
		ErrorHandler:         panics{c.Log},
		Logger:               quiet,
	})
	if err != nil {
		q.pool.Close()
		return nil, fmt.Errorf("prepare the queue: %w", err)
	}
	return q, nil
}

// migrate applies River's migrations. Processes that start together may collide: as long as
// another one got further, it is worth trying again.
func migrate(ctx context.Context, driver *riverpgxv5.Driver, log *slog.Logger) error {
	m, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: log})
	if err != nil {
		return err
	}
	for {
		before, err := m.ExistingVersions(ctx)
		if err != nil {
			return err
		}
		if len(before) == len(m.AllVersions()) {
			return nil
		}
		_, failure := m.Migrate(ctx, rivermigrate.DirectionUp, nil)
		if failure == nil {
			return nil
		}
		if after, err := m.ExistingVersions(ctx); err != nil || len(after) == len(before) {
			return failure
		}
	}
}

// Close closes the connections to the database.
func (q *Queue) Close() { q.pool.Close() }

// grace is how long a cancelled draft may take to return.
const grace = 10 * time.Second

// Run works until ctx ends. Each list of digests that it receives replaces the one before; if
// this process leads, their slots count. Drafts under way are waited for, and cancelled after
// the stop timeout: another process goes on with them.
func (q *Queue) Run(ctx context.Context, digests <-chan []schedule.Digest) error {
	select {
	case list := <-digests:
		q.configure(list)
	case <-ctx.Done():
		return nil
	}
	if err := q.client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start the queue: %w", err)
	}
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	var seen time.Time // when the newest job that was looked at finished
	for {
		select {
		case list := <-digests:
			q.configure(list)
		case <-ticker.C:
			var err error
			if seen, err = q.look(ctx, seen); err != nil && ctx.Err() == nil {
				q.log.Warn("finished jobs not listed", "error", err.Error())
			}
		case <-ctx.Done():
			return q.stop(ctx)
		}
	}
}

func (q *Queue) configure(list []schedule.Digest) {
	byName, jobs := make(map[string]schedule.Digest), make([]*river.PeriodicJob, len(list))
	for i, d := range list {
		byName[d.Name], jobs[i] = d, periodic(d)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.digests = byName
	q.client.PeriodicJobs().Clear()
	q.client.PeriodicJobs().AddMany(jobs)
}

func (q *Queue) digest(name string) (schedule.Digest, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	d, ok := q.digests[name]
	return d, ok
}

func (q *Queue) stop(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	soft, cancel := context.WithTimeout(ctx, q.stopTimeout)
	defer cancel()
	err := q.client.Stop(soft)
	if soft.Err() != nil {
		hard, cancel := context.WithTimeout(ctx, grace)
		defer cancel()
		err = q.client.StopAndCancel(hard)
	}
	if err != nil {
		return fmt.Errorf("stop the queue: %w", err)
	}
	return nil
}

// Ready inserts a job and rolls that back: the queue is ready when it takes a write.
func (q *Queue) Ready(ctx context.Context) error {
	err := func() error {
		tx, err := q.pool.Begin(ctx)
		if err != nil {
			return err
		}
		_, err = q.client.InsertTx(ctx, tx, upToDate{}, nil)
		return errors.Join(err, tx.Rollback(context.WithoutCancel(ctx)))
	}()
	if err != nil {
		return errors.New("the database takes no writes") // the error itself may hold its address
	}
	return nil
}

const (
	lookEvery = time.Minute
	mostJobs  = 2000 // to list: more than finish in a minute
)

// look reports the jobs that finished since it looked last, in whichever process: nothing was
// missing of their digests then. It looks a little further back, as rows may appear late.
func (q *Queue) look(ctx context.Context, seen time.Time) (time.Time, error) {
	done, err := q.client.JobList(ctx, river.NewJobListParams().Kinds(upToDate{}.Kind()).States(rivertype.JobStateCompleted).
		OrderBy(river.JobListOrderByFinalizedAt, river.SortOrderDesc).First(mostJobs))
	if err != nil {
		return seen, err
	}
	since := seen.Add(-lookEvery)
	for _, job := range slices.Backward(done.Jobs) { // oldest first: the last one holds
		if job.FinalizedAt.Before(since) {
			continue
		}
		var args upToDate
		if err := json.Unmarshal(job.EncodedArgs, &args); err != nil {
			return seen, fmt.Errorf("read job %d: %w", job.ID, err)
		}
		at := args.Slot
		if job.AttemptedAt.After(at) {
			at = *job.AttemptedAt
		}
		q.looked(args.Digest, at)
		seen = *job.FinalizedAt
	}
	return seen, nil
}

// warnings lets warnings and errors of River through, and nothing else.
type warnings struct{ slog.Handler }

func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}

func (w warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{w.Handler.WithAttrs(attrs)}
}

func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }
