package main

import (
	"github.com/spf13/cobra"

	"github.com/community-digest/digest/internal/config"
	"github.com/community-digest/digest/internal/edition"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/report"
)

func planCommand(e env) *cobra.Command {
	var f periodFlags
	var file, format string
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Show what a run would cost",
		Long: `Plan shows the period that a run would cover and the requests and points of GitHub's limits that an
ordinary week of that many repositories costs, without contacting GitHub`,
		GroupID: groupRun,
		Example: `  digest plan
  digest plan --week 2023-W50
  digest plan --format json`,
		Annotations: about("commands.md", ""),
		Args:        noArgs,
		RunE: func(*cobra.Command, []string) error {
			if f.ways() > 1 {
				return usagef("--from with --to, --week and --last-week each set the period: use one of them")
			}
			if err := checkFormat(format); err != nil {
				return err
			}
			cfg, err := loadConfig(file)
			if err != nil {
				return err
			}
			return plan(e, cfg, f, format)
		},
	}
	f.register(cmd.Flags())
	registerConfig(cmd.Flags(), &file)
	registerFormat(cmd.Flags(), &format)
	return cmd
}

// plan prints what a run over the period would cost.
func plan(e env, cfg *config.Config, f periodFlags, format string) error {
	period, err := f.period(cfg.Calendar, e.now)
	if err != nil {
		return err
	}
	client, err := edition.Connect(e.getenv, github.Limits{})
	if err != nil {
		return usageError{err}
	}
	p := edition.Plan(edition.Weekly{Config: cfg, Client: client}, period)
	if format == "json" {
		return report.WriteJSON(e.stdout, p)
	}
	return p.Write(e.stdout)
}
