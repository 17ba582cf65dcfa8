package publish

import (
	"context"
	"fmt"
	"time"

	"github.com/community-digest/digest/internal/github"
)

// pause is what GitHub asks to leave between two requests that create something.
// https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#pause-between-mutative-requests
const pause = time.Second

// pace waits before every write but the first.
func (b *Branch) pace(ctx context.Context) error {
	if !b.wrote {
		b.wrote = true
		return nil
	}
	return sleep(ctx, pause)
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// settling is how long to wait before each look at what became of a write whose answer was lost: the servers may still
// be at it, and what reads are answered from may lag behind.
var settling = []time.Duration{pause, 2 * pause, 4 * pause}

// lookAgain asks seen whether a write has happened, a few times. It returns false when there is no sign of it.
func lookAgain(ctx context.Context, seen func() (bool, error)) (bool, error) {
	for _, d := range settling {
		if err := sleep(ctx, d); err != nil {
			return false, err
		}
		if ok, err := seen(); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// doubtful reports whether a write that failed so may have been done all the same.
func doubtful(err error) bool {
	switch github.KindOf(err) {
	case github.Unavailable, github.TooHeavy:
		return true
	}
	return false
}

// errNothing is for an answer that reports neither success nor failure.
var errNothing = &github.Error{Kind: github.Unavailable, Message: "the answer does not say what was done"}

// undone is the error of a write of which GitHub shows no sign. It is not sent again: whoever runs again looks first.
func undone(write error) error {
	return fmt.Errorf("%w (GitHub shows no sign that it was done all the same: run again)", write)
}

// unclear is the error when a write failed in a way that leaves open whether it was done, and looking again could not
// settle it.
func unclear(write, look error) error {
	return fmt.Errorf("%w (it may have been done all the same: looking again failed, too: %v)", write, look)
}
