package main

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/community-digest/digest/internal/github"
)

// How often progress is told: a person watches a terminal, a log is read later.
const (
	terminalPace = 200 * time.Millisecond
	logPace      = 5 * time.Second
)

// waits knows what the client is waiting for. A long wait is told as it begins, a short
// one only while progress is told and it lasts.
type waits struct {
	say func(format string, args ...any)

	mu     sync.Mutex
	reason string
	until  time.Time
}

const longWait = 10 * time.Second

// begin is told of every wait by the client.
func (w *waits) begin(reason string, until time.Time) {
	w.mu.Lock()
	w.reason, w.until = reason, until
	w.mu.Unlock()
	if time.Until(until) >= longWait {
		w.say("waiting until %s: %s", until.Format(time.TimeOnly), reason)
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

// watch tells how far the collectors are, again and again until the returned function
// is called.
func (p *program) watch(line func() string) (stop func()) {
	if p.stderr.quiet {
		return func() {}
	}
	pace := logPace
	if p.stderr.terminal {
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
				p.stderr.clear()
				return
			case <-tick.C:
				p.stderr.progress(line())
			}
		}
	}()
	return func() { close(ended); <-gone }
}

// progressLine is a line such as
//
//	collecting: 12 of 40 sources, 87 requests (core: 4913 left, graphql: 4990 left), waiting until 09:30:00: …
func progressLine(done, total int, u github.Usage, wait string) string {
	line := fmt.Sprintf("collecting: %d of %d sources, %d requests", done, total, u.Requests())
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
