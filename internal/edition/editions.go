package edition

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"time"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/publish"
	"github.com/community-digest/digest/internal/schedule"
)

// mostDue is more periods than anyone catches up on.
const mostDue = 1000

// Due returns the periods that are over and have no edition where this weekly's editions go, oldest first.
func Due(ctx context.Context, w Weekly, now time.Time) ([]digest.Period, error) {
	editions, err := existing(ctx, w, now)
	if err != nil {
		return nil, err
	}
	due, _ := schedule.Due(w.Config.Calendar, schedule.End(editions), now, mostDue)
	return due, nil
}

// Next returns the periods that a run without dates publishes: at most so many of those that are due, and how many more
// are. When none is due it is the last one, whose edition is brought up to date.
func Next(ctx context.Context, w Weekly, now time.Time, most int) (periods []digest.Period, more int, err error) {
	editions, err := existing(ctx, w, now)
	if err != nil {
		return nil, 0, err
	}
	if err := schedule.CheckEditions(w.Config.Calendar, editions); err != nil {
		return nil, 0, err
	}
	due, more := schedule.Due(w.Config.Calendar, schedule.End(editions), now, most)
	switch {
	case len(due) > 0:
		return due, more, nil
	case len(editions) > 0:
		return []digest.Period{editions[len(editions)-1].Period}, 0, nil
	}
	return []digest.Period{w.Config.Calendar.Last(now)}, 0, nil
}

// existing returns the last editions of the weekly, in order.
func existing(ctx context.Context, w Weekly, now time.Time) ([]schedule.Edition, error) {
	place, err := w.Target.look(ctx, w, w.Config.Calendar.Last(now))
	if err != nil {
		return nil, err
	}
	editions, err := written(ctx, place, w.Config.State)
	if err := errors.Join(err, place.close()); err != nil {
		return nil, err
	}
	if t, ok := w.Target.(PullRequests); ok {
		return t.proposed(ctx, w, editions, now)
	}
	return editions, nil
}

// lastEditions is how many editions are read to find out what comes next.
const lastEditions = 3

// written returns the last editions whose state lies in a place.
func written(ctx context.Context, from reader, state string) ([]schedule.Edition, error) {
	numbers, err := editionNumbers(ctx, from, state)
	if err != nil {
		return nil, err
	}
	var editions []schedule.Edition
	for _, n := range numbers[max(0, len(numbers)-lastEditions):] {
		name := path.Join(stateFolder(state, n), snapshotFile)
		files, err := from.read(ctx, name)
		if err != nil {
			return nil, err
		}
		if files[name] == nil {
			continue // a folder without a snapshot is no edition
		}
		s, err := decodeStored(from.name(name), files[name])
		if err != nil {
			return nil, err
		}
		editions = append(editions, schedule.Edition{Number: n, Period: s.Period})
	}
	return editions, nil
}

// editionNumbers lists the editions that have a state folder, in order.
func editionNumbers(ctx context.Context, from reader, state string) ([]int, error) {
	names, err := from.list(ctx, state)
	if err != nil {
		return nil, err
	}
	var numbers []int
	for _, name := range names {
		if n, err := strconv.Atoi(name); err == nil && path.Base(stateFolder(state, n)) == name {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return numbers, nil
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
		due, _ := schedule.Due(calendar, schedule.End(editions), now, 1)
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
		period, err := b.period(ctx, due[0])
		if err != nil {
			return nil, err
		}
		editions = append(editions, schedule.Edition{Number: calendar.Number(due[0]), Period: period})
	}
}

// pastEditions is how many earlier editions are searched for what came too late for them: about a month of weeks.
const pastEditions = 4

// readPast reads the snapshots of the editions before a period. What cannot be read is a warning.
func readPast(ctx context.Context, w Weekly, from reader, p digest.Period) (*digest.Past, []string, error) {
	calendar, state := w.Config.Calendar, w.Config.State
	var names []string
	before := calendar.Last(p.From)
	for q := before; len(names) < pastEditions; q = calendar.Last(q.From) {
		names = append(names, path.Join(stateFolder(state, calendar.Number(q)), snapshotFile))
	}
	files, err := from.read(ctx, names...)
	if err != nil {
		return nil, nil, err
	}
	var warnings []string
	warnf := func(format string, args ...any) { warnings = append(warnings, fmt.Sprintf(format, args...)) }
	last := files[names[0]]
	if last == nil {
		// It may not have got here yet: its pull request is open.
		last, err = w.lookUp(ctx, before, names[0])
		if publish.ProblemOf(err) == publish.Taken {
			warnf("%v: not looking for what came too late for the edition before", err)
		} else if err != nil {
			return nil, nil, err
		}
	}
	var snapshots []digest.Snapshot
	for i, name := range names {
		data := files[name]
		if i == 0 {
			data = last
		}
		if data == nil {
			continue
		}
		s, err := digest.DecodeSnapshot(data)
		if err != nil {
			warnf("%s: %v: not looking for what came too late for that edition", from.name(name), err)
			continue
		}
		snapshots = append(snapshots, s)
	}
	return digest.NewPast(snapshots...), warnings, nil
}

// lookUp reads a file of another edition; nil when it does not exist.
func (w Weekly) lookUp(ctx context.Context, p digest.Period, name string) ([]byte, error) {
	other, err := w.Target.look(ctx, w, p)
	if err != nil {
		return nil, err
	}
	files, err := other.read(ctx, name)
	return files[name], errors.Join(err, other.close())
}
