package edition

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/merge"
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
	taken := make(map[string]bool)
	for i := range drafts {
		var err error
		if drafts[i].had, err = t.files.Find(drafts[i].path, drafts[i].base); err != nil {
			return err
		}
		taken[drafts[i].path] = true
	}
	for i := range drafts {
		if d := &drafts[i]; d.had.Deleted() {
			file, text, err := t.moved(d.had.Base, taken)
			if err != nil {
				return err
			}
			if file != "" {
				taken[file] = true
				d.path, d.movedFrom, d.had.Text, d.had.HasText = file, d.path, text, true
			}
		}
	}
	return nil
}

// maxPages is how many pages are searched for one that was moved.
const maxPages = 5000

// moved finds the page that a draft became when a person renamed or moved its file: the one that belongs to the edition
// and has most lines of its base. Pages in hidden folders and those that are taken are left out.
func (t *folder) moved(base string, taken map[string]bool) (file, text string, err error) {
	most, pages := 0, 0
	err = fs.WalkDir(os.DirFS(t.Path), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && (name != "." && strings.HasPrefix(e.Name(), ".") || e.Name() == "node_modules"):
			return fs.SkipDir
		case !e.Type().IsRegular() || path.Ext(name) != ".md" || taken[name] || strings.Contains(e.Name(), ".old"):
			return nil // the last is what --force keeps
		}
		if pages++; pages > maxPages {
			return fs.SkipAll
		}
		data, _, err := t.files.Read(name)
		if err != nil {
			return nil // a page that cannot be read is not a draft of ours
		}
		if page := string(data); merge.Belongs(page, base) {
			if n := commonLines(page, base); n > most {
				file, text, most = name, page, n
			}
		}
		return nil
	})
	return file, text, err
}

// commonLines counts the lines of a text that another has, too.
func commonLines(a, b string) int {
	have := make(map[string]bool)
	for line := range strings.Lines(b) {
		have[strings.TrimSpace(line)] = true
	}
	n := 0
	for line := range strings.Lines(a) {
		if line = strings.TrimSpace(line); line != "" && have[line] {
			n++
		}
	}
	return n
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
			err = &partialError{err, strings.Join(finished, ", ")}
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
