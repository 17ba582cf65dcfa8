package edition

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/output"
	"github.com/community-digest/digest/internal/report"
)

// Folder is the target of drafts that are written to files under a directory.
type Folder struct {
	Path string
	// DryRun does everything but write.
	DryRun bool
}

// folder is an open Folder.
type folder struct {
	Folder
	files  *output.Folder // nil when there is only to be read and the directory does not exist
	unlock func() error   // nil when nothing is written
}

func (f Folder) look(context.Context, Weekly, digest.Period) (reader, error) { return f.existing() }

// existing opens the directory to read it, if it exists.
func (f Folder) existing() (*folder, error) {
	t := &folder{Folder: f}
	if _, err := os.Stat(f.Path); errors.Is(err, os.ErrNotExist) {
		return t, nil
	}
	var err error
	t.files, err = output.Open(f.Path)
	return t, err
}

func (f Folder) open(_ context.Context, w Weekly, _ digest.Period, now time.Time) (place, error) {
	if f.DryRun {
		return f.existing()
	}
	files, err := output.Open(f.Path)
	if err != nil {
		return nil, err
	}
	t := &folder{Folder: f, files: files}
	if t.unlock, err = files.Lock(w.Config.State, now); err != nil {
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

func (t *folder) name(file string) string { return path.Join(t.Path, file) }

func (t *folder) read(_ context.Context, names ...string) (map[string][]byte, error) {
	found := make(map[string][]byte)
	if t.files == nil {
		return found, nil
	}
	for _, name := range names {
		data, exists, err := t.files.Read(name)
		if err != nil {
			return nil, err
		}
		if exists {
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

func (t *folder) find(_ context.Context, drafts []draft) error {
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
func (t *folder) write(_ context.Context, c *composition) (err error) {
	if t.DryRun {
		c.published.dryRun = true
		return nil
	}
	if err := t.writable(c); err != nil {
		return err
	}
	var finished []string
	defer func() {
		if err != nil && len(finished) > 0 {
			err = &PartialError{err, strings.Join(finished, ", ")}
		}
	}()
	for i := range c.drafts {
		d := &c.drafts[i]
		if d.skipped() {
			continue
		}
		if d.replaces() {
			if d.keptAs, err = t.files.KeepOld(d.path); err != nil {
				return err
			}
		}
		if err := t.files.WriteDraft(output.Draft{Path: d.path, Text: d.merged, BasePath: d.base, BaseText: d.text}); err != nil {
			return err
		}
		if d.operation != report.Unchanged {
			finished = append(finished, t.name(d.path))
		}
	}
	// Last: the state is never ahead of the drafts.
	return t.files.Write(c.snapshotFile, c.snapshotData)
}

// writable reports why one of the files could not be written.
func (t *folder) writable(c *composition) error {
	errs := []error{t.files.Writable(c.snapshotFile)}
	for _, d := range c.drafts {
		if d.skipped() {
			continue
		}
		errs = append(errs, t.files.Writable(d.path), t.files.Writable(d.base))
	}
	return errors.Join(errs...)
}

// Stdout is the target of drafts that are printed: nothing is there before, and nothing stays.
type Stdout struct{ W io.Writer }

func (s Stdout) open(context.Context, Weekly, digest.Period, time.Time) (place, error) { return s, nil }
func (s Stdout) look(context.Context, Weekly, digest.Period) (reader, error)           { return s, nil }

func (Stdout) read(context.Context, ...string) (map[string][]byte, error) { return nil, nil }
func (Stdout) list(context.Context, string) ([]string, error)             { return nil, nil }
func (Stdout) find(context.Context, []draft) error                        { return nil }
func (Stdout) name(file string) string                                    { return file }
func (Stdout) close() error                                               { return nil }

func (s Stdout) write(_ context.Context, c *composition) error {
	for i := range c.drafts {
		if _, err := io.WriteString(s.W, c.drafts[i].merged); err != nil {
			return fmt.Errorf("print the draft: %w", err)
		}
		c.drafts[i].operation = report.Printed
	}
	return nil
}

// save is a file of the user's choice that the snapshot is written to as well.
type save struct {
	folder *output.Folder // nil when nothing is saved
	file   string
}

// openSave finds out whether the file can be written. Without a name, and on a dry run, nothing is saved.
func openSave(name string, to place) (*save, error) {
	if f, ok := to.(*folder); name == "" || ok && f.DryRun {
		return &save{}, nil
	}
	dir, err := output.Open(filepath.Dir(name))
	if err != nil {
		return nil, fmt.Errorf("--save-snapshot: %w", err)
	}
	s := &save{dir, filepath.Base(name)}
	if err := dir.Writable(s.file); err != nil {
		return nil, fmt.Errorf("--save-snapshot: %w", errors.Join(err, s.close()))
	}
	return s, nil
}

func (s *save) close() error {
	if s.folder == nil {
		return nil
	}
	return s.folder.Close()
}

func (s *save) write(data []byte) error {
	if s.folder == nil {
		return nil
	}
	if err := s.folder.Write(s.file, data); err != nil {
		return fmt.Errorf("--save-snapshot: %w", err)
	}
	return nil
}
