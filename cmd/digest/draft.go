package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/pflag"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/config"
	"github.com/community-digest/digest/internal/frontmatter"
	"github.com/community-digest/digest/templates"
)

// draftFlags are the flags of the main command.
type draftFlags struct {
	periodFlags
	outputFlags
	config       string
	snapshot     string
	saveSnapshot string
	languages    []string
}

func (f *draftFlags) register(set *pflag.FlagSet) {
	f.periodFlags.register(set)
	set.StringVar(&f.config, "config", "config.yaml", "configuration `file`")
	set.StringVar(&f.snapshot, "snapshot", "", "render from this saved snapshot `file`: no network is used")
	set.StringVar(&f.saveSnapshot, "save-snapshot", "", "save what was collected to this `file` too")
	set.StringSliceVar(&f.languages, "language", nil, "draft only these `languages`, for example en")
	f.outputFlags.register(set)
}

// check refuses flags that contradict each other.
func (f *draftFlags) check(p *program) error {
	if err := f.outputFlags.check(p); err != nil {
		return err
	}
	if ways := f.ways(); ways > 1 || ways == 1 && f.snapshot != "" {
		return usagef("--from with --to, --week, --last-week and --snapshot each name the period: give one of them")
	}
	return nil
}

// draftCommand reads the flags and the configuration and runs the chain.
func draftCommand(ctx context.Context, p *program, f draftFlags) error {
	if err := f.check(p); err != nil {
		return err
	}
	cfg, err := config.Load(f.config, templates.FS)
	if err != nil {
		return usageError{err}
	}
	if err := chooseLanguages(cfg, f.languages); err != nil {
		return err
	}
	if f.snapshot != "" {
		s, err := readSnapshot(f.snapshot)
		if err != nil {
			return usageError{err}
		}
		return draft(ctx, p, cfg, f.outputFlags, f.saveSnapshot, func(context.Context) (collected, error) {
			return collected{snapshot: s}, nil
		})
	}
	period, err := f.period(cfg.Calendar, p.now)
	if err != nil {
		return err
	}
	sources, err := connect(p, cfg)
	if err != nil {
		return err
	}
	return draft(ctx, p, cfg, f.outputFlags, f.saveSnapshot, func(ctx context.Context) (collected, error) {
		defer p.watch(sources.status)()
		return sources.collect(ctx, period, period.To.After(p.now))
	})
}

// draft is the whole chain, in the order in which the data flows: collect, snapshot,
// edit, render, write, report. No step reaches back.
func draft(ctx context.Context, p *program, cfg *config.Config, out outputFlags, saveTo string, collect func(context.Context) (collected, error)) (err error) {
	target, err := openTarget(p, out, cfg.State) // before the network is used: a folder that cannot be written is a cheap mistake
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, target.close()) }()
	save, err := openSave(p, out, saveTo)
	if err != nil {
		return err
	}
	defer save.close()

	got, err := collect(ctx)
	if err != nil {
		return err
	}
	snapshot := got.snapshot
	number := cfg.Calendar.Number(snapshot.Period)
	edition := digest.Edit(snapshot, number, digest.Rules{PerSection: cfg.PerSection})
	pages, err := render(cfg, edition)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	written, err := target.write(pages, snapshot, number)
	if err != nil {
		return err
	}
	if err := save.write(snapshot); err != nil {
		return err
	}
	return p.report(newReport(edition, got, written), out)
}

// page is a draft as it is rendered.
type page struct {
	language string
	path     string
	text     string
}

// render makes a page of the edition in each language.
func render(cfg *config.Config, edition digest.Edition) ([]page, error) {
	var pages []page
	for _, e := range cfg.Editions {
		edition.Title = e.Title
		body, err := e.Template.Page(edition)
		if err != nil {
			return nil, fmt.Errorf("render the %s edition: %w", e.Language, err)
		}
		fields, err := e.Fields(edition)
		if err != nil {
			return nil, err
		}
		head, err := frontmatter.Encode(fields)
		if err != nil {
			return nil, fmt.Errorf("front matter of the %s edition: %w", e.Language, err)
		}
		path, err := e.File(edition)
		if err != nil {
			return nil, err
		}
		pages = append(pages, page{e.Language, path, head + "\n" + body})
	}
	return pages, nil
}

// chooseLanguages leaves only the editions in the languages that were asked for.
func chooseLanguages(cfg *config.Config, languages []string) error {
	if len(languages) == 0 {
		return nil
	}
	var known []string
	for _, e := range cfg.Editions {
		known = append(known, e.Language)
	}
	for _, l := range languages {
		if !slices.Contains(known, l) {
			return usagef("--language %s: the configuration has %v", l, known)
		}
	}
	cfg.Editions = slices.DeleteFunc(cfg.Editions, func(e config.Edition) bool {
		return !slices.Contains(languages, e.Language)
	})
	return nil
}
