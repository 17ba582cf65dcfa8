package jobs

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/community-digest/digest/digest"
)

// State is how far a draft is.
type State string

// The states of drafts.
const (
	Queued  State = "queued"  // waits for a worker
	Running State = "running" // is worked on, or its process died a while ago
	Waiting State = "waiting" // failed or was postponed, and is tried again
	Drafted State = "drafted" // is done
	GivenUp State = "given up"
)

// Draft is a draft that the database knows.
type Draft struct {
	Digest   string
	Period   digest.Period
	State    State
	Attempt  int // how many were made, the running one included
	Attempts int
	// At is when it was queued, began to run, will be tried again, or ended.
	At time.Time
	// Err is the text of the last attempt's error, if there was one. It may hold text from
	// outside.
	Err string
}

// mostListed bounds what is read in one go: drafts that are not over (one per digest) and,
// of each state that is over, the newest.
const mostListed = 2000

// Overview lists drafts: all that are not over and the newest of those that are, in the
// order of digests and periods, then oldest first. It changes nothing.
func (q *Queue) Overview(ctx context.Context) ([]Draft, error) {
	params := river.NewJobListParams().Kinds(draftArgs{}.Kind()).First(mostListed)
	var all []Draft
	for _, p := range []*river.JobListParams{
		params.States(unfinished()...),
		params.States(rivertype.JobStateCompleted).OrderBy(river.JobListOrderByFinalizedAt, river.SortOrderDesc),
		params.States(rivertype.JobStateCancelled, rivertype.JobStateDiscarded).OrderBy(river.JobListOrderByFinalizedAt, river.SortOrderDesc),
	} {
		rows, err := q.store.list(ctx, p)
		if err != nil {
			return nil, fmt.Errorf("list the drafts: %w", err)
		}
		for _, row := range rows {
			d, err := q.draft(row)
			if err != nil {
				return nil, err
			}
			all = append(all, d)
		}
	}
	slices.SortFunc(all, func(a, b Draft) int {
		return cmp.Or(cmp.Compare(a.Digest, b.Digest), a.Period.From.Compare(b.Period.From), a.Period.To.Compare(b.Period.To), a.At.Compare(b.At))
	})
	return all, nil
}

func (q *Queue) draft(row *rivertype.JobRow) (Draft, error) {
	args, err := decode(row)
	if err != nil {
		return Draft{}, err
	}
	d := Draft{Digest: args.Digest, Period: args.Period, Attempt: row.Attempt, Attempts: q.config.Attempts}
	if n := len(row.Errors); n > 0 {
		d.Err = strings.TrimPrefix(row.Errors[n-1].Error, "JobCancelError: ")
	}
	switch row.State {
	case rivertype.JobStateRunning:
		d.State, d.At = Running, *row.AttemptedAt
	case rivertype.JobStateRetryable, rivertype.JobStateScheduled:
		d.State, d.At = Waiting, row.ScheduledAt
	case rivertype.JobStateCompleted:
		d.State, d.At, d.Err = Drafted, *row.FinalizedAt, ""
	case rivertype.JobStateCancelled, rivertype.JobStateDiscarded:
		d.State, d.At = GivenUp, *row.FinalizedAt
	default:
		d.State, d.At = Queued, row.ScheduledAt
	}
	return d, nil
}
