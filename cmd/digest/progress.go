package main

import (
	"net"
	"net/url"
	"time"

	"github.com/community-digest/digest/internal/edition"
	"github.com/community-digest/digest/internal/github"
)

// How often progress is printed: someone looks at a terminal now, and at a log later.
const (
	terminalPace = 200 * time.Millisecond
	logPace      = 5 * time.Second
)

// longWait is a wait that is printed as it begins.
const longWait = 10 * time.Second

// connect gives a weekly its client, and prints how far its runs are until the returned function is called.
func (e env) connect(w *edition.Weekly) (stop func(), err error) {
	w.Progress = new(edition.Progress)
	w.Client, err = edition.Connect(e.getenv, github.Limits{MaxWait: w.Config.MaxWait, OnWait: func(reason string, until time.Time) {
		w.Progress.Wait(reason, until)
		if time.Until(until) >= longWait { // a short one is part of the progress
			e.stderr.note("waiting until %s: %s", until.Format(time.TimeOnly), reason)
		}
	}})
	if err != nil {
		return nil, usageError{err}
	}
	if u, err := url.Parse(e.getenv("GITHUB_API_URL")); err == nil && u.Scheme == "http" && w.Client.Authenticated() && !isLoopback(u.Hostname()) {
		e.stderr.warning("GITHUB_API_URL is not https: the token is sent to %s unencrypted", u.Host)
	}
	return e.repeat(func() string { return w.Progress.Line(time.Now(), w.Client.Usage()) }), nil
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
