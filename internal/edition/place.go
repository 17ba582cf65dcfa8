package edition

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/config"
	"github.com/community-digest/digest/internal/publish"
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

// partialError says that a run failed after it had written something.
type partialError struct {
	err     error
	written string
}

func (e *partialError) Error() string {
	return fmt.Sprintf("%v (already written: %s)", e.err, e.written)
}
func (e *partialError) Unwrap() error { return e.err }

// Written says what a run had written before err stopped it; it is empty when nothing was.
func Written(err error) string {
	if e, ok := errors.AsType[*partialError](err); ok {
		return "already written: " + e.written
	}
	return publish.Written(err)
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
