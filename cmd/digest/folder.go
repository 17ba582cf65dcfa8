package main

import (
	"context"
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

// folder is the place of drafts that are written to files.
type folder struct {
	flags  outputFlags
	state  string         // the configured folder of the state
	files  *output.Folder // nil on a dry run into a folder that is not there
	unlock func() error   // nil when nothing is written
}

// openPlace opens where the flags want the drafts to go.
func openPlace(p *program, f outputFlags, state string) (place, error) {
	if f.output == "-" {
		return printer{p.stdout}, nil
	}
	return openFolder(p, f, state)
}

// openFolder opens the output folder; on a dry run only if it is there already.
func openFolder(p *program, f outputFlags, state string) (*folder, error) {
	t := &folder{flags: f, state: state}
	if f.dryRun {
		if _, err := os.Stat(f.output); errors.Is(err, os.ErrNotExist) {
			return t, nil
		}
	}
	files, err := output.Open(f.output)
	if err != nil {
		return nil, err
	}
	t.files = files
	if f.dryRun {
		return t, nil
	}
	if err := files.Writable(path.Join(state, snapshotFile)); err != nil {
		return nil, errors.Join(err, t.close())
	}
	if t.unlock, err = files.Lock(state, p.now); err != nil {
		return nil, errors.Join(err, t.close())
	}
	return t, nil
}

func (t *folder) close() error {
	var errs []error
	if t.unlock != nil {
		errs = append(errs, t.unlock())
	}
	if t.files != nil {
		errs = append(errs, t.files.Close())
	}
	return errors.Join(errs...)
}

func (t *folder) name(file string) string { return path.Join(t.flags.output, file) }

func (t *folder) read(_ context.Context, names ...string) (map[string][]byte, error) {
	found := make(map[string][]byte)
	if t.files == nil {
		return found, nil
	}
	for _, name := range names {
		data, there, err := t.files.Read(name)
		if err != nil {
			return nil, err
		}
		if there {
			found[name] = data
		}
	}
	return found, nil
}

func (t *folder) list(_ context.Context, dir string) ([]string, error) {
	if t.files == nil {
		return nil, nil
	}
	return t.files.List(dir)
}

func (t *folder) of(context.Context, digest.Period) (place, error) { return t, nil }

func (t *folder) find(_ context.Context, drafts []draftFile) error {
	if t.files == nil {
		return nil
	}
	for i, d := range drafts {
		var err error
		if drafts[i].had, err = t.files.Find(d.path, d.base); err != nil {
			return err
		}
	}
	return nil
}

// write writes the drafts with their state. Nothing is written unless everything may be.
func (t *folder) write(_ context.Context, e *edition) (err error) {
	if t.flags.dryRun {
		return nil
	}
	if err := t.writable(e); err != nil {
		return err
	}
	var finished []string
	defer func() {
		if err != nil && len(finished) > 0 {
			err = fmt.Errorf("%w; already written: %s", err, strings.Join(finished, ", "))
		}
	}()
	for i := range e.drafts {
		d := &e.drafts[i]
		if d.replaces() {
			if d.keptAs, err = t.files.KeepOld(d.path); err != nil {
				return err
			}
		}
		if err := t.files.WriteDraft(output.Draft{Path: d.path, Text: d.merged, BasePath: d.base, BaseText: d.text}); err != nil {
			return err
		}
		if d.operation != opUnchanged {
			finished = append(finished, t.name(d.path))
		}
	}
	// Last: the state is never ahead of the drafts.
	return t.files.Write(e.snapshotFile, e.snapshotData)
}

// writable reports why one of the files could not be written.
func (t *folder) writable(e *edition) error {
	errs := []error{t.files.Writable(e.snapshotFile)}
	for _, d := range e.drafts {
		errs = append(errs, t.files.Writable(d.path), t.files.Writable(d.base))
	}
	return errors.Join(errs...)
}

// printer is the place of drafts that go to standard output: nothing is there before,
// and nothing stays.
type printer struct{ stdout io.Writer }

func (printer) read(context.Context, ...string) (map[string][]byte, error) {
	return map[string][]byte{}, nil
}
func (printer) list(context.Context, string) ([]string, error)     { return nil, nil }
func (t printer) of(context.Context, digest.Period) (place, error) { return t, nil }
func (printer) find(context.Context, []draftFile) error            { return nil }
func (printer) close() error                                       { return nil }
func (printer) name(file string) string                            { return file }

func (t printer) write(_ context.Context, e *edition) error {
	for i := range e.drafts {
		if _, err := io.WriteString(t.stdout, e.drafts[i].merged); err != nil {
			return fmt.Errorf("print the draft: %w", err)
		}
		e.drafts[i].operation = opPrinted
	}
	return nil
}
