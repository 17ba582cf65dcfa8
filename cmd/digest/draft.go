package main

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/config"
	"github.com/community-digest/digest/internal/edition"
	"github.com/community-digest/digest/internal/report"
	"github.com/community-digest/digest/templates"
)

// sourceFlags say what a draft is made of; digest and digest publish share them.
type sourceFlags struct {
	periodFlags
	config    string
	snapshot  string
	languages []string
	format    string
	anyway    bool
	recreate  bool
}

func (f *sourceFlags) register(set *pflag.FlagSet) {
	f.periodFlags.register(set)
	registerConfig(set, &f.config)
	set.StringVar(&f.snapshot, "snapshot", "", "render this saved snapshot `file` instead of collecting")
	set.StringSliceVar(&f.languages, "language", nil, "draft only these `languages`, for example en")
	set.BoolVar(&f.anyway, "anyway", false, "lift a refusal (wrong clock, early period, another weekly's files) and merge as always")
	set.BoolVar(&f.recreate, "recreate", false, "write drafts that were deleted or renamed again")
	registerFormat(set, &f.format)
}

func registerConfig(set *pflag.FlagSet, name *string) {
	set.StringVar(name, "config", "", "configuration `file` (default: the first of "+strings.Join(config.Names, ", ")+")")
}

// loadConfig reads the configuration that --config names, or else the one that is found.
func loadConfig(name string) (*config.Config, error) {
	var err error
	if name == "" {
		if name, err = config.Find(); err != nil {
			return nil, usageError{err}
		}
	}
	cfg, err := config.Load(name, templates.FS)
	if err != nil {
		return nil, usageError{err}
	}
	return cfg, nil
}

func registerFormat(set *pflag.FlagSet, format *string) {
	set.StringVar(format, "format", "text", "`form` of the report: text, or json on stdout")
}

func checkFormat(format string) error {
	if format != "text" && format != "json" {
		return usagef("--format %s: want text or json", format)
	}
	return nil
}

// check refuses flags that contradict each other.
func (f *sourceFlags) check() error {
	if ways := f.ways(); ways > 1 || ways == 1 && f.snapshot != "" {
		return usagef("--from with --to, --week, --last-week and --snapshot each set the period: use one of them")
	}
	return checkFormat(f.format)
}

// load reads the configuration, with the languages that were asked for, and the snapshot if one is named.
func (f *sourceFlags) load() (*config.Config, *digest.Snapshot, error) {
	cfg, err := loadConfig(f.config)
	if err != nil {
		return nil, nil, err
	}
	if err := chooseLanguages(cfg, f.languages); err != nil {
		return nil, nil, err
	}
	if f.snapshot == "" {
		return cfg, nil, nil
	}
	s, err := readSnapshot(f.snapshot)
	return cfg, &s, err
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
			return usagef("unknown language %q in --language: the configuration has %s", l, strings.Join(known, ", "))
		}
	}
	cfg.Editions = slices.DeleteFunc(cfg.Editions, func(e config.Edition) bool {
		return !slices.Contains(languages, e.Language)
	})
	return nil
}

func readSnapshot(name string) (digest.Snapshot, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return digest.Snapshot{}, usagef("--snapshot: %w", err)
	}
	s, err := digest.DecodeSnapshot(data)
	if err != nil {
		return s, usagef("--snapshot %s: %w", name, err)
	}
	return s, nil
}

// outputFlags say where drafts are written.
type outputFlags struct {
	output string
	dryRun bool
	force  bool
}

func (f *outputFlags) register(set *pflag.FlagSet, output string) {
	set.StringVar(&f.output, "output", output, "write under this `directory`, or '-' for stdout")
	set.BoolVar(&f.dryRun, "dry-run", false, "do everything but write")
	set.BoolVar(&f.force, "force", false, "replace an edited draft instead of merging; a copy of it is kept")
}

func (f *outputFlags) check(format string) error {
	if f.output == "" {
		return usagef("--output: want a directory, or - for stdout")
	}
	if f.output == "-" && format == "json" {
		return usagef("--output - and --format json both use stdout: use one of them")
	}
	return nil
}

// target is where the flags want drafts to go.
func (f *outputFlags) target(e env) edition.Target {
	if f.output == "-" {
		return edition.Stdout{W: e.stdout}
	}
	return edition.Folder{Path: f.output, DryRun: f.dryRun}
}

// draftFlags are the flags of the main command.
type draftFlags struct {
	sourceFlags
	outputFlags
	saveSnapshot string
}

func (f *draftFlags) register(set *pflag.FlagSet) {
	f.sourceFlags.register(set)
	f.outputFlags.register(set, ".")
	set.StringVar(&f.saveSnapshot, "save-snapshot", "", "save what was collected to this `file` as well")
}

// draft drafts an edition into files or to stdout.
func draft(ctx context.Context, e env, done *drafted, f draftFlags) error {
	if err := errors.Join(f.sourceFlags.check(), f.outputFlags.check(f.format)); err != nil {
		return err
	}
	cfg, snapshot, err := f.load()
	if err != nil {
		return err
	}
	w := edition.Weekly{Config: cfg, Target: f.target(e), Anyway: f.anyway, Warn: e.warn()}
	r := edition.Request{Snapshot: snapshot, SaveTo: f.saveSnapshot, Force: f.force, Recreate: f.recreate}
	if snapshot == nil {
		r.PeriodAt, r.ByHand = f.periodAt(cfg.Calendar), f.ways() > 0
		if _, err := r.PeriodAt(e.now); err != nil {
			return err // before anything is contacted
		}
		stop, err := e.connect(&w)
		if err != nil {
			return err
		}
		defer stop()
	}
	if f.dryRun && f.saveSnapshot != "" {
		e.stderr.note("%s: snapshot (dry run, not written)", f.saveSnapshot)
	}
	if err := cfg.Repeated(); err != nil {
		e.stderr.warning("%v", err)
	}
	return e.draft(ctx, w, r, done)
}

// draft drafts an edition and prints what was done.
func (e env) draft(ctx context.Context, w edition.Weekly, r edition.Request, done *drafted) error {
	rep, err := edition.Draft(ctx, w, r, e.now)
	if _, published := w.Target.(edition.PullRequests); is[*edition.OtherPeriodError](err) && !published {
		return withHint(err, "use another --output, or --force to replace it")
	}
	if err != nil {
		return err
	}
	done.add(rep)
	e.print(rep)
	return nil
}

// warn returns a function that prints a warning once, however many editions it concerns.
func (e env) warn() func(text string) {
	printed := make(map[string]bool)
	return func(text string) {
		if !printed[text] {
			printed[text] = true
			e.stderr.warning("%s", text)
		}
	}
}

// print prints a report in words.
func (e env) print(r report.Report) {
	for _, m := range r.Messages() {
		if m.Warning {
			e.stderr.warning("%s", m.Text)
		} else {
			e.stderr.note("%s", m.Text)
		}
	}
}
