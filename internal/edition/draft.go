package edition

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/community-digest/digest/internal/merge"
	"github.com/community-digest/digest/internal/output"
	"github.com/community-digest/digest/internal/report"
	"github.com/community-digest/digest/internal/textfile"
)

// draft is a page on its way to where people edit it.
type draft struct {
	page
	base      string        // where its base is
	movedFrom string        // where the page would be, had people not moved it
	had       output.Found  // what is there already
	merged    string        // the page with what people made of it
	report    *merge.Report // of the merge; nil when it was not edited
	operation report.Operation
	leftAlone string // why it cannot be merged
	keptAs    string // where the edited draft was copied to
}

// findDrafts finds what exists of the pages.
func findDrafts(ctx context.Context, from reader, state string, pages []page) ([]draft, error) {
	drafts := make([]draft, len(pages))
	for i, pg := range pages {
		if len(pg.text) > textfile.MaxSize {
			return nil, fmt.Errorf("%s is larger than 4 MiB: lower limits.per_section in the configuration", pg.path)
		}
		drafts[i] = draft{page: pg, base: path.Join(state, "base."+pg.language+".md")}
	}
	return drafts, from.find(ctx, drafts)
}

// merging is how the drafts of a run are merged.
type merging struct {
	force    bool              // take the pages as they are
	recreate bool              // write drafts that people took away
	anyway   bool              // merge with pages that seem to be no drafts of the edition
	renamed  map[string]string // addresses of items that changed since the last run
}

// merge makes what is to be written of a page and of what exists of it: what people changed stays, the rest is refreshed.
func (d *draft) merge(ctx context.Context, m merging) error {
	d.merged = d.text
	if m.recreate && d.movedFrom != "" {
		d.path, d.movedFrom, d.had.HasText = d.movedFrom, "", false
	}
	switch {
	case d.had.Deleted() && !m.recreate && !m.force:
		d.operation = report.Deleted
		return nil
	case !d.had.HasText:
		d.operation = report.Created
		return nil
	case d.edited() && !m.force:
		r, err := merge.Merge(ctx, merge.Texts{Base: d.had.Base, Edited: d.had.Text, Fresh: d.text, Renamed: m.renamed})
		if errors.Is(err, merge.ErrLeftAlone) {
			d.operation, d.leftAlone = report.Unchanged, err.Error()
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", d.path, err)
		}
		if d.foreign() && !m.anyway {
			return &ForeignPageError{d.path}
		}
		d.merged, d.report = r.Text, &r.Report
	}
	d.operation = report.Updated
	if d.merged == d.had.Text {
		d.operation = report.Unchanged
	}
	return nil
}

// skipped reports whether neither the draft nor its base is written.
func (d *draft) skipped() bool { return d.operation == report.Deleted || d.leftAlone != "" }

// edited reports whether the draft that is there differs from what was written, and from what would be written now.
func (d *draft) edited() bool {
	return d.had.HasText && d.had.Text != d.text && !(d.had.HasBase && d.had.Text == d.had.Base)
}

// replaces reports whether writing the draft overwrites a person's work.
func (d *draft) replaces() bool { return d.edited() && d.report == nil }

// foreign reports whether the existing page is not a draft of this edition: a page of the site's own, or a draft of
// another edition or weekly.
func (d *draft) foreign() bool {
	return strings.TrimSpace(d.had.Text) != "" && !merge.Belongs(d.had.Text, d.text) &&
		!(d.had.HasBase && merge.Belongs(d.had.Text, d.had.Base))
}

// ForeignPageError says that the page at the path of a draft is not a draft of this edition. Nothing was written.
type ForeignPageError struct{ Path string }

func (e *ForeignPageError) Error() string {
	return e.Path + " exists and is not a draft of this edition: nothing was written"
}

// Hint says what to do.
func (e *ForeignPageError) Hint() string {
	return "move that file, change the path in the configuration, or use --anyway to merge with it"
}
