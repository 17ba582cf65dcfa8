package digest

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/community-digest/digest/internal/markdown"
)

// Kind is a kind of source.
type Kind string

// The kinds of sources, in the order in which they are collected and listed.
const (
	Discussions Kind = "discussions"
	Releases    Kind = "releases"
	Advisories  Kind = "advisories"
	Feeds       Kind = "feeds"
)

// Kinds lists all kinds in order.
var Kinds = []Kind{Discussions, Releases, Advisories, Feeds}

// UnmarshalText refuses kinds that are not known.
func (k *Kind) UnmarshalText(b []byte) error { return decodeWord(k, "kind", Kinds, b) }

// decodeWord reads a word of a list. No word is the zero value.
func decodeWord[T ~string](to *T, what string, list []T, text []byte) error {
	w := T(text)
	if w != "" && !slices.Contains(list, w) {
		return fmt.Errorf("unknown %s %q", what, head(string(w), 40))
	}
	*to = w
	return nil
}

// head returns the first n bytes of s, or fewer so as not to cut a character.
func head(s string, n int) string { return strings.ToValidUTF8(s[:min(n, len(s))], "") }

// Findings is what collectors return and what a snapshot stores: facts, and a
// receipt for every source and repository that was looked at.
type Findings struct {
	Discussions []Discussion `json:"discussions"`
	Releases    []Release    `json:"releases"`
	Advisories  []Advisory   `json:"advisories"`
	Entries     []Entry      `json:"entries"`
	Receipts    []Receipt    `json:"receipts"`
	Late        Late         `json:"late,omitzero"`
}

// Item is what facts of every kind share.
type Item struct {
	// ID is unique and stable within a kind: a GraphQL node id, a GHSA id, a feed's GUID.
	ID ID `json:"id"`
	// Repo is the repository the fact belongs to; none for feeds.
	Repo Repo `json:"repo,omitzero"`
	// URL is the page on the service's own site; zero when the service named none that is safe.
	URL markdown.URL `json:"url,omitzero"`
	// Section is where the source's configuration wants the item.
	Section SectionName `json:"section"`
}

func (it Item) id() ID { return it.ID }

// ID identifies a fact. It is untrusted, as a text is: its ordinary printing is the
// encoded form.
type ID string

// NewID makes an id of what a service calls a thing. A name longer than 1 KiB is
// replaced by its beginning and a checksum, so that different things stay different.
func NewID(name string) ID {
	if len(name) <= maxID && utf8.ValidString(name) {
		return ID(name)
	}
	sum := sha256.Sum256([]byte(name))
	return ID(head(name, maxID-len(sum)*2-1) + "~" + hex.EncodeToString(sum[:]))
}

const maxID = 1 << 10 // bytes

// String returns the id as safe Markdown.
func (id ID) String() string { return markdown.Untrusted(string(id)).String() }

// MarshalText returns the id as [NewID] makes it.
func (id ID) MarshalText() ([]byte, error) { return []byte(NewID(string(id))), nil }

// UnmarshalText reads an id as [NewID] makes it.
func (id *ID) UnmarshalText(b []byte) error {
	*id = NewID(string(b))
	return nil
}

// Person is an account as the service names it. The zero value is a deleted account.
type Person struct {
	Login markdown.Text `json:"login,omitzero"`
	Bot   bool          `json:"bot,omitempty"`
}

// Known reports whether the account still exists.
func (p Person) Known() bool { return !p.Login.IsZero() }

// Discussion is a GitHub discussion that was opened, answered or active in the period.
// See https://docs.github.com/graphql/reference/objects#discussion.
type Discussion struct {
	Item
	Number    int             `json:"number"`
	Title     markdown.Text   `json:"title"`
	Body      markdown.Text   `json:"body,omitzero"` // its prose, possibly cut
	Author    Person          `json:"author,omitzero"`
	Category  Category        `json:"category"`
	Labels    []markdown.Text `json:"labels,omitempty"`
	CreatedAt time.Time       `json:"created_at"`
	// AnsweredAt is when an answer was chosen; zero when none is chosen.
	AnsweredAt time.Time `json:"answered_at,omitzero"`
	Answer     *Answer   `json:"answer,omitempty"`
	// Upvotes, Reactions and Comments count all time, not the period.
	Upvotes   int `json:"upvotes"`
	Reactions int `json:"reactions"`
	Comments  int `json:"comments"`
	// Locked and Closed are the state when it was collected; Closed is empty while
	// open, else GitHub's reason in lower case (resolved, outdated, duplicate) or "closed".
	Locked   bool          `json:"locked,omitempty"`
	Closed   markdown.Text `json:"closed,omitzero"`
	Activity Activity      `json:"activity,omitzero"`
}

// Category is a category of discussions.
type Category struct {
	Name       markdown.Text `json:"name"`
	Slug       markdown.Text `json:"slug"`
	Answerable bool          `json:"answerable,omitempty"` // the Q&A format
}

// Answer is the comment that was chosen as the answer.
type Answer struct {
	URL    markdown.URL  `json:"url,omitzero"`
	Author Person        `json:"author,omitzero"`
	Body   markdown.Text `json:"body,omitzero"` // its prose, possibly cut
}

// Activity is what happened in a discussion inside the period; deleted comments do not count.
type Activity struct {
	Comments int `json:"comments,omitempty"` // top-level comments, of anyone
	Replies  int `json:"replies,omitempty"`  // replies to comments, of anyone
	// Participants are the people who commented or replied, each once, sorted. Neither
	// bots nor deleted accounts are among them; the discussion's own author may be.
	Participants []markdown.Text `json:"participants,omitempty"`
	// Others counts the comments and replies of people other than the author and bots.
	Others int `json:"others,omitempty"`
}

// Release is a published GitHub release.
// See https://docs.github.com/rest/releases/releases.
type Release struct {
	Item
	Tag         markdown.Text `json:"tag"`
	Name        markdown.Text `json:"name,omitzero"`
	Notes       Notes         `json:"notes,omitzero"`
	Author      Person        `json:"author,omitzero"`
	Prerelease  bool          `json:"prerelease,omitempty"`
	PublishedAt time.Time     `json:"published_at"`
}

// Title is the release's name, or its tag when it has no name that can be seen.
func (r Release) Title() markdown.Text {
	if r.Name.Empty() {
		return r.Tag
	}
	return r.Name
}

// Advisory is a security advisory, from its repository, from GitHub's global
// database, or from both. Its ID is the GHSA id.
// See https://docs.github.com/rest/security-advisories.
type Advisory struct {
	Item
	Summary     markdown.Text   `json:"summary"`
	Description markdown.Text   `json:"description,omitzero"` // its prose, possibly cut
	Notes       Notes           `json:"notes,omitzero"`
	Severity    Severity        `json:"severity"`
	CVSS        CVSS            `json:"cvss,omitzero"`
	CVEs        []markdown.Text `json:"cves,omitempty"`
	Packages    []Package       `json:"packages,omitempty"`
	Credits     []markdown.Text `json:"credits,omitempty"`
	PublishedAt time.Time       `json:"published_at"`
	UpdatedAt   time.Time       `json:"updated_at,omitzero"`
	WithdrawnAt time.Time       `json:"withdrawn_at,omitzero"`
	// Reviewed is true if GitHub's global database has it as reviewed.
	Reviewed bool `json:"reviewed,omitempty"`
}

// Affects returns the packages, each once: what is affected and fixed is joined, and an upper
// bound that the fixed version repeats is left out.
func (a Advisory) Affects() []Package {
	var out []Package
	for _, p := range a.Packages {
		affected := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(p.Affected.Unsafe()), "< "+p.Patched.Unsafe()))
		if p.Patched.Empty() || affected == "" {
			affected = p.Affected.Unsafe()
		}
		p.Affected = markdown.Untrusted(strings.TrimRight(affected, ", "))
		i := slices.IndexFunc(out, func(o Package) bool { return o.Ecosystem == p.Ecosystem && o.Name == p.Name })
		if i < 0 {
			out = append(out, p)
			continue
		}
		out[i].Affected = joinTexts(out[i].Affected, p.Affected)
		out[i].Patched = joinTexts(out[i].Patched, p.Patched)
	}
	return out
}

func joinTexts(a, b markdown.Text) markdown.Text {
	if a.Empty() || b.Empty() || strings.Contains(a.Unsafe(), b.Unsafe()) {
		return markdown.Untrusted(a.Unsafe() + strings.Repeat(b.Unsafe(), one(a.Empty())))
	}
	return markdown.Untrusted(a.Unsafe() + "; " + b.Unsafe())
}

// GHSA is the advisory's GitHub identifier as text.
func (a Advisory) GHSA() markdown.Text { return markdown.Untrusted(string(a.ID)) }

// CVSS is a severity score from 0 to 10 and the vector it is computed from.
type CVSS struct {
	Score  float64       `json:"score,omitempty"`
	Vector markdown.Text `json:"vector,omitzero"`
}

// Package is a package that an advisory names.
type Package struct {
	Ecosystem markdown.Text `json:"ecosystem,omitzero"`
	Name      markdown.Text `json:"name"`
	Affected  markdown.Text `json:"affected,omitzero"` // range, as "< 1.2.3"
	Patched   markdown.Text `json:"patched,omitzero"`  // one or more versions
}

// Entry is an item of an RSS or Atom feed.
type Entry struct {
	Item
	Feed        markdown.Text `json:"feed,omitzero"` // the feed's title
	Title       markdown.Text `json:"title"`
	Summary     markdown.Text `json:"summary,omitzero"` // its first paragraphs
	Notes       Notes         `json:"notes,omitzero"`   // its contents
	PublishedAt time.Time     `json:"published_at"`
}

// Severity is GitHub's rating of an advisory.
type Severity string

// The severities.
const (
	Critical        Severity = "critical"
	High            Severity = "high"
	Medium          Severity = "medium"
	Low             Severity = "low"
	UnknownSeverity Severity = "unknown"
)

var severities = []Severity{Critical, High, Medium, Low, UnknownSeverity}

// UnmarshalText refuses severities that are not known.
func (s *Severity) UnmarshalText(b []byte) error { return decodeWord(s, "severity", severities, b) }

// ParseSeverity reads a severity; what it does not know is [UnknownSeverity].
func ParseSeverity(s string) Severity {
	if v := Severity(strings.ToLower(s)); slices.Contains(severities, v) {
		return v
	}
	if strings.EqualFold(s, "moderate") { // GraphQL's word for medium
		return Medium
	}
	return UnknownSeverity
}

// rank is 0 for the most severe.
func (s Severity) rank() int {
	if i := slices.Index(severities, s); i >= 0 {
		return i
	}
	return len(severities)
}

// Merge joins findings and puts them in order: facts that more than one source
// found stand once, as the first source in the order of the receipts found them.
func Merge(all ...Findings) Findings {
	var f Findings
	for _, o := range all {
		f.Receipts = append(f.Receipts, o.Receipts...)
	}
	f.Discussions = merge(all, func(f Findings) []Discussion { return f.Discussions }, compareDiscussions)
	f.Releases = merge(all, func(f Findings) []Release { return f.Releases }, compareReleases)
	f.Advisories = merge(all, func(f Findings) []Advisory { return f.Advisories }, compareAdvisories)
	f.Entries = merge(all, func(f Findings) []Entry { return f.Entries }, compareEntries)
	f.Late.Releases = merge(all, func(f Findings) []Release { return f.Late.Releases }, compareReleases)
	f.Late.Advisories = merge(all, func(f Findings) []Advisory { return f.Late.Advisories }, compareAdvisories)
	return f
}

func compareDiscussions(a, b *Discussion) int {
	return cmp.Or(compareRepos(a.Repo, b.Repo), cmp.Compare(a.Number, b.Number), cmp.Compare(a.ID, b.ID))
}

func compareReleases(a, b *Release) int {
	return cmp.Or(compareRepos(a.Repo, b.Repo), a.PublishedAt.Compare(b.PublishedAt), cmp.Compare(a.ID, b.ID))
}

func compareAdvisories(a, b *Advisory) int {
	return cmp.Or(a.PublishedAt.Compare(b.PublishedAt), cmp.Compare(a.ID, b.ID))
}

func compareEntries(a, b *Entry) int {
	return cmp.Or(a.PublishedAt.Compare(b.PublishedAt), cmp.Compare(a.ID, b.ID))
}

// merge joins the lists of one kind: of items that share an id it keeps the first. It
// sorts pointers, because items are large.
func merge[T interface{ id() ID }](all []Findings, list func(Findings) []T, compare func(a, b *T) int) []T {
	n := 0
	for _, f := range all {
		n += len(list(f))
	}
	seen := make(map[ID]bool, n)
	order := make([]*T, 0, n)
	for _, f := range all {
		items := list(f)
		for i := range items {
			if id := items[i].id(); !seen[id] {
				seen[id] = true
				order = append(order, &items[i])
			}
		}
	}
	slices.SortStableFunc(order, compare)
	out := make([]T, 0, len(order))
	for _, it := range order {
		out = append(out, *it)
	}
	return out
}

func compareRepos(a, b Repo) int {
	if a == b { // as it mostly is
		return 0
	}
	return cmp.Or(
		cmp.Compare(strings.ToLower(a.Owner), strings.ToLower(b.Owner)),
		cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)),
	)
}
