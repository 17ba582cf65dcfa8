// Digestd drafts the editions of many digests on their schedules. Any number of them share the
// work through one PostgreSQL; where one machine suffices, `digest serve` does the same without
// a database.
//
//	digestd --config /etc/digest --database postgres://digest@db.example.org/digest
//
// The token and the addresses of GitHub come from the environment, as for digest, and so do
// PGPASSWORD and the like. docs/running.md has the rest.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	_ "time/tzdata" // the same zones on every machine, also where none are installed

	"github.com/community-digest/digest/internal/daemon"
	"github.com/community-digest/digest/internal/fleet"
	"github.com/community-digest/digest/internal/report"
)

func main() {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP) // before all else: unheard, it ends the process
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], daemon.Process{
		Getenv: os.Getenv, Now: time.Now, PID: os.Getpid(), Version: version(), Hangups: hangups,
	}, os.Stdout, os.Stderr))
}

// The exit codes, which are those of digest.
const (
	exitOK           = 0
	exitFailed       = 1
	exitUsage        = 2
	exitUnauthorised = 4
)

// usageError is a mistake in the flags, the configurations or the environment.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// run is the whole program but for what only a process has. It returns the exit code.
func run(ctx context.Context, args []string, p daemon.Process, stdout, stderr io.Writer) int {
	p.Log = daemon.NewLog(stderr, p.Getenv)
	cmd := command(p)
	cmd.SetArgs(args)
	cmd.SetOut(stdout)
	cmd.SetErr(stderr)
	err := cmd.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	prefix := "digestd: "
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintln(stderr, prefix+report.Printable(strings.TrimSuffix(line, "\n")))
		prefix = ""
	}
	if daemon.Unauthorised(err) {
		return exitUnauthorised
	}
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	return exitFailed
}

func command(p daemon.Process) *cobra.Command {
	var o daemon.Options
	var database string
	cmd := &cobra.Command{
		Use:   "digestd --database postgres://…",
		Short: "Draft many digests on their schedules, on any number of machines",
		Long: `Digestd drafts every digest at the slots of its schedule, as 'digest serve' does. Any number
of processes with the same configurations share the work through one PostgreSQL.

The database holds work in progress only. Leave the password out of the address, which every
user of the machine can read, and set PGPASSWORD or PGPASSFILE.`,
		Example: `  digestd --config /etc/digest --database postgres://digest@db.example.org/digest
  digestd --config /etc/digest --database 'postgres://digest@/digest?host=/run/postgresql'`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("unknown argument %q", args[0])}
			}
			return nil
		},
		Version:       p.Version,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return serve(cmd.Context(), o, database, p) },
	}
	cmd.SetVersionTemplate("{{.Version}}\n")
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w\nhint: run '%s --help'", err, cmd.CommandPath())}
	})
	cmd.Flags().StringVar(&database, "database", "", "the `address` of the database, postgres://… (required)")
	o.Register(cmd.Flags())
	return cmd
}

// serve runs the daemon until its context ends.
func serve(ctx context.Context, o daemon.Options, database string, p daemon.Process) error {
	address, err := fleet.Address(database)
	if err != nil {
		return usageError{fmt.Errorf("--database: %w", err)}
	}
	d, err := daemon.New(o, p)
	if daemon.Unauthorised(err) {
		return err
	}
	if err != nil {
		return usageError{err}
	}
	q, err := fleet.Open(ctx, address, fleet.Config{
		Work: d.Work(), Looked: d.Looked, Workers: o.Workers, CatchUp: o.CatchUp, Timeout: o.DraftTimeout, StopTimeout: o.StopTimeout, Log: p.Log,
	})
	if err != nil {
		return err
	}
	defer q.Close()
	return d.Run(ctx, q)
}

// version is the module's version, which names the commit it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "digestd (unknown version)"
	}
	return "digestd " + info.Main.Version + " " + info.GoVersion
}
