package collectors

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/feed"
	"github.com/community-digest/digest/internal/markdown"
	"github.com/community-digest/digest/internal/notes"
)

const (
	// maxFeedText bounds the texts that are kept of one feed, in bytes. Entries beyond it
	// have a title and a link.
	maxFeedText = 1 << 20
	// maxNotes is how much of an entry is read for its notes, in bytes.
	maxNotes = 64 << 10
	// cutFeed is the least number of entries of a feed that is taken to list only its
	// newest ones, as most feeds of some age do.
	cutFeed = 10
)

// feedDocument is what was read of a feed, in its order.
type feedDocument struct {
	isFeed  bool
	title   string
	entries []*feedEntry
	undated string // the first date that could not be read
}

type feedEntry struct {
	id, link, title string
	categories      []string

	// Empty for entries from before the period.
	summary string
	notes   digest.Notes

	dated     bool
	listed    time.Time // the date of this entry
	updated   time.Time // the last date that it bears
	published time.Time // the first date of all entries that are the same
	repeats   bool      // a newer entry is the same
	shared    bool      // different entries have its identifier
}

// readFeed reads a document to its end, or to the error that is returned.
func readFeed(ctx context.Context, body io.Reader, address *url.URL, contentType string, p digest.Period, identifiers []*regexp.Regexp) (feedDocument, error) {
	var doc feedDocument
	r, err := feed.NewReader(ctx, body, address, contentType)
	if err != nil {
		return doc, err
	}
	var size int
	var e *feed.Entry
	for e, err = r.Next(); err == nil; e, err = r.Next() {
		doc.isFeed = true
		one := newFeedEntry(ctx, e, p.Location())
		if !one.dated && doc.undated == "" {
			doc.undated = cmp.Or(e.Published, e.Updated)
		}
		if one.dated && !one.listed.Before(p.From) && size < maxFeedText {
			size += one.readText(ctx, e, identifiers)
		}
		doc.entries = append(doc.entries, one)
	}
	doc.title = feed.PlainText(ctx, r.Title())
	doc.mergeRepeated()
	if err == io.EOF {
		doc.isFeed, err = true, nil
	}
	return doc, err
}

// newFeedEntry finds the time that counts: the date of publication, else that of the update.
func newFeedEntry(ctx context.Context, e *feed.Entry, loc *time.Location) *feedEntry {
	one := &feedEntry{id: e.ID, link: e.Link, title: feed.PlainText(ctx, e.Title), categories: e.Categories}
	published, isPublished := feed.ParseTime(e.Published, loc)
	updated, isUpdated := feed.ParseTime(e.Updated, loc)
	switch {
	case isPublished:
		one.listed, one.dated = published.UTC(), true
	case e.Published == "" && isUpdated:
		one.listed, one.dated = updated.UTC(), true
	}
	one.published, one.updated = one.listed, one.listed
	if isUpdated && updated.After(one.updated) {
		one.updated = updated.UTC()
	}
	return one
}

// readText reads what an entry says, and returns how much that is, in bytes.
func (one *feedEntry) readText(ctx context.Context, e *feed.Entry, identifiers []*regexp.Regexp) (size int) {
	text := e.Text(ctx)
	one.summary = strings.Join(text.Paragraphs, " ")
	body := cmp.Or(e.Content, e.Summary)
	one.notes = notes.ParseHTML(body[:min(len(body), maxNotes)])
	one.notes.Identifiers = notes.Identifiers(strings.Join([]string{e.Title, e.Summary, e.Content}, "\n"), identifiers...)
	one.notes.Links = nil // of which those that are relative are missing
	for _, link := range text.Links {
		if u, err := markdown.ParseURL(link); err == nil {
			one.notes.Links = append(one.notes.Links, u)
		}
		size += len(link)
	}
	for _, g := range one.notes.Groups {
		for _, item := range g.Items {
			size += len(item.Text.String())
			for _, u := range item.Links {
				size += len(u.String())
			}
		}
	}
	return size + len(one.summary)
}

// mergeRepeated finds the entries that are the same: those whose identifier and address
// agree. The newest of them counts, with the date on which the first was published.
func (d *feedDocument) mergeRepeated() {
	type key struct{ id, address string }
	newest := make(map[key]*feedEntry)
	firstOf := make(map[string]key) // by identifier
	shared := make(map[string]bool)
	for _, e := range d.entries {
		k := key{e.id, e.link}
		if e.id == "" || e.link == "" {
			k.address += " " + e.title
		}
		if first, ok := firstOf[e.id]; !ok {
			firstOf[e.id] = k
		} else if first != k {
			shared[e.id] = true
		}
		if !e.dated {
			continue
		}
		same := newest[k]
		if same == nil {
			newest[k] = e
			continue
		}
		if same.listed.Before(e.published) {
			e.published = same.published
		}
		if e.updated.After(same.updated) {
			same.repeats, newest[k] = true, e
		} else {
			same.published, e.repeats = e.published, true
		}
	}
	for _, e := range d.entries {
		e.shared = shared[e.id]
	}
}

// outcome says how complete the document is, given the error that ended it.
func (d *feedDocument) outcome(p digest.Period, err error) (o digest.Outcome, detail string) {
	undated := 0
	for _, e := range d.entries {
		if !e.dated {
			undated++
		}
	}
	entries := fmt.Sprintf("%d entries", len(d.entries))
	if len(d.entries) == 1 {
		entries = "1 entry"
	}
	end, ordered := d.reach()
	reaches := ordered && !end.After(p.From)
	back := "reaches back to " + end.In(p.Location()).Format(time.DateOnly) + " only"
	var size *feed.SizeError
	switch isSize := errors.As(err, &size); {
	case isSize && reaches && undated == 0:
		return digest.Complete, ""
	case isSize && ordered && !reaches:
		return digest.Truncated, fmt.Sprintf("%v: what was read %s", err, back)
	case err != nil && !isSize && len(d.entries) > 0:
		return digest.Failed, fmt.Sprintf("%v (after %s)", err, entries)
	case err != nil && undated == 0:
		return digest.Failed, err.Error()
	case undated > 0 && d.undated == "":
		return digest.Failed, fmt.Sprintf("no date in %d of %s", undated, entries)
	case undated > 0:
		return digest.Failed, fmt.Sprintf("invalid date in %d of %s: %.100q", undated, entries, d.undated)
	case len(d.entries) >= cutFeed && !reaches:
		return digest.Truncated, "the feed " + back
	}
	return digest.Complete, ""
}

// reach returns how far back the feed goes. Feeds list their entries in order, newest first
// or oldest first, but for some that are pinned, and an entry out of order proves nothing
// about the others: what counts is the longest run in order.
func (d *feedDocument) reach() (end time.Time, ok bool) {
	var times []time.Time
	for _, e := range d.entries {
		if e.dated {
			times = append(times, e.listed)
		}
	}
	down := longestDescent(times)
	slices.Reverse(times)
	if up := longestDescent(times); len(up) > len(down) {
		down = up
	}
	if len(down) == 0 {
		return time.Time{}, false
	}
	return down[len(down)-1], true
}

// longestDescent returns for each length the latest time with which a subsequence that long
// can end that never rises.
func longestDescent(times []time.Time) (ends []time.Time) {
	for _, t := range times {
		i, _ := slices.BinarySearchFunc(ends, t, func(end, t time.Time) int {
			if end.Before(t) {
				return 1
			}
			return -1
		})
		if i == len(ends) {
			ends = append(ends, t)
		} else {
			ends[i] = t
		}
	}
	return ends
}
