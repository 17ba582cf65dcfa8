package daemon

import (
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"github.com/community-digest/digest/internal/status"
)

// Options are what the flags of a daemon say.
type Options struct {
	Configs      []string
	Output       string
	Listen       string
	CatchUp      int
	Workers      int
	DraftTimeout time.Duration
	Grace        time.Duration
	StopTimeout  time.Duration
	WebhookEnv   string
	WebhookFile  string
}

// Register adds the flags of a daemon to a command.
func (o *Options) Register(set *pflag.FlagSet) {
	set.StringArrayVar(&o.Configs, "config", nil, "configuration `file`, or directory of them; may be repeated (default: the first of digest.yaml, .github/digest.yaml, config.yaml)")
	set.StringVar(&o.Output, "output", ".", "write the drafts of digests that are not published under this `directory`")
	set.StringVar(&o.Listen, "listen", status.DefaultAddress, "`address` of the status page, health checks and metrics")
	set.IntVar(&o.CatchUp, "catch-up", 4, "after a slot, draft at most `n` missed editions of a digest, oldest first")
	set.IntVar(&o.Workers, "workers", 4, "draft at most `n` editions at the same time")
	set.DurationVar(&o.DraftTimeout, "draft-timeout", 10*time.Minute, "how long a draft may take")
	set.DurationVar(&o.Grace, "grace", status.DefaultGrace, "how long after its slot a draft may come before the digest is late")
	set.DurationVar(&o.StopTimeout, "stop-timeout", time.Minute, "how long running drafts may go on when the daemon is stopped")
	set.StringVar(&o.WebhookEnv, "webhook-env", "", "environment `variable` with the URL to report late digests to")
	set.StringVar(&o.WebhookFile, "webhook-file", "", "`file` with that URL")
}

const (
	maxCatchUp = 52
	maxWorkers = 64
)

func (o *Options) check() error {
	switch {
	case o.CatchUp < 1 || o.CatchUp > maxCatchUp:
		return fmt.Errorf("--catch-up %d: want a number from 1 to %d", o.CatchUp, maxCatchUp)
	case o.Workers < 1 || o.Workers > maxWorkers:
		return fmt.Errorf("--workers %d: want a number from 1 to %d", o.Workers, maxWorkers)
	case o.DraftTimeout < time.Second:
		return fmt.Errorf("--draft-timeout %s: want at least a second, for example 10m", o.DraftTimeout)
	case o.Grace <= 0:
		return fmt.Errorf("--grace %s: want a duration, for example 2h", o.Grace)
	case o.StopTimeout < 0:
		return fmt.Errorf("--stop-timeout %s: want a duration, for example 1m", o.StopTimeout)
	case o.Output == "" || o.Output == "-":
		return fmt.Errorf("--output %q: want a directory", o.Output)
	}
	return nil
}
