package main

import (
	"context"
	"errors"
	"fmt"

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
		Short: "Check drafts for what should not be published",
		Long: `Lint checks drafts for what should not be published (placeholders, conflict markers, broken structure,
links that an earlier edition has), without network`,
		GroupID: groupWeekly,
		Example: `  digest lint content/en/weekly/01/index.md
  # before it is published
  digest lint --ready content/en/weekly/01/index.md content/zh/weekly/01/index.md
  # links of these editions are duplicates
  digest lint --against 'content/en/weekly/*/index.md' content/en/weekly/01/index.md`,
		Annotations: about("linting.md", `  0  no problems, or warnings only
  1  at least one error
  2  a file cannot be read`),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("missing FILE: digest lint content/en/weekly/07/index.md")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, files []string) error {
			if err := checkFormat(f.format); err != nil {
				return err
			}
			return lintDrafts(cmd.Context(), e, f, files)
		},
	}
	cmd.Flags().BoolVar(&f.ready, "ready", false, "the drafts are about to be published: make draft: true an error")
	cmd.Flags().StringVar(&f.against, "against", "", "compare links with the drafts in this `directory`, or of a pattern such as 'weekly/*.en.md'")
	registerFormat(cmd.Flags(), &f.format)
	return cmd
}

// lintDrafts checks the files, prints the problems and fails if one of them is an error.
func lintDrafts(ctx context.Context, e env, f lintFlags, files []string) error {
	var found report.Lint
	var annotations []report.Annotation
	for _, name := range files {
		linted, err := lintDraft(ctx, e, f, name)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return usageError{err}
		}
		found.Add(linted)
		for _, pr := range linted.Problems {
			annotations = append(annotations, report.Annotation{
				Level: string(pr.Level), File: name, Line: pr.Line, Column: pr.Column, Title: pr.Rule, Message: pr.Message,
			})
		}
	}
	if err := found.Write(e.stdout, f.format); err != nil {
		return err
	}
	e.annotate(annotations)
	if found.Errors > 0 {
		return verdict{exitFailed, errors.New(found.Sum())}
	}
	e.stderr.note("%s", found.Sum())
	return nil
}

func lintDraft(ctx context.Context, e env, f lintFlags, name string) (report.LintedFile, error) {
	text, err := lint.Read(name)
	if err != nil {
		return report.LintedFile{}, err
	}
	names, err := f.earlier(e, name)
	if err != nil {
		return report.LintedFile{}, err
	}
	o := lint.Options{Ready: f.ready}
	linted := report.LintedFile{File: name, ComparedWith: []string{}, Problems: []lint.Problem{}}
	for _, earlier := range names {
		t, err := lint.Read(earlier)
		if err != nil {
			return report.LintedFile{}, fmt.Errorf("compare with earlier editions: %w", err)
		}
		o.Earlier = append(o.Earlier, lint.Draft{Name: earlier, Text: t})
		linted.ComparedWith = append(linted.ComparedWith, earlier)
	}
	problems, err := lint.Check(ctx, text, o)
	if err != nil {
		return report.LintedFile{}, err
	}
	for _, pr := range problems {
		pr.Message = report.Printable(pr.Message)
		linted.Problems = append(linted.Problems, pr)
	}
	return linted, nil
}

// earlier returns the drafts that links are compared with, the newest first.
func (f lintFlags) earlier(e env, name string) ([]string, error) {
	if f.against == "" {
		names, err := lint.Earlier(name)
		return names[:min(lint.MaxEarlier, len(names))], err
	}
	names, err := lint.Against(f.against, name)
	if err != nil {
		return nil, fmt.Errorf("--against: %w", err)
	}
	if len(names) == 0 {
		e.stderr.warning("--against %s: no drafts found to compare %s with", f.against, name)
	}
	return names[:min(lint.MaxEarlier, len(names))], nil
}
