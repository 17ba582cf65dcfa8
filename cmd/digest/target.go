package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"github.com/spf13/pflag"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/output"
)

// outputFlags say where the drafts go and how that is reported.
type outputFlags struct {
	output string
	dryRun bool
	force  bool
	format string
}

func (f *outputFlags) register(set *pflag.FlagSet) {
	set.StringVar(&f.output, "output", ".", "write beneath this `folder`, or '-' for standard output")
	set.BoolVar(&f.dryRun, "dry-run", false, "do everything but write")
	set.BoolVar(&f.force, "force", false, "write a draft that was edited anew; the edited one is kept beside it")
	set.StringVar(&f.format, "format", "text", "`form` of the report: text, or json on standard output")
}

func (f *outputFlags) check(p *program) error {
	p.json = f.format == "json" && f.output != "-"
	if f.format != "text" && f.format != "json" {
		return usagef("--format %s: want text or json", f.format)
	}
	if f.output == "" {
		return usagef("--output: want a folder, or - for standard output")
	}
	if f.output == "-" && f.format == "json" {
		return usagef("--output - and --format json both want standard output: give one of them")
	}
	return nil
}

// written tells what became of a page.
type written struct {
	page
	operation operation
	keptAs    string // where the edited draft was kept
	edited    bool   // it was edited, and there is nothing new to add
}

// operation is what was done to a draft, or with --dry-run would have been.
type operation string

const (
	opCreated   operation = "created"
	opUpdated   operation = "updated"
	opUnchanged operation = "unchanged"
	opPrinted   operation = "printed"
)

// target is where drafts go.
type target struct {
	flags  outputFlags
	state  string // the configured folder of the state
	stdout io.Writer
	folder *output.Folder // nil for standard output
	unlock func() error   // nil when nothing is written
}

// openTarget opens the output folder; on a dry run only if it is there already.
func openTarget(p *program, f outputFlags, state string) (*target, error) {
	t := &target{flags: f, state: state, stdout: p.stdout}
	if f.output == "-" {
		return t, nil
	}
	if f.dryRun {
		if _, err := os.Stat(f.output); errors.Is(err, os.ErrNotExist) {
			return t, nil
		}
	}
	folder, err := output.Open(f.output)
	if err != nil {
		return nil, err
	}
	t.folder = folder
	if f.dryRun {
		return t, nil
	}
	if err := folder.Writable(path.Join(state, "snapshot.json")); err != nil {
		return nil, errors.Join(err, t.close())
	}
	if t.unlock, err = folder.Lock(state, p.now); err != nil {
		return nil, errors.Join(err, t.close())
	}
	return t, nil
}

func (t *target) close() error {
	var errs []error
	if t.unlock != nil {
		errs = append(errs, t.unlock())
	}
	if t.folder != nil {
		errs = append(errs, t.folder.Close())
	}
	return errors.Join(errs...)
}

// write writes the pages with their state, or prints them. Nothing is written unless
// everything may be.
func (t *target) write(pages []page, s digest.Snapshot, number int) (_ []written, err error) {
	if t.flags.output == "-" {
		return t.print(pages)
	}
	if t.folder == nil {
		return planned(pages), nil
	}
	state := path.Join(t.state, fmt.Sprintf("%04d", number))
	drafts := make([]output.Draft, len(pages))
	for i, pg := range pages {
		drafts[i] = output.Draft{Path: pg.path, Base: path.Join(state, "base."+pg.language+".md"), Text: pg.text}
	}
	if err := t.checkPeriod(path.Join(state, "snapshot.json"), s, number); err != nil {
		return nil, err
	}
	statuses, err := t.statuses(drafts)
	if err != nil || t.flags.dryRun {
		return outcome(pages, statuses), err
	}
	snapshot := path.Join(state, "snapshot.json")
	data, err := digest.EncodeSnapshot(s)
	if err != nil {
		return nil, err
	}
	if err := t.writable(drafts, snapshot); err != nil {
		return nil, err
	}
	done := outcome(pages, statuses)
	var finished []string
	defer func() {
		if err != nil && len(finished) > 0 {
			err = fmt.Errorf("%w; already written: %s", err, strings.Join(finished, ", "))
		}
	}()
	for i, d := range drafts {
		if statuses[i] == output.Kept {
			continue
		}
		if statuses[i] == output.Edited {
			if done[i].keptAs, err = t.folder.KeepOld(d.Path); err != nil {
				return nil, err
			}
		}
		if err := t.folder.WriteDraft(d); err != nil {
			return nil, err
		}
		finished = append(finished, path.Join(t.flags.output, d.Path))
	}
	// Last: the state is never ahead of the drafts.
	return done, t.folder.Write(snapshot, data)
}

// writable reports why one of the files could not be written.
func (t *target) writable(drafts []output.Draft, snapshot string) error {
	errs := []error{t.folder.Writable(snapshot)}
	for _, d := range drafts {
		errs = append(errs, t.folder.Writable(d.Path), t.folder.Writable(d.Base))
	}
	return errors.Join(errs...)
}

// checkPeriod refuses to write an edition over the same edition of other days: a run for
// one day of a week must not shrink the week's draft.
func (t *target) checkPeriod(snapshot string, s digest.Snapshot, number int) error {
	data, found, err := t.folder.Read(snapshot)
	if err != nil || !found || t.flags.force {
		return err
	}
	before, err := digest.DecodeSnapshot(data)
	if err != nil || before.Period.String() == s.Period.String() {
		return nil // a snapshot that cannot be read any more is written anew
	}
	return fmt.Errorf("edition %d covers %s already, and this run %s: nothing was written; use another --output, or --force", number, before.Period, s.Period)
}

// statuses looks at every draft's file and refuses to go on when one was edited.
func (t *target) statuses(drafts []output.Draft) ([]output.Status, error) {
	statuses := make([]output.Status, len(drafts))
	var refused []error
	for i, d := range drafts {
		var err error
		if statuses[i], err = t.folder.Status(d); err != nil {
			return nil, err
		}
		if statuses[i] == output.Kept && t.flags.force {
			statuses[i] = output.Edited // asked for anew, it is written anew
		}
		if statuses[i] == output.Edited && !t.flags.force {
			refused = append(refused, fmt.Errorf("%s has been edited: left alone, nothing was written; --force writes it anew and keeps the edited one beside it",
				path.Join(t.flags.output, d.Path)))
		}
	}
	return statuses, errors.Join(refused...)
}

func (t *target) print(pages []page) ([]written, error) {
	var done []written
	for _, pg := range pages {
		if _, err := io.WriteString(t.stdout, pg.text); err != nil {
			return nil, fmt.Errorf("print the draft: %w", err)
		}
		done = append(done, written{page: pg, operation: opPrinted})
	}
	return done, nil
}

func planned(pages []page) []written {
	return outcome(pages, make([]output.Status, len(pages)))
}

func outcome(pages []page, statuses []output.Status) []written {
	done := make([]written, 0, len(pages))
	for i, s := range statuses {
		op := opUpdated
		switch s {
		case output.New, "":
			op = opCreated
		case output.Unchanged, output.Kept:
			op = opUnchanged
		}
		done = append(done, written{page: pages[i], operation: op, edited: s == output.Kept})
	}
	return done
}
