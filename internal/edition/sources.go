package edition

import (
	"context"

	"github.com/community-digest/digest/collectors"
	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/config"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/report"
)

// resolve returns the sources of the configuration, with the repositories of accounts and topics looked up, and the
// receipts of looking them up.
func resolve(ctx context.Context, client *github.Client, cfg *config.Config) (collectors.Sources, []digest.Receipt, error) {
	var wanted []collectors.Selection
	for _, in := range cfg.Repositories() {
		if in.Selection != nil {
			wanted = append(wanted, collectors.Selection(*in.Selection))
		}
	}
	resolved, err := collectors.Resolve(ctx, client, wanted)
	if err != nil {
		return collectors.Sources{}, nil, err
	}
	var receipts []digest.Receipt
	repos := func(in config.Repositories, kind digest.Kind, section digest.SectionName) []digest.Repo {
		if in.Selection == nil {
			return in.Repos
		}
		r := resolved[0].For(kind, section)
		resolved = resolved[1:]
		receipts = append(receipts, r.Receipt)
		return r.Repos
	}
	return sourcesOf(cfg, repos), receipts, nil
}

// sourcesOf is the sources of the configuration, in the order of [config.Config.Repositories]; repos returns the repositories
// of one source.
func sourcesOf(cfg *config.Config, repos func(config.Repositories, digest.Kind, digest.SectionName) []digest.Repo) collectors.Sources {
	w := collectors.Sources{Identifiers: cfg.Identifiers}
	for _, s := range cfg.Discussions {
		w.Discussions = append(w.Discussions, collectors.DiscussionSource{
			Repos: repos(s.Repositories, digest.Discussions, s.Section), Categories: s.Categories, Section: s.Section,
		})
	}
	for _, s := range cfg.Releases {
		w.Releases = append(w.Releases, collectors.ReleaseSource{
			Repos: repos(s.Repositories, digest.Releases, s.Section), Prereleases: s.Prereleases, Tags: collectors.Filter(s.Tags), Section: s.Section,
		})
	}
	for _, s := range cfg.Advisories {
		w.Advisories = append(w.Advisories, collectors.AdvisorySource{
			Repos: repos(s.Repositories, digest.Advisories, s.Section), Mode: collectors.AdvisoryMode(s.Mode), Section: s.Section,
		})
	}
	return w
}

func feedSources(cfg *config.Config) []collectors.FeedSource {
	var list []collectors.FeedSource
	for _, s := range cfg.Feeds {
		list = append(list, collectors.FeedSource{
			URL: s.URL, Section: s.Section, Internal: s.Internal, Include: s.Entries.Include, Exclude: s.Entries.Exclude,
			Identifiers: cfg.Identifiers,
		})
	}
	return list
}

// Plan estimates what a run costs, without contacting anything. How much happened is not known before it is read: an
// ordinary week of so many repositories is assumed.
func Plan(w Weekly, period digest.Period) report.Plan {
	p := report.Plan{
		Edition: w.Config.Calendar.Number(period), Period: period,
		NeedsToken: len(w.Config.Discussions) > 0 && !w.Client.Authenticated(),
	}
	known := make(map[string]bool)
	all := sourcesOf(w.Config, func(in config.Repositories, _ digest.Kind, _ digest.SectionName) []digest.Repo {
		if in.Selection != nil {
			if name := collectors.Selection(*in.Selection).String(); !known[name] {
				known[name] = true
				p.Unknown = append(p.Unknown, name)
			}
		}
		return in.Repos
	})
	p.Sources = all.Len() + len(w.Config.Feeds)
	for _, s := range collectors.NewGitHub(w.Client, all).Plan(usual(all)) {
		step := report.Step{Name: s.Name, Cost: report.Cost{Requests: s.Requests, GraphQLPoints: s.Points}}
		p.Steps, p.Total = append(p.Steps, step), p.Total.Plus(step.Cost)
	}
	return p
}

// sum is the cost of all steps.
func sum(steps []collectors.Step) report.Cost {
	var c report.Cost
	for _, s := range steps {
		c = c.Plus(report.Cost{Requests: s.Requests, GraphQLPoints: s.Points})
	}
	return c
}

// An ordinary week of a repository.
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
