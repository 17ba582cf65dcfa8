package main

import (
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/community-digest/digest/internal/edition"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/report"
)

// How often progress is printed: a terminal is watched, a log is read later.
const (
	terminalPace = 200 * time.Millisecond
	logPace      = 5 * time.Second
)

// connect gives a weekly its client, and prints how far its runs are until the returned function is called.
func (e env) connect(w *edition.Weekly) (stop func(), err error) {
	waits := &waits{note: e.stderr.note}
	w.Client, err = edition.Connect(e.getenv, github.Limits{MaxWait: w.Config.MaxWait, OnWait: waits.begin})
	if err != nil {
		return nil, usageError{err}
	}
	if u, err := url.Parse(e.getenv("GITHUB_API_URL")); err == nil && u.Scheme == "http" && w.Client.Authenticated() && !isLoopback(u.Hostname()) {
		e.stderr.warning("GITHUB_API_URL is not https: the token is sent to %s unencrypted", u.Host)
	}
	w.Progress = new(edition.Progress)
	return e.repeat(func() string { return progressLine(w.Progress, w.Client.Usage(), waits.now()) }), nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// repeat prints a line of progress again and again until the returned function is called.
func (e env) repeat(line func() string) (stop func()) {
	if e.stderr.quiet {
		return func() {}
	}
	pace := logPace
	if e.stderr.terminal {
		pace = terminalPace
	}
	ended, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		tick := time.NewTicker(pace)
		defer tick.Stop()
		for {
			select {
			case <-ended:
				e.stderr.clear()
				return
			case <-tick.C:
				if text := line(); text != "" {
					e.stderr.progress(text)
				}
			}
		}
	}()
	return func() { close(ended); <-gone }
}

// progressLine is a line such as
//
//	collecting: 12 of 40 sources, 87 requests (core: 4913 left, graphql: 4990 left), waiting until 09:30:00: …
//
// It is empty while nothing is collected.
func progressLine(p *edition.Progress, u github.Usage, wait string) string {
	if !p.Collecting() {
		return ""
	}
	line := fmt.Sprintf("collecting: %d of %s, %s", p.Done(), report.Count(p.Total(), "source"), report.Count(u.Requests(), "request"))
	var left []string
	for _, name := range []string{"core", "graphql"} {
		if r, ok := u.Rates[name]; ok {
			left = append(left, fmt.Sprintf("%s: %d left", name, r.Remaining))
		}
	}
	if len(left) > 0 {
		line += " (" + strings.Join(left, ", ") + ")"
	}
	if wait != "" {
		line += ", " + wait
	}
	return line
}

// waits knows what the client is waiting for. A long wait is printed as it begins, a short one only as part of the
// progress.
type waits struct {
	note func(format string, args ...any)

	mu     sync.Mutex
	reason string
	until  time.Time
}

const longWait = 10 * time.Second

// begin is called by the client before every wait.
func (w *waits) begin(reason string, until time.Time) {
	w.mu.Lock()
	w.reason, w.until = reason, until
	w.mu.Unlock()
	if time.Until(until) >= longWait {
		w.note("waiting until %s: %s", until.Format(time.TimeOnly), reason)
	}
}

// now says what is waited for, if anything.
func (w *waits) now() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if time.Now().After(w.until) {
		return ""
	}
	return fmt.Sprintf("waiting until %s: %s", w.until.Format(time.TimeOnly), w.reason)
}
