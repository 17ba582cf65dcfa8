package status

import (
	"context"
	"log/slog"
	"time"
)

const (
	lookEvery   = 5 * time.Minute
	repeatAfter = 24 * time.Hour   // while a digest stays late
	retryAfter  = 15 * time.Minute // when a message was not delivered, beyond the retries of the delivery itself
)

// Watch is the dead man's switch: it reports when a slot has passed without a draft, again each day
// while that lasts, and once when everything is drafted. A daemon that does nothing is reported
// like one that fails, as a slot counts as missed until [Board.Looked] says otherwise.
//
// What it reported is kept in memory only. After a restart lateness is computed anew from the
// schedule, and the grace time begins again, so that the daemon can catch up first. Hence
//
//   - a digest that is still late is reported once more, a grace time after the restart;
//   - one that recovers within that time is not reported;
//   - a daemon that is down, or never lives for a grace time, reports nothing. That is for what
//     starts it, or for an alert on digest_last_success_timestamp_seconds.
type Watch struct {
	Board *Board
	// Notify delivers the notices of one moment together. It may take its time and retry: only the
	// watch waits for it. After an error the same notices come again, if they are still true. Nil
	// delivers nothing; the log has it all.
	Notify func(ctx context.Context, notices []Notice) error
	Log    *slog.Logger
}

// Run looks at the board every five minutes until the context ends.
func (w *Watch) Run(ctx context.Context) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	sent := make(reported)
	var pause time.Time // until when nothing is sent, after a failure
	for {
		if now := w.Board.now(); !now.Before(pause) {
			if !w.look(ctx, sent, now) {
				pause = now.Add(retryAfter)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// look reports what there is to report, and remembers what was delivered.
func (w *Watch) look(ctx context.Context, sent reported, now time.Time) bool {
	notices := sent.notices(now, w.Board.Standings())
	if len(notices) == 0 {
		return true
	}
	for _, n := range notices {
		w.log(ctx, n)
	}
	if w.Notify != nil {
		err := w.Notify(ctx, notices)
		if ctx.Err() != nil {
			return false // the daemon stops
		}
		w.Board.metrics.noticed(err)
		if err != nil {
			w.Log.ErrorContext(ctx, "notice not delivered", slog.Int("digests", len(notices)), slog.String("error", shown(err.Error())))
			return false
		}
	}
	sent.keep(now, notices)
	return true
}

func (w *Watch) log(ctx context.Context, n Notice) {
	level := slog.LevelError
	if n.Kind == Recovered {
		level = slog.LevelInfo
	}
	w.Log.LogAttrs(ctx, level, string(n.Kind), slog.String("digest", shown(n.Digest)), slog.Time("slot", n.Slot))
}
