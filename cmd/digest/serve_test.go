package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/community-digest/digest/internal/daemontest"
)

// serveSite runs digest serve in this process; stop ends it as SIGTERM does.
func serveSite(t *testing.T, s *daemontest.Site, args ...string) (log *daemontest.Log, stop func() int) {
	t.Helper()
	log = new(daemontest.Log)
	ctx, cancel := context.WithCancelCause(t.Context())
	code := make(chan int, 1)
	args = append([]string{"serve", "--config", s.Path("configs"), "--output", s.Path("out"), "--listen", "127.0.0.1:0"}, args...)
	getenv := func(name string) string { return s.Env[name] }
	go func() { code <- run(ctx, args, getenv, io.Discard, log, time.Now()) }()
	return log, func() int {
		cancel(interruption{syscall.SIGTERM})
		return <-code
	}
}

func TestServeDraftsWhatIsMissingAndStops(t *testing.T) {
	t.Parallel()
	weekly, publishing := daemontest.Weekly, daemontest.Publishing
	s := daemontest.NewSite(t, daemontest.NewGitHub(t), map[string]string{"files": weekly(3, ""), "pulls": weekly(3, publishing("pulls"))})
	log, stop := serveSite(t, s)
	log.Until(t, "three editions each", func() bool { return len(log.Lines("run")) >= 6 })
	if code := stop(); code != exitOK {
		t.Errorf("exit code %d\n%s", code, log)
	}
	for _, name := range []string{"files", "pulls"} {
		if got, want := log.Runs(name), []string{"created 1", "created 2", "created 3"}; !slices.Equal(got, want) {
			t.Errorf("%s: runs %v, want %v", name, got, want)
		}
	}
	if got, want := s.Proposed(), []string{"pulls/1", "pulls/2", "pulls/3"}; !slices.Equal(got, want) {
		t.Errorf("pull requests %v, want %v", got, want)
	}
	if n := len(s.Files()); n != 9 {
		t.Errorf("%d files, want 9", n)
	}
}

func TestServeNeedsNoDatabase(t *testing.T) {
	t.Parallel()
	for _, database := range []string{"digest.db", "postgres://digest:secret@db.example.org/digest"} {
		var stderr bytes.Buffer
		code := run(t.Context(), []string{"serve", "--database", database}, func(string) string { return "" }, io.Discard, &stderr, time.Now())
		if code != exitUsage || !strings.Contains(stderr.String(), "digestd --database postgres://") || strings.Contains(stderr.String(), "secret") {
			t.Errorf("exit code %d, stderr %q", code, &stderr)
		}
	}
}

func TestServeSaysWhyItDoesNotStart(t *testing.T) {
	t.Parallel()
	srv := daemontest.NewGitHub(t)
	for claim, tt := range map[string]struct {
		config string
		env    map[string]string
		code   int
		want   string
	}{
		"a wrong configuration": {daemontest.Weekly(1, "titel: x\n"), nil, exitUsage, "titel"},
		"no token to publish":   {daemontest.Weekly(1, daemontest.Publishing("a")), map[string]string{"GITHUB_TOKEN": ""}, exitUnauthorised, "requires a token"},
		"no token at all":       {daemontest.Weekly(1, ""), map[string]string{"GITHUB_TOKEN": "GITHUB_TOKEN=…"}, exitUnauthorised, "does not hold a token"},
		"no address of an API":  {daemontest.Weekly(1, ""), map[string]string{"GITHUB_API_URL": "nowhere"}, exitUsage, "GITHUB_API_URL"},
	} {
		s := daemontest.NewSite(t, srv, map[string]string{"a": tt.config})
		for name, value := range tt.env {
			s.Env[name] = value
		}
		log, stop := serveSite(t, s)
		log.Until(t, "it ended", func() bool { return log.String() != "" })
		if code := stop(); code != tt.code || !strings.Contains(log.String(), tt.want) {
			t.Errorf("%s: exit code %d, want %d; stderr %q", claim, code, tt.code, log)
		}
		if _, err := os.Stat(s.Path("out")); !os.IsNotExist(err) {
			t.Errorf("%s: %v", claim, err)
		}
	}
	if n := len(srv.Requests()); n > 0 {
		t.Errorf("%d requests were sent", n)
	}
}
