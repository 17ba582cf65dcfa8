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

// saveSnapshot writes the snapshot to a file of the user's choice; without a name there
// is nothing to do.
func saveSnapshot(name string, s digest.Snapshot) error {
	if name == "" {
		return nil
	}
	data, err := digest.EncodeSnapshot(s)
	if err != nil {
		return err
	}
	folder, err := output.Open(filepath.Dir(name))
	if err != nil {
		return fmt.Errorf("--save-snapshot: %w", err)
	}
	defer folder.Close()
	if err := folder.Write(filepath.Base(name), data); err != nil {
		return fmt.Errorf("--save-snapshot: %w", err)
	}
	return nil
}
