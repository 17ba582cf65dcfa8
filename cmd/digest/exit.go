package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/community-digest/digest/internal/config"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/publish"
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

// codedError is an error that knows its exit code.
type codedError struct {
	code int
	error
}

func (e codedError) Unwrap() error { return e.error }

// exit prints an error and returns the exit code for it. It is the one place where
// errors of a command end.
func (p *program) exit(err error) int {
	code := exitCode(err)
	if err != nil {
		text := words(err)
		if p.json && code != exitGaps {
			p.printFailure(text, code)
		}
		p.stderr.failure(text)
		if h := p.hint(err); h != "" {
			p.stderr.hint(h)
		}
	}
	return code
}

// words is what an error says. What GitHub refuses for the whole run is told without the
// request that happened to meet it.
func words(err error) string {
	if e := github.AsError(err); e != nil && github.Stops(err) {
		return e.Error()
	}
	return err.Error()
}

// printFailure is the report of a run that has nothing else to report.
func (p *program) printFailure(text string, code int) {
	enc := json.NewEncoder(p.stdout)
	enc.SetEscapeHTML(false)
	// Whether anybody reads it or not, the exit code says the same.
	_ = enc.Encode(struct {
		Error    string `json:"error"`
		ExitCode int    `json:"exit_code"`
	}{safe(text), code})
}

func exitCode(err error) int {
	if err == nil {
		return exitOK
	}
	if e, ok := errors.AsType[codedError](err); ok {
		return e.code
	}
	if e, ok := errors.AsType[interruption](err); ok {
		return exitSignal + int(e.signal)
	}
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	if _, ok := errors.AsType[config.Problems](err); ok {
		return exitUsage
	}
	switch github.KindOf(err) {
	case github.Unauthorized:
		return exitUnauthorised
	case github.RateLimited:
		return exitRateLimited
	}
	return exitFailed
}

func (p *program) hint(err error) string {
	switch exitCode(err) {
	case exitUnauthorised:
		if publish.ProblemOf(err) != "" {
			return "" // it says what to do itself
		}
		if name := p.tokenVariable(); name != "" {
			return "the token is that of " + name + ": check that it is valid and may read the repositories; public data needs no scope"
		}
		return "set GITHUB_TOKEN (or GH_TOKEN) to a token that may read the repositories; public data needs no scope"
	case exitRateLimited:
		const other = "a run with another token has a limit of its own"
		if p.told != nil { // editions before this one
			return other
		}
		return "nothing was written; " + other
	}
	return ""
}
