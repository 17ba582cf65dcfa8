package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"github.com/community-digest/digest/digest"
)

// store is a database with River's tables, and the client that works on it. There are two:
// they differ in the type of a transaction, and so in that of the client.
type store interface {
	// open brings the tables up to date and makes the client.
	open(ctx context.Context, c *river.Config) error
	start(ctx context.Context) error
	stop(ctx context.Context) error
	stopNow(ctx context.Context) error
	periodic() *river.PeriodicJobBundle
	// offer puts the next period of a digest in the queue, unless there is none or a
	// draft of the digest is not over yet.
	offer(ctx context.Context, c checkArgs, due []digest.Period, most, attempts int) error
	// complete ends a draft that succeeded and puts the next check in the queue, both or
	// neither. ctx is that of the draft's worker.
	complete(ctx context.Context, job *river.Job[draftArgs]) error
	// follow puts in the queue the check that goes on when a draft is over.
	follow(ctx context.Context, job *river.Job[draftArgs]) error
	// sweep deletes the checks that are over and older than this one.
	sweep(ctx context.Context, c checkArgs) error
	job(ctx context.Context, id int64) (*rivertype.JobRow, error)
	list(ctx context.Context, p *river.JobListParams) ([]*rivertype.JobRow, error)
	close() error
}

// transaction is what both kinds of transaction come down to.
type transaction[TTx any] struct {
	tx       TTx
	commit   func(context.Context) error
	rollback func(context.Context) error
}

type database[D riverdriver.Driver[TTx], TTx any] struct {
	driver    D
	begin     func(context.Context) (transaction[TTx], error)
	prepare   func(context.Context) error                                    // once the tables are there
	attend    func(ctx context.Context, id string) (leave func(), err error) // nil where nobody else can be there
	leave     func()
	closePool func() error
	client    *river.Client[TTx]
}

func (d *database[D, TTx]) open(ctx context.Context, c *river.Config) error {
	if err := d.driver.GetExecutor().Ping(ctx); err != nil {
		return err
	}
	if err := d.migrate(ctx, c.Logger); err != nil {
		return fmt.Errorf("bring the tables up to date: %w", err)
	}
	if err := d.prepare(ctx); err != nil {
		return err
	}
	client, err := river.NewClient(d.driver, c)
	if err != nil {
		return err
	}
	d.client = client
	return nil
}

// migrate applies what is missing of River's migrations. Each is a transaction, but River
// does not lock out others, so processes that start together collide, and one of them
// fails. As long as somebody got further, it is worth trying again.
func (d *database[D, TTx]) migrate(ctx context.Context, log *slog.Logger) error {
	m, err := rivermigrate.New(d.driver, &rivermigrate.Config{Logger: log})
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

func (d *database[D, TTx]) start(ctx context.Context) (err error) {
	if d.attend != nil {
		if d.leave, err = d.attend(ctx, d.client.ID()); err != nil {
			return err
		}
	}
	return d.client.Start(ctx)
}

func (d *database[D, TTx]) stop(ctx context.Context) error     { return d.client.Stop(ctx) }
func (d *database[D, TTx]) stopNow(ctx context.Context) error  { return d.client.StopAndCancel(ctx) }
func (d *database[D, TTx]) periodic() *river.PeriodicJobBundle { return d.client.PeriodicJobs() }

func (d *database[D, TTx]) close() error {
	if d.leave != nil {
		d.leave()
	}
	return d.closePool()
}

// inTx runs f in a transaction. With SQLite that is the only connection: f must use no other.
func (d *database[D, TTx]) inTx(ctx context.Context, f func(TTx) error) error {
	t, err := d.begin(ctx)
	if err != nil {
		return err
	}
	if err := f(t.tx); err != nil {
		return errors.Join(err, t.rollback(context.WithoutCancel(ctx)))
	}
	return t.commit(ctx)
}

// errStale says that a draft ended while the next one was chosen.
var errStale = errors.New("a draft of this digest ended meanwhile")

func (d *database[D, TTx]) offer(ctx context.Context, c checkArgs, due []digest.Period, most, attempts int) error {
	var err error
	for range 3 {
		err = d.inTx(ctx, func(tx TTx) error { return d.offerTx(ctx, tx, c, due, most, attempts) })
		if !errors.Is(err, errStale) {
			break
		}
	}
	return err
}

// offerTx looks at the drafts again after it inserted one. Until then a draft of the digest
// may end; the insertion shows that there is none, and so the second look sees how the last
// one ended. Otherwise what was drafted a moment ago would be drafted again.
func (d *database[D, TTx]) offerTx(ctx context.Context, tx TTx, c checkArgs, due []digest.Period, most, attempts int) error {
	drafts, err := d.drafts(ctx, tx, c.Digest)
	if err != nil {
		return err
	}
	next, ok := pick(due, drafts, c.Round, most)
	if !ok {
		return nil
	}
	args, opts := newDraft(c.Digest, next, c.Round, attempts)
	inserted, err := d.client.InsertTx(ctx, tx, args, opts)
	if err != nil || inserted.UniqueSkippedAsDuplicate {
		return err
	}
	if drafts, err = d.drafts(ctx, tx, c.Digest); err != nil {
		return err
	}
	if again, ok := pick(due, drafts, c.Round, most); !ok || again != next {
		return errStale
	}
	return nil
}

// drafts are those of a digest that the database knows, in any state.
func (d *database[D, TTx]) drafts(ctx context.Context, tx TTx, name string) ([]past, error) {
	found, err := d.client.JobListTx(ctx, tx, river.NewJobListParams().Kinds(draftArgs{}.Kind()).First(mostListed).
		Where("args ->> 'digest' = @digest", river.NamedArgs{"digest": name}))
	if err != nil {
		return nil, err
	}
	all := make([]past, len(found.Jobs))
	for i, row := range found.Jobs {
		args, err := decode(row)
		if err != nil {
			return nil, err
		}
		all[i] = past{period: args.Period.String(), round: args.Round, state: row.State}
	}
	return all, nil
}

func (d *database[D, TTx]) complete(ctx context.Context, job *river.Job[draftArgs]) error {
	return d.inTx(ctx, func(tx TTx) error {
		row, err := river.JobCompleteTx[D](ctx, tx, job)
		if err != nil {
			return err
		}
		if row.State != rivertype.JobStateCompleted {
			return nil // it was taken from this process, too late: whoever has it goes on
		}
		args, opts := followUp(job.Args.Digest, job.Args.Round, job.ID)
		_, err = d.client.InsertTx(ctx, tx, args, opts)
		return err
	})
}

func (d *database[D, TTx]) follow(ctx context.Context, job *river.Job[draftArgs]) error {
	args, opts := followUp(job.Args.Digest, job.Args.Round, job.ID)
	_, err := d.client.Insert(ctx, args, opts)
	return err
}

func (d *database[D, TTx]) sweep(ctx context.Context, c checkArgs) error {
	round, err := c.Round.MarshalText()
	if err != nil {
		return err
	}
	_, err = d.client.JobDeleteMany(ctx, river.NewJobDeleteManyParams().Kinds(c.Kind()).
		States(rivertype.JobStateCompleted, rivertype.JobStateCancelled, rivertype.JobStateDiscarded).
		Where("args ->> 'digest' = @digest AND args ->> 'round' < @round", river.NamedArgs{"digest": c.Digest, "round": string(round)}))
	return err
}

func (d *database[D, TTx]) job(ctx context.Context, id int64) (*rivertype.JobRow, error) {
	return d.client.JobGet(ctx, id)
}

func (d *database[D, TTx]) list(ctx context.Context, p *river.JobListParams) ([]*rivertype.JobRow, error) {
	found, err := d.client.JobList(ctx, p)
	if err != nil {
		return nil, err
	}
	return found.Jobs, nil
}

// patience is how long the end of a draft is tried to be written: about as long as a
// database takes to start again.
const patience = 30 * time.Second
