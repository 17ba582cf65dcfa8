package edition

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/publish"
	"github.com/community-digest/digest/internal/schedule"
)

// mostDue is more periods than anyone catches up on.
const mostDue = 1000

// Due returns the periods that are over and have no edition where this weekly's editions go, oldest first.
func Due(ctx context.Context, w Weekly, now time.Time) ([]digest.Period, error) {
	editions, err := w.existing(ctx, now)
	if err != nil {
		return nil, err
	}
	due, _ := schedule.Due(w.Config.Calendar, schedule.End(editions), w.now(now), mostDue)
	return due, nil
}

// Next returns the periods that a run without dates publishes: at most so many of those that are due, and how many more
// are. When none is due it is the last one, whose edition is brought up to date; none before the first edition.
func Next(ctx context.Context, w Weekly, now time.Time, most int) (periods []digest.Period, more int, err error) {
	editions, err := w.existing(ctx, now)
	if err != nil {
		return nil, 0, err
	}
	if err := schedule.CheckEditions(w.Config.Calendar, editions); err != nil {
		return nil, 0, err
	}
	due, more := schedule.Due(w.Config.Calendar, schedule.End(editions), w.now(now), most)
	switch {
	case len(due) > 0:
		return due, more, nil
	case len(editions) > 0:
		return []digest.Period{editions[len(editions)-1].Period}, 0, nil
	}
	last := w.Config.Calendar.Last(w.now(now))
	if w.Config.Calendar.Number(last) < 1 {
		return nil, 0, nil
	}
	return []digest.Period{last}, 0, nil
}

// existing returns the last editions of the weekly, in order.
func (w Weekly) existing(ctx context.Context, now time.Time) ([]schedule.Edition, error) {
	place, err := w.Target.look(ctx, w, w.Config.Calendar.Last(now))
	if err != nil {
		return nil, err
	}
	editions, err := w.written(ctx, place, now)
	if err := errors.Join(err, place.close()); err != nil {
		return nil, err
	}
	if err := w.checkClock(); err != nil {
		return nil, err
	}
	if t, ok := w.Target.(PullRequests); ok {
		return t.proposed(ctx, w, editions, now)
	}
	return editions, nil
}

// proposed adds to the merged editions, those on the base branch, the ones between and after them that have a pull
// request.
func (t PullRequests) proposed(ctx context.Context, w Weekly, merged []schedule.Edition, now time.Time) ([]schedule.Edition, error) {
	calendar := w.Config.Calendar
	var editions []schedule.Edition
	for {
		if len(merged) > 0 && (len(editions) == 0 || !merged[0].Period.From.After(schedule.End(editions))) {
			editions, merged = append(editions, merged[0]), merged[1:]
			continue
		}
		due, _ := schedule.Due(calendar, schedule.End(editions), w.now(now), 1)
		if len(due) == 0 {
			return append(editions, merged...), nil
		}
		b, err := t.branch(ctx, w, due[0])
		if err != nil {
			return nil, err
		}
		switch b.branch.Status() {
		case publish.NoBranch, publish.NoPull: // a branch alone is a run that was stopped: it is not done
			return append(editions, merged...), nil
		}
		period, err := b.period(ctx, w, due[0], now)
		if err != nil {
			return nil, err
		}
		editions = append(editions, schedule.Edition{Number: calendar.Number(due[0]), Period: period})
	}
}

// checkNeighbours warns when a period that a person chose overlaps an edition or leaves days out after the last one.
func (w Weekly) checkNeighbours(ctx context.Context, p digest.Period, now time.Time) error {
	number := w.Config.Calendar.Number(p)
	editions, err := w.existing(ctx, now)
	if err != nil {
		return err
	}
	var end time.Time // of the last edition before
	for _, e := range editions {
		switch {
		case e.Number == number:
		case e.Period.From.Before(p.To) && p.From.Before(e.Period.To):
			w.warnf("period %s overlaps %s: what happened in both is in both", p, e)
		case e.Period.To.After(end) && !e.Period.To.After(p.From):
			end = e.Period.To
		}
	}
	if !end.IsZero() && end.Before(p.From) {
		w.warnf("no edition covers %s: that is between the last edition and this one", digest.Period{From: end, To: p.From})
	}
	return nil
}

// EarlyError says that a period is before the first edition. Nothing was written.
type EarlyError struct{ Period digest.Period }

func (e *EarlyError) Error() string {
	return fmt.Sprintf("period %s is before the first edition: nothing was written", e.Period)
}

// Hint says what to do.
func (e *EarlyError) Hint() string {
	return "use --anyway to draft it all the same, or change first_edition in the configuration"
}
