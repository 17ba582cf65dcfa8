package jobs

import (
	"context"
	"log/slog"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
)

// isPostgres reports whether a database is one of PostgreSQL's addresses.
func isPostgres(database string) bool {
	return strings.HasPrefix(database, "postgres://") || strings.HasPrefix(database, "postgresql://")
}

// newPostgres makes a pool for an address; nothing is contacted yet. Its errors hold no
// password: the library takes it out.
func newPostgres(ctx context.Context, address string, log *slog.Logger) (store, error) {
	pool, err := pgxpool.New(ctx, address)
	if err != nil {
		return nil, err
	}
	return &database[*riverpgxv5.Driver, pgx.Tx]{
		driver: riverpgxv5.New(pool),
		begin: func(ctx context.Context) (transaction[pgx.Tx], error) {
			tx, err := pool.Begin(ctx)
			if err != nil {
				return transaction[pgx.Tx]{}, err
			}
			return transaction[pgx.Tx]{tx, tx.Commit, tx.Rollback}, nil
		},
		prepare: func(context.Context) error { return nil },
		attend: func(ctx context.Context, id string) (func(), error) {
			return attend(ctx, address, id, log)
		},
		closePool: func() error {
			pool.Close()
			return nil
		},
	}, nil
}
