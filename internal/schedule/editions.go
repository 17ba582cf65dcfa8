package schedule

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/community-digest/digest/digest"
)

// Edition is an edition that is there already, drafted or published.
type Edition struct {
	Number int
	Period digest.Period
}

// String names the edition in messages: "edition 1 (2023-12-11..2023-12-17)".
func (e Edition) String() string { return fmt.Sprintf("edition %d (%s)", e.Number, e.Period) }

// End returns the end of the latest of some editions, the zero time if there is none.
// The days of each are taken as they are in its own zone.
func End(editions []Edition) time.Time {
	var end time.Time
	for _, e := range editions {
		if end.IsZero() || day(e.Period.To).After(day(end)) {
			end = e.Period.To
		}
	}
	return end
}

// CheckEditions reports where editions overlap, leave days out between them, or share a
// number; all of it, in the order of the periods. The order of the editions is of no
// importance, and one that is listed twice (on the base branch and in a pull request) is
// one edition.
//
// A gap that ends where the calendar's first edition begins is none: to move the first
// edition is how a weekly makes a pause.
//
// The days of each edition are taken as they are in its own zone. So two editions meet
// although the configuration's zone was changed between them, and the hours by which the
// zones differ are in both or in neither.
func CheckEditions(c digest.Calendar, editions []Edition) error {
	sorted := slices.SortedFunc(slices.Values(editions), compareEditions)
	sorted = slices.CompactFunc(sorted, func(a, b Edition) bool { return compareEditions(a, b) == 0 })
	var problems []error
	byNumber := make(map[int]Edition)
	for i, e := range sorted {
		if !day(e.Period.From).Before(day(e.Period.To)) {
			problems = append(problems, fmt.Errorf("edition %d has no days: it begins on %s and ends before %s",
				e.Number, e.Period.From.Format(time.DateOnly), e.Period.To.Format(time.DateOnly)))
		}
		if other, taken := byNumber[e.Number]; taken {
			problems = append(problems, fmt.Errorf("the number %d is that of two editions: %s and %s", e.Number, other.Period, e.Period))
		}
		byNumber[e.Number] = e
		if i > 0 {
			problems = append(problems, meet(latest(sorted[:i]), e, c.First))
		}
	}
	return errors.Join(problems...)
}

// meet reports days between two editions that are in none or in both.
func meet(a, b Edition, first time.Time) error {
	end, next := day(a.Period.To), day(b.Period.From)
	switch {
	case next.Before(end):
		both := digest.Period{From: next, To: end}
		if to := day(b.Period.To); to.Before(end) {
			both.To = to
		}
		return fmt.Errorf("%s and %s overlap: %s is in both", a, b, both)
	case next.After(end) && !next.Equal(day(first)):
		return fmt.Errorf("%s and %s leave a gap: %s is in no edition", a, b, digest.Period{From: end, To: next})
	}
	return nil
}

// latest returns the edition that ends last.
func latest(editions []Edition) Edition {
	return slices.MaxFunc(editions, func(a, b Edition) int { return day(a.Period.To).Compare(day(b.Period.To)) })
}

func compareEditions(a, b Edition) int {
	return cmp.Or(
		day(a.Period.From).Compare(day(b.Period.From)),
		day(a.Period.To).Compare(day(b.Period.To)),
		cmp.Compare(a.Number, b.Number),
	)
}
