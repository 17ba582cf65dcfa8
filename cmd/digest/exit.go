package main

import (
	"errors"
	"fmt"

	"github.com/community-digest/digest/internal/config"
	"github.com/community-digest/digest/internal/edition"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/publish"
	"github.com/community-digest/digest/internal/report"
)

// The exit codes. Scripts and workflows rely on them.
const (
	exitOK           = 0 // the draft is complete, or there was nothing to do
	exitFailed       = 1 // failed; nothing was changed
	exitUsage        = 2 // wrong usage or configuration; nothing was contacted
	exitGaps         = 3 // the draft was written, but with gaps
	exitUnauthorised = 4 // the token is missing, invalid or insufficient
	exitRateLimited  = 5 // GitHub's limit is reached; the message says when to run again
	exitSignal       = 128
)

// usageError is a mistake on the command line.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

// verdict is the exit code of a run that did what it should, and whose result is printed: a draft with gaps, errors that
// were found in a draft.
type verdict struct {
	code int
	error
}

func (v verdict) Unwrap() error { return v.error }

func exitCode(err error) int {
	if v, ok := errors.AsType[verdict](err); ok {
		return v.code
	}
	if i, ok := errors.AsType[interruption](err); ok {
		return exitSignal + int(i.signal)
	}
	switch {
	case err == nil:
		return exitOK
	case is[*edition.TokenError](err), is[*edition.AccessError](err), errors.Is(err, edition.ErrNoToken):
		return exitUnauthorised
	case is[usageError](err), is[config.Problems](err), is[*edition.EarlyError](err):
		return exitUsage
	case publish.Unauthorised(err):
		return exitUnauthorised
	case github.KindOf(err) == github.RateLimited:
		return exitRateLimited
	}
	return exitFailed
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// words is what an error says. What GitHub refuses for the whole run is reported without the request that happened to
// meet it.
func words(err error) string {
	e := github.AsError(err)
	if e == nil || !github.Stops(err) {
		return err.Error()
	}
	if written := edition.Written(err); written != "" {
		return fmt.Sprintf("%v (%s)", e, written)
	}
	return e.Error()
}

// failure is why a run failed; nil when it did what it should. untouched says that nothing was drafted before.
func (e env) failure(err error, untouched bool) *report.Failure {
	if err == nil || is[verdict](err) {
		return nil
	}
	f := &report.Failure{Message: words(err), Hint: e.hint(err, untouched), ExitCode: exitCode(err)}
	problems, _ := errors.AsType[config.Problems](err)
	for _, p := range problems {
		text := p.Message
		if p.Key != "" {
			text = p.Key + ": " + text
		}
		f.Problems = append(f.Problems, report.Annotation{
			Level: "error", File: p.File, Line: p.Line, Column: p.Column, Title: "configuration", Message: text,
		})
	}
	return f
}

// hint says what to try after an error; it is empty where that is not known, or said by the error itself.
func (e env) hint(err error, untouched bool) string {
	if h, ok := errors.AsType[hinter](err); ok {
		return h.Hint()
	}
	switch exitCode(err) {
	case exitUnauthorised:
		if publish.ProblemOf(err) != "" || errors.Is(err, edition.ErrNoToken) {
			return ""
		}
		if name := edition.TokenVariable(e.getenv); name != "" {
			return "the token in " + name + " must be valid and able to read the repositories; public data needs no scope"
		}
		return "set GITHUB_TOKEN (gh auth token prints yours); public data needs no scope"
	case exitRateLimited:
		const other = "another token has a limit of its own"
		if untouched && edition.Written(err) == "" {
			return "nothing was written; " + other
		}
		return other
	}
	return ""
}

// hinter is an error that knows what to try.
type hinter interface {
	error
	Hint() string
}

// hintError is an error with a hint.
type hintError struct {
	error
	hint string
}

func (e hintError) Unwrap() error { return e.error }
func (e hintError) Hint() string  { return e.hint }

func withHint(err error, format string, args ...any) error {
	return hintError{err, fmt.Sprintf(format, args...)}
}
