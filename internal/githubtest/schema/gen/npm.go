package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// install puts the pinned packages into a new temporary folder, which the caller removes. No script of a package
// runs, and nothing is left in the working tree.
func install() (string, error) {
	dir, err := os.MkdirTemp("", "github-schemas-")
	if err != nil {
		return "", err
	}
	if err := npmCI(dir); err != nil {
		os.RemoveAll(dir)
		return "", err
	}
	return dir, nil
}

func npmCI(dir string) error {
	for _, name := range []string{"package.json", "package-lock.json", ".npmrc"} {
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return err
		}
	}
	cmd := exec.Command("npm", "ci", "--ignore-scripts")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("npm ci: %w\n%s", err, out)
	}
	return nil
}
