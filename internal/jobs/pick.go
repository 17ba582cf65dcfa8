package jobs

import (
	"time"

	"github.com/riverqueue/river/rivertype"

	"github.com/community-digest/digest/digest"
)

// past is a draft that the database knows.
type past struct {
	period string // its days: a digest that moves to another zone drafts nothing again
	round  time.Time
	state  rivertype.JobState
}

// pick chooses the period to draft next, of those that are due, oldest first. Periods that
// were drafted are left out, and so are those whose attempts were used up in this round.
// A period that failed in an earlier round has had its turn and comes after all others.
func pick(due []digest.Period, drafts []past, round time.Time) (next digest.Period, ok bool) {
	over, failed := make(map[string]bool), make(map[string]bool)
	for _, d := range drafts {
		switch d.state {
		case rivertype.JobStateCompleted:
			over[d.period] = true
		case rivertype.JobStateCancelled, rivertype.JobStateDiscarded:
			failed[d.period] = true
			over[d.period] = over[d.period] || d.round.Equal(round)
		}
	}
	for _, again := range []bool{false, true} {
		for _, p := range due {
			if days := p.String(); !over[days] && failed[days] == again {
				return p, true
			}
		}
	}
	return digest.Period{}, false
}
