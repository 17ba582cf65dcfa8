package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/community-digest/digest/internal/lint"
)

// Lint is the result of digest lint.
type Lint struct {
	Files    []LintedFile `json:"files"`
	Errors   int          `json:"errors"`
	Warnings int          `json:"warnings"`
}

// LintedFile is the result for one draft.
type LintedFile struct {
	File string `json:"file"`
	// ComparedWith are the earlier editions, the newest first.
	ComparedWith []string       `json:"compared_with"`
	Problems     []lint.Problem `json:"problems"`
}

// Add adds the result for a draft.
func (l *Lint) Add(f LintedFile) {
	l.Files = append(l.Files, f)
	for _, p := range f.Problems {
		if p.Level == lint.Error {
			l.Errors++
		} else {
			l.Warnings++
		}
	}
}

// Write writes a line for each problem, or JSON.
func (l Lint) Write(w io.Writer, format string) error {
	if format == "json" {
		return WriteJSON(w, l)
	}
	var b strings.Builder
	for _, f := range l.Files {
		for _, p := range f.Problems {
			fmt.Fprintf(&b, "%s:%d:%d: %s: %s (%s)\n", Printable(f.File), p.Line, p.Column, p.Level, p.Message, p.Rule)
		}
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("print the result: %w", err)
	}
	return nil
}

// Sum counts the drafts and the problems.
func (l Lint) Sum() string {
	compared := 0
	for _, f := range l.Files {
		compared += len(f.ComparedWith)
	}
	checked := Count(len(l.Files), "draft") + " checked"
	if compared > 0 {
		checked += " against " + Count(compared, "earlier one")
	}
	if l.Errors+l.Warnings == 0 {
		return checked + ", no problems"
	}
	return checked + ": " + Count(l.Errors, "error") + ", " + Count(l.Warnings, "warning")
}
