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
// When as many as most came to an end in this round, the rest waits for the next one.
func pick(due []digest.Period, drafts []past, round time.Time, most int) (next digest.Period, ok bool) {
	over, failed := make(map[string]bool), make(map[string]bool)
	ended := 0
	for _, d := range drafts {
		if d.round.Equal(round) && (d.state == rivertype.JobStateCompleted || d.state == rivertype.JobStateCancelled || d.state == rivertype.JobStateDiscarded) {
			ended++
		}
		switch d.state {
		case rivertype.JobStateCompleted:
			over[d.period] = true
		case rivertype.JobStateCancelled, rivertype.JobStateDiscarded:
			failed[d.period] = true
			over[d.period] = over[d.period] || d.round.Equal(round)
		}
	}
	if ended >= most {
		return digest.Period{}, false
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
