package main

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// commands returns the root command and those under it that the help lists.
func commands(t *testing.T) []*cobra.Command {
	t.Helper()
	root := rootCommand(env{stderr: newVoice(io.Discard)}, &drafted{})
	root.InitDefaultHelpCmd()
	all := []*cobra.Command{root}
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			all = append(all, c)
		}
	}
	if len(all) < 6 {
		t.Fatalf("%d commands", len(all))
	}
	return all
}

func TestEveryCommandHasAGroupAndExamples(t *testing.T) {
	t.Parallel()
	for _, c := range commands(t) {
		if c.HasParent() && c.GroupID == "" {
			t.Errorf("%s has no group", c.Name())
		}
		if c.Name() == "help" || c.Name() == "version" {
			continue
		}
		if n := len(examples(c)); n < 3 {
			t.Errorf("%s has %d examples, want 3", c.Name(), n)
		}
	}
}

// examples returns the command lines among the examples of a command.
func examples(c *cobra.Command) []string {
	var lines []string
	for line := range strings.Lines(c.Example) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "digest") {
			lines = append(lines, line)
		}
	}
	return lines
}

// TestTheExamplesOfTheHelpWork runs every example in one directory, in the order of the commands.
func TestTheExamplesOfTheHelpWork(t *testing.T) {
	srv, getenv, config := fake(t)
	t.Chdir(strings.TrimSuffix(config, "config.yaml"))
	getenv = atClock(t, srv, getenv, 0)
	for _, c := range commands(t) {
		if c.Name() == "serve" {
			continue // it does not end: see its own tests
		}
		for _, line := range examples(c) {
			args := strings.Fields(strings.ReplaceAll(line, "'", ""))[1:]
			var stdout, stderr bytes.Buffer
			code := run(t.Context(), args, getenv, &stdout, &stderr, monday(t))
			// A fresh draft has placeholders, which lint finds.
			if code != exitOK && !(c.Name() == "lint" && code == exitFailed && strings.Contains(stderr.String(), "checked")) {
				t.Errorf("%s: exit code %d, %s", line, code, &stderr)
			}
		}
	}
}

func TestHelpShowsTheReference(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args string
		want []string
	}{
		{"--help", []string{"Every week:\n", "Exit codes:\n", "docs/commands.md\n", "COMMAND [flags]"}},
		{"help publish", []string{"Usage:\n  digest publish [flags]\n", "Examples:\n", "Flags:\n", "Global flags:\n", "docs/publishing.md\n"}},
		{"lint --help", []string{"digest lint FILE... [flags]"}},
	} {
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), strings.Fields(tt.args), func(string) string { return "" }, &stdout, &stderr, monday(t))
		for _, want := range tt.want {
			if !strings.Contains(stdout.String(), want) {
				t.Errorf("digest %s lacks %q: exit code %d\n%s%s", tt.args, want, code, &stdout, &stderr)
			}
		}
		if strings.Contains(stdout.String(), "..\n") {
			t.Errorf("digest %s: %s", tt.args, &stdout)
		}
	}
}
