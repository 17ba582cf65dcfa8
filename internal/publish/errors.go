package publish

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/community-digest/digest/internal/github"
)

// ErrMoved says that someone else has pushed to the branch, or created it, since it was read. Nothing was committed: open
// it again, and merge with what is there now.
var ErrMoved = errors.New("the branch has changed since it was read")

// Problem is a reason why publishing failed that callers act on or tests name.
type Problem string

// The problems. The hint of each [Error] says what to do.
const (
	Missing        Problem = "missing"         // no such repository, or the token may not see it
	Archived       Problem = "archived"        // the repository is read-only
	Empty          Problem = "empty"           // the repository has no commits
	NoBase         Problem = "no base"         // the branch to merge into is missing
	Taken          Problem = "taken"           // the branch, or one that git cannot store beside it, is someone else's
	Deleted        Problem = "deleted"         // the branch was deleted during the run
	Protected      Problem = "protected"       // a rule of the repository forbids the branch or the commit
	NotPermitted   Problem = "not permitted"   // the token lacks a permission
	PullsForbidden Problem = "pulls forbidden" // a setting keeps GitHub Actions from opening pull requests
	NotAFile       Problem = "not a file"      // a directory, link or submodule is where a file should be
	TooLarge       Problem = "too large"       // a file is too large to be read again
)

// Error is a problem with its message.
type Error struct {
	Problem Problem
	Message string // what is wrong, in one line
	Remedy  string // what to do about it
	Err     error  // what GitHub said; may be nil
}

// Error returns the message and what GitHub said.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Message
	}
	return e.Message + ": " + e.Err.Error()
}

// Unwrap returns what GitHub said.
func (e *Error) Unwrap() error { return e.Err }

// Hint returns what to do about the problem.
func (e *Error) Hint() string { return e.Remedy }

// ProblemOf returns the problem in err, or "".
func ProblemOf(err error) Problem {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Problem
	}
	return ""
}

// partialError is a failure after something was written.
type partialError struct {
	written string
	err     error
}

func (e *partialError) Error() string { return e.err.Error() + " (" + e.written + ")" }
func (e *partialError) Unwrap() error { return e.err }

// Written says what had been written to GitHub before err stopped the run, for example "the draft is committed",
// or returns "".
func Written(err error) string {
	if e, ok := errors.AsType[*partialError](err); ok {
		return e.written
	}
	return ""
}

// Unauthorised reports whether err is due to a missing or invalid token, or one with too few permissions.
func Unauthorised(err error) bool {
	switch p := ProblemOf(err); p {
	case NotPermitted, PullsForbidden:
		return true
	case "":
		kind := github.KindOf(err)
		return kind == github.Unauthorized || kind == github.Forbidden
	}
	return false
}

// rejected explains why GitHub rejected a write to the branch. What it cannot explain it returns unchanged.
func (b *Branch) rejected(err error) error {
	switch {
	case saysArchived(err):
		return b.archived(err)
	case saysProtected(err):
		return &Error{Protected, fmt.Sprintf("a rule of %s forbids writing to the branch %s", b.target.Repo, b.target.Branch),
			"exempt the branch from the rule, or set another publish.branch", err}
	case github.KindOf(err) == github.Forbidden:
		return &Error{NotPermitted, fmt.Sprintf("the token may not write to %s", b.target.Repo),
			"give it the permission contents: write", err}
	}
	return err
}

func (b *Branch) archived(err error) error {
	return &Error{Archived, fmt.Sprintf("%s is archived and read-only", b.target.Repo),
		"unarchive it, or set another publish.repository", err}
}

// says reports whether GitHub's message contains one of the phrases. It is only for errors that have no code.
func says(err error, phrases ...string) bool {
	text := strings.ToLower(err.Error())
	for _, p := range phrases {
		if strings.Contains(text, p) {
			return true
		}
	}
	return false
}

func saysArchived(err error) bool { return says(err, "was archived", "is archived") }

// saysProtected knows the code of protected branches and the phrases of rulesets, which have none.
func saysProtected(err error) bool {
	return says(err, "branch_protection_rule_violation", "rule violation", "protected branch", "must be made through a pull request",
		"creations being restricted", "reference update failed", "verified signatures")
}

// inDoubt reports whether a write that failed like this may have been done all the same.
func inDoubt(err error) bool {
	switch github.KindOf(err) {
	case github.Unavailable, github.TooHeavy:
		return true
	}
	return false
}

// errNoResult is for a response that reports neither success nor failure.
var errNoResult = &github.Error{Kind: github.Unavailable, Message: "the response does not say what was done"}

// notDone is the error of a write that left no trace on GitHub. It is not sent again: the next run looks first.
func notDone(write error) error {
	return fmt.Errorf("%w (it left no trace on GitHub: run again)", write)
}

// stillInDoubt is the error of a write that may have been done, when reading the result failed as well.
func stillInDoubt(write, look error) error {
	return fmt.Errorf("%w (it may have been done all the same: checking failed, too: %v)", write, look)
}

// pause is what GitHub asks for between two requests that create something.
// https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#pause-between-mutative-requests
const pause = time.Second

// pace waits before every write but the first.
func (b *Branch) pace(ctx context.Context) error {
	if !b.paced {
		b.paced = true
		return nil
	}
	return sleep(ctx, pause)
}

// lookAgain checks a few times whether a write has happened whose response was lost: the servers may still be working on
// it, and reads may lag behind. It returns false without a trace of it.
func lookAgain(ctx context.Context, done func() (bool, error)) (bool, error) {
	for _, d := range []time.Duration{pause, 2 * pause, 4 * pause} {
		if err := sleep(ctx, d); err != nil {
			return false, err
		}
		if ok, err := done(); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
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
