package status

import (
	"context"
	"log/slog"
	"time"
)

const (
	lookEvery   = 5 * time.Minute
	repeatAfter = 24 * time.Hour   // while a digest stays late
	retryAfter  = 15 * time.Minute // when nobody could be told, beyond the retries of the delivery itself
)

// Watch is the dead man's switch: it tells when a slot has passed without a draft, again
// each day while that lasts, and once when everything is drafted again. A daemon that does
// nothing is told of as one that fails is, as a slot needs somebody to say that it was done
// ([Board.Looked]).
//
// What it told is in its memory only. What is late is not: after a restart it is computed
// anew from the schedule and from what Looked says, and the grace time begins again, so
// that the daemon can catch up first. Hence
//
//   - a digest that was told of and is still late is told of once more, a grace time after
//     the restart;
//   - one that recovers within that time is not told of again: nobody remembers it;
//   - a daemon that is down, or never lives for a grace time, tells nothing. That is for
//     whoever starts it, or for an alert on digest_last_success_timestamp_seconds.
type Watch struct {
	Board *Board
	// Tell delivers the notices of one moment together. It may take its time, and retry:
	// nobody but the watch waits for it. After an error the same notices come again, as far as
	// they are still true. Nil delivers nothing, and the log has it all.
	Tell func(ctx context.Context, notices []Notice) error
	Log  *slog.Logger
}

// Run looks at the board every five minutes until the context ends.
func (w *Watch) Run(ctx context.Context) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	told := make(memory)
	var pause time.Time // until when nothing is told, after a failure
	for {
		if now := w.Board.now(); !now.Before(pause) {
			if !w.look(ctx, told, now) {
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

// look tells what is to be told, and remembers it if somebody was told.
func (w *Watch) look(ctx context.Context, told memory, now time.Time) bool {
	notices := told.notices(now, w.Board.Standings())
	if len(notices) == 0 {
		return true
	}
	for _, n := range notices {
		w.log(ctx, n)
	}
	if w.Tell != nil {
		err := w.Tell(ctx, notices)
		if ctx.Err() != nil {
			return false // the daemon stops
		}
		w.Board.metrics.noticed(err)
		if err != nil {
			w.Log.ErrorContext(ctx, "notice not delivered", slog.Int("digests", len(notices)), slog.String("error", shown(err.Error())))
			return false
		}
	}
	told.keep(now, notices)
	return true
}

func (w *Watch) log(ctx context.Context, n Notice) {
	level := slog.LevelError
	if n.Kind == Recovered {
		level = slog.LevelInfo
	}
	w.Log.LogAttrs(ctx, level, string(n.Kind), slog.String("digest", shown(n.Digest)), slog.Time("slot", n.Slot))
}
