package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/markdown"
	"github.com/community-digest/digest/internal/merge"
	"github.com/community-digest/digest/internal/publish"
)

// report is what a run tells about itself: --format json prints it. Fields are added
// over time and never change their meaning.
type report struct {
	editionReport
	Drafts []draftReport `json:"drafts"`
	Usage  usageReport   `json:"usage"`
	pullReport
	skew time.Duration
}

// editionReport is what all drafts of an edition share.
type editionReport struct {
	Edition     int                        `json:"edition"`
	Period      digest.Period              `json:"period"`
	Provisional bool                       `json:"provisional"`
	Items       map[digest.Kind]int        `json:"items"`
	Cut         map[digest.SectionName]int `json:"cut,omitempty"`
	// Late counts the items that came too late for an earlier edition and are in this one.
	Late     int              `json:"late,omitempty"`
	Receipts []digest.Receipt `json:"receipts"`
	Gaps     []digest.Receipt `json:"gaps"`
}

type draftReport struct {
	Path      string    `json:"path"`
	Language  string    `json:"language"`
	Operation operation `json:"operation"`
	KeptAs    string    `json:"kept_as,omitempty"`
	// Merge tells what became of what people had edited; nothing when nobody had.
	Merge          *merge.Report `json:"merge,omitempty"`
	PullRequestURL string        `json:"pull_request_url,omitempty"`
	editionReport
	name string
}

// pullReport is what became of the pull request, when the edition was published.
type pullReport struct {
	// Operation is created, updated, unchanged or none.
	Operation publish.Operation `json:"operation,omitempty"`
	// PullRequest is its number and PullRequestURL its address; none when there is none.
	PullRequest    int    `json:"pull_request,omitempty"`
	PullRequestURL string `json:"pull_request_url,omitempty"`
	// Reason says why nothing is published.
	Reason   string   `json:"reason,omitempty"`
	Warnings []string `json:"warnings,omitempty"`
}

// usageReport is what a run cost at GitHub.
type usageReport struct {
	Requests      int     `json:"requests"`
	GraphQLPoints int     `json:"graphql_points"`
	Retries       int     `json:"retries"`
	WaitedSeconds float64 `json:"waited_seconds"`
	// Expected is what the run was expected to cost, as digest plan tells it.
	Expected *cost `json:"expected,omitempty"`
}

func newReport(e *edition, got collected, to place) report {
	s, u := got.snapshot, got.usage
	shared := editionReport{
		Edition:     e.Number,
		Period:      e.Period,
		Provisional: e.Provisional,
		Items: map[digest.Kind]int{
			digest.Discussions: len(s.Discussions),
			digest.Releases:    len(s.Releases),
			digest.Advisories:  len(s.Advisories),
			digest.Feeds:       len(s.Entries),
		},
		Late:     len(s.Late.Releases) + len(s.Late.Advisories),
		Receipts: printable(s.Receipts),
		Gaps:     printable(digest.Gaps(s.Receipts)),
		Cut:      make(map[digest.SectionName]int),
	}
	for _, sec := range e.Sections() {
		if sec.Cut > 0 {
			shared.Cut[sec.Name] = sec.Cut
		}
	}
	r := report{
		editionReport: shared,
		skew:          u.Skew,
		Usage: usageReport{
			Requests: u.Requests(), GraphQLPoints: u.Points, Retries: u.Retries, WaitedSeconds: u.Waited.Seconds(),
		},
	}
	if got.expected != nil {
		expected := sum(got.expected)
		r.Usage.Expected = &expected
	}
	address := ""
	if e.pull != nil {
		r.pullReport, address = pullReport{e.pull.Operation, e.pull.Number, e.pull.URL, e.pull.Reason, e.pull.Warnings}, e.pull.URL
	}
	for _, d := range e.drafts {
		r.Drafts = append(r.Drafts, draftReport{
			Path: d.path, Language: d.language, Operation: d.operation, KeptAs: d.keptAs, Merge: d.report, editionReport: shared,
			PullRequestURL: address, name: to.name(d.path),
		})
	}
	return r
}

// add puts the report of another edition, published in the same run, behind this one: the
// drafts of both, and for the rest the later one, which also tells what the run cost.
func (r *report) add(later report) {
	if a, b := r.Usage.Expected, later.Usage.Expected; a != nil && b != nil {
		later.Usage.Expected = &cost{a.Requests + b.Requests, a.GraphQLPoints + b.GraphQLPoints}
	}
	later.Drafts = slices.Concat(r.Drafts, later.Drafts)
	later.Gaps = append(append([]digest.Receipt{}, r.Gaps...), later.Gaps...) // [], not null
	*r = later
}

// printable copies receipts with the service's words as a terminal may show them: what
// goes to standard output is the log of a job as well. A list without any is [], not null.
func printable(receipts []digest.Receipt) []digest.Receipt {
	out := make([]digest.Receipt, 0, len(receipts))
	for _, r := range receipts {
		r.Detail = markdown.Untrusted(markdown.Line(r.Detail))
		out = append(out, r)
	}
	return out
}

// report tells what the run did and returns the error that stands for its exit code.
func (p *program) report(r report, out outputFlags) error {
	p.tell(r, out)
	return p.finish(r, out)
}

// finish prints the report when that is asked for, and returns the error that stands for
// the exit code.
func (p *program) finish(r report, out outputFlags) error {
	if out.format == "json" {
		enc := json.NewEncoder(p.stdout)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		// A reader who has read enough is no failure: the drafts are written.
		if err := enc.Encode(r); err != nil && !errors.Is(err, syscall.EPIPE) {
			return fmt.Errorf("print the report of drafts that are written: %w", err)
		}
	}
	if len(r.Gaps) > 0 {
		return codedError{exitGaps, fmt.Errorf("the draft has %d gap%s", len(r.Gaps), plural(len(r.Gaps)))}
	}
	return nil
}

// maxSkew is how far two clocks may be apart without anybody being told.
const maxSkew = 5 * time.Minute

// tell says the report in words.
func (p *program) tell(r report, out outputFlags) {
	all := r
	if p.told != nil {
		all = *p.told
		all.add(r)
	}
	p.told = &all
	if r.Items == nil { // nothing was collected: people are done with the edition
		p.stderr.note("edition %d, %s", r.Edition, r.Period)
	} else {
		p.stderr.note("edition %d, %s: %s", r.Edition, r.Period, itemsInWords(r.Items))
	}
	if r.Edition < 1 {
		p.stderr.warning("the period lies before the first edition")
	}
	if r.skew.Abs() > maxSkew {
		p.stderr.warning("the clock of this machine differs from GitHub's by %s: which period is over is judged by it", r.skew.Abs().Round(time.Minute))
	}
	if r.Provisional {
		p.stderr.warning("the period is not over yet: the draft is provisional")
	}
	for _, g := range r.Gaps {
		p.stderr.warning("gap: %s: %s", g.Subject(), g.Reason())
	}
	for _, d := range r.Drafts {
		if d.Operation == opPrinted {
			continue
		}
		note := string(d.Operation)
		if out.dryRun {
			note += " (dry run: not written)"
		}
		if d.KeptAs != "" {
			note += ", the edited draft is kept as " + path.Join(out.output, d.KeptAs)
		}
		p.stderr.note("%s: %s", d.name, note)
		p.tellMerge(d.name, d.Merge)
	}
	p.tellPull(r.pullReport)
}

// itemNames name one item of a kind and several.
var itemNames = map[digest.Kind][2]string{
	digest.Discussions: {"discussion", "discussions"},
	digest.Releases:    {"release", "releases"},
	digest.Advisories:  {"advisory", "advisories"},
	digest.Feeds:       {"feed entry", "feed entries"},
}

func itemsInWords(items map[digest.Kind]int) string {
	var words []string
	for _, k := range digest.Kinds {
		name := itemNames[k][1]
		if items[k] == 1 {
			name = itemNames[k][0]
		}
		words = append(words, fmt.Sprintf("%d %s", items[k], name))
	}
	return strings.Join(words, ", ")
}

// count names some things with their number: 1 source, 2 sources.
func count(n int, what string) string { return fmt.Sprintf("%d %s%s", n, what, plural(n)) }

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}
