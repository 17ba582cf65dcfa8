package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/community-digest/digest/internal/markdown"
)

// Failure is why a run failed.
type Failure struct {
	Message  string
	Hint     string
	ExitCode int
	// Problems are the mistakes in a configuration, where they are the reason.
	Problems []Annotation
}

// summaryRows is how many rows a table of the summary has: GitHub takes 1 MiB of a step.
// https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits
const summaryRows = 100

// Summary is the run as a page of Markdown: why it failed, what was drafted, what is missing. Both may be nil.
func Summary(r *Report, f *Failure) string {
	var b strings.Builder
	if f != nil {
		f.summary(&b)
	}
	if r != nil {
		r.summary(&b)
	}
	return b.String()
}

func (f *Failure) summary(b *strings.Builder) {
	fmt.Fprintf(b, "## Failed with exit code %d\n\n", f.ExitCode)
	if len(f.Problems) > 0 {
		var rows [][]string
		for _, p := range f.Problems {
			rows = append(rows, []string{cell(fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)), cell(p.Message)})
		}
		table(b, []string{"Where", "What is wrong"}, rows)
		return
	}
	for line := range strings.Lines(f.Message) {
		fmt.Fprintf(b, "%s\n\n", cell(line))
	}
}

func (r *Report) summary(b *strings.Builder) {
	fmt.Fprintf(b, "## Edition %d\n\n", r.Number)
	facts := [][]string{{"Period", r.Period.String()}}
	if r.Provisional {
		facts = append(facts, []string{"Provisional", "the period is not over yet"})
	}
	facts = append(facts, r.published()...)
	if r.Items != nil {
		facts = append(facts, []string{"Items", ItemCounts(r.Items)})
	}
	for _, name := range slices.Sorted(maps.Keys(r.Cut)) {
		facts = append(facts, []string{"Left out by the limit", fmt.Sprintf("%d in %s", r.Cut[name], cell(string(name)))})
	}
	facts = append(facts,
		[]string{"Gaps", fmt.Sprint(len(r.Gaps))},
		[]string{"Requests", fmt.Sprintf("%d, %d points of GraphQL", r.Usage.Requests, r.Usage.GraphQLPoints)})
	table(b, []string{"", ""}, facts)

	var drafts [][]string
	for _, d := range r.Drafts {
		merged := ""
		if d.Merge != nil {
			merged = MergeCounts(*d.Merge)
		}
		drafts = append(drafts, []string{fmt.Sprint(d.Number), cell(d.Language), cell(d.Name), string(d.Operation), merged})
	}
	table(b, []string{"Edition", "Language", "Draft", "Operation", "Merged with changes"}, drafts)

	var gaps [][]string
	for _, g := range r.Gaps {
		gaps = append(gaps, []string{string(g.Kind), cell(g.Source), cell(g.Reason())})
	}
	table(b, []string{"Missing", "Source", "Why"}, gaps)
}

// published says what became of the pull request; there are several when a run caught up.
func (r *Report) published() [][]string {
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
		if r.Operation == None && r.Reason != "" {
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

// address parses an address that GitHub returned; the zero URL means no link.
func address(s string) markdown.URL {
	u, err := markdown.ParseURL(s)
	if err != nil {
		return markdown.URL{}
	}
	return u
}

// cell makes any text safe as Markdown within a line, and at most 300 characters long.
func cell(s string) string { return markdown.Untrusted(s).String() }

// table writes cells that are encoded already, or nothing without rows.
func table(b *strings.Builder, head []string, rows [][]string) {
	if len(rows) > 0 {
		b.WriteString(markdown.Table(head, rows, summaryRows) + "\n\n")
	}
}
