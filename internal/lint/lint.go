// Package lint looks for what should not be published in the draft of an edition: places
// that a person has not filled yet, broken structure, duplicate links, leftovers.
//
// [Check] takes a text and returns problems with their positions. [Read], [Earlier] and
// [Against] find the texts. Markdown is read as GitHub and Hugo do, and nothing is changed.
//
// It judges the file, not what its links lead to, and it knows the marks of the house
// templates only. docs/linting.md has every rule with its reason.
package lint

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/community-digest/digest/internal/textfile"
)

// The rules, see [Problem.Rule].
const (
	ruleUnreadable  = "unreadable"
	ruleConflict    = "conflict"
	rulePlaceholder = "placeholder"
	ruleStructure   = "structure"
	ruleDuplicate   = "duplicate-link"
	ruleTracking    = "tracking"
	ruleDraft       = "draft"
	ruleGap         = "gap"
	ruleUnsafe      = "unsafe"
)

// rules are all of them, in the order of the documentation.
var rules = []string{ruleUnreadable, ruleConflict, rulePlaceholder, ruleStructure, ruleDuplicate, ruleTracking, ruleDraft, ruleGap, ruleUnsafe}

// Level says how bad a problem is.
type Level string

const (
	// Error is what must not be published.
	Error Level = "error"
	// Warning is what a person should look at: it may be meant.
	Warning Level = "warning"
)

// Problem is one thing that is wrong with a draft.
type Problem struct {
	// Line and Column count from 1, Column in characters. Both are inside the text.
	Line   int `json:"line"`
	Column int `json:"column"`
	// Level is [Error] or [Warning].
	Level Level `json:"level"`
	// Rule is the name of the rule, as docs/linting.md has it.
	Rule string `json:"rule"`
	// Message says what is wrong and what to do. It may quote the draft, so it is
	// untrusted.
	Message string `json:"message"`
}

// MaxEarlier is the most earlier drafts that a draft is compared with.
const MaxEarlier = 25

// Options say what a draft is checked against.
type Options struct {
	// Ready makes an error of a draft flag that is still set.
	Ready bool
	// Earlier are the editions before this one in the same language, the newest first. At
	// most [MaxEarlier] are used.
	Earlier []Draft
}

// Draft is the text of another edition and the name that messages give it.
type Draft struct{ Name, Text string }

// Check returns what is wrong with a draft, sorted by position, or nothing. A text that
// cannot be read, or would take too long, is a problem as well. The error is that of the
// context.
func Check(ctx context.Context, text string, o Options) ([]Problem, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p, err := parse(text)
	if e, ok := errors.AsType[*textfile.Error](err); ok {
		return []Problem{{max(1, e.Line), 1, Error, ruleUnreadable, e.Reason}}, nil
	}
	c := &checker{page: p, options: o}
	c.checkConflicts()
	c.checkHead()
	c.checkStructure()
	c.checkMarks()
	if err := c.checkLinks(ctx); err != nil {
		return nil, err
	}
	c.checkUnsafe()
	slices.SortStableFunc(c.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Message, b.Message))
	})
	return c.problems, nil
}

// checkConflicts looks for the conflict markers of git.
func (c *checker) checkConflicts() {
	for _, line := range textfile.Conflicts(c.text) {
		c.problem(c.starts[line-1], Error, ruleConflict, "conflict marker of git: keep one of the versions")
	}
}

// checker gathers the problems of one page.
type checker struct {
	*page
	options  Options
	problems []Problem
}

// problem records what is wrong at an offset in the text.
func (c *checker) problem(offset int, level Level, rule, format string, args ...any) {
	line, column := c.position(offset)
	c.problems = append(c.problems, Problem{line, column, level, rule, fmt.Sprintf(format, args...)})
}

// maxQuote is how much of the draft a message quotes, in characters.
const maxQuote = 80

// quote returns the beginning of a text for a message, on one line.
func quote(s string) string {
	r := []rune(s[:min(len(s), utf8.UTFMax*(maxQuote+1))])
	if len(r) > maxQuote {
		r = append(r[:maxQuote-1], '…')
	}
	for i, c := range r {
		if unicode.IsControl(c) {
			r[i] = ' '
		}
	}
	return string(r)
}
