package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/community-digest/digest/internal/lint"
)

// lintFlags are the flags of digest lint.
type lintFlags struct {
	ready   bool
	against string
	format  string
}

func lintCommand(p *program) *cobra.Command {
	var f lintFlags
	cmd := &cobra.Command{
		Use:   "lint FILE...",
		Short: "Check drafts for what should not be published: nothing is contacted",
		Long: `Lint looks for what should not be published in a draft: places that a person has not
filled yet, broken structure, links that are told twice, tracking parameters, a draft flag
that is still set. docs/linting.md has the rules.

Links are compared with the 25 editions before, which are found by their number:
../06/index.md for 07/index.md, 6.en.md for 7.en.md.

The exit code is 0 when there are warnings at most, 1 when there is an error, and 2 when
a file cannot be read.`,
		Example: `  digest lint content/en/weekly/07/index.md
  digest lint --ready content/*/weekly/07/index.md`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("which draft? digest lint FILE...")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, files []string) error {
			if f.format != "text" && f.format != "json" {
				return usagef("--format %s: want text or json", f.format)
			}
			p.json = f.format == "json"
			return lintDrafts(p, f, files)
		},
	}
	cmd.Flags().BoolVar(&f.ready, "ready", false, "the drafts are about to be published: a draft flag is an error")
	cmd.Flags().StringVar(&f.against, "against", "", "compare links with the drafts in this `folder`, or with those of a pattern such as 'weekly/*.en.md'")
	cmd.Flags().StringVar(&f.format, "format", "text", "`form` of the result: text or json")
	return cmd
}

// lintReport is what digest lint finds.
type lintReport struct {
	Files    []lintedFile `json:"files"`
	Errors   int          `json:"errors"`
	Warnings int          `json:"warnings"`
}

// lintedFile is what was found in one draft.
type lintedFile struct {
	File string `json:"file"`
	// ComparedWith are the earlier editions, the newest first.
	ComparedWith []string       `json:"compared_with"`
	Problems     []lint.Problem `json:"problems"`
}

// lintDrafts checks the files, prints what is wrong with them and fails on an error.
func lintDrafts(p *program, f lintFlags, files []string) error {
	report := lintReport{}
	var annotations []annotation
	for _, name := range files {
		linted, err := lintDraft(p, f, name)
		if err != nil {
			return usageError{err}
		}
		report.Files = append(report.Files, linted)
		for _, pr := range linted.Problems {
			if pr.Level == lint.Error {
				report.Errors++
			} else {
				report.Warnings++
			}
			annotations = append(annotations, annotation{string(pr.Level), name, pr.Line, pr.Column, pr.Rule, pr.Message})
		}
	}
	if err := report.print(p.stdout, f.format); err != nil {
		return err
	}
	p.annotate(annotations)
	p.json = false // the result is printed: what follows is for people
	if report.Errors > 0 {
		return codedError{exitFailed, errors.New(report.sum())}
	}
	p.stderr.note("%s", report.sum())
	return nil
}

func lintDraft(p *program, f lintFlags, name string) (lintedFile, error) {
	text, err := readDraft(name)
	if err != nil {
		return lintedFile{}, err
	}
	names, err := f.earlier(p, name)
	if err != nil {
		return lintedFile{}, err
	}
	o := lint.Options{Ready: f.ready}
	linted := lintedFile{File: name, ComparedWith: []string{}, Problems: []lint.Problem{}}
	for _, earlier := range names {
		t, err := readDraft(earlier)
		if err != nil {
			return lintedFile{}, fmt.Errorf("compare with an earlier edition: %w", err)
		}
		o.Earlier = append(o.Earlier, lint.Draft{Name: earlier, Text: t})
		linted.ComparedWith = append(linted.ComparedWith, earlier)
	}
	for _, pr := range lint.Check(text, o) {
		pr.Message = safe(pr.Message)
		linted.Problems = append(linted.Problems, pr)
	}
	return linted, nil
}

// earlier returns the drafts that links are compared with, the newest first.
func (f lintFlags) earlier(p *program, name string) ([]string, error) {
	if f.against == "" {
		names, err := earlierDrafts(name)
		return names[:min(lint.MaxEarlier, len(names))], err
	}
	names, err := namedDrafts(f.against, name)
	if err == nil && len(names) == 0 {
		p.stderr.warning("--against %s: there is no draft to compare %s with", f.against, name)
	}
	return names[:min(lint.MaxEarlier, len(names))], err
}

// maxDraft is the largest file that is taken for a draft, in bytes.
const maxDraft = 1 << 20

func readDraft(name string) (string, error) {
	info, err := os.Stat(name) // before it is opened: a pipe would never open
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is not a file", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxDraft+1))
	if err != nil {
		return "", err
	}
	if len(data) > maxDraft {
		return "", fmt.Errorf("%s is larger than 1 MiB: is it a draft?", name)
	}
	return string(data), nil
}

// print writes the result: a line for each problem, or JSON.
func (r lintReport) print(w io.Writer, format string) error {
	var b strings.Builder
	if format == "json" {
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(r); err != nil {
			return fmt.Errorf("print the result: %w", err)
		}
	} else {
		for _, f := range r.Files {
			for _, p := range f.Problems {
				fmt.Fprintf(&b, "%s:%d:%d: %s: %s (%s)\n", safe(f.File), p.Line, p.Column, p.Level, p.Message, p.Rule)
			}
		}
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("print the result: %w", err)
	}
	return nil
}

// sum says how many problems there are, and what the drafts were held against.
func (r lintReport) sum() string {
	compared := 0
	for _, f := range r.Files {
		compared += len(f.ComparedWith)
	}
	found := fmt.Sprintf("%d error%s, %d warning%s", r.Errors, plural(r.Errors), r.Warnings, plural(r.Warnings))
	if r.Errors+r.Warnings == 0 {
		found = "nothing to complain about"
	}
	return fmt.Sprintf("%s in %d draft%s, compared with %d earlier one%s", found, len(r.Files), plural(len(r.Files)), compared, plural(compared))
}
