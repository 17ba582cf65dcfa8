package status

import (
	"strings"
	"time"

	"github.com/community-digest/digest/internal/markdown"
)

// Operation is how a run ended.
type Operation string

const (
	Created   Operation = "created"   // a draft that was not there before
	Updated   Operation = "updated"   // a draft that was there has changed
	Unchanged Operation = "unchanged" // a draft that was there holds everything
	None      Operation = "none"      // there was nothing to draft
	Failed    Operation = "failed"
)

// operations lists all of them in order.
var operations = []Operation{Created, Updated, Unchanged, None, Failed}

// Run is one attempt to draft an edition, as it ended.
type Run struct {
	Digest     string
	Start, End time.Time
	Period     string         // both days, as people read it: "2023-12-11..2023-12-17"
	Edition    int            // its number; 0 if it is not known
	Items      map[string]int // by kind
	Gaps       int
	Requests   int // sent to GitHub
	Points     int // what GraphQL cost
	Operation  Operation
	Draft      string // the address of the draft, or its path; may be empty
	Err        string // why it failed; empty if it did not
}

// Duration is how long the run took.
func (r Run) Duration() time.Duration { return r.End.Sub(r.Start) }

// happened reports whether r is a run at all.
func (r Run) happened() bool { return !r.End.IsZero() }

// drafted reports whether the run left a draft, or found one that holds everything.
func (r Run) drafted() bool {
	return r.Operation == Created || r.Operation == Updated || r.Operation == Unchanged
}

// normal returns r as the rest of the package relies on it: an operation that is unknown
// or contradicts the error is a failure.
func (r Run) normal() Run {
	r.Digest = key(r.Digest)
	switch r.Operation {
	case Created, Updated, Unchanged, None:
		if r.Err != "" {
			r.Operation = Failed
		}
	default:
		r.Operation = Failed
	}
	if r.End.Before(r.Start) {
		r.End = r.Start // the clock was put back
	}
	return r
}

// key is a name as the board and the metrics know it: a label of Prometheus is UTF-8.
func key(name string) string { return strings.ToValidUTF8(name, "\uFFFD") }

// shown is a name or a message as people see it: one line of bounded length without invisible
// characters.
func shown(s string) string { return markdown.Line(markdown.Untrusted(s)) }
