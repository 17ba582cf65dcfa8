package jobs

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"

	"github.com/riverqueue/river/riverdriver/riversqlite"
	_ "modernc.org/sqlite" // registers the driver "sqlite"
)

// newSQLite opens a file, which is made if it is not there, for its owner only. The files
// that SQLite puts beside it get the same permissions.
func newSQLite(name string) (store, error) {
	switch file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600); {
	case err == nil:
		if err := file.Close(); err != nil {
			return nil, err
		}
	case !errors.Is(err, fs.ErrExist):
		return nil, err
	}
	present, alone, err := arrive(name + ".lock")
	if err != nil {
		return nil, err
	}
	// A transaction takes the lock for writing at once: one that begins by reading cannot
	// wait for it later. Without the disk's word for each commit, the last seconds may be
	// lost with the power; what was done in them is done again.
	pool, err := sql.Open("sqlite", "file:"+(&url.URL{Path: name}).EscapedPath()+
		"?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)")
	if err != nil {
		return nil, errors.Join(err, present.leave())
	}
	pool.SetMaxOpenConns(1) // as the driver asks: River's own goroutines would lock each other out
	return &database[*riversqlite.Driver, *sql.Tx]{
		driver: riversqlite.New(pool),
		begin: func(ctx context.Context) (transaction[*sql.Tx], error) {
			tx, err := pool.BeginTx(ctx, nil)
			if err != nil {
				return transaction[*sql.Tx]{}, err
			}
			return transaction[*sql.Tx]{tx,
				func(context.Context) error { return tx.Commit() },
				func(context.Context) error { return tx.Rollback() },
			}, nil
		},
		prepare: func(ctx context.Context) error {
			if alone {
				if err := orphan(ctx, pool); err != nil {
					return err
				}
			}
			return present.settle()
		},
		closePool: func() error { return errors.Join(pool.Close(), present.leave()) },
	}, nil
}

// orphan hands what a killed process left to River's rescuer, which would otherwise wait
// until it must be dead, and frees the lead. It is for a process that is alone.
func orphan(ctx context.Context, pool *sql.DB) error {
	for _, statement := range []string{
		"UPDATE river_job SET attempted_at = datetime('now', '-400 days') WHERE state = 'running'",
		"DELETE FROM river_leader",
	} {
		if _, err := pool.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}
