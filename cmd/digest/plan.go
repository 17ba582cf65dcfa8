package main

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/community-digest/digest/collectors"
	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/config"
	"github.com/community-digest/digest/templates"
)

func planCommand(p *program) *cobra.Command {
	var f periodFlags
	var file, format string
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Tell what a run would ask of GitHub: nothing is contacted",
		Long: `Plan tells the period that a run would cover, and how many requests and points of
GitHub's limits it is expected to cost. Nothing is contacted.

How much happened in the period is not known before it is read: an ordinary week of so
many repositories is assumed. Repositories that are named by their account or topic are
not known either, and are told apart.`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			if format != "text" && format != "json" {
				return usagef("--format %s: want text or json", format)
			}
			if f.ways() > 1 {
				return usagef("--from with --to, --week and --last-week each name the period: give one of them")
			}
			p.json = format == "json"
			cfg, err := config.Load(file, templates.FS)
			if err != nil {
				return usageError{err}
			}
			return plan(p, cfg, f)
		},
	}
	f.register(cmd.Flags())
	cmd.Flags().StringVar(&file, "config", "config.yaml", "configuration `file`")
	cmd.Flags().StringVar(&format, "format", "text", "`form` of the plan: text or json")
	return cmd
}

// planReport is what digest plan tells.
type planReport struct {
	Edition int               `json:"edition"`
	Period  digest.Period     `json:"period"`
	Sources int               `json:"sources"`
	Steps   []collectors.Step `json:"steps"`
	Total   cost              `json:"total"`
	// NeedsToken tells that a part of the sources cannot be read without a token.
	NeedsToken bool `json:"needs_token,omitempty"`
	// Unknown are the accounts and topics whose repositories come to all this.
	Unknown []string `json:"unknown,omitempty"`
}

// cost is requests and points, as GitHub counts them.
type cost struct {
	Requests      int `json:"requests"`
	GraphQLPoints int `json:"graphql_points"`
}

func sum(steps []collectors.Step) cost {
	var c cost
	for _, s := range steps {
		c.Requests += s.Requests
		c.GraphQLPoints += s.Points
	}
	return c
}

// plan tells what a run over the period would cost.
func plan(p *program, cfg *config.Config, f periodFlags) error {
	period, err := f.period(cfg.Calendar, p.now)
	if err != nil {
		return err
	}
	sources, err := connect(p, cfg)
	if err != nil {
		return err
	}
	r := planReport{Edition: cfg.Calendar.Number(period), Period: period}
	known := make(map[string]bool)
	w := watch(cfg, func(in config.Repositories, _ digest.Kind, _ digest.SectionName) []digest.Repo {
		if in.Selection != nil {
			if name := collectors.Selection(*in.Selection).String(); !known[name] {
				known[name] = true
				r.Unknown = append(r.Unknown, name)
			}
		}
		return in.Repos
	})
	r.Steps = collectors.NewGitHub(sources.client, w).Plan(usual(w))
	r.NeedsToken = len(cfg.Discussions) > 0 && p.tokenVariable() == ""
	r.Sources, r.Total = w.Len()+len(cfg.Feeds), sum(r.Steps)
	if p.json {
		enc := json.NewEncoder(p.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	}
	return r.print(p)
}

func (r planReport) print(p *program) error {
	fmt.Fprintf(p.stdout, "Edition %d, %s: %s.\n\n", r.Edition, r.Period, count(r.Sources, "source"))
	t := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "requests\tpoints\t  what\t")
	for _, s := range r.Steps {
		fmt.Fprintf(t, "%d\t%d\t  %s\n", s.Requests, s.Points, s.Name)
	}
	fmt.Fprintf(t, "%d\t%d\t  in all\n", r.Total.Requests, r.Total.GraphQLPoints)
	if err := t.Flush(); err != nil {
		return err
	}
	if r.NeedsToken {
		fmt.Fprintln(p.stdout, "\nDiscussions can only be read with a token, and there is none: set GITHUB_TOKEN.")
	}
	for _, name := range r.Unknown {
		fmt.Fprintf(p.stdout, "\nTo this come the repositories of %s, which only GitHub knows: a request for every 100 of them to find\nthem, and as many again for each kind as for others.\n", name)
	}
	return nil
}

// An ordinary week of a repository, where nothing better is known.
const (
	usualDiscussions = 5
	usualReleases    = 1
)

// usual is how much happens in an ordinary period.
func usual(w collectors.Sources) collectors.Activity {
	var a collectors.Activity
	for _, s := range w.Discussions {
		a.Discussions += usualDiscussions * len(s.Repos)
	}
	for _, s := range w.Releases {
		a.Releases += usualReleases * len(s.Repos)
	}
	return a
}
