package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/config"
	"github.com/community-digest/digest/internal/publish"
	"github.com/community-digest/digest/internal/schedule"
	"github.com/community-digest/digest/templates"
)

// publishFlags are the flags of digest publish.
type publishFlags struct {
	periodFlags
	config    string
	snapshot  string
	format    string
	languages []string
	catchUp   int
}

func (f *publishFlags) register(set *pflag.FlagSet) {
	f.periodFlags.register(set)
	set.StringVar(&f.config, "config", "config.yaml", "configuration `file`")
	set.StringVar(&f.snapshot, "snapshot", "", "publish what this saved snapshot `file` holds: nothing is collected")
	set.StringVar(&f.format, "format", "text", "`form` of the report: text, or json on standard output")
	set.StringSliceVar(&f.languages, "language", nil, "draft only these `languages`, for example en")
	set.IntVar(&f.catchUp, "catch-up", 1, "without dates: publish up to `n` editions that are due")
}

// maxCatchUp is how many editions are drafted at most that nobody has asked for one by one.
const maxCatchUp = 52

func (f *publishFlags) check(p *program) error {
	if f.format != "text" && f.format != "json" {
		return usagef("--format %s: want text or json", f.format)
	}
	p.json = f.format == "json"
	if ways := f.ways(); ways > 1 || ways == 1 && f.snapshot != "" {
		return usagef("--from with --to, --week, --last-week and --snapshot each name the period: give one of them")
	}
	if f.catchUp != 1 && (f.ways() > 0 || f.snapshot != "") {
		return usagef("--catch-up is for periods that are due: it has no meaning beside one that is named")
	}
	if f.catchUp < 1 || f.catchUp > maxCatchUp {
		return usagef("--catch-up %d: want a number from 1 to %d", f.catchUp, maxCatchUp)
	}
	return nil
}

func publishCommand(p *program) *cobra.Command {
	var f publishFlags
	cmd := &cobra.Command{
		Use:   "publish",
		Short: "Draft an edition and propose it as a pull request",
		Long: `Publish drafts an edition and keeps it in one pull request: a branch of its own, one
commit for what has changed, and a description that tells what is missing and what is
left to write. What people committed on the branch is merged with and kept.

Without dates it publishes the period that follows the last edition on the base branch or
in an open pull request, and with --catch-up those after it that are over, too. When none
is due, the pull request of the last edition is brought up to date.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(p); err != nil {
				return err
			}
			return publishEditions(cmd.Context(), p, f)
		},
	}
	f.register(cmd.Flags())
	return cmd
}

// publishEditions publishes the editions that the flags name, or those that are due.
func publishEditions(ctx context.Context, p *program, f publishFlags) error {
	cfg, err := config.Load(f.config, templates.FS)
	if err != nil {
		return usageError{err}
	}
	if err := chooseLanguages(cfg, f.languages); err != nil {
		return err
	}
	repo, err := p.publishRepo(cfg)
	if err != nil {
		return err
	}
	if p.tokenVariable() == "" {
		return codedError{exitUnauthorised, &publish.Error{
			Problem: publish.NotPermitted, Message: "publishing takes a token: set GITHUB_TOKEN to one with the permissions contents: write and pull-requests: write"}}
	}
	sources, err := connect(p, cfg)
	if err != nil {
		return err
	}
	out := outputFlags{format: f.format}
	if f.snapshot != "" {
		s, err := readSnapshot(f.snapshot)
		if err != nil {
			return usageError{err}
		}
		r, err := publishEdition(ctx, cfg, sources, repo, s.Period, known(s))
		if err != nil {
			return err
		}
		return p.report(r, out)
	}
	periods, err := f.periods(ctx, p, cfg, sources, repo)
	if err != nil {
		return err
	}
	var all report
	for _, period := range periods {
		r, err := publishEdition(ctx, cfg, sources, repo, period, p.collect(sources, period))
		if err != nil {
			return fmt.Errorf("edition %d, %s: %w", cfg.Calendar.Number(period), period, err)
		}
		p.tell(r, out) // at once: a later one may fail
		all.add(r)
	}
	return p.finish(all, out)
}

// periods are the periods to publish: the one that is named, or those that are due. When
// none is, it is the last one, whose pull request is brought up to date.
func (f publishFlags) periods(ctx context.Context, p *program, cfg *config.Config, s *sources, repo digest.Repo) ([]digest.Period, error) {
	if f.ways() > 0 {
		period, err := f.period(cfg.Calendar, p.now)
		return []digest.Period{period}, err
	}
	editions, err := publishedEditions(ctx, cfg, s, repo)
	if err != nil {
		return nil, err
	}
	if err := schedule.CheckEditions(cfg.Calendar, editions); err != nil {
		return nil, err
	}
	due, more := schedule.Due(cfg.Calendar, schedule.End(editions), p.now, f.catchUp)
	if more > 0 {
		p.stderr.note("%d more %s due: --catch-up publishes up to %d at once", more, map[bool]string{true: "period is", false: "periods are"}[more == 1], maxCatchUp)
	}
	if len(due) > 0 {
		return due, nil
	}
	if len(editions) > 0 {
		return []digest.Period{editions[len(editions)-1].Period}, nil
	}
	return []digest.Period{cfg.Calendar.Last(p.now)}, nil
}

// publishEdition is the chain into a pull request.
func publishEdition(ctx context.Context, cfg *config.Config, s *sources, repo digest.Repo, period digest.Period, collect collecting) (report, error) {
	to, err := openBranch(ctx, s.client, cfg, repo, period)
	if err != nil {
		return report{}, err
	}
	if why := to.branch.Done(); why != "" { // nothing needs to be collected for that
		return finished(cfg, period, to.branch.URL(), why), nil
	}
	if err := to.branch.Writable(); err != nil {
		return report{}, publishError(err)
	}
	r, _, err := draft(ctx, cfg, to, false, collect)
	return r, err
}

// finished is the report of an edition that people are done with.
func finished(cfg *config.Config, period digest.Period, address, why string) report {
	return report{
		editionReport: editionReport{Edition: cfg.Calendar.Number(period), Period: period, Receipts: []digest.Receipt{}, Gaps: []digest.Receipt{}},
		pullReport:    pullReport{Operation: publish.None, PullRequestURL: address, Reason: why},
		Drafts:        []draftReport{},
	}
}

// tellPull says what became of the pull request.
func (p *program) tellPull(r pullReport) {
	for _, w := range r.Warnings {
		p.stderr.warning("%s", w)
	}
	switch r.Operation {
	case "":
	case publish.None:
		p.stderr.note("nothing to do: %s", r.Reason)
	default:
		p.stderr.note("pull request %s: %s", r.Operation, r.PullRequestURL)
	}
}
