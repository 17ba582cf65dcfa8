package main

import (
	"context"
	"errors"
	"fmt"
	"path"
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
		return draftInto(ctx, p, cfg, f.outputFlags, f.saveSnapshot, known(s))
	}
	period, err := f.period(cfg.Calendar, p.now)
	if err != nil {
		return err
	}
	sources, err := connect(p, cfg)
	if err != nil {
		return err
	}
	return draftInto(ctx, p, cfg, f.outputFlags, f.saveSnapshot, p.collect(sources, period))
}

// collecting makes a snapshot; what the editions before have told it finds in the place
// that the new one goes to.
type collecting func(ctx context.Context, to place) (collected, error)

// known stands for collecting where the facts are there already.
func known(s digest.Snapshot) collecting {
	return func(context.Context, place) (collected, error) { return collected{snapshot: s}, nil }
}

// collect reads the sources, and tells how far it is while it does.
func (p *program) collect(s *sources, period digest.Period) collecting {
	return func(ctx context.Context, to place) (collected, error) {
		past, err := readPast(ctx, p, s.cfg, to, period)
		if err != nil {
			return collected{}, err
		}
		defer p.watch(s.status)()
		return s.collect(ctx, period, period.To.After(p.now), past)
	}
}

// draftInto drafts an edition into a folder or to standard output.
func draftInto(ctx context.Context, p *program, cfg *config.Config, out outputFlags, saveTo string, collect collecting) (err error) {
	to, err := openPlace(p, out, cfg.State) // before the network is used: a folder that cannot be written is a cheap mistake
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.close()) }()
	save, err := openSave(p, out, saveTo)
	if err != nil {
		return err
	}
	defer save.close()

	r, e, err := draft(ctx, cfg, to, out.force, collect)
	if _, other := errors.AsType[otherDays](err); other {
		return fmt.Errorf("%w; use another --output, or --force", err)
	}
	if err != nil {
		return err
	}
	if err := save.write(e.snapshotData); err != nil {
		return err
	}
	return p.report(r, out)
}

// maxTries is how often an edition is composed that somebody else changes in between.
const maxTries = 5

// draft is the whole chain, in the order in which the data flows: collect, snapshot,
// edit, render, merge, write or publish, report. No step reaches back.
func draft(ctx context.Context, cfg *config.Config, to place, force bool, collect collecting) (report, *edition, error) {
	got, err := collect(ctx, to)
	if err != nil {
		return report{}, nil, err
	}
	for tries := 1; ; tries++ {
		e, err := compose(ctx, cfg, got.snapshot, to, force)
		if err != nil {
			return report{}, nil, err
		}
		err = to.write(ctx, e)
		if err == nil {
			return newReport(e, got, to), e, nil
		}
		if !errors.Is(err, errMoved) || tries == maxTries {
			return report{}, nil, err
		}
	}
}

// compose makes an edition of a snapshot: edit, render, merge with what people made of
// the drafts that are there.
func compose(ctx context.Context, cfg *config.Config, s digest.Snapshot, to place, force bool) (*edition, error) {
	number := cfg.Calendar.Number(s.Period)
	state := stateFolder(cfg.State, number)
	e := &edition{snapshotFile: path.Join(state, snapshotFile)}
	var before stored
	if !force {
		var err error
		if before, err = readStored(ctx, to, e.snapshotFile, number, s.Period); err != nil {
			return nil, err
		}
		s = s.KeepFrom(before.Snapshot)
	}
	e.snapshot, e.Edition = s, digest.Edit(s, number, digest.Rules{PerSection: cfg.PerSection})
	pages, err := render(cfg, e.Edition)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := e.encode(before); err != nil {
		return nil, err
	}
	e.drafts, err = mergeDrafts(ctx, to, state, pages, force)
	return e, err
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
