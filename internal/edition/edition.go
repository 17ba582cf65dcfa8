// Package edition drafts one edition of a weekly, from the configuration to the files.
//
// Its one idea: [Draft] is the whole run, one step after the other, each handing a plain value to the next. Its limit: it
// prints nothing and reads neither flags nor the clock. The configuration, the client and the time come in, a report and
// an error go out; so a command, a daemon and a worker of a fleet draft in the same way.
package edition

import (
	"context"
	"errors"
	"fmt"
	"path"
	"time"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/config"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/report"
)

// Weekly is one configured digest, the way to GitHub, and where its editions go.
type Weekly struct {
	Config *config.Config
	// Client may be nil where a snapshot is rendered into a folder.
	Client *github.Client
	Target Target
	// Anyway lifts the refusal of what looks like a mistake: a clock that is days off, a period before the first edition, a
	// page or state that seems to be another weekly's.
	Anyway bool
	// Progress, if not nil, says how far a run is while it collects.
	Progress *Progress
	// Warn, if not nil, is called with what a person should know, as soon as it is known. The report repeats it.
	Warn func(text string)
}

func (w Weekly) warnf(format string, args ...any) {
	if w.Warn != nil {
		w.Warn(fmt.Sprintf(format, args...))
	}
}

// Request is what one run is asked for.
type Request struct {
	// Period is drafted, unless there is a Snapshot.
	Period digest.Period
	// PeriodAt, if not nil, computes the period instead, from the present time.
	PeriodAt func(now time.Time) (digest.Period, error)
	// ByHand says that a person chose the period, which need not follow the last edition.
	ByHand bool
	// Snapshot is rendered instead of collecting, for the period that it covers.
	Snapshot *digest.Snapshot
	// SaveTo is a file that the snapshot is written to as well; empty for none.
	SaveTo string
	// Force replaces what is there instead of merging with it.
	Force bool
	// Recreate writes drafts that people took away.
	Recreate bool
}

// maxTries is how often an edition is composed while others change it.
const maxTries = 5

// Draft drafts one edition and puts it where the weekly's editions go. When it fails, nothing was written, but for what
// [Written] says.
func Draft(ctx context.Context, w Weekly, r Request, now time.Time) (report.Report, error) {
	rep, err := run(ctx, w, r, now)
	if errors.Is(err, errOtherPeriod) { // what time it is at GitHub is known now
		rep, err = run(ctx, w, r, now)
	}
	return rep, err
}

// errOtherPeriod says that another period is over by GitHub's clock than by that of this machine.
var errOtherPeriod = errors.New("the clock of this machine is wrong")

// run is the whole run, one step after the other.
func run(ctx context.Context, w Weekly, r Request, now time.Time) (rep report.Report, err error) {
	var warnings []string
	warn := w.Warn
	w.Warn = func(text string) {
		warnings = append(warnings, text)
		if warn != nil {
			warn(text)
		}
	}

	// Plan: choose the period, open the place that its edition goes to, and see whether it may be written there.
	period, err := r.period(w.now(now))
	if err != nil {
		return rep, err
	}
	to, err := w.Target.open(ctx, w, period, now)
	if done, ok := errors.AsType[*finishedError](err); ok {
		return done.report(w.Config, period), nil
	}
	if err != nil {
		return rep, err
	}
	defer func() { err = errors.Join(err, to.close()) }()
	save, err := openSave(r.SaveTo, to)
	if err != nil {
		return rep, err
	}
	defer save.close()
	if err := w.check(ctx, r, period, to, now); err != nil {
		return rep, err
	}

	// Collect, and make a snapshot of it. Everything after this is a function of the snapshot.
	found, err := w.snapshot(ctx, r, period, to, now)
	if err != nil {
		return rep, err
	}

	// The responses said what time it is at GitHub. Begin again if another period is over by its clock.
	if p, err := r.period(w.now(now)); err != nil || p.String() != period.String() {
		return rep, errors.Join(err, errOtherPeriod)
	}
	if err := w.checkClock(); err != nil {
		return rep, err
	}

	var c *composition
	for try := 1; ; try++ {
		// Edit, render and merge with what people made of the drafts.
		if c, err = w.compose(ctx, r, found.Snapshot, to, now); err != nil {
			return rep, err
		}
		// Write or publish. Someone may have changed the drafts since they were read: merge with that, too.
		if err = to.write(ctx, c); err == nil {
			break
		}
		if !errors.Is(err, errMoved) || try == maxTries {
			return rep, err
		}
	}
	for _, text := range c.published.warnings {
		w.warnf("%s", text)
	}
	if err := save.write(c.snapshotData); err != nil {
		return rep, err
	}
	return c.report(found, to, warnings), nil
}

// period is the period to draft at a time.
func (r Request) period(now time.Time) (digest.Period, error) {
	switch {
	case r.Snapshot != nil:
		return r.Snapshot.Period, nil
	case r.PeriodAt != nil:
		return r.PeriodAt(now)
	}
	return r.Period, nil
}

// check reports why an edition must not be drafted, before anything is collected for it, and warns of what may be a mistake.
func (w Weekly) check(ctx context.Context, r Request, p digest.Period, to reader, now time.Time) error {
	if w.Config.Calendar.Number(p) < 1 {
		if r.ByHand && !w.Anyway {
			return &EarlyError{p}
		}
		w.warnf("period %s is before the first edition", p)
	}
	if !r.Force {
		before, err := w.readStored(ctx, to, p, now)
		if err != nil {
			return err
		}
		if before.damaged != nil {
			w.warnf("%v: ignored, and written again", before.damaged)
		}
	}
	if r.ByHand && r.Snapshot == nil {
		return w.checkNeighbours(ctx, p, now)
	}
	return nil
}

// snapshot collects what the request is for, or takes the snapshot that it brings.
func (w Weekly) snapshot(ctx context.Context, r Request, p digest.Period, to reader, now time.Time) (collected, error) {
	if r.Snapshot != nil {
		return collected{Snapshot: *r.Snapshot}, nil
	}
	past, err := w.readPast(ctx, to, p, now)
	if err != nil {
		return collected{}, err
	}
	found, err := w.collect(ctx, p, past)
	found.Snapshot.Provisional = p.To.After(w.now(now))
	found.Snapshot = found.Snapshot.Fit()
	if found.Shortened {
		w.warnf("long texts were shortened: the snapshot of the edition would be too large")
	}
	return found, err
}

// composition is an edition that is ready to be written.
type composition struct {
	digest.Edition
	drafts       []draft
	snapshot     digest.Snapshot
	snapshotFile string
	snapshotData []byte
	// published is filled in by writing.
	published published
}

// compose makes an edition of a snapshot and merges it with what is there.
func (w Weekly) compose(ctx context.Context, r Request, s digest.Snapshot, to reader, now time.Time) (*composition, error) {
	cfg, number := w.Config, w.Config.Calendar.Number(s.Period)
	state := stateFolder(cfg.State, number)
	c := &composition{snapshotFile: path.Join(state, snapshotFile)}
	var before stored
	var err error
	if !r.Force {
		if before, err = w.readStored(ctx, to, s.Period, now); err != nil {
			return nil, err
		}
		if gaps := len(digest.Gaps(s.Receipts)); before.damaged != nil && gaps > 0 && !w.Anyway {
			return nil, &DamagedError{before.damaged, gaps}
		}
		s = s.KeepFrom(before.Snapshot).Fit()
	}
	if s.Weekly, err = publication(cfg, s.Period); err != nil {
		return nil, err
	}
	s.Weekly.Paths = union(s.Weekly.Paths, before.Weekly.Paths)
	var pages []page
	c.snapshot = s
	if c.Edition, pages, err = fit(ctx, cfg, s, number); err != nil {
		return nil, err
	}
	for _, pg := range pages {
		if cfg.Page > 0 && len(pg.text) > cfg.Page {
			w.warnf("%s has %d KB, more than limits.page: what is about security is not left out", pg.path, len(pg.text)>>10)
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := c.encode(before); err != nil {
		return nil, err
	}
	c.drafts, err = findDrafts(ctx, to, state, pages)
	if err != nil {
		return nil, err
	}
	m := merging{force: r.Force, recreate: r.Recreate, anyway: w.Anyway, renamed: digest.Moved(before.Snapshot, s)}
	for i := range c.drafts {
		if err := c.drafts[i].merge(ctx, m); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// rules are the choices of the configuration that hold for every edition.
func rules(cfg *config.Config) digest.Rules {
	return digest.Rules{PerSection: cfg.PerSection, Hot: cfg.Hot, MinPeople: cfg.MinPeople, Names: cfg.Names}
}

// encode encodes the snapshot. One that is there and holds the same facts stays as it is: how much was looked at to find
// them differs from run to run, which does not require a write.
func (c *composition) encode(before stored) (err error) {
	if before.data != nil && before.SameFacts(c.snapshot) {
		c.snapshotData = before.data
		return nil
	}
	c.snapshotData, err = digest.EncodeSnapshot(c.snapshot)
	return err
}

// report returns what the run did.
func (c *composition) report(found collected, to reader, warnings []string) report.Report {
	shared, u := report.ForEdition(c.Edition, c.snapshot), found.usage
	r := report.Report{
		Edition:        shared,
		Operation:      c.published.operation,
		PullRequest:    c.published.number,
		PullRequestURL: c.published.url,
		Reason:         c.published.reason,
		Warnings:       warnings,
		DryRun:         c.published.dryRun,
		Usage: report.Usage{
			Requests: u.Requests(), GraphQLPoints: u.Points, Retries: u.Retries, WaitedSeconds: u.Waited.Seconds(),
		},
	}
	if found.expected != nil {
		r.Usage.Expected = new(sum(found.expected))
	}
	for _, d := range c.drafts {
		r.Drafts = append(r.Drafts, report.Draft{
			Path: d.path, Language: d.language, Operation: d.operation, LeftAlone: d.leftAlone, MovedFrom: d.movedFrom,
			KeptAs: d.keptAs, Merge: d.report, Edition: shared, PullRequestURL: c.published.url, Name: to.name(d.path),
		})
	}
	return r
}
