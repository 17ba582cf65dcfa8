package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/community-digest/digest/internal/jobs"
	"github.com/community-digest/digest/internal/report"
	"github.com/community-digest/digest/internal/status"
	"github.com/community-digest/digest/internal/status/sdnotify"
	"github.com/community-digest/digest/internal/status/webhook"
)

// serveFlags are the flags of digest serve.
type serveFlags struct {
	configs     []string
	output      string
	database    string
	listen      string
	catchUp     int
	workers     int
	grace       time.Duration
	stopTimeout time.Duration
	webhookEnv  string
	webhookFile string
}

func (f *serveFlags) register(set *pflag.FlagSet) {
	set.StringSliceVar(&f.configs, "config", []string{"config.yaml"}, "configuration `file`, or folder of them; may be given several times")
	set.StringVar(&f.output, "output", ".", "write the drafts of digests that are not published beneath this `folder`")
	set.StringVar(&f.database, "database", "digest.db", "where work is kept: a `file`, or postgres://… for several machines")
	set.StringVar(&f.listen, "listen", status.DefaultAddress, "`address` of the status page, health checks and metrics")
	set.IntVar(&f.catchUp, "catch-up", 4, "draft up to `n` missed editions of a digest, oldest first")
	set.IntVar(&f.workers, "workers", 4, "draft up to `n` editions at the same time")
	set.DurationVar(&f.grace, "grace", status.DefaultGrace, "how long after its slot a draft may come before the webhook is called")
	set.DurationVar(&f.stopTimeout, "stop-timeout", time.Minute, "how long running drafts may take to end when the daemon is stopped")
	set.StringVar(&f.webhookEnv, "webhook-env", "", "`variable` that holds the address to tell of missing drafts")
	set.StringVar(&f.webhookFile, "webhook-file", "", "`file` that holds that address")
}

func (f *serveFlags) check() error {
	switch {
	case f.catchUp < 1 || f.catchUp > maxCatchUp:
		return usagef("--catch-up %d: want a number from 1 to %d", f.catchUp, maxCatchUp)
	case f.workers < 1 || f.workers > 64:
		return usagef("--workers %d: want a number from 1 to 64", f.workers)
	case f.grace <= 0:
		return usagef("--grace %s: want a time, for example 2h", f.grace)
	case f.output == "" || f.output == "-":
		return usagef("--output: want a folder")
	}
	return nil
}

func serveCommand(e env) *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run one or many digests on their schedules, as a daemon",
		Long: `Serve drafts every digest at the slots of its schedule, and publishes those that have a
publish section. Editions that were missed while it was down are drafted when it starts,
oldest first. What it has to do is kept in a database, so nothing is lost or done twice
when it is killed.

It tells how it is on a status page, to health checks and as metrics, and calls a webhook
when a slot passes without a draft. SIGHUP reads the configurations again; SIGTERM stops
it after the drafts that are running.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(); err != nil {
				return err
			}
			return serve(cmd.Context(), e, f)
		},
	}
	f.register(cmd.Flags())
	return cmd
}

// daemon is a running digest serve.
type daemon struct {
	env      env
	flags    serveFlags
	now      func() time.Time
	log      *slog.Logger
	board    *status.Board
	queue    *jobs.Queue
	stopping atomic.Bool
	// connections are those to GitHub.
	connections *http.Transport

	mu      sync.Mutex
	digests map[string]*served
}

func newDaemon(e env, f serveFlags, now func() time.Time) *daemon {
	d := &daemon{
		env: e, flags: f, now: now, board: status.NewBoard(version(), now), connections: http.DefaultTransport.(*http.Transport).Clone(),
		log: slog.New(status.LogHandler(e.stderr.w, e.stderr.terminal, e.getenv("NO_COLOR") == "", slog.LevelInfo)),
	}
	d.connections.MaxIdleConnsPerHost = f.workers
	return d
}

// serve runs the daemon until its context ends.
func serve(ctx context.Context, e env, f serveFlags) error {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP) // before all else: unheard, it ends the process
	defer signal.Stop(hangups)
	digests, err := loadDigests(e, f.configs)
	if err != nil {
		return err
	}
	tell, err := notifier(e, f)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", f.listen)
	if err != nil {
		return fmt.Errorf("--listen %s: %w", f.listen, err)
	}
	defer l.Close()
	d := newDaemon(e, f, time.Now)
	defer d.connections.CloseIdleConnections()
	if err := d.open(ctx); err != nil {
		return err
	}
	d.configure(digests)
	return d.run(ctx, l, tell, hangups, digests)
}

// open opens the database of the work.
func (d *daemon) open(ctx context.Context) (err error) {
	d.queue, err = jobs.Open(ctx, jobs.Config{
		Database: d.flags.database, CatchUp: d.flags.catchUp, Workers: d.flags.workers, Due: d.due, Draft: d.draft, Log: d.log,
		Tell: func(e jobs.Event) { d.tell(ctx, e) },
	})
	return err
}

// run works until the context ends, and then until what runs is done. What tells how the
// daemon is goes on that long.
func (d *daemon) run(ctx context.Context, l net.Listener, tell func(context.Context, []status.Notice) error, hangups <-chan os.Signal, digests []*served) error {
	if err := d.queue.Start(ctx, work(digests)); err != nil {
		return errors.Join(err, d.stop(ctx))
	}
	aside, cancel := context.WithCancel(context.WithoutCancel(ctx))
	broken := make(chan error, 1)
	var parts sync.WaitGroup
	parts.Go(func() {
		if err := status.Serve(aside, l, status.Handler(d.board, d.ready), d.log); err != nil {
			broken <- err
		}
	})
	watch := &status.Watch{Board: d.board, Log: d.log, Tell: tell}
	parts.Go(func() { watch.Run(aside) })
	parts.Go(func() { d.keepUp(aside) })
	d.notify(sdnotify.Ready, sdnotify.Status(report.Count(len(digests), "digest")))
	d.log.Info("serving", "digests", len(digests), "address", l.Addr().String())

	err := d.wait(ctx, hangups, broken)
	d.stopping.Store(true)
	d.notify(sdnotify.Stopping)
	d.log.Info("stopping: running drafts are waited for", "at_most", d.flags.stopTimeout.String())
	err = errors.Join(err, d.stop(ctx))
	cancel()
	parts.Wait()
	if len(broken) > 0 { // a slow reader was cut off
		d.log.Warn("stopping", "error", (<-broken).Error())
	}
	return err
}

// wait does what signals and systemd ask for until the context ends or nobody can look at
// the daemon any more: it is not to go on unnoticed.
func (d *daemon) wait(ctx context.Context, hangups <-chan os.Signal, broken <-chan error) error {
	alive, stopAlive := d.watchdog()
	defer stopAlive()
	for {
		select {
		case <-hangups:
			d.reload()
		case <-alive:
			d.notify(sdnotify.Alive)
		case err := <-broken:
			return err
		case <-ctx.Done():
			return nil
		}
	}
}

// stop lets running drafts end, and leaves the rest in the database.
func (d *daemon) stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.flags.stopTimeout)
	defer cancel()
	return d.queue.Stop(ctx)
}

// reload reads the configurations again. What is invalid changes nothing.
func (d *daemon) reload() {
	if s, err := sdnotify.Reloading(); err == nil {
		d.notify(s)
	}
	defer d.notify(sdnotify.Ready)
	digests, err := loadDigests(d.env, d.flags.configs)
	if err != nil {
		d.log.Error("the configuration was not read again: the old one stays", "error", report.Printable(err.Error()))
		return
	}
	d.configure(digests)
	d.queue.Reload(work(digests))
	d.log.Info("the configuration was read again", "digests", len(digests))
}

// configure makes these the digests that are served.
func (d *daemon) configure(digests []*served) {
	byName := make(map[string]*served)
	var shown []status.Digest
	for _, s := range digests {
		byName[s.name] = s
		shown = append(shown, status.Digest{Name: s.name, Schedule: s.schedule, Grace: d.flags.grace})
	}
	d.mu.Lock()
	d.digests = byName
	d.mu.Unlock()
	d.board.Configure(shown)
}

// ready reports why the daemon cannot work now.
func (d *daemon) ready(ctx context.Context) error {
	if d.stopping.Load() {
		return errors.New("the daemon stops")
	}
	if _, err := d.queue.Overview(ctx); err != nil {
		return errors.New("the database does not answer") // not its own words: they may hold an address
	}
	return nil
}

// notify tells systemd, where it listens.
func (d *daemon) notify(say ...string) {
	if err := sdnotify.Notify(d.env.getenv("NOTIFY_SOCKET"), say...); err != nil {
		d.log.Warn("systemd could not be told", "error", err.Error())
	}
}

// watchdog ticks as often as systemd wants to hear that the daemon lives.
func (d *daemon) watchdog() (<-chan time.Time, func()) {
	every := sdnotify.Interval(d.env.getenv("WATCHDOG_USEC"), d.env.getenv("WATCHDOG_PID"), os.Getpid())
	if every <= 0 {
		return nil, func() {}
	}
	t := time.NewTicker(every)
	return t.C, t.Stop
}

// notifier is how missing drafts are told; nil when no webhook is configured.
func notifier(e env, f serveFlags) (func(context.Context, []status.Notice) error, error) {
	address, err := webhook.Address(f.webhookEnv, f.webhookFile, e.getenv, os.ReadFile)
	if err != nil || address == "" {
		return nil, usageOr(err)
	}
	hook, err := webhook.New(address)
	if err != nil {
		return nil, usageOr(err)
	}
	return func(ctx context.Context, n []status.Notice) error { return hook.Post(ctx, status.Message(n)) }, nil
}

func usageOr(err error) error {
	if err == nil {
		return nil
	}
	return usageError{err}
}
