package main

import (
	"context"
	"errors"
	"fmt"
	"path"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/merge"
	"github.com/community-digest/digest/internal/output"
	"github.com/community-digest/digest/internal/publish"
)

// place is where an edition goes: a folder, standard output, or a pull request. Files are
// named by their slash-separated path beneath it.
type place interface {
	// read returns the files that there are of those that are named.
	read(ctx context.Context, names ...string) (map[string][]byte, error)
	// list returns the names in a folder; none when there is no such folder.
	list(ctx context.Context, dir string) ([]string, error)
	// of returns the place of another edition.
	of(ctx context.Context, p digest.Period) (place, error)
	// find fills in what there is of each draft.
	find(ctx context.Context, drafts []draftFile) error
	// write writes the edition, and fills in what it did beyond that. With errMoved nothing
	// was written: what was found is no longer so, and the edition is to be composed again.
	write(ctx context.Context, e *edition) error
	// name is what a file is called in messages.
	name(file string) string
	close() error
}

// page is a draft as it is rendered.
type page struct {
	language string
	path     string
	text     string
}

// draftFile is a page on its way to where people edit it.
type draftFile struct {
	page
	base      string        // where its base is
	had       output.Found  // what there is already
	merged    string        // the page with what people made of it
	report    *merge.Report // of the merge; nil when nobody had edited it
	operation operation
	keptAs    string // where the edited draft was kept
	deleted   bool   // somebody deleted the file where that is a choice, and not only untidy
}

// operation is what was done to a draft, or with --dry-run would have been.
type operation string

const (
	opCreated   operation = "created"
	opUpdated   operation = "updated"
	opUnchanged operation = "unchanged"
	opPrinted   operation = "printed"
	opDeleted   operation = "deleted" // by a person, and left out
)

// edition is everything that is written of an edition.
type edition struct {
	digest.Edition
	drafts       []draftFile
	snapshot     digest.Snapshot
	snapshotFile string
	snapshotData []byte
	pull         *publish.Result // nil unless it was published
}

// errMoved tells that somebody else has changed what is there since it was found.
var errMoved = errors.New("somebody else is changing the edition as fast as it can be read")

const snapshotFile = "snapshot.json"

// stateFolder is where the state of an edition is kept.
func stateFolder(state string, number int) string {
	return path.Join(state, fmt.Sprintf("%04d", number))
}

// mergeDrafts finds what there is of the pages and merges it into them: what people
// changed stays, what they left alone is refreshed. With force the pages are taken as
// they are.
func mergeDrafts(ctx context.Context, to place, state string, pages []page, force bool) ([]draftFile, error) {
	drafts := make([]draftFile, len(pages))
	for i, pg := range pages {
		drafts[i] = draftFile{page: pg, base: path.Join(state, "base."+pg.language+".md")}
	}
	if err := to.find(ctx, drafts); err != nil {
		return nil, err
	}
	for i := range drafts {
		drafts[i].merge(force)
	}
	return drafts, nil
}

func (d *draftFile) merge(force bool) {
	d.merged = d.text
	switch {
	case d.deleted:
		d.operation = opDeleted
		return
	case !d.had.HasText:
		d.operation = opCreated
		return
	case d.edited() && !force:
		r := merge.Merge(d.had.Base, d.had.Text, d.text)
		d.merged, d.report = r.Text, &r.Report
	}
	d.operation = opUpdated
	if d.merged == d.had.Text {
		d.operation = opUnchanged
	}
}

// edited reports whether the draft that is there is not as the tool wrote it, nor as it
// would write it now.
func (d *draftFile) edited() bool {
	return d.had.HasText && d.had.Text != d.text && !(d.had.HasBase && d.had.Text == d.had.Base)
}

// replaces reports whether writing the draft overwrites what somebody wrote.
func (d *draftFile) replaces() bool { return d.edited() && d.report == nil }

// stored is the snapshot of an edition that is there already.
type stored struct {
	digest.Snapshot
	data []byte // nil when there is none
}

// readStored reads the snapshot of an edition. One of other days is an error: a run for one
// day of a week must not shrink the week's draft.
func readStored(ctx context.Context, to place, name string, number int, p digest.Period) (stored, error) {
	files, err := to.read(ctx, name)
	if err != nil || files[name] == nil {
		return stored{}, err
	}
	s, err := decodeStored(to.name(name), files[name])
	if err != nil {
		return stored{}, err
	}
	if s.Period.String() != p.String() {
		return stored{}, otherDays{fmt.Errorf("edition %d covers %s already, and this run %s: nothing was written", number, s.Period, p)}
	}
	return stored{s, files[name]}, nil
}

// otherDays is the error that an edition covers other days.
type otherDays struct{ error }

// encode writes the snapshot of the edition. One that is there and holds the same facts
// stays as it is: how much was looked at to find them differs from run to run, and is no
// reason to write.
func (e *edition) encode(before stored) (err error) {
	if before.data != nil && before.SameFacts(e.snapshot) {
		e.snapshotData = before.data
		return nil
	}
	e.snapshotData, err = digest.EncodeSnapshot(e.snapshot)
	return err
}
