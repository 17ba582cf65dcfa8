package main

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/community-digest/digest/internal/report"
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
	failure := e.failure(err, done.report == nil)
	if wantsJSON(cmd, args) {
		if failed := e.printJSON(done.report, failure); failed != nil && failure == nil {
			err = failed
		}
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
	e.annotate(report.Annotations(done.report, failure))
	if err := report.SetOutputs(e.getenv, done.report, failure, code); err != nil {
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

// printJSON prints what was drafted, or else why nothing was. A closed pipe is not a failure: the drafts are written.
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
