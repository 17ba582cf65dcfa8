package main

import (
	"bytes"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/community-digest/digest/internal/daemon"
	"github.com/community-digest/digest/internal/daemontest"
)

func TestExitCodesBeforeAnythingIsContacted(t *testing.T) {
	t.Parallel()
	srv := daemontest.NewGitHub(t)
	const database = "postgres://digest:secret@127.0.0.1:1/digest"
	for claim, tt := range map[string]struct {
		config string
		args   []string
		env    map[string]string
		code   int
		want   string
	}{
		"no database":                    {args: nil, code: exitUsage, want: "--database: want postgres://"},
		"a database that is a file":      {args: []string{"--database", "secret.db"}, code: exitUsage, want: "--database: want postgres://"},
		"another scheme of PostgreSQL's": {args: []string{"--database", "postgresql://digest:secret@db/digest"}, code: exitUsage, want: "--database: want postgres://"},
		"a malformed address":            {args: []string{"--database", "postgres://digest:secret@db:port/digest"}, code: exitUsage, want: "--database: malformed"},
		"an unknown flag":                {args: []string{"--databse", "secret"}, code: exitUsage, want: "hint: run 'digestd --help'"},
		"an argument":                    {args: []string{"serve"}, code: exitUsage, want: `unknown argument "serve"`},
		"a wrong configuration":          {config: "titel: x\n", args: []string{"--database", database}, code: exitUsage, want: "titel"},
		"no token to publish":            {config: daemontest.Publishing("a"), args: []string{"--database", database}, env: map[string]string{"GITHUB_TOKEN": ""}, code: exitUnauthorised, want: "requires a token"},
		"a database that is not there":   {args: []string{"--database", database}, code: exitFailed, want: "prepare the database"},
		"a version":                      {args: []string{"--version"}, code: exitOK, want: "digestd v1.2.3\n"},
		"help":                           {args: []string{"--help"}, code: exitOK, want: "--database address"},
	} {
		t.Run(claim, func(t *testing.T) {
			t.Parallel()
			s := daemontest.NewSite(t, srv, map[string]string{"a": daemontest.Weekly(1, tt.config)})
			for name, value := range tt.env {
				s.Env[name] = value
			}
			var out bytes.Buffer
			args := append([]string{"--config", s.Path("configs"), "--listen", "127.0.0.1:0"}, tt.args...)
			code := run(t.Context(), args, daemon.Process{
				Getenv: func(name string) string { return s.Env[name] }, Now: time.Now, PID: os.Getpid(), Version: "digestd v1.2.3", Log: slog.New(slog.DiscardHandler),
			}, &out, &out)
			if code != tt.code || !strings.Contains(out.String(), tt.want) || strings.Contains(out.String(), "secret") {
				t.Errorf("exit code %d, want %d; %q", code, tt.code, &out)
			}
		})
	}
	t.Cleanup(func() {
		if n := len(srv.Requests()); n > 0 {
			t.Errorf("%d requests were sent", n)
		}
	})
}
