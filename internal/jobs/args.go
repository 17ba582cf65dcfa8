package jobs

import (
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/community-digest/digest/digest"
)

// The queues are apart, so that a check need not wait until a long draft is done.
const (
	draftQueue = "digest_drafts"
	checkQueue = "digest_checks"
)

const (
	// spare is how many attempts River may make beyond ours. The last of ours ends a draft
	// in order; only processes that die again and again while they work use these up.
	spare = 5

	// checkAttempts lasts for about half a day. If the slot is still the last one then, its
	// check is asked for anew.
	checkAttempts = 12
)

// draftArgs is the draft of one period of a digest. Rows of these outlive the program, so
// names and meanings stay.
type draftArgs struct {
	// Digest alone makes a draft unique: the next period waits until this one is over.
	Digest string        `json:"digest" river:"unique"`
	Period digest.Period `json:"period"`
	// Round is that of the check that asked for it.
	Round time.Time `json:"round"`
}

func (draftArgs) Kind() string { return "digest_draft" }

// newDraft also says that a digest has one draft that is not over.
func newDraft(name string, p digest.Period, round time.Time, attempts int) (draftArgs, *river.InsertOpts) {
	return draftArgs{Digest: name, Period: p, Round: round}, &river.InsertOpts{
		Queue: draftQueue, MaxAttempts: attempts + spare, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: unfinished()},
	}
}

// checkArgs asks what of a digest is due.
type checkArgs struct {
	Digest string `json:"digest" river:"unique"`
	// Round is the slot, or when a process began to lead, in whole seconds of UTC. In one
	// round a period is tried with all its attempts once, and one that failed in an earlier
	// round once more.
	Round time.Time `json:"round" river:"unique"`
	// After is the draft that this check follows and must not overtake, or zero.
	After int64 `json:"after,omitempty"`
}

func (checkArgs) Kind() string { return "digest_check" }

// newCheck gives one check for a slot, however often it is asked for, unless that one gave
// up. Another slot gives another one, as a check that is running may have asked before it.
func newCheck(name string, round time.Time) (checkArgs, *river.InsertOpts) {
	args, opts := followUp(name, round, 0)
	opts.UniqueOpts = river.UniqueOpts{ByArgs: true, ByState: append(unfinished(), rivertype.JobStateCompleted)}
	return args, opts
}

// followUp gives the check that goes on after a draft. It is not unique: a draft that was
// rescued between asking for it and its end asks again, and the first one saw it unfinished.
func followUp(name string, round time.Time, after int64) (checkArgs, *river.InsertOpts) {
	return checkArgs{Digest: name, Round: round.UTC().Truncate(time.Second), After: after},
		&river.InsertOpts{Queue: checkQueue, MaxAttempts: checkAttempts}
}

// unfinished are the states from which work will still be done.
func unfinished() []rivertype.JobState {
	return []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable,
		rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}
}
