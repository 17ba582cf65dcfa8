package digest

import "github.com/community-digest/digest/internal/markdown"

// Receipt records what became of one source and repository: nothing is missing in silence.
type Receipt struct {
	Kind Kind `json:"kind"`
	// Source is what was looked at: "istio/istio", a feed's address, or the name of a
	// list that serves many repositories.
	Source string `json:"source"`
	// Section is where the source's items go, and where a gap is shown.
	Section SectionName `json:"section"`
	// Seen counts the items that were read, Kept those in the findings, Dropped the
	// rest by reason. Seen = Kept + all Dropped.
	Seen    int                `json:"seen"`
	Kept    int                `json:"kept"`
	Dropped map[DropReason]int `json:"dropped,omitempty"`
	// Pages counts the pages that were read.
	Pages   int     `json:"pages"`
	Outcome Outcome `json:"outcome"`
	// Detail is the service's own words about an outcome that is not complete.
	Detail markdown.Text `json:"detail,omitzero"`
	// Note says in which way the source was read and what that way can miss, where there
	// is a choice.
	Note string `json:"note,omitempty"`
	// RequestID helps the service's support to find the failed request.
	RequestID markdown.Text `json:"request_id,omitzero"`
	// RenamedTo is the repository's present name when it was found under an old one.
	RenamedTo Repo `json:"renamed_to,omitzero"`
	// Repos are the repositories that an account or a topic stood for in this run, in
	// order. The items of such a receipt are repositories: Seen were listed, Kept are
	// these, and each of them leaves a receipt of its own besides.
	Repos []Repo `json:"repos,omitempty"`
}

// NamesRepos reports whether the receipt is of an account or a topic that stood for
// repositories: not of something that was read, but of a list of what to read.
func (r Receipt) NamesRepos() bool { return len(r.Repos) > 0 }

// Outcome says how reading a source ended.
type Outcome string

// The outcomes. Everything but Complete is a gap.
const (
	Complete   Outcome = "complete"
	Failed     Outcome = "failed"      // could not be read, or not to its end
	Truncated  Outcome = "truncated"   // the service serves no more, though there is more
	Forbidden  Outcome = "forbidden"   // the token may not read it
	Missing    Outcome = "missing"     // no such repository, or the token may not know of it
	Disabled   Outcome = "disabled"    // the repository has this feature switched off
	NeedsToken Outcome = "needs token" // cannot be read without a token
)

var outcomes = []Outcome{Complete, Failed, Truncated, Forbidden, Missing, Disabled, NeedsToken}

// UnmarshalText refuses outcomes that are not known.
func (o *Outcome) UnmarshalText(b []byte) error { return decodeWord(o, "outcome", outcomes, b) }

// DropReason says why an item was seen and not kept.
type DropReason string

// The reasons for dropping an item.
const (
	OutsidePeriod   DropReason = "outside the period"
	Inactive        DropReason = "no activity in the period"
	OtherCategory   DropReason = "other category"
	IsDraft         DropReason = "draft"
	IsPrerelease    DropReason = "prerelease"
	OtherRepository DropReason = "other repository"
	NoDate          DropReason = "no date"
	FoundTwice      DropReason = "found twice"
	LockedAsSpam    DropReason = "locked as spam"
	IsDeleted       DropReason = "deleted" // between the list and the reading of the item

	// Of a repository.
	IsArchived        DropReason = "archived"
	IsFork            DropReason = "fork"
	IsPrivate         DropReason = "private"
	OtherTopic        DropReason = "other topic"
	ExcludedByPattern DropReason = "excluded by pattern"
	NoDiscussions     DropReason = "discussions switched off"
)

var dropReasons = []DropReason{
	OutsidePeriod, Inactive, OtherCategory, IsDraft, IsPrerelease, OtherRepository, NoDate, FoundTwice,
	LockedAsSpam, IsDeleted,
	IsArchived, IsFork, IsPrivate, OtherTopic, ExcludedByPattern, NoDiscussions,
}

// UnmarshalText refuses reasons that are not known.
func (r *DropReason) UnmarshalText(b []byte) error { return decodeWord(r, "reason", dropReasons, b) }

// Drop counts one item as seen and not kept.
func (r *Receipt) Drop(why DropReason) {
	r.Seen++
	if r.Dropped == nil {
		r.Dropped = make(map[DropReason]int)
	}
	r.Dropped[why]++
}

// Undrop takes back one Drop: the item was seen again, and is not dropped.
func (r *Receipt) Undrop(why DropReason) {
	r.Seen--
	if r.Dropped[why]--; r.Dropped[why] == 0 {
		delete(r.Dropped, why)
	}
}

// Keep counts one item as seen and kept.
func (r *Receipt) Keep() {
	r.Seen++
	r.Kept++
}

// Gap reports whether something may be missing.
func (r Receipt) Gap() bool { return r.Outcome != Complete }

// Subject names what was to be read, in English: "the releases of istio/istio".
func (r Receipt) Subject() string {
	name := markdown.Line(markdown.Untrusted(r.Source))
	return englishSource(r.Kind, r.Source, name)
}

// Reason says in English why an outcome is a gap; it is empty for [Complete].
func (o Outcome) Reason() string { return englishReasons[o] }

// Reason says in English why the receipt is a gap, with the service's own words if it
// gave any.
func (r Receipt) Reason() string {
	why := r.Outcome.Reason()
	switch {
	case r.Detail.Empty():
		return why
	case r.Kind == Feeds && r.Outcome == Failed:
		return markdown.Line(r.Detail) // "not RSS, Atom or JSON Feed" says it all
	}
	return why + ": " + markdown.Line(r.Detail)
}

// Gaps returns the receipts that are gaps.
func Gaps(receipts []Receipt) []Receipt {
	var gaps []Receipt
	for _, r := range receipts {
		if r.Gap() {
			gaps = append(gaps, r)
		}
	}
	return gaps
}
