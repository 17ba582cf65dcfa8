package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/community-digest/digest/internal/lint"
	"github.com/community-digest/digest/internal/report"
)

// lintFlags are the flags of digest lint.
type lintFlags struct {
	ready   bool
	against string
	format  string
}

func lintCommand(e env) *cobra.Command {
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
			return lintDrafts(e, f, files)
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
func lintDrafts(e env, f lintFlags, files []string) error {
	found := lintReport{}
	var annotations []report.Annotation
	for _, name := range files {
		linted, err := lintDraft(e, f, name)
		if err != nil {
			return usageError{err}
		}
		found.Files = append(found.Files, linted)
		for _, pr := range linted.Problems {
			if pr.Level == lint.Error {
				found.Errors++
			} else {
				found.Warnings++
			}
			annotations = append(annotations, report.Annotation{
				Level: string(pr.Level), File: name, Line: pr.Line, Column: pr.Column, Title: pr.Rule, Message: pr.Message,
			})
		}
	}
	if err := found.print(e.stdout, f.format); err != nil {
		return err
	}
	e.annotate(annotations)
	if found.Errors > 0 {
		return verdict{exitFailed, errors.New(found.sum())}
	}
	e.stderr.note("%s", found.sum())
	return nil
}

func lintDraft(e env, f lintFlags, name string) (lintedFile, error) {
	text, err := readDraft(name)
	if err != nil {
		return lintedFile{}, err
	}
	names, err := f.earlier(e, name)
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
		pr.Message = report.Printable(pr.Message)
		linted.Problems = append(linted.Problems, pr)
	}
	return linted, nil
}

// earlier returns the drafts that links are compared with, the newest first.
func (f lintFlags) earlier(e env, name string) ([]string, error) {
	if f.against == "" {
		names, err := earlierDrafts(name)
		return names[:min(lint.MaxEarlier, len(names))], err
	}
	names, err := namedDrafts(f.against, name)
	if err == nil && len(names) == 0 {
		e.stderr.warning("--against %s: there is no draft to compare %s with", f.against, name)
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
	if format == "json" {
		return report.WriteJSON(w, r)
	}
	var b strings.Builder
	for _, f := range r.Files {
		for _, p := range f.Problems {
			fmt.Fprintf(&b, "%s:%d:%d: %s: %s (%s)\n", report.Printable(f.File), p.Line, p.Column, p.Level, p.Message, p.Rule)
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
	checked := report.Count(len(r.Files), "draft") + " checked"
	if compared > 0 {
		checked += " against " + report.Count(compared, "earlier one")
	}
	if r.Errors+r.Warnings == 0 {
		return checked + ", no problems"
	}
	return checked + ": " + report.Count(r.Errors, "error") + ", " + report.Count(r.Warnings, "warning")
}
