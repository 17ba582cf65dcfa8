package collectors

import (
	"strings"
	"time"

	"github.com/community-digest/digest/digest"
)

// Each function here returns why an item is not part of a period's edition, or "" if it is.
// An item that belongs to the period of an earlier edition, and was not there yet when that
// was drafted, counts too ([digest.Past.Missed]).

// updateSlack is how long before the period a discussion may have been updated and still
// be read: GitHub does not promise that a comment and the update it causes bear the same time.
const updateSlack = time.Hour

// updatedBefore reports whether a discussion was last updated so long before the period
// that nothing can have happened in it since.
func updatedBefore(updated time.Time, p digest.Period) bool {
	return updated.Before(p.From.Add(-updateSlack))
}

// dropListedDiscussion decides by what the list shows: the others are candidates, whose
// comments are read. The update time changes with every later comment, so an update after
// the period says nothing.
func dropListedDiscussion(d *listedDiscussion, p digest.Period) digest.DropReason {
	if updatedBefore(d.UpdatedAt, p) || !d.CreatedAt.Before(p.To) {
		return digest.OutsidePeriod
	}
	return ""
}

// dropDiscussion keeps a discussion that was opened, answered or active in the period.
func dropDiscussion(d *digest.Discussion, lockReason string, p digest.Period) digest.DropReason {
	if lockReason == "SPAM" {
		return digest.LockedAsSpam
	}
	if p.Contains(d.CreatedAt) || p.Contains(d.AnsweredAt) || d.Activity.Comments+d.Activity.Replies > 0 {
		return ""
	}
	return digest.Inactive
}

// worthless reports whether a comment counts for nothing: it was minimized as spam, abuse,
// off-topic or a duplicate, or as of low quality. Outdated and resolved comments count: they
// were contributions.
func (m minimizable) worthless() bool {
	if !m.IsMinimized || m.MinimizedReason == nil {
		return false
	}
	switch strings.ReplaceAll(strings.ToLower(*m.MinimizedReason), "_", "-") { // GitHub does not promise the case
	case "spam", "abuse", "off-topic", "duplicate", "low-quality":
		return true
	}
	return false
}

// dropRelease keeps a release that was published in the period. The creation time is that
// of the tagged commit or of the draft, and decides nothing.
func dropRelease(r *listedRelease, p digest.Period, prereleases, missed bool) digest.DropReason {
	switch {
	case r.IsDraft || r.PublishedAt == nil:
		return digest.IsDraft
	case !p.Contains(*r.PublishedAt) && !missed:
		return digest.OutsidePeriod
	case r.IsPrerelease && !prereleases:
		return digest.IsPrerelease
	}
	return ""
}

// dropAdvisory keeps an advisory that was published, updated or withdrawn in the period.
// One that was published after the period belongs to a later one.
func dropAdvisory(a *digest.Advisory, p digest.Period, missed bool) digest.DropReason {
	switch {
	case missed && !p.Contains(a.PublishedAt):
		return ""
	case !a.PublishedAt.Before(p.To):
		return digest.OutsidePeriod
	case p.Contains(a.PublishedAt), p.Contains(a.UpdatedAt), p.Contains(a.WithdrawnAt):
		return ""
	}
	return digest.OutsidePeriod
}
