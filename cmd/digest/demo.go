package main

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/config"
	"github.com/community-digest/digest/templates"
)

// demoFiles hold the model week, 11 to 17 December 2023 in the Istio community: its
// facts as a snapshot, with titles and texts written for this program, and the part of
// the configuration that rendering needs.
//
//go:embed demo
var demoFiles embed.FS

func demoCommand(p *program) *cobra.Command {
	f := outputFlags{}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Draft the model week: no token, no network",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(p); err != nil {
				return err
			}
			return demo(cmd.Context(), p, f)
		},
	}
	f.register(cmd.Flags())
	cmd.Flags().Lookup("output").DefValue = demoFolder
	f.output = demoFolder
	return cmd
}

const demoFolder = "digest-demo"

func demo(ctx context.Context, p *program, f outputFlags) error {
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
		return fmt.Errorf("demo/snapshot.json: %w", err)
	}
	return draftInto(ctx, p, cfg, f, "", known(s))
}
