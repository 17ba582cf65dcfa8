package daemon

import (
	"log/slog"
	"testing"
	"time"

	_ "time/tzdata" // the zones, on machines without them

	"github.com/community-digest/digest/internal/daemontest"
	"github.com/community-digest/digest/internal/githubtest"
)

var (
	newGitHub  = daemontest.NewGitHub
	weekly     = daemontest.Weekly
	weeksAgo   = daemontest.WeeksAgo
	publishing = daemontest.Publishing
)

// site is a directory in which a daemon of this process lives.
type site struct {
	*daemontest.Site
	t   *testing.T
	log *daemontest.Log
}

func newSite(t *testing.T, srv *githubtest.Server, configs map[string]string) *site {
	t.Helper()
	return &site{daemontest.NewSite(t, srv, configs), t, new(daemontest.Log)}
}

func (s *site) options() Options {
	return Options{
		Configs: []string{s.Path("configs")}, Output: s.Path("out"), Listen: "127.0.0.1:0",
		CatchUp: 4, Workers: 4, DraftTimeout: time.Minute, Grace: 2 * time.Hour, StopTimeout: time.Second,
	}
}

func (s *site) process() Process {
	return Process{
		Getenv: func(name string) string { return s.Env[name] }, Now: time.Now, PID: 42, Version: "v1.2.3",
		Log: slog.New(slog.NewJSONHandler(s.log, nil)),
	}
}

// daemon is one that does nothing by itself.
func (s *site) daemon() *Daemon {
	s.t.Helper()
	d, err := New(s.options(), s.process())
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(d.connections.CloseIdleConnections)
	return d
}
