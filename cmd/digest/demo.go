package main

import (
	"context"
	"embed"
	"errors"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/config"
	"github.com/community-digest/digest/internal/edition"
	"github.com/community-digest/digest/templates"
)

// demoFiles hold the model week, 11 to 17 December 2023 in the Istio community: its
// facts as a snapshot, with titles and texts written for this program, and the part of
// the configuration that rendering needs.
//
//go:embed demo
var demoFiles embed.FS

func demoCommand(e env, done *drafted) *cobra.Command {
	var f outputFlags
	var format string
	cmd := &cobra.Command{
		Use:     "demo",
		Short:   "Draft a sample week, without token or network",
		GroupID: groupStart,
		Example: `  digest demo
  digest demo --output -
  digest demo --output site --dry-run`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := errors.Join(checkFormat(format), f.check(format)); err != nil {
				return err
			}
			return demo(cmd.Context(), e, done, f)
		},
	}
	f.register(cmd.Flags(), "digest-demo")
	registerFormat(cmd.Flags(), &format)
	return cmd
}

func demo(ctx context.Context, e env, done *drafted, f outputFlags) error {
	data, err := fs.ReadFile(demoFiles, "demo/config.yaml")
	if err != nil {
		return err // unreachable: it is embedded
	}
	cfg, err := config.Parse("demo/config.yaml", data, nil, templates.FS)
	if err != nil {
		return err
	}
	data, err = fs.ReadFile(demoFiles, "demo/snapshot.json")
	if err != nil {
		return err // unreachable: it is embedded
	}
	s, err := digest.DecodeSnapshot(data)
	if err != nil {
		return err
	}
	return e.draft(ctx, edition.Weekly{Config: cfg, Target: f.target(e), Warn: e.warn()}, edition.Request{Snapshot: &s, Force: f.force}, done)
}
