package output

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// Draft is a draft to write, with its base: the draft as it would be if no one had edited it.
type Draft struct {
	Path, Text         string
	BasePath, BaseText string
}

// Found is what exists of a draft.
type Found struct {
	Text, Base       string
	HasText, HasBase bool
}

// Deleted reports whether the draft was written once and someone has deleted, moved or renamed its file since.
func (f Found) Deleted() bool { return f.HasBase && !f.HasText }

// Find reads what exists of a draft. If a run was killed after it wrote the draft and before it put the base in place,
// the base that it prepared counts.
func (f *Folder) Find(file, base string) (Found, error) {
	text, hasText, err := f.Read(file)
	if err != nil {
		return Found{}, err
	}
	old, hasBase, err := f.Read(base)
	if err != nil {
		return Found{}, err
	}
	prepared, found, err := f.Read(preparedBase(base))
	if err != nil {
		return Found{}, err
	}
	if found && hasText {
		if of, rest := splitPrepared(prepared); of == sum(text) {
			old, hasBase = rest, true
		}
	}
	return Found{string(text), string(old), hasText, hasBase}, nil
}

// WriteDraft writes a draft and then its base. It writes nothing when both are up to date.
func (f *Folder) WriteDraft(d Draft) error {
	if max(len(d.Text), len(prepare(d))) > f.limit {
		return f.tooLarge("write", d.Path)
	}
	if err := f.log.record(entry{Path: d.Path, Base: d.BasePath}); err != nil {
		return err
	}
	for _, step := range f.steps(d) {
		if err := step(); err != nil {
			return errors.Join(err, f.finishDraft(d.Path, d.BasePath))
		}
	}
	return nil
}

// steps are the steps of writing a draft. The base is prepared beside its place before the draft is written, with the
// checksum of its draft, so that a run killed after any step is not mistaken for an editor.
func (f *Folder) steps(d Draft) []func() error {
	hasBase := false // with this text already
	return []func() error{
		func() error { return f.finishDraft(d.Path, d.BasePath) },
		func() error {
			if hasBase = f.has(d.BasePath, []byte(d.BaseText)); hasBase {
				return nil
			}
			return f.Write(preparedBase(d.BasePath), prepare(d))
		},
		func() error { return f.Write(d.Path, []byte(d.Text)) },
		func() error {
			if hasBase {
				return nil
			}
			return f.finishDraft(d.Path, d.BasePath)
		},
	}
}

// finishDraft completes what a killed run has begun: a prepared base takes its place if its draft was written, and is
// removed otherwise.
func (f *Folder) finishDraft(file, base string) error {
	prepared, found, err := f.Read(preparedBase(base))
	if err != nil || !found {
		return err
	}
	text, hasText, err := f.Read(file)
	if err != nil {
		return err
	}
	if of, rest := splitPrepared(prepared); hasText && of == sum(text) {
		if err := f.Write(base, rest); err != nil {
			return err
		}
	}
	if err := f.root.Remove(preparedBase(base)); err != nil {
		return f.failed("remove", preparedBase(base), err)
	}
	return nil
}

// preparedBase is where a base is prepared.
func preparedBase(base string) string { return base + ".new" }

// prepare returns a base with the checksum of its draft as the first line.
func prepare(d Draft) []byte { return []byte(sum([]byte(d.Text)) + "\n" + d.BaseText) }

func splitPrepared(data []byte) (draftSum string, base []byte) {
	line, base, _ := bytes.Cut(data, []byte("\n"))
	return string(line), base
}

func sum(text []byte) string { return fmt.Sprintf("%x", sha256.Sum256(text)) }

// KeepOld copies a draft to a free name beside it, index.old.md, index.old2.md and so on, and returns that name.
func (f *Folder) KeepOld(name string) (string, error) {
	data, err := f.read(name)
	if err != nil {
		return "", err
	}
	ext := path.Ext(name)
	for n := 1; ; n++ {
		suffix := ".old"
		if n > 1 {
			suffix = fmt.Sprint(suffix, n)
		}
		old := strings.TrimSuffix(name, ext) + suffix + ext
		switch _, err := f.root.Lstat(old); {
		case errors.Is(err, fs.ErrNotExist):
			return old, f.Write(old, data)
		case err != nil:
			return "", f.failed("write", old, err)
		}
	}
}
