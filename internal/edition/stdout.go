package edition

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/output"
	"github.com/community-digest/digest/internal/report"
)

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
