package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// backoff is River's pause after so many errors, the fourth power in seconds: one second,
// 16, 81, four minutes, ten, 21, 40, 68, and so on up to four hours.
func backoff(failures int) time.Duration {
	n := time.Duration(min(failures, 11))
	return min(n*n*n*n*time.Second, 4*time.Hour)
}

// unknown is how long work for a digest that this process does not know waits for one that
// does, and settle how long between two looks.
const (
	unknown = 10 * time.Minute
	settle  = 30 * time.Second
)

const (
	longestSnooze = 24 * time.Hour
	mostSnoozes   = 48
)

// snooze returns how long a RetryError asks to wait, if it does and that is not for the
// umpteenth time.
func snooze(err error, row *rivertype.JobRow) (pause time.Duration, ok bool) {
	var retry *RetryError
	if !errors.As(err, &retry) || snoozes(row) >= mostSnoozes {
		return 0, false
	}
	return min(max(time.Until(retry.At), time.Second), longestSnooze), true
}

// snoozes is how often a job was put off, as River counts it.
func snoozes(row *rivertype.JobRow) int {
	var m struct {
		Snoozes int `json:"snoozes"`
	}
	if json.Unmarshal(row.Metadata, &m) != nil {
		return 0 // River writes an object; whoever wrote another has put off nothing
	}
	return m.Snoozes
}

// stopping reports whether work was cancelled because the queue stops.
func stopping(ctx context.Context) bool {
	return errors.Is(ctx.Err(), context.Canceled) && !removed(ctx)
}

// removed reports whether somebody cancelled this very job in the database.
func removed(ctx context.Context) bool {
	return errors.Is(context.Cause(ctx), rivertype.ErrJobCancelledRemotely)
}

// safely calls the caller's function and makes a panic of it an error.
func safely[T any](f func() (T, error)) (result T, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	return f()
}

// persist tries to write what became of a draft, also when the queue stops meanwhile and
// while the database is away for a moment.
func persist(ctx context.Context, write func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	for pause := 100 * time.Millisecond; ; pause *= 2 {
		err := write(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
}

// decode reads the arguments of a draft.
func decode(row *rivertype.JobRow) (draftArgs, error) {
	var args draftArgs
	if err := json.Unmarshal(row.EncodedArgs, &args); err != nil {
		return args, fmt.Errorf("read job %d: %w", row.ID, err)
	}
	return args, nil
}

// errUnknown ends a draft that no process can do any more.
func errUnknown(name string) error { return fmt.Errorf("there is no digest %q any more", name) }

var _ river.Worker[draftArgs] = (*drafter)(nil)
var _ river.Worker[checkArgs] = (*checker)(nil)
