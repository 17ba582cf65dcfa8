// Package digest is what an edition of a community weekly is: the period it
// covers, the facts found in that period, how they are selected, grouped and
// ranked, and how a template turns them into Markdown.
//
// The one idea is that each step is a plain value: collectors return [Findings],
// a [Snapshot] stores them, [Edit] makes an [Edition] of a snapshot, and a
// [Template] renders it. Nothing here reads a file, the network, a clock or the
// environment, and everything is in a total order, so the same snapshot gives the
// same bytes on every machine.
//
// All untrusted input is a [markdown.Text], whose ordinary printing is safe
// Markdown; see package markdown.
package digest

import "context"

// Collector reads all sources of one kind.
//
// What was looked at comes back as receipts, what could not be read included:
// a repository that is missing or a list that was cut short is a gap in the
// findings, not an error. An error means that going on makes no sense (no
// authorisation, limit exhausted, cancelled); the findings so far come with it.
type Collector interface {
	Collect(ctx context.Context, p Period) (Findings, error)
}
