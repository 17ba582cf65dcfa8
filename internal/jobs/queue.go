package jobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"github.com/community-digest/digest/digest"
)

// Digest is a digest as far as its work goes.
type Digest struct {
	Name     string
	Schedule Schedule
}

// Run is one attempt to draft one period of a digest.
type Run struct {
	Digest   string
	Period   digest.Period
	Attempt  int // the first is 1
	Attempts int // how many there are at most
}

// Config says what the work is. Database, Due and Draft are required.
type Config struct {
	// Database is a PostgreSQL address (postgres://…), which any number of processes may
	// share, or the name of an SQLite file.
	Database string

	// Due returns the periods of a digest that are over and have no edition, oldest first.
	// It is asked at every slot, after every draft, and when a process starts that leads.
	Due func(ctx context.Context, digest string) ([]digest.Period, error)

	// Draft drafts a period. It must end soon after its context does. When it was cut off it
	// is called again for the same period, so it must be safe to repeat; two calls for one
	// digest never overlap as long as it heeds its context. What it returns is the Result
	// of the event Done. It runs in several goroutines, for different digests.
	Draft func(ctx context.Context, r Run) (any, error)

	// Tell is called with each event, from several goroutines, and should return soon. It
	// may be nil.
	Tell func(Event)

	// Log gets what River warns of, such as a database that does not answer. Nil is nobody.
	Log *slog.Logger

	CatchUp  int           // drafts of a digest in one round, a slot or a start, at most; 0 is 52
	Workers  int           // drafts at the same time in this process; 0 is 4
	Attempts int           // of a draft, before the next period has its turn; 0 is 12, spread over half a day
	Timeout  time.Duration // of one attempt; 0 is half an hour

	pace pace
}

// pace is what the tests set to be quick.
type pace struct {
	poll    time.Duration           // between two looks for work; 0 is a second
	margin  time.Duration           // from a run's timeout to its rescue; 0 is five minutes
	backoff func(int) time.Duration // nil is backoff
	soon    time.Duration           // until a check asks again; 0 is a second
	grace   time.Duration           // how long cancelled work is waited for; 0 is ten seconds
	hurry   bool                    // River starts its services at once
}

// Queue works on the drafts of some digests. Its methods may be called from several
// goroutines, after Start and before Stop unless they say otherwise.
type Queue struct {
	config Config
	store  store

	mu      sync.Mutex
	digests map[string]bool
}

// Open opens the database and brings its tables up to date. Nothing is worked on before
// [Queue.Start]. Errors name no password.
func Open(ctx context.Context, c Config) (*Queue, error) {
	c.CatchUp = cmp.Or(c.CatchUp, 52)
	c.Workers = cmp.Or(c.Workers, 4)
	c.Attempts = cmp.Or(c.Attempts, 12)
	c.Timeout = cmp.Or(c.Timeout, 30*time.Minute)
	c.pace.poll = cmp.Or(c.pace.poll, time.Second)
	c.pace.margin = cmp.Or(c.pace.margin, 5*time.Minute)
	c.pace.soon = cmp.Or(c.pace.soon, time.Second)
	c.pace.grace = cmp.Or(c.pace.grace, 10*time.Second)
	if c.pace.backoff == nil {
		c.pace.backoff = backoff
	}
	if c.Tell == nil {
		c.Tell = func(Event) {}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	q := &Queue{config: c}
	if err := q.open(ctx); err != nil {
		return nil, fmt.Errorf("open the queue: %w", err)
	}
	return q, nil
}

func (q *Queue) open(ctx context.Context) (err error) {
	if isPostgres(q.config.Database) {
		q.store, err = newPostgres(ctx, q.config.Database, q.config.Log)
	} else {
		q.store, err = newSQLite(q.config.Database)
	}
	if err != nil {
		return err
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, &drafter{queue: q})
	river.AddWorker(workers, &checker{queue: q})
	if err := q.store.open(ctx, q.river(workers)); err != nil {
		return errors.Join(err, q.store.close())
	}
	return nil
}

// keep is how long the database remembers drafts that are over, and with them that they
// must not be done again. It is well beyond what a digest catches up with.
const keep = 400 * 24 * time.Hour

func (q *Queue) river(workers *river.Workers) *river.Config {
	p := q.config.pace
	return &river.Config{
		Workers: workers,
		Queues: map[string]river.QueueConfig{
			draftQueue: {MaxWorkers: q.config.Workers},
			checkQueue: {MaxWorkers: 2},
		},
		JobTimeout:                  q.config.Timeout,
		RescueStuckJobsAfter:        q.config.Timeout + p.margin,
		FetchPollInterval:           p.poll,
		FetchCooldown:               min(p.poll, river.FetchCooldownDefault),
		PollOnly:                    !isPostgres(q.config.Database), // else a file is read twenty times a second
		CompletedJobRetentionPeriod: keep,
		CancelledJobRetentionPeriod: keep,
		DiscardedJobRetentionPeriod: keep,
		TestOnly:                    p.hurry,
		Logger:                      slog.New(quiet{q.config.Log.Handler()}),
	}
}

// Start begins to work for these digests and returns. When ctx is cancelled, the work goes
// on; Stop ends it.
func (q *Queue) Start(ctx context.Context, digests []Digest) error {
	q.Reload(digests)
	if err := q.store.start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start to work: %w", err)
	}
	return nil
}

// Reload replaces the digests and their schedules. All of them are checked soon. What runs
// goes on; drafts in the queue whose digest is gone end as failed.
//
// With several processes, those of the process that leads give the slots. A process leaves
// work for digests that it does not know to others for some minutes, so that all of them
// can be told one after the other.
func (q *Queue) Reload(digests []Digest) {
	periodic, names := make([]*river.PeriodicJob, len(digests)), make(map[string]bool, len(digests))
	for i, d := range digests {
		names[d.Name] = true
		s := &slots{digest: d.Name, schedule: d.Schedule, now: time.Now, last: time.Now()}
		periodic[i] = river.NewPeriodicJob(s, s.check, &river.PeriodicJobOpts{RunOnStart: true})
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.digests = names
	q.store.periodic().Clear()
	q.store.periodic().AddMany(periodic)
}

func (q *Queue) knows(name string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.digests[name]
}

// Stop takes on no more work and lets what runs go on until ctx is done. Then it cancels
// it, which leaves it in the queue for the next start, without costing an attempt. It
// closes the database. If something goes on although it was cancelled, that is an error,
// and the database stays open.
func (q *Queue) Stop(ctx context.Context) error {
	err := q.store.stop(ctx)
	if err != nil && ctx.Err() != nil {
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), q.config.pace.grace)
		defer cancel()
		err = q.store.stopNow(late)
		if errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("stop to work: a draft goes on %s after it was cancelled", q.config.pace.grace)
		}
	}
	if err != nil {
		return fmt.Errorf("stop to work: %w", err)
	}
	if err := q.store.close(); err != nil {
		return fmt.Errorf("close the queue: %w", err)
	}
	return nil
}
