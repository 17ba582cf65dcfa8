// Package daemon is what `digest serve` and `digestd` have in common: it reads the
// configurations, drafts one period of a digest when it is asked to, and shows how that goes on
// a status page, in metrics, in the log and to systemd.
//
// When to draft is a [Scheduler]'s decision: a loop in this process, or a queue that many
// processes share. The daemon gives it the names of the digests, and two functions.
package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/community-digest/digest/internal/edition"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/report"
	"github.com/community-digest/digest/internal/schedule"
	"github.com/community-digest/digest/internal/status"
	"github.com/community-digest/digest/internal/status/sdnotify"
	"github.com/community-digest/digest/internal/status/webhook"
)

// Scheduler decides when which digest drafts.
type Scheduler interface {
	// Run works until ctx ends and drafts under way have ended. Each list of digests that it
	// receives replaces the one before.
	Run(ctx context.Context, digests <-chan []schedule.Digest) error
	// Ready reports why it cannot work now.
	Ready(ctx context.Context) error
}

// Process is what a daemon gets from the process that it runs in.
type Process struct {
	Getenv  func(string) string
	Now     func() time.Time
	PID     int
	Version string
	Log     *slog.Logger
	// Hangups are the SIGHUPs, each of which reads the configurations again.
	Hangups <-chan os.Signal
}

// Daemon is a daemon that is configured; [New] makes one.
type Daemon struct {
	options     Options
	process     Process
	getenv      func(string) string
	now         func() time.Time
	log         *slog.Logger
	board       *status.Board
	notify      func(context.Context, []status.Notice) error // nil without a webhook
	connections *http.Transport                              // to GitHub, shared by all runs
	stopping    atomic.Bool
	skewed      atomic.Bool

	mu      sync.Mutex
	digests []*served
}

// New reads the configurations and the URL of the webhook. Nothing is contacted yet. An error is
// a mistake in the flags, the configurations or the environment.
func New(o Options, p Process) (*Daemon, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	d := &Daemon{
		options: o, process: p, getenv: p.Getenv, now: p.Now, log: p.Log,
		board: status.NewBoard(p.Version, p.Now), connections: http.DefaultTransport.(*http.Transport).Clone(),
	}
	d.connections.MaxIdleConnsPerHost = o.Workers
	if _, err := edition.Connect(p.Getenv, github.Limits{}); err != nil {
		return nil, err
	}
	digests, err := load(o, p.Getenv)
	if err != nil {
		return nil, err
	}
	d.configure(digests)
	url, err := webhook.Address(o.WebhookEnv, o.WebhookFile, p.Getenv, os.ReadFile)
	if err != nil || url == "" {
		return d, err
	}
	hook, err := webhook.New(url)
	if err != nil {
		return nil, err
	}
	d.notify = func(ctx context.Context, n []status.Notice) error { return hook.Post(ctx, status.Message(n)) }
	return d, nil
}

// Unauthorised reports whether New failed because the token is missing or none.
func Unauthorised(err error) bool {
	_, malformed := errors.AsType[*edition.TokenError](err)
	return malformed || errors.Is(err, edition.ErrNoToken)
}

// Log returns the log that the daemon writes.
func (d *Daemon) Log() *slog.Logger { return d.log }

// Work is what the scheduler does.
func (d *Daemon) Work() schedule.Work { return schedule.Work{Due: d.due, Draft: d.draft} }

// Run serves the digests until ctx ends, and then until the drafts under way have ended. The
// status page and the webhook go on that long.
func (d *Daemon) Run(ctx context.Context, s Scheduler) error {
	defer d.connections.CloseIdleConnections()
	listener, err := net.Listen("tcp", d.options.Listen)
	if err != nil {
		return fmt.Errorf("--listen %s: %w", d.options.Listen, err)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	beside, stopBeside := context.WithCancel(context.WithoutCancel(ctx))
	defer stopBeside()
	broken := make(chan error, 1)
	var parts sync.WaitGroup
	parts.Go(func() {
		ready := func(ctx context.Context) error { return d.ready(ctx, s) }
		err := status.Serve(beside, listener, status.Handler(d.board, ready), d.log)
		switch {
		case err != nil && beside.Err() == nil:
			broken <- err
			stop() // a daemon that no one can look at must not go on unnoticed
		case err != nil:
			d.log.Warn("stopping", "error", err.Error()) // a slow reader was cut off
		}
	})
	watch := &status.Watch{Board: d.board, Log: d.log, Notify: d.notify}
	parts.Go(func() { watch.Run(beside) })

	digests := make(chan []schedule.Digest)
	scheduled := make(chan error, 1)
	go func() { scheduled <- s.Run(ctx, digests) }()
	err = d.serve(ctx, digests, scheduled, listener.Addr())
	stopBeside()
	parts.Wait()
	select {
	case broke := <-broken:
		return errors.Join(err, broke)
	default:
		return err
	}
}

// serve hands the digests to the scheduler, and does what systemd and SIGHUP want, until the
// scheduler has ended.
func (d *Daemon) serve(ctx context.Context, digests chan<- []schedule.Digest, scheduled <-chan error, address net.Addr) error {
	select {
	case digests <- d.scheduled():
	case err := <-scheduled:
		return err
	}
	d.say(sdnotify.Ready, sdnotify.Status(report.Count(len(d.scheduled()), "digest")))
	d.log.Info("serving", "digests", len(d.scheduled()), "address", address.String())
	alive, stopAlive := d.watchdog()
	defer stopAlive()
	// A reload runs beside the rest: what it reads may take its time.
	hangups, reloaded := d.process.Hangups, make(chan []*served, 1)
	stopped := ctx.Done()
	for {
		select {
		case <-hangups:
			hangups = nil // until this one is over
			d.reloading()
			go func() { reloaded <- d.reload() }()
		case loaded := <-reloaded:
			hangups = d.process.Hangups
			if loaded != nil {
				d.configure(loaded)
				select {
				case digests <- d.scheduled():
					d.log.Info("configuration reloaded", "digests", len(loaded))
				case <-ctx.Done():
				}
			}
			d.say(sdnotify.Ready)
		case <-alive:
			d.say(sdnotify.Alive)
		case <-stopped:
			stopped, hangups = nil, nil
			d.stopping.Store(true)
			d.say(sdnotify.Stopping)
			d.log.Info("stopping: waiting for running drafts", "at_most", d.options.StopTimeout.String())
		case err := <-scheduled:
			return err
		}
	}
}

// reload reads the configurations again. It returns nil if one of them is invalid.
func (d *Daemon) reload() []*served {
	digests, err := load(d.options, d.getenv)
	if err != nil {
		d.log.Error("configuration not reloaded: keeping the old one", "error", report.Printable(err.Error()))
		return nil
	}
	return digests
}

// reloading notifies systemd that a reload has begun.
func (d *Daemon) reloading() {
	if s, err := sdnotify.Reloading(); err == nil {
		d.say(s)
	}
}

// configure makes these the digests that are served.
func (d *Daemon) configure(digests []*served) {
	d.mu.Lock()
	d.digests = digests
	d.mu.Unlock()
	shown := make([]status.Digest, len(digests))
	for i, s := range digests {
		shown[i] = status.Digest{Name: s.name, Schedule: s.schedule, Grace: d.options.Grace}
	}
	d.board.Configure(shown)
}

// all returns the digests that are served.
func (d *Daemon) all() []*served {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.digests // replaced as a whole, never changed
}

// served finds a digest; nil when it is not served.
func (d *Daemon) served(name string) *served {
	for _, s := range d.all() {
		if s.name == name {
			return s
		}
	}
	return nil
}

// scheduled lists the digests as the scheduler wants them.
func (d *Daemon) scheduled() []schedule.Digest {
	var list []schedule.Digest
	for _, s := range d.all() {
		list = append(list, schedule.Digest{Name: s.name, Schedule: s.schedule})
	}
	return list
}

// Looked says that another process found nothing missing of a digest at a time.
func (d *Daemon) Looked(name string, at time.Time) { d.board.Looked(name, at, time.Time{}) }

// NewLog returns the log of a daemon: for people on a terminal, for programs elsewhere.
func NewLog(w io.Writer, getenv func(string) string) *slog.Logger {
	terminal := false
	if f, ok := w.(*os.File); ok {
		info, err := f.Stat()
		terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return slog.New(status.LogHandler(w, terminal, getenv("NO_COLOR") == "", slog.LevelInfo))
}
