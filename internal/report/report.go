// Package report is what a run says about itself: as JSON for scripts, in words for people, and as outputs, summary and
// annotations for a job of GitHub Actions.
//
// Its one idea: a run returns one value, and everything that is printed about it is made from that value. Its limit: it
// decides nothing. Exit codes and what counts as a failure are the caller's.
package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/markdown"
	"github.com/community-digest/digest/internal/merge"
)

// Report is what a run did. Its JSON is an interface: fields are added over time and never change their meaning.
type Report struct {
	Edition
	Drafts []Draft `json:"drafts"`
	Usage  Usage   `json:"usage"`
	// Operation says what became of the edition's place, when it was published: created, updated, unchanged or none.
	Operation Operation `json:"operation,omitempty"`
	// PullRequest is the number of the pull request and PullRequestURL its address.
	PullRequest    int    `json:"pull_request,omitempty"`
	PullRequestURL string `json:"pull_request_url,omitempty"`
	// Reason says why nothing was published.
	Reason   string   `json:"reason,omitempty"`
	Warnings []string `json:"warnings,omitempty"`
	DryRun   bool     `json:"dry_run,omitempty"`
	// Error and ExitCode are those of a run that failed after it had drafted what the report lists.
	Error    string `json:"error,omitempty"`
	ExitCode int    `json:"exit_code,omitempty"`
}

// Edition is what all drafts of an edition share.
type Edition struct {
	Number      int           `json:"edition"`
	Period      digest.Period `json:"period"`
	Provisional bool          `json:"provisional"`
	// Items counts what was found; nil when nothing was collected.
	Items map[digest.Kind]int `json:"items"`
	// Cut counts by section what its limit left out.
	Cut map[digest.SectionName]int `json:"cut,omitempty"`
	// LeftOut are the items that limits left out.
	LeftOut []LeftOut `json:"left_out,omitempty"`
	// Late counts the items that came too late for an earlier edition and are in this one.
	Late int `json:"late,omitempty"`
	// Stories are those of several items, with the reasons for which they are one.
	Stories  []Story          `json:"stories,omitempty"`
	Receipts []digest.Receipt `json:"receipts"`
	Gaps     []digest.Receipt `json:"gaps"`
}

// LeftOut is an item that a limit left out of the drafts.
type LeftOut struct {
	Section digest.SectionName `json:"section"`
	// Item is its address, or its id if it has none.
	Item string `json:"item"`
}

// Story is several items that are one event.
type Story struct {
	Section digest.SectionName `json:"section"`
	// Items are addresses, or ids of items without one.
	Items []string `json:"items"`
	Joins []Join   `json:"joins,omitempty"`
}

// Join says why an item is in a story: because of what it has in common with another one.
type Join struct {
	Item   string            `json:"item"`
	With   string            `json:"with"`
	Reason digest.JoinReason `json:"reason"`
	Detail string            `json:"detail,omitempty"`
}

// Draft is one file of an edition.
type Draft struct {
	Path      string    `json:"path"`
	Language  string    `json:"language"`
	Operation Operation `json:"operation"`
	// LeftAlone says why the draft could not be merged and stays as it is.
	LeftAlone string `json:"left_alone,omitempty"`
	// MovedFrom is where the draft was written, if a person has moved it since.
	MovedFrom string `json:"moved_from,omitempty"`
	// KeptAs is the file that an edited draft was copied to before it was replaced.
	KeptAs string `json:"kept_as,omitempty"`
	// Merge says what became of a person's changes; nil when there were none.
	Merge          *merge.Report `json:"merge,omitempty"`
	PullRequestURL string        `json:"pull_request_url,omitempty"`
	Edition
	// Name is the path as messages have it, with the output directory.
	Name string `json:"-"`
}

// Operation is what was done, or with --dry-run would have been.
type Operation string

// The operations. Only drafts are Printed or Deleted, and only what is published is None.
const (
	Created   Operation = "created"
	Updated   Operation = "updated"
	Unchanged Operation = "unchanged"
	Printed   Operation = "printed"
	Deleted   Operation = "deleted" // by a person, and left out
	None      Operation = "none"
)

// Usage is what a run cost at GitHub.
type Usage struct {
	Requests      int     `json:"requests"`
	GraphQLPoints int     `json:"graphql_points"`
	Retries       int     `json:"retries"`
	WaitedSeconds float64 `json:"waited_seconds"`
	// Expected is the estimate that digest plan makes.
	Expected *Cost `json:"expected,omitempty"`
}

// Cost is requests and points, as GitHub counts them.
type Cost struct {
	Requests      int `json:"requests"`
	GraphQLPoints int `json:"graphql_points"`
}

// Plus returns the sum of two costs.
func (c Cost) Plus(d Cost) Cost {
	return Cost{c.Requests + d.Requests, c.GraphQLPoints + d.GraphQLPoints}
}

// ForEdition returns the shared part of a report on an edition made from a snapshot.
func ForEdition(e digest.Edition, s digest.Snapshot) Edition {
	shared := Edition{
		Number:      e.Number,
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
		shared.Stories = append(shared.Stories, stories(sec)...)
		if sec.Cut > 0 {
			shared.Cut[sec.Name] = sec.Cut
		}
		for _, it := range sec.LeftOut {
			shared.LeftOut = append(shared.LeftOut, LeftOut{sec.Name, nameOf(it)})
		}
	}
	return shared
}

func stories(s digest.Section) []Story {
	var out []Story
	for _, story := range s.Stories {
		items := story.Items()
		if len(items) < 2 {
			continue
		}
		r := Story{Section: s.Name}
		for _, it := range items {
			r.Items = append(r.Items, nameOf(it))
		}
		for _, j := range story.Joins {
			r.Joins = append(r.Joins, Join{nameOf(j.Item), nameOf(j.Member), j.Reason, markdown.Line(j.Detail)})
		}
		out = append(out, r)
	}
	return out
}

// nameOf is an item's address, or its id if it has none.
func nameOf(it digest.Item) string {
	if it.URL.IsZero() {
		return markdown.Line(markdown.Untrusted(string(it.ID)))
	}
	return it.URL.String()
}

// printable copies receipts with a service's own words made safe for a terminal: standard output ends up in the log of a
// job as well. Without receipts the list is [], not null.
func printable(receipts []digest.Receipt) []digest.Receipt {
	out := make([]digest.Receipt, 0, len(receipts))
	for _, r := range receipts {
		r.Detail = markdown.Untrusted(markdown.Line(r.Detail))
		out = append(out, r)
	}
	return out
}

// Then returns the report of a run that drafted this edition and then another one: the drafts and gaps of both, and for
// the rest that of the later one, whose usage counts the whole run.
func (r Report) Then(later Report) Report {
	if a, b := r.Usage.Expected, later.Usage.Expected; a != nil && b != nil {
		sum := a.Plus(*b)
		later.Usage.Expected = &sum
	}
	later.Drafts = slices.Concat(r.Drafts, later.Drafts)
	later.Gaps = append(append([]digest.Receipt{}, r.Gaps...), later.Gaps...) // [], not null
	later.Warnings = slices.Concat(r.Warnings, later.Warnings)
	return later
}

// WriteJSON writes a value as indented JSON. As the log of a job may hold it, it contains no "##[", which the runner
// takes for a command anywhere in a line: the bracket is written as an escape.
func WriteJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("encode JSON: %w", err)
	}
	_, err := w.Write(bytes.ReplaceAll(b.Bytes(), []byte("##["), []byte(`##\u005b`)))
	return err
}
