package jobs

import (
	"fmt"
	"time"

	"github.com/community-digest/digest/digest"
)

// What is what happened to a run.
type What string

// What happens to runs. Each Started of a draft is followed by one of the others, unless
// the process dies.
const (
	Started     What = "started"      // an attempt to draft a period begins
	Done        What = "done"         // the period is drafted; Result is what Draft returned
	Failed      What = "failed"       // the attempt failed; Next says when the next one is
	Postponed   What = "postponed"    // a RetryError said when to try again; this is no attempt
	Interrupted What = "interrupted"  // the process stops; the draft stays in the queue
	GaveUp      What = "gave up"      // the last attempt failed; the digest's next period goes on
	CheckFailed What = "check failed" // what is due could not be found out; Next is zero if this was the last attempt
)

// Event tells of a run: for logs, metrics, and whoever watches that runs happen.
type Event struct {
	What     What
	Digest   string
	Period   digest.Period // zero for CheckFailed
	Attempt  int           // the first is 1; one more than Attempts is possible after a process died
	Attempts int           // how many there are at most
	Result   any           // Done: what Draft returned
	Err      error         // as Draft or Due returned it, or a *PanicError
	Took     time.Duration // since the attempt started; zero for Started
	Next     time.Time     // Failed, Postponed, CheckFailed: when it is tried again
}

// RetryError is an error of Draft or Due that says when to try again, such as a rate limit
// that is reached. It costs no attempt. More than a day ahead is taken for a day, and after
// too many of them it counts like any error.
type RetryError struct {
	At  time.Time
	Err error
}

func (e *RetryError) Error() string { return e.Err.Error() }
func (e *RetryError) Unwrap() error { return e.Err }

// PanicError is a panic of Draft or Due. It counts like any error.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }
