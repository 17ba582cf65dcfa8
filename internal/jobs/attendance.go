package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
)

// attendance tells which of the processes that share a PostgreSQL live. Each holds a lock
// of a session of its own, which the server takes back when the process is gone. River
// itself only knows a draft that has run for too long; so what a killed process left would
// wait until then.
type attendance struct {
	address string
	id      string // of this process's client
	log     *slog.Logger
	conn    *pgx.Conn
	missing map[string]bool // clients whose lock was free at the last look
}

// roll is how often the others are looked for. One that is missing twice in a row is gone:
// after a restart of the server everybody's lock is free for a moment.
const roll = 10 * time.Second

// attend takes this process's lock and begins to look for the others, until leave is called.
func attend(ctx context.Context, address, id string, log *slog.Logger) (leave func(), err error) {
	a := &attendance{address: address, id: id, log: log}
	if err := a.arrive(ctx); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		a.watch(ctx)
	}()
	return func() {
		cancel()
		<-done
	}, nil
}

func (a *attendance) arrive(ctx context.Context) (err error) {
	if a.conn, err = pgx.Connect(ctx, a.address); err != nil {
		return fmt.Errorf("take the lock of this process: %w", err)
	}
	_, err = a.conn.Exec(ctx, "SELECT pg_advisory_lock(hashtextextended('digest serve ' || $1, 0))", a.id)
	return err
}

func (a *attendance) watch(ctx context.Context) {
	ticker := time.NewTicker(roll)
	defer ticker.Stop()
	defer a.hangUp(context.WithoutCancel(ctx))
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		err := a.look(ctx)
		if err == nil || ctx.Err() != nil {
			continue
		}
		a.log.Warn("which other processes live is not known", "error", err)
		a.hangUp(ctx)
		if err := a.arrive(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("this process could not take its lock", "error", err)
			a.hangUp(ctx)
		}
	}
}

// hangUp gives up a connection that is of no use any more. The lock goes with it, whatever
// closing it says.
func (a *attendance) hangUp(ctx context.Context) {
	if a.conn != nil {
		_ = a.conn.Close(ctx)
	}
	a.conn, a.missing = nil, nil
}

var errNoConnection = errors.New("there is no connection")

// look hands what clients left that are gone to River's rescuer.
func (a *attendance) look(ctx context.Context) error {
	if a.conn == nil {
		return errNoConnection
	}
	rows, err := a.conn.Query(ctx, "SELECT DISTINCT attempted_by[array_upper(attempted_by, 1)] FROM river_job WHERE state = 'running'")
	if err != nil {
		return err
	}
	clients, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	missing := make(map[string]bool)
	for _, id := range clients {
		if id == a.id {
			continue
		}
		var free bool
		if err := a.conn.QueryRow(ctx, "SELECT pg_try_advisory_lock(hashtextextended('digest serve ' || $1, 0))", id).Scan(&free); err != nil {
			return err
		}
		if !free {
			continue
		}
		if _, err := a.conn.Exec(ctx, "SELECT pg_advisory_unlock(hashtextextended('digest serve ' || $1, 0))", id); err != nil {
			return err
		}
		missing[id] = true
		if a.missing[id] {
			a.log.Info("another process is gone: its work is taken over", "client", id)
			_, err := a.conn.Exec(ctx, `UPDATE river_job SET attempted_at = now() - interval '400 days'
				WHERE state = 'running' AND attempted_by[array_upper(attempted_by, 1)] = $1`, id)
			if err != nil {
				return err
			}
		}
	}
	a.missing = missing
	return nil
}
