package edition

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"time"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/config"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/publish"
	"github.com/community-digest/digest/internal/report"
	"github.com/community-digest/digest/internal/schedule"
)

// The state of an edition lies beside the drafts, where anyone who may edit these may change it. It decides which period
// comes next, so what cannot be right is named and ignored.

const snapshotFile = "snapshot.json"

// stateFolder is where the state of an edition is kept.
func stateFolder(state string, number int) string {
	return path.Join(state, fmt.Sprintf("%04d", number))
}

// stored is the snapshot of an edition that exists already.
type stored struct {
	digest.Snapshot
	data    []byte // nil when there is none
	damaged error  // why the one that is there cannot be used
}

// publication names the weekly that an edition of this configuration belongs to.
func publication(cfg *config.Config, p digest.Period) (digest.Publication, error) {
	pub := digest.Publication{Title: cfg.Title}
	for _, e := range cfg.Editions {
		file, err := e.File(digest.Edition{Title: e.Title, Number: cfg.Calendar.Number(p), Period: p})
		if err != nil {
			return pub, err
		}
		pub.Paths = append(pub.Paths, file)
	}
	return pub, nil
}

// union returns the elements of both lists, sorted and each once.
func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// OtherPeriodError says that the edition of that number covers other days than the run: a run for one day of a week must
// not shrink the week's draft. Nothing was written.
type OtherPeriodError struct {
	Number      int
	Has, Wanted digest.Period
}

func (e *OtherPeriodError) Error() string {
	return fmt.Sprintf("edition %d covers %s, not %s: nothing was written", e.Number, e.Has, e.Wanted)
}

// OtherWeeklyError says that the state is that of another weekly, whose editions would be taken for this one's. Nothing
// was written.
type OtherWeeklyError struct{ File, Title string }

func (e *OtherWeeklyError) Error() string {
	return fmt.Sprintf("%s belongs to another weekly, %q: nothing was written", e.File, e.Title)
}

// Hint says what to do.
func (e *OtherWeeklyError) Hint() string {
	return "give each weekly its own state (and publish.branch), or use --anyway if it is the same under a new name"
}

// readStored reads the snapshot of an edition, if there is one.
func (w Weekly) readStored(ctx context.Context, from reader, p digest.Period, now time.Time) (stored, error) {
	number := w.Config.Calendar.Number(p)
	name := path.Join(stateFolder(w.Config.State, number), snapshotFile)
	files, err := from.read(ctx, name)
	if err != nil || files[name] == nil {
		return stored{}, err
	}
	s, err := w.decode(number, from.name(name), files[name], now)
	if damaged, ok := errors.AsType[*damagedError](err); ok {
		return stored{damaged: damaged}, nil
	}
	if err != nil {
		return stored{}, err
	}
	if s.Period.String() != p.String() {
		return stored{}, &OtherPeriodError{number, s.Period, p}
	}
	return stored{Snapshot: s, data: files[name]}, nil
}

// damagedError says that a snapshot cannot be that of its edition.
type damagedError struct {
	file string
	err  error
}

func (e *damagedError) Error() string { return e.file + ": " + e.err.Error() }

// DamagedError says that a snapshot cannot be read that is needed: it has what sources held that could not be read this
// time. Nothing was written.
type DamagedError struct {
	Err  error
	Gaps int // sources that could not be read
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("%v: it has what %s held that could not be read now", e.Err, report.Count(e.Gaps, "source"))
}

// Unwrap returns what is wrong with the snapshot.
func (e *DamagedError) Unwrap() error { return e.Err }

// Hint says what to do.
func (e *DamagedError) Hint() string {
	return "restore the file, or use --anyway to go on without it: what only it has leaves the draft"
}

// decode reads a snapshot of this weekly. A *damagedError says that it is to be ignored.
func (w Weekly) decode(number int, name string, data []byte, now time.Time) (digest.Snapshot, error) {
	s, err := digest.DecodeSnapshot(data)
	if err != nil && newer(data) {
		return s, fmt.Errorf("%s: %w: update digest", name, err)
	}
	if err != nil {
		return s, &damagedError{name, err}
	}
	if err := w.Config.Calendar.CheckEdition(number, s.Period, w.now(now)); err != nil {
		return s, &damagedError{name, err}
	}
	mine, err := publication(w.Config, s.Period)
	if err != nil {
		return s, err
	}
	if s.Weekly.Differs(mine) && !w.Anyway {
		return s, &OtherWeeklyError{name, s.Weekly.Title}
	}
	return s, nil
}

// newer reports whether a snapshot was written by a later version of this program. It is not damaged.
func newer(data []byte) bool {
	var head struct{ Version int }
	return json.Unmarshal(data, &head) == nil && head.Version > digest.SnapshotVersion
}

// readAny reads files one by one if they cannot be read together, and warns of those that cannot. An error of the
// service is an error: what it holds is not known.
func (w Weekly) readAny(ctx context.Context, from reader, names []string) (map[string][]byte, error) {
	files, err := from.read(ctx, names...)
	if err == nil || ctx.Err() != nil || github.AsError(err) != nil {
		return files, err
	}
	files = make(map[string][]byte)
	for _, name := range names {
		one, err := from.read(ctx, name)
		if ctx.Err() != nil || github.AsError(err) != nil {
			return nil, err
		}
		if err != nil {
			w.warnf("%v: ignored", err)
			continue
		}
		if data, ok := one[name]; ok {
			files[name] = data
		}
	}
	return files, nil
}

// lastEditions is how many editions are read to find out what comes next.
const lastEditions = 3

// written returns the last editions whose state lies in a place, in order. Folders without a snapshot, and snapshots that
// cannot be right, hide none before them.
func (w Weekly) written(ctx context.Context, from reader, now time.Time) ([]schedule.Edition, error) {
	numbers, err := editionNumbers(ctx, from, w.Config.State)
	if err != nil {
		return nil, err
	}
	var editions []schedule.Edition
	for batch := lastEditions; len(numbers) > 0 && len(editions) < lastEditions; batch *= 2 {
		last := numbers[max(0, len(numbers)-batch):]
		numbers = numbers[:len(numbers)-len(last)]
		names := make(map[int]string)
		for _, n := range last {
			names[n] = path.Join(stateFolder(w.Config.State, n), snapshotFile)
		}
		files, err := w.readAny(ctx, from, sortedValues(names))
		if err != nil {
			return nil, err
		}
		for _, n := range slices.Backward(last) {
			data := files[names[n]]
			if data == nil || len(editions) == lastEditions {
				continue
			}
			e := schedule.Edition{Number: n}
			s, err := w.decode(n, from.name(names[n]), data, now)
			if damaged, ok := errors.AsType[*damagedError](err); ok {
				var over bool
				if e.Period, over = w.usual(n, now); !over {
					w.warnf("%v: ignored", damaged)
					continue
				}
				w.warnf("%v: taken for the edition of %s; restore the file", damaged, e.Period)
			} else if err != nil {
				return nil, err
			} else {
				e.Period = s.Period
			}
			editions = append(editions, e)
		}
	}
	slices.Reverse(editions)
	return editions, nil
}

// usual returns the period that the calendar gives an edition, and whether it is over.
func (w Weekly) usual(number int, now time.Time) (p digest.Period, over bool) {
	calendar := w.Config.Calendar
	for p = calendar.Last(w.now(now)); calendar.Number(p) > number; {
		p = calendar.Last(p.From)
	}
	return p, calendar.Number(p) == number
}

func sortedValues(m map[int]string) []string {
	var values []string
	for _, v := range m {
		values = append(values, v)
	}
	slices.Sort(values)
	return values
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

// pastEditions is how many earlier editions are searched for what came too late for them: about a month of weeks.
const pastEditions = 4

// readPast reads the snapshots of the editions before a period.
func (w Weekly) readPast(ctx context.Context, from reader, p digest.Period, now time.Time) (*digest.Past, error) {
	calendar := w.Config.Calendar
	before := calendar.Last(p.From)
	var numbers []int
	var names []string
	for q := before; len(names) < pastEditions; q = calendar.Last(q.From) {
		n := calendar.Number(q)
		numbers = append(numbers, n)
		names = append(names, path.Join(stateFolder(w.Config.State, n), snapshotFile))
	}
	files, err := w.readAny(ctx, from, names)
	if err != nil {
		return nil, err
	}
	last := files[names[0]]
	if last == nil {
		// It may not have got here yet: its pull request is open.
		last, err = w.lookUp(ctx, before, names[0])
		if publish.ProblemOf(err) == publish.Taken {
			w.warnf("%v: not looking for what came too late for the edition before", err)
		} else if err != nil {
			return nil, err
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
		s, err := w.decode(numbers[i], from.name(name), data, now)
		if err != nil {
			w.warnf("%v: not looking for what came too late for that edition", err)
			continue
		}
		snapshots = append(snapshots, s)
	}
	return digest.NewPast(snapshots...), nil
}

// lookUp reads a file of another edition; nil when it does not exist.
func (w Weekly) lookUp(ctx context.Context, p digest.Period, name string) ([]byte, error) {
	other, err := w.Target.look(ctx, w, p)
	if err != nil {
		return nil, err
	}
	files, err := w.readAny(ctx, other, []string{name})
	return files[name], errors.Join(err, other.close())
}
