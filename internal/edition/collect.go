package edition

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/community-digest/digest/collectors"
	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/markdown"
)

// collected is what a run has read, what that cost, and what it was expected to cost.
type collected struct {
	digest.Snapshot
	usage    github.Usage
	expected []collectors.Step
}

// collect finds out which repositories there are to look at, runs all collectors concurrently and makes a snapshot of
// what they found. A run in which no source could be read is an error: an edition of nothing but gaps helps no one.
func (w Weekly) collect(ctx context.Context, p digest.Period, past *digest.Past) (collected, error) {
	progress := w.Progress
	if progress == nil {
		progress = new(Progress)
	}
	progress.collecting.Store(true)
	defer progress.collecting.Store(false)
	sources, selections, err := resolve(ctx, w.Client, w.Config)
	if err != nil {
		return collected{usage: w.Client.Usage()}, err
	}
	sources.Past = past
	list, steps := w.collectors(sources, progress)
	found := make([]digest.Findings, len(list))
	errs := make([]error, len(list))
	var wg sync.WaitGroup
	for i, c := range list {
		wg.Go(func() { found[i], errs[i] = collectOne(ctx, c, p) })
	}
	wg.Wait()
	found = append(found, digest.Findings{Receipts: selections})
	got := collected{
		Snapshot: digest.Snapshot{Version: digest.SnapshotVersion, Period: p, Findings: digest.Merge(found...)},
		usage:    w.Client.Usage(),
		expected: steps,
	}
	if err := firstError(errs); err != nil {
		return got, err
	}
	return got, anythingRead(got.Receipts)
}

// kindCollector is a collector and the kinds it collects.
type kindCollector struct {
	kinds []digest.Kind
	digest.Collector
}

// collectors returns the collectors of the sources, and what they are expected to cost.
func (w Weekly) collectors(sources collectors.Sources, progress *Progress) ([]kindCollector, []collectors.Step) {
	var list []kindCollector
	var steps []collectors.Step
	progress.total.Store(int64(sources.Len() + len(w.Config.Feeds)))
	if sources.Len() > 0 {
		c := collectors.NewGitHub(w.Client, sources)
		c.Progress = &progress.Progress
		list = append(list, kindCollector{[]digest.Kind{digest.Discussions, digest.Releases, digest.Advisories}, c})
		steps = c.Plan(usual(sources))
	}
	if feeds := feedSources(w.Config); len(feeds) > 0 {
		c := collectors.NewFeeds(collectors.NewFeedClient(feeds), feeds)
		c.Progress = &progress.Progress
		list = append(list, kindCollector{[]digest.Kind{digest.Feeds}, c})
	}
	return list, steps
}

// collectOne runs one collector. A panic in it is a gap of its kinds: the findings of the others are worth having, and
// what it would have found is visibly missing.
func collectOne(ctx context.Context, c kindCollector, p digest.Period) (f digest.Findings, err error) {
	defer func() {
		if r := recover(); r != nil {
			f = digest.Findings{}
			for _, kind := range c.kinds {
				f.Receipts = append(f.Receipts, digest.Receipt{
					Kind: kind, Source: digest.AllSources, Section: kind.DefaultSection(), Outcome: digest.Failed,
					Detail: markdown.Untrusted(fmt.Sprintf("a bug in digest: %v", r)),
				})
			}
		}
	}()
	return c.Collect(ctx, p)
}

// firstError prefers an error that says what to do to those that only follow from it.
func firstError(errs []error) error {
	for _, err := range errs {
		if github.KindOf(err) == github.Unauthorized || github.KindOf(err) == github.RateLimited {
			return err
		}
	}
	return errors.Join(errs...)
}

// AccessError says that nothing could be read for want of a token, or of one that may read the sources.
type AccessError struct{ err error }

func (e *AccessError) Error() string { return e.err.Error() }

// Unwrap returns the reason.
func (e *AccessError) Unwrap() error { return e.err }

// anythingRead reports an error when no source could be read, not even in part.
func anythingRead(receipts []digest.Receipt) error {
	refused := true
	for _, r := range receipts {
		if r.NamesRepos() {
			continue // it only says what there is to read
		}
		if !r.Gap() || r.Kept > 0 || r.Outcome == digest.Truncated || r.Kind == digest.Feeds && r.Seen > 0 {
			return nil
		}
		refused = refused && (r.Outcome == digest.Forbidden || r.Outcome == digest.NeedsToken)
	}
	// A missing token explains itself, but not why the others could not be read either.
	worst := receipts[max(0, slices.IndexFunc(receipts, func(r digest.Receipt) bool { return r.Outcome != digest.NeedsToken }))]
	err := fmt.Errorf("no source could be read: %s: %s", worst.Subject(), worst.Reason())
	if refused {
		return &AccessError{err}
	}
	return err
}
