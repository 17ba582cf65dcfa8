// Gen cuts GitHub's published schemas down to what uses.txt lists. It is run by go generate in the folder above:
//
//	go generate ./internal/githubtest/...
//
// It installs the two packages that package-lock.json pins into a temporary folder (so it needs Node's npm, and a
// network), reads them, and writes schema.graphql and openapi.json. The same input gives the same bytes, so that this
// fails when the files are not what the packages and uses.txt make them:
//
//	go generate ./internal/githubtest/... && git diff --exit-code internal/githubtest
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	modules := flag.String("modules", "", "node_modules `folder` to read instead of installing one")
	flag.Parse()
	if err := run(*modules); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(modules string) error {
	uses, err := loadUses("uses.txt")
	if err != nil {
		return err
	}
	if modules == "" {
		dir, err := install()
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		modules = filepath.Join(dir, "node_modules")
	}
	if err := cut(modules, "graphql-schema/schema.graphql", "schema.graphql", uses.cutGraphQL); err != nil {
		return err
	}
	return cut(modules, "openapi/generated/api.github.com.json", "openapi.json", uses.cutOpenAPI)
}

// cut reads one published schema and writes what f leaves of it.
func cut(modules, from, to string, f func([]byte) ([]byte, error)) error {
	source, err := os.ReadFile(filepath.Join(modules, "@octokit", filepath.FromSlash(from)))
	if err != nil {
		return err
	}
	out, err := f(source)
	if err != nil {
		return fmt.Errorf("cut %s: %w", to, err)
	}
	return os.WriteFile(to, out, 0o644)
}
