package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/community-digest/digest/internal/daemon"
	"github.com/community-digest/digest/internal/schedule"
)

func serveCommand(e env) *cobra.Command {
	var o daemon.Options
	var database string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run one or many digests on their schedules, as a daemon",
		Long: `Serve drafts or publishes every digest at the slots of its schedule, catches up on missed editions, and
shows how it is on a status page, to health checks and as metrics, without a database`,
		GroupID: groupRun,
		Example: `  # the configuration in this directory
  digest serve
  # all *.yaml in a directory
  digest serve --config /etc/digest
  # report late digests to a chat
  digest serve --webhook-env DIGEST_WEBHOOK`,
		Annotations: about("running.md", `  0  stopped by SIGTERM, after the drafts that were running
  1  failed
  2  wrong usage or configuration, nothing was contacted
  4  publishing requires a token`),
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("database") {
				return withHint(usagef("--database: serve needs no database"),
					"several machines share the work with 'digestd --database postgres://…'; an old digest.db holds no draft and can be deleted")
			}
			return serve(cmd.Context(), e, o)
		},
	}
	o.Register(cmd.Flags())
	cmd.Flags().StringVar(&database, "database", "", "")
	cmd.Flags().Lookup("database").Hidden = true
	return cmd
}

// serve runs the daemon until its context ends.
func serve(ctx context.Context, e env, o daemon.Options) error {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP) // before all else: unheard, it ends the process
	defer signal.Stop(hangups)
	d, err := daemon.New(o, daemon.Process{
		Getenv: e.getenv, Now: time.Now, PID: os.Getpid(), Version: version(), Log: daemon.NewLog(e.stderr.w, e.getenv), Hangups: hangups,
	})
	if daemon.Unauthorised(err) {
		return err
	}
	if err != nil {
		return usageError{err}
	}
	return d.Run(ctx, &schedule.Loop{
		Work: d.Work(), Workers: o.Workers, CatchUp: o.CatchUp, Timeout: o.DraftTimeout, StopTimeout: o.StopTimeout, Log: d.Log(),
	})
}
