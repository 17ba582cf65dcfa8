package edition

import (
	"context"
	"errors"
	"fmt"
	"path"
	"time"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/config"
	"github.com/community-digest/digest/internal/merge"
	"github.com/community-digest/digest/internal/output"
	"github.com/community-digest/digest/internal/report"
)

// Target is where the editions of a weekly go: a [Folder], [Stdout] or [PullRequests].
type Target interface {
	// open opens the place of an edition to write it. A *finishedError says that people are done with that edition.
	open(ctx context.Context, w Weekly, p digest.Period, now time.Time) (place, error)
	// look opens the place of an edition to read it.
	look(ctx context.Context, w Weekly, p digest.Period) (reader, error)
}

// reader reads what is there of an edition. Files are named by their slash-separated path in the place.
type reader interface {
	// read returns those of the named files that exist.
	read(ctx context.Context, names ...string) (map[string][]byte, error)
	// list returns the names in a folder; none when it does not exist.
	list(ctx context.Context, dir string) ([]string, error)
	// find fills in what exists of each draft.
	find(ctx context.Context, drafts []draft) error
	// name is what a file is called in messages.
	name(file string) string
	close() error
}

// writer writes an edition.
type writer interface {
	// write fills in what it did beyond writing. After errMoved nothing was written: what was read has changed, and the
	// edition has to be composed again.
	write(ctx context.Context, c *composition) error
}

type place interface {
	reader
	writer
}

// errMoved says that someone has changed what is there since it was read.
var errMoved = errors.New("the edition was changed by someone else each time it was read")

// finishedError says that people are done with an edition: merged, or closed.
type finishedError struct{ reason, url string }

func (e *finishedError) Error() string { return e.reason }

func (e *finishedError) report(cfg *config.Config, p digest.Period) report.Report {
	return report.Report{
		Edition: report.Edition{
			Number: cfg.Calendar.Number(p), Period: p, Receipts: []digest.Receipt{}, Gaps: []digest.Receipt{},
		},
		Operation: report.None, PullRequestURL: e.url, Reason: e.reason, Drafts: []report.Draft{},
	}
}

// published is what writing did beyond the files of the edition.
type published struct {
	operation report.Operation
	number    int
	url       string
	reason    string
	warnings  []string
	dryRun    bool
}

// draft is a page on its way to where people edit it.
type draft struct {
	page
	base      string        // where its base is
	had       output.Found  // what is there already
	merged    string        // the page with what people made of it
	report    *merge.Report // of the merge; nil when it was not edited
	operation report.Operation
	keptAs    string // where the edited draft was copied to
	deleted   bool   // a person deleted the file, where that is a choice
}

// mergeDrafts finds what exists of the pages and merges it into them: what people changed stays, the rest is refreshed.
// With force the pages are taken as they are.
func mergeDrafts(ctx context.Context, from reader, state string, pages []page, force bool) ([]draft, error) {
	drafts := make([]draft, len(pages))
	for i, pg := range pages {
		drafts[i] = draft{page: pg, base: path.Join(state, "base."+pg.language+".md")}
	}
	if err := from.find(ctx, drafts); err != nil {
		return nil, err
	}
	for i := range drafts {
		if err := drafts[i].merge(ctx, force); err != nil {
			return nil, fmt.Errorf("%s: %w", drafts[i].path, err)
		}
	}
	return drafts, nil
}

func (d *draft) merge(ctx context.Context, force bool) error {
	d.merged = d.text
	switch {
	case d.deleted:
		d.operation = report.Deleted
		return nil
	case !d.had.HasText:
		d.operation = report.Created
		return nil
	case d.edited() && !force:
		r, err := merge.Merge(ctx, merge.Texts{Base: d.had.Base, Edited: d.had.Text, Fresh: d.text})
		if err != nil {
			return err
		}
		d.merged, d.report = r.Text, &r.Report
	}
	d.operation = report.Updated
	if d.merged == d.had.Text {
		d.operation = report.Unchanged
	}
	return nil
}

// edited reports whether the draft that is there differs from what was written, and from what would be written now.
func (d *draft) edited() bool {
	return d.had.HasText && d.had.Text != d.text && !(d.had.HasBase && d.had.Text == d.had.Base)
}

// replaces reports whether writing the draft overwrites a person's work.
func (d *draft) replaces() bool { return d.edited() && d.report == nil }

// The state of an edition.
const snapshotFile = "snapshot.json"

// stateFolder is where the state of an edition is kept.
func stateFolder(state string, number int) string {
	return path.Join(state, fmt.Sprintf("%04d", number))
}

// stored is the snapshot of an edition that exists already.
type stored struct {
	digest.Snapshot
	data []byte // nil when there is none
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

// readStored reads the snapshot of an edition.
func readStored(ctx context.Context, from reader, name string, number int, p digest.Period) (stored, error) {
	files, err := from.read(ctx, name)
	if err != nil || files[name] == nil {
		return stored{}, err
	}
	s, err := decodeStored(from.name(name), files[name])
	if err != nil {
		return stored{}, err
	}
	if s.Period.String() != p.String() {
		return stored{}, &OtherPeriodError{number, s.Period, p}
	}
	return stored{s, files[name]}, nil
}

// decodeStored reads the snapshot of an edition that exists already. One that cannot be read is an error: the edition
// would be begun again as if it had never been.
func decodeStored(name string, data []byte) (digest.Snapshot, error) {
	s, err := digest.DecodeSnapshot(data)
	if err != nil {
		return s, fmt.Errorf("%s: %w: restore it or delete it", name, err)
	}
	return s, nil
}
