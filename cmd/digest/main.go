// Digest drafts one edition of a community weekly from what happened on GitHub in a
// period: it collects discussions, releases, security advisories and feeds, and fills
// a Markdown template for each language.
//
//	digest                                       the last complete period
//	digest --from 2023-12-11 --to 2023-12-17     these days, both included
//	digest demo                                  the model week, without token or network
//
// The token comes from GITHUB_TOKEN or GH_TOKEN, the addresses of another GitHub from
// GITHUB_API_URL and GITHUB_GRAPHQL_URL. README.md has the flags, the configuration
// and the exit codes.
package main

import (
	"context"
	"errors"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	_ "time/tzdata" // the same zones on every machine, also where none are installed
)

func main() {
	// A closed pipe must not kill a run between two files: writing to it fails instead.
	signal.Ignore(syscall.SIGPIPE)
	// net/http reports the mistakes of servers to the standard logger.
	log.SetFlags(0)
	log.SetOutput(newVoice(os.Stderr))
	ctx, stop := interruptible(context.Background())
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr, time.Now())
	stop()
	os.Exit(code)
}

// env is what every command has: the environment, where output goes, and the time at which the program was started.
type env struct {
	getenv func(string) string
	stdout io.Writer
	stderr *voice
	now    time.Time
}

// run is the whole program but for what only a process has. It returns the exit code.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer, now time.Time) int {
	e := env{getenv, stdout, newVoice(stderr), now}
	var done drafted
	cmd := rootCommand(e, &done)
	cmd.SetArgs(args)
	cmd.SetOut(stdout)
	cmd.SetErr(stderr)
	ran, err := cmd.ExecuteContextC(ctx)
	if sig, ok := errors.AsType[interruption](context.Cause(ctx)); ok && err != nil {
		err = sig
	}
	return e.end(ran, args, done, err)
}

// interruption is the signal that ended the run.
type interruption struct{ signal syscall.Signal }

func (i interruption) Error() string { return "interrupted, nothing was left half-written" }

// interruptible returns a context that the first SIGINT or SIGTERM cancels. A second
// one ends the program at once.
func interruptible(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		select {
		case s := <-signals:
			signal.Stop(signals)
			cancel(interruption{s.(syscall.Signal)})
		case <-ctx.Done():
		}
	}()
	return ctx, func() { signal.Stop(signals); cancel(nil) }
}
