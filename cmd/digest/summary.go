package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/community-digest/digest/internal/config"
	"github.com/community-digest/digest/internal/markdown"
	"github.com/community-digest/digest/internal/publish"
)

// summaryRows is how many rows a table of the summary has: GitHub takes 1 MiB of a step.
// https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits
const summaryRows = 100

// summary is the run as a page of Markdown: why it failed, what was drafted, what is
// missing. It is empty when there is nothing to tell.
func summary(r *report, err error, code int) string {
	var b strings.Builder
	if err != nil && code != exitGaps {
		failureSummary(&b, err, code)
	}
	if r != nil {
		r.summary(&b)
	}
	return b.String()
}

func failureSummary(b *strings.Builder, err error, code int) {
	fmt.Fprintf(b, "## Failed with exit code %d\n\n", code)
	if problems, ok := errors.AsType[config.Problems](err); ok {
		var rows [][]string
		for _, pr := range problems {
			rows = append(rows, []string{cell(fmt.Sprintf("%s:%d:%d", pr.File, pr.Line, pr.Column)), cell(problemText(pr))})
		}
		markdownTable(b, []string{"Where", "What is wrong"}, rows)
		return
	}
	for line := range strings.Lines(words(err)) {
		fmt.Fprintf(b, "%s\n\n", cell(line))
	}
}

func (r *report) summary(b *strings.Builder) {
	fmt.Fprintf(b, "## Edition %d\n\n", r.Edition)
	facts := [][]string{{"Period", r.Period.String()}}
	if r.Provisional {
		facts = append(facts, []string{"Provisional", "the period is not over yet"})
	}
	facts = append(facts, r.pullFacts()...)
	if r.Items != nil {
		facts = append(facts, []string{"Items", itemsInWords(r.Items)})
	}
	for _, name := range slices.Sorted(maps.Keys(r.Cut)) {
		facts = append(facts, []string{"Left out by the limit", fmt.Sprintf("%d in %s", r.Cut[name], cell(string(name)))})
	}
	facts = append(facts,
		[]string{"Gaps", fmt.Sprint(len(r.Gaps))},
		[]string{"Requests", fmt.Sprintf("%d, %d points of GraphQL", r.Usage.Requests, r.Usage.GraphQLPoints)})
	markdownTable(b, []string{"", ""}, facts)

	var drafts [][]string
	for _, d := range r.Drafts {
		merged := ""
		if d.Merge != nil {
			merged = mergeInWords(*d.Merge)
		}
		drafts = append(drafts, []string{fmt.Sprint(d.Edition), cell(d.Language), cell(d.name), string(d.Operation), merged})
	}
	markdownTable(b, []string{"Edition", "Language", "Draft", "Operation", "Merged with what was edited"}, drafts)

	var gaps [][]string
	for _, g := range r.Gaps {
		gaps = append(gaps, []string{string(g.Kind), cell(g.Source), cell(g.Reason())})
	}
	markdownTable(b, []string{"Missing", "Source", "Why"}, gaps)
}

// pullFacts tells what became of the pull request; there are several when a run caught up.
func (r *report) pullFacts() [][]string {
	var facts [][]string
	for _, d := range r.Drafts {
		if d.PullRequestURL != "" && d.PullRequestURL != r.PullRequestURL {
			row := []string{"Pull request", pullLink(d.PullRequestURL)}
			if !slices.ContainsFunc(facts, func(f []string) bool { return slices.Equal(f, row) }) {
				facts = append(facts, row)
			}
		}
	}
	if r.Operation != "" {
		text := string(r.Operation)
		if link := pullLink(r.PullRequestURL); link != "" {
			text = link + ", " + text
		}
		if r.Operation == publish.None && r.Reason != "" {
			text += ": " + cell(r.Reason)
		}
		facts = append(facts, []string{"Pull request", text})
	}
	for _, w := range r.Warnings {
		facts = append(facts, []string{"Warning", cell(w)})
	}
	return facts
}

// pullLink links to a pull request by its number, which is the last part of its address.
func pullLink(s string) string {
	u := address(s)
	if u.IsZero() {
		return ""
	}
	return markdown.Link(markdown.Untrusted(s[strings.LastIndexByte(s, '/')+1:]), u)
}

// cell makes any text safe as Markdown within a line, and not longer than 300 characters.
func cell(s string) string { return markdown.Untrusted(s).String() }

// markdownTable writes a table of cells that are encoded already, or nothing without rows.
func markdownTable(b *strings.Builder, head []string, rows [][]string) {
	if len(rows) > 0 {
		b.WriteString(markdown.Table(head, rows, summaryRows) + "\n\n")
	}
}
