package jobs

import (
	"testing"
	"time"

	"github.com/riverqueue/river/rivertype"

	"github.com/community-digest/digest/digest"
)

func TestPick(t *testing.T) {
	due := weeks(3)
	round, before := time.Unix(2000, 0), time.Unix(1000, 0)
	draft := func(n int, round time.Time, state rivertype.JobState) past {
		return past{weeks(9)[n-1].String(), round, state}
	}
	for _, tt := range []struct {
		claim  string
		due    []digest.Period
		drafts []past
		want   int // the number of the week; 0 is none
	}{
		{"nothing is due", nil, nil, 0},
		{"the oldest", due, nil, 1},
		{"what is drafted is left out", due, []past{draft(1, before, rivertype.JobStateCompleted)}, 2},
		{"all is drafted", due[:1], []past{draft(1, before, rivertype.JobStateCompleted)}, 0},
		{"what is not over decides nothing", due, []past{draft(1, round, rivertype.JobStateRunning), draft(1, before, rivertype.JobStateRetryable)}, 1},
		{"what failed in this round is left out", due[:1], []past{draft(1, round, rivertype.JobStateCancelled)}, 0},
		{"what River gave up in this round is left out", due[:1], []past{draft(1, round, rivertype.JobStateDiscarded)}, 0},
		{"what failed before comes last", due, []past{draft(1, before, rivertype.JobStateCancelled), draft(2, before, rivertype.JobStateCancelled)}, 3},
		{"and then in order", due[:2], []past{draft(2, before, rivertype.JobStateCancelled), draft(1, before, rivertype.JobStateDiscarded)}, 1},
		{"what failed before and now is left out", due[:2], []past{draft(1, before, rivertype.JobStateCancelled), draft(1, round, rivertype.JobStateCancelled)}, 2},
		{"what failed and then succeeded is drafted", due[:1], []past{draft(1, before, rivertype.JobStateCompleted), draft(1, before, rivertype.JobStateCancelled)}, 0},
		{"as many as a round may have are over", due, []past{draft(7, round, rivertype.JobStateCompleted), draft(8, round, rivertype.JobStateCancelled), draft(9, round, rivertype.JobStateCompleted)}, 0},
		{"those of another round are not of this one", due, []past{draft(7, round, rivertype.JobStateCompleted), draft(8, before, rivertype.JobStateCompleted), draft(9, round, rivertype.JobStateCompleted)}, 1},
		{"drafts of other periods do not matter", due, []past{draft(7, round, rivertype.JobStateCompleted)}, 1},
	} {
		p, ok := pick(tt.due, tt.drafts, round, 3)
		if ok != (tt.want > 0) || ok && p.String() != weeks(9)[tt.want-1].String() {
			t.Errorf("%s: got %s, %t", tt.claim, p, ok)
		}
	}
}

func TestAPeriodIsTheSameInAnotherZone(t *testing.T) {
	p := weeks(1)[0]
	other, err := digest.Days(time.Date(2023, 12, 11, 0, 0, 0, 0, time.UTC), time.Date(2023, 12, 17, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := pick([]digest.Period{other}, []past{{p.String(), time.Time{}, rivertype.JobStateCompleted}}, time.Now(), 3); ok {
		t.Error("a digest that moved drafts its weeks again")
	}
}

func TestBackoffGrowsFromASecondToHours(t *testing.T) {
	for n, want := range map[int]time.Duration{1: time.Second, 2: 16 * time.Second, 4: 256 * time.Second, 8: 4096 * time.Second, 11: 4 * time.Hour, 99: 4 * time.Hour} {
		if got := backoff(n); got != want {
			t.Errorf("after %d errors: %s, want %s", n, got, want)
		}
	}
}
