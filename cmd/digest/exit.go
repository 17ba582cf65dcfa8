package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

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

// drafted is what a run has drafted so far; a run that fails has drafted it all the same.
type drafted struct{ report *report.Report }

func (d *drafted) add(r report.Report) {
	if d.report != nil {
		r = d.report.Then(r)
	}
	d.report = &r
}

// end reports how a run ended, to the person, the script and the job that started it, and returns the exit code. It is
// the one place where the errors of commands end.
func (e env) end(cmd *cobra.Command, args []string, done drafted, err error) int {
	if n := done.gaps(); n > 0 && err == nil {
		err = verdict{exitGaps, fmt.Errorf("the draft has %s", report.Count(n, "gap"))}
	}
	_, partial := errors.AsType[*edition.PartialError](err)
	failure := e.failure(err, done.report == nil && !partial)
	if wantsJSON(cmd, args) {
		err = errors.Join(err, e.printJSON(done.report, failure))
	}
	code := exitCode(err)
	if err != nil {
		e.stderr.failure(words(err))
	}
	if failure != nil && failure.Hint != "" {
		e.stderr.hint(failure.Hint)
	}
	if !drafts(cmd) {
		return code
	}
	if err := e.tellActions(done.report, failure, code); err != nil {
		e.stderr.failure(err.Error())
		return max(code, exitFailed) // a job whose outputs are lost must not pass
	}
	return code
}

func (d drafted) gaps() int {
	if d.report == nil {
		return 0
	}
	return len(d.report.Gaps)
}

// drafts reports whether a command makes drafts: only of these does GitHub Actions get outputs.
func drafts(cmd *cobra.Command) bool { return !cmd.HasParent() || cmd.Name() == "publish" }

// wantsJSON reports whether the result is wanted as JSON. A misspelt flag ends the parsing, and the format may come
// after it.
func wantsJSON(cmd *cobra.Command, args []string) bool {
	if f := cmd.Flags().Lookup("format"); f == nil || f.Changed {
		return f != nil && f.Value.String() == "json"
	}
	set := pflag.NewFlagSet("", pflag.ContinueOnError)
	set.ParseErrorsAllowlist.UnknownFlags = true
	set.Usage = func() {}
	format := set.String("format", "", "")
	_ = set.Parse(args) // what is wrong with them is reported already
	return *format == "json"
}

// printJSON prints what was drafted, or else why nothing was. A closed pipe is no failure: the drafts are written.
func (e env) printJSON(r *report.Report, f *report.Failure) error {
	var err error
	switch {
	case r != nil && f != nil:
		failed := *r
		failed.Error, failed.ExitCode = report.Printable(f.Message), f.ExitCode
		err = report.WriteJSON(e.stdout, failed)
	case r != nil:
		err = report.WriteJSON(e.stdout, r)
	case f != nil:
		err = report.WriteJSON(e.stdout, struct {
			Error    string `json:"error"`
			ExitCode int    `json:"exit_code"`
		}{report.Printable(f.Message), f.ExitCode})
	}
	if err != nil && !errors.Is(err, syscall.EPIPE) {
		return fmt.Errorf("print the report: %w", err)
	}
	return nil
}

// tellActions gives a job of GitHub Actions its outputs, summary and annotations. Elsewhere the variables are not set,
// and nothing happens.
func (e env) tellActions(r *report.Report, f *report.Failure, code int) error {
	e.annotate(report.Annotations(r, f))
	return errors.Join(
		appendTo(e.getenv("GITHUB_OUTPUT"), report.Outputs(r, code)),
		appendTo(e.getenv("GITHUB_STEP_SUMMARY"), report.Summary(r, f)),
	)
}

// annotate shows messages at their lines when the program runs in GitHub Actions. They go to stderr, where the runner
// looks as well: stdout may be read as JSON.
func (e env) annotate(as []report.Annotation) {
	if e.getenv("GITHUB_ACTIONS") != "true" {
		return
	}
	if e.stderr.quiet {
		as = report.Errors(as)
	}
	e.stderr.command(report.Commands(as, e.getenv("GITHUB_WORKSPACE")))
}

// appendTo appends to one of the runner's files. Without a name there is no such file.
func appendTo(name, text string) error {
	if name == "" {
		return nil
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("set the outputs of the job: %w", err)
	}
	_, err = io.WriteString(f, text)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("set the outputs of the job: %w", err)
	}
	return nil
}

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
	if err == nil {
		return exitOK
	}
	if v, ok := errors.AsType[verdict](err); ok {
		return v.code
	}
	if i, ok := errors.AsType[interruption](err); ok {
		return exitSignal + int(i.signal)
	}
	if _, ok := errors.AsType[*edition.TokenError](err); ok {
		return exitUnauthorised
	}
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	if _, ok := errors.AsType[config.Problems](err); ok {
		return exitUsage
	}
	if _, ok := errors.AsType[*edition.EarlyError](err); ok {
		return exitUsage
	}
	if _, ok := errors.AsType[*edition.AccessError](err); ok || publish.Unauthorised(err) || errors.Is(err, edition.ErrNoToken) {
		return exitUnauthorised
	}
	switch github.KindOf(err) {
	case github.Unauthorized:
		return exitUnauthorised
	case github.RateLimited:
		return exitRateLimited
	}
	return exitFailed
}

// words is what an error says. What GitHub refuses for the whole run is reported without the request that happened to
// meet it.
func words(err error) string {
	if p, ok := errors.AsType[*edition.PartialError](err); ok {
		return fmt.Sprintf("%s; already written: %s", words(p.Err), p.Written)
	}
	if e := github.AsError(err); e != nil && github.Stops(err) {
		return e.Error()
	}
	return err.Error()
}

// failure is why a run failed; nil when it did what it should. untouched says that nothing was drafted before.
func (e env) failure(err error, untouched bool) *report.Failure {
	if _, ok := errors.AsType[verdict](err); ok || err == nil {
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
		if untouched && publish.Written(err) == "" {
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
