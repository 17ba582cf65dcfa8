package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/community-digest/digest/collectors"
	"github.com/community-digest/digest/digest"
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

// planReport is what digest plan prints.
type planReport struct {
	Edition int               `json:"edition"`
	Period  digest.Period     `json:"period"`
	Sources int               `json:"sources"`
	Steps   []collectors.Step `json:"steps"`
	Total   report.Cost       `json:"total"`
	// NeedsToken says that some of the sources cannot be read without a token.
	NeedsToken bool `json:"needs_token,omitempty"`
	// Unknown are the accounts and topics whose repositories come on top.
	Unknown []string `json:"unknown,omitempty"`
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
	estimate := edition.NewEstimate(edition.Weekly{Config: cfg, Client: client})
	r := planReport{
		Edition: cfg.Calendar.Number(period), Period: period, Sources: estimate.Sources,
		Steps: estimate.Steps, Total: edition.Sum(estimate.Steps), Unknown: estimate.Unknown,
		NeedsToken: len(cfg.Discussions) > 0 && !client.Authenticated(),
	}
	if format == "json" {
		return report.WriteJSON(e.stdout, r)
	}
	return r.print(e.stdout)
}

func (r planReport) print(w io.Writer) error {
	fmt.Fprintf(w, "Edition %d, %s: %s.\n\n", r.Edition, r.Period, report.Count(r.Sources, "source"))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "requests\tpoints\t  what\t")
	for _, s := range r.Steps {
		fmt.Fprintf(t, "%d\t%d\t  %s\n", s.Requests, s.Points, s.Name)
	}
	fmt.Fprintf(t, "%d\t%d\t  total\n", r.Total.Requests, r.Total.GraphQLPoints)
	if err := t.Flush(); err != nil {
		return err
	}
	if r.NeedsToken {
		fmt.Fprintln(w, "\nDiscussions can only be read with a token: set GITHUB_TOKEN.")
	}
	for _, name := range r.Unknown {
		fmt.Fprintf(w, "\nThe repositories of %s come on top: one request for every 100 of them to list them, and then as many\nas for other repositories.\n", name)
	}
	return nil
}
