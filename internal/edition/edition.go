// Package edition drafts one edition of a weekly, from the configuration to the files.
//
// Its one idea: [Draft] is the whole run, one step after the other, each handing a plain value to the next. Its limit: it
// prints nothing and reads neither flags nor the clock. The configuration, the client and the time come in, a report and
// an error go out; so a command, a daemon and a worker of a fleet draft in the same way.
package edition

import (
	"context"
	"errors"
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
	// Progress, if not nil, says how far a run is while it collects.
	Progress *Progress
}

// Request is what one run is asked for.
type Request struct {
	// Period is drafted, unless there is a Snapshot.
	Period digest.Period
	// Snapshot is rendered instead of collecting, for the period that it covers.
	Snapshot *digest.Snapshot
	// SaveTo is a file that the snapshot is written to as well; empty for none.
	SaveTo string
	// Force replaces what is there instead of merging with it.
	Force bool
}

// maxTries is how often an edition is composed while others change it.
const maxTries = 5

// Draft is a whole run: it drafts one edition and puts it where the weekly's editions go. The report of a run that failed
// is empty: nothing was written, unless the error says otherwise.
func Draft(ctx context.Context, w Weekly, r Request, now time.Time) (rep report.Report, err error) {
	if r.Snapshot != nil {
		r.Period = r.Snapshot.Period
	}

	// Plan: open the place that the edition goes to, before any work is done for it.
	to, err := w.Target.open(ctx, w, r.Period, now)
	if done, ok := errors.AsType[*finishedError](err); ok {
		return done.report(w.Config, r.Period), nil
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

	// Collect, and make a snapshot of it. Everything after this is a function of the snapshot.
	found, err := snapshot(ctx, w, r, to, now)
	if err != nil {
		return rep, err
	}

	var c *composition
	for try := 1; ; try++ {
		// Edit, render and merge with what people made of the drafts.
		if c, err = compose(ctx, w.Config, found.Snapshot, to, r.Force); err != nil {
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
	if err := save.write(c.snapshotData); err != nil {
		return rep, err
	}
	return c.report(found, to), nil
}

// snapshot collects what the request is for, or takes the snapshot that it brings.
func snapshot(ctx context.Context, w Weekly, r Request, to reader, now time.Time) (collected, error) {
	if r.Snapshot != nil {
		return collected{Snapshot: *r.Snapshot}, nil
	}
	past, warnings, err := readPast(ctx, w, to, r.Period)
	if err != nil {
		return collected{}, err
	}
	found, err := collect(ctx, w, r.Period, past)
	found.Snapshot.Provisional = r.Period.To.After(now)
	found.warnings = warnings
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
func compose(ctx context.Context, cfg *config.Config, s digest.Snapshot, to reader, force bool) (*composition, error) {
	number := cfg.Calendar.Number(s.Period)
	state := stateFolder(cfg.State, number)
	c := &composition{snapshotFile: path.Join(state, snapshotFile)}
	var before stored
	if !force {
		var err error
		if before, err = readStored(ctx, to, c.snapshotFile, number, s.Period); err != nil {
			return nil, err
		}
		s = s.KeepFrom(before.Snapshot)
	}
	c.snapshot, c.Edition = s, digest.Edit(s, number, digest.Rules{PerSection: cfg.PerSection})
	pages, err := render(ctx, cfg, c.Edition)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := c.encode(before); err != nil {
		return nil, err
	}
	c.drafts, err = mergeDrafts(ctx, to, state, pages, force)
	return c, err
}

// encode encodes the snapshot. One that is there and holds the same facts stays as it is: how much was looked at to find
// them differs from run to run, and is no reason to write.
func (c *composition) encode(before stored) (err error) {
	if before.data != nil && before.SameFacts(c.snapshot) {
		c.snapshotData = before.data
		return nil
	}
	c.snapshotData, err = digest.EncodeSnapshot(c.snapshot)
	return err
}

// report returns what the run did.
func (c *composition) report(found collected, to reader) report.Report {
	shared, u := report.ForEdition(c.Edition, c.snapshot), found.usage
	r := report.Report{
		Edition:        shared,
		Operation:      c.published.operation,
		PullRequest:    c.published.number,
		PullRequestURL: c.published.url,
		Reason:         c.published.reason,
		Warnings:       append(found.warnings, c.published.warnings...),
		DryRun:         c.published.dryRun,
		Skew:           u.Skew,
		Usage: report.Usage{
			Requests: u.Requests(), GraphQLPoints: u.Points, Retries: u.Retries, WaitedSeconds: u.Waited.Seconds(),
		},
	}
	if found.expected != nil {
		r.Usage.Expected = new(Sum(found.expected))
	}
	for _, d := range c.drafts {
		r.Drafts = append(r.Drafts, report.Draft{
			Path: d.path, Language: d.language, Operation: d.operation, KeptAs: d.keptAs, Merge: d.report, Edition: shared,
			PullRequestURL: c.published.url, Name: to.name(d.path),
		})
	}
	return r
}
