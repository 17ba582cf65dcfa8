package daemon

import (
	"context"
	"errors"
	"path"
	"time"

	"github.com/community-digest/digest/internal/edition"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/output"
	"github.com/community-digest/digest/internal/report"
	"github.com/community-digest/digest/internal/status/sdnotify"
)

// ready reports why the daemon cannot work now: what it has to write to must take a write.
func (d *Daemon) ready(ctx context.Context, s Scheduler) error {
	if d.stopping.Load() {
		return errors.New("stopping")
	}
	for _, s := range d.all() {
		target, ok := s.target.(edition.Folder)
		if !ok {
			continue
		}
		if err := writable(target.Path, path.Join(s.config.State, "ready")); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return s.Ready(ctx)
}

// writable reports why a file could not be written under a directory.
func writable(dir, name string) error {
	files, err := output.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(files.Writable(name), files.Close())
}

// maxSkew is how far this machine's clock may be off before that is logged.
const maxSkew = 5 * time.Minute

// checkClock compares the clock with GitHub's, which a run has heard of, and logs when it begins
// and ceases to be wrong.
func (d *Daemon) checkClock(c *github.Client) {
	ahead, known := c.Clock()
	if !known {
		return
	}
	d.board.Clock(ahead)
	wrong := ahead.Abs() > maxSkew
	if d.skewed.Swap(wrong) == wrong {
		return
	}
	if wrong {
		d.log.Warn("clock differs from GitHub's: slots come at the wrong time", "github_ahead", ahead.Round(time.Second).String())
	} else {
		d.log.Info("clock agrees with GitHub's again")
	}
}

// say notifies systemd, if it listens.
func (d *Daemon) say(words ...string) {
	if err := sdnotify.Notify(d.getenv("NOTIFY_SOCKET"), words...); err != nil {
		d.log.Warn("systemd not notified", "error", report.Printable(err.Error()))
	}
}

// watchdog ticks as often as systemd wants to hear that the daemon lives.
func (d *Daemon) watchdog() (ticks <-chan time.Time, stop func()) {
	every := sdnotify.Interval(d.getenv("WATCHDOG_USEC"), d.getenv("WATCHDOG_PID"), d.process.PID)
	if every <= 0 {
		return nil, func() {}
	}
	t := time.NewTicker(every)
	return t.C, t.Stop
}
