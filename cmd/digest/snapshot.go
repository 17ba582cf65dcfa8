package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/output"
)

func readSnapshot(name string) (digest.Snapshot, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return digest.Snapshot{}, fmt.Errorf("--snapshot: %w", err)
	}
	s, err := digest.DecodeSnapshot(data)
	if err != nil {
		return digest.Snapshot{}, fmt.Errorf("--snapshot %s: %w", name, err)
	}
	return s, nil
}

// save is a file of the user's choice that the snapshot goes to as well.
type save struct {
	folder *output.Folder // nil when nothing is to be saved
	name   string
}

// openSave finds out whether the file can be written; without a name there is nothing
// to save, and on a dry run nothing is.
func openSave(p *program, f outputFlags, name string) (*save, error) {
	if name == "" {
		return &save{}, nil
	}
	if f.dryRun {
		p.stderr.note("%s: snapshot (dry run: not written)", name)
		return &save{}, nil
	}
	folder, err := output.Open(filepath.Dir(name))
	if err != nil {
		return nil, fmt.Errorf("--save-snapshot: %w", err)
	}
	s := &save{folder, filepath.Base(name)}
	if err := folder.Writable(s.name); err != nil {
		s.close()
		return nil, fmt.Errorf("--save-snapshot: %w", err)
	}
	return s, nil
}

func (s *save) close() {
	if s.folder != nil {
		s.folder.Close()
	}
}

func (s *save) write(data []byte) error {
	if s.folder == nil {
		return nil
	}
	if err := s.folder.Write(s.name, data); err != nil {
		return fmt.Errorf("--save-snapshot: %w", err)
	}
	return nil
}
