package digest

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/community-digest/digest/internal/markdown"
)

// Story is one thing that happened: a train of releases, the advisories that it
// fixes, and what feeds wrote about either.
type Story struct {
	// Section is that of the most severe member.
	Section SectionName
	// Advisories are sorted by severity; none when the releases fix nothing known.
	Advisories []AdvisoryNews
	// Train holds the releases; nil for an advisory without one.
	Train *Train
	// Entries are announcements of the train or the advisories, oldest first.
	Entries []Entry
	// SeeAlso are advisories of other packages that the releases mention.
	SeeAlso []Reference
	// Late is true if it belongs to an earlier edition, and came too late for it.
	Late bool
	// Joins say why the members are one story.
	Joins []Join
}

// Reference points to an advisory in another story.
type Reference struct {
	Identifier markdown.Text
	Title      markdown.Text
	URL        markdown.URL
}

// Join says why two items are in one story.
type Join struct {
	Reason JoinReason
	// Detail is the version or the identifier that they share, if it is one.
	Detail markdown.Text
	// Item joined the story because of Member.
	Item, Member Item
}

// JoinReason says what joins two items. Dates never do.
type JoinReason string

// The reasons, the strongest first.
const (
	JoinedByAddress    JoinReason = "same address"
	JoinedByPatch      JoinReason = "patched version"
	JoinedByTitle      JoinReason = "name and version in the title"
	JoinedByLink       JoinReason = "link"
	JoinedByIdentifier JoinReason = "shared identifier"
)

// join makes stories of what was found, over all kinds and sources, and returns the
// entries of feeds that belong to none. Names are what people call repositories, by
// owner/name in lower case.
//
// Trains never join each other: an advisory joins the train that fixes it, an entry the
// one story that it fits. What fits several is a round-up and stays alone, so that
// there are no chains.
func join(s Snapshot, names map[string]string) ([]Story, []Entry) {
	loc := s.Period.Location()
	var news []AdvisoryNews
	for _, a := range s.Advisories {
		news = append(news, AdvisoryNews{a.in(loc), a.event(s.Period)})
	}
	var late []AdvisoryNews
	for _, a := range s.Late.Advisories {
		late = append(late, AdvisoryNews{a.in(loc), Published})
	}
	all := newStories(news, trains(localised(s.Releases, loc)))
	ix := newIndex(all, watchedRepos(s), names)
	// First the announcements of releases, by their titles: what they say counts as notes of
	// the releases, so that the bulletin that they mention is of the same story.
	var rest, alone []Entry
	for _, e := range onceEach(s.Entries) {
		e = e.in(loc)
		if story, j, ok := ix.storyOf(e, ix.sameAddress, ix.titled); ok {
			story.Entries = append(story.Entries, e)
			story.Joins = append(story.Joins, j)
			ix.addNotes(story, e.Item, e.Notes)
		} else {
			rest = append(rest, e)
		}
	}
	for _, e := range rest {
		if story, j, ok := ix.storyOf(e, ix.related); ok && !ix.isRoundUp(e) {
			story.Entries = append(story.Entries, e)
			story.Joins = append(story.Joins, j)
		} else {
			alone = append(alone, e)
		}
	}
	for _, story := range all {
		slices.SortStableFunc(story.Entries, func(a, b Entry) int { return compareEntries(&a, &b) })
	}
	// A train of last week's releases is not one with this week's.
	for _, story := range newStories(late, trains(localised(s.Late.Releases, loc))) {
		story.Late = true
		all = append(all, story)
	}
	out := make([]Story, 0, len(all))
	for _, story := range all {
		story.Section = story.Items()[0].Section
		out = append(out, *story)
	}
	return out, alone
}

func localised(releases []Release, loc *time.Location) []Release {
	out := make([]Release, 0, len(releases))
	for _, r := range releases {
		out = append(out, r.in(loc))
	}
	return out
}

// onceEach leaves out entries that another feed has, too.
func onceEach(entries []Entry) []Entry {
	first := make(map[string]string) // the feed that has an address first
	return those(entries, func(e Entry) bool {
		address, feed := canonical(e.URL), e.feedID()
		if !strings.Contains(address, "/") {
			return true // a site's front page is the address of anything
		}
		if _, ok := first[address]; !ok {
			first[address] = feed
		}
		return first[address] == feed
	})
}

// feedID is the part of an entry's id that all entries of its feed share.
func (e Entry) feedID() string {
	feed, _, _ := strings.Cut(string(e.ID), " ")
	return feed
}

// release is a release in its story, as it is looked up.
type release struct {
	story *Story
	Release
	identifier markdown.Text // by which it is found, if it is one
}

// maxSeeAlso is how many advisories of other packages a story points to.
const maxSeeAlso = 10

// newStories makes a story of each train with the advisories that it fixes, and of each other advisory.
func newStories(advisories []AdvisoryNews, trains []*Train) []*Story {
	var out []*Story
	versions := make(map[string][]release) // by repository and version
	mentions := make(map[string][]release) // by identifier, at most maxMembers
	for _, t := range trains {
		story := &Story{Train: t}
		out = append(out, story)
		for _, r := range t.Releases {
			key := r.Repo.Key() + " " + versionKey(r.Tag.Unsafe())
			versions[key] = append(versions[key], release{story: story, Release: r})
			for _, id := range r.Notes.Identifiers {
				key := identifierKey(id)
				if len(mentions[key]) < maxMembers {
					mentions[key] = append(mentions[key], release{story, r, id})
				}
			}
		}
	}
	for _, a := range advisories {
		story := &Story{}
		if r, j, ok := a.fixedBy(versions, mentions); ok {
			story = r.story
			story.Joins = append(story.Joins, j)
		} else {
			out = append(out, story)
		}
		story.Advisories = append(story.Advisories, a)
		for _, id := range a.Identifiers() {
			for _, other := range mentions[identifierKey(id)] {
				if other.story != story {
					other.story.seeAlso(id, a)
				}
			}
		}
	}
	for _, story := range out {
		slices.SortStableFunc(story.Advisories, bySeverity)
	}
	return out
}

func (s *Story) seeAlso(id markdown.Text, a AdvisoryNews) {
	if len(s.SeeAlso) < maxSeeAlso && !slices.ContainsFunc(s.SeeAlso, func(r Reference) bool { return r.URL == a.URL }) {
		s.SeeAlso = append(s.SeeAlso, Reference{id, a.Summary, a.URL})
	}
}

// fixedBy returns the release that fixes the advisory: it is of a package that the
// advisory names and has a patched version of it, or else mentions the advisory. Of
// several the one that was published first. An advisory that says nothing of these is not
// fixed by guess.
func (a AdvisoryNews) fixedBy(versions, mentions map[string][]release) (release, Join, bool) {
	var found []release
	for _, p := range a.Packages {
		for _, v := range p.patchedVersions() {
			for _, r := range versions[a.Repo.Key()+" "+v] {
				if r.isOf(p) {
					found = append(found, r)
				}
			}
		}
	}
	if len(found) > 0 {
		r := slices.MinFunc(found, firstPublished)
		return r, Join{JoinedByPatch, r.Tag, a.Item, r.Item}, true
	}
	for _, id := range a.Identifiers() {
		for _, r := range mentions[identifierKey(id)] {
			if r.Repo.Same(a.Repo) && (len(a.Packages) == 0 || slices.ContainsFunc(a.Packages, r.isOf)) {
				found = append(found, r)
			}
		}
	}
	if len(found) > 0 {
		r := slices.MinFunc(found, firstPublished)
		return r, Join{JoinedByIdentifier, r.identifier, a.Item, r.Item}, true
	}
	return release{}, Join{}, false
}

func firstPublished(a, b release) int { return compareReleases(&a.Release, &b.Release) }

// patchedVersions are the versions that patch the package, as [versionKey] has them.
func (p Package) patchedVersions() []string {
	var out []string
	for _, v := range strings.FieldsFunc(p.Patched.Unsafe(), func(r rune) bool { return r == ',' || r == ' ' }) {
		out = append(out, versionKey(v))
	}
	return out
}

// versionKey is the same for two spellings of a version.
func versionKey(s string) string {
	return strings.ReplaceAll(strings.ToLower(BareVersion(s)), "_", ".")
}

// isOf reports whether a release is one of the package: its tag names none, or the same,
// or the repository.
func (r Release) isOf(p Package) bool {
	tag := r.Tag.Unsafe()
	name := packageOf(tag, BareVersion(tag))
	if name == "" || slices.Contains(plainTags, name) || strings.EqualFold(name, r.Repo.Name) {
		return true
	}
	full := strings.ToLower(p.Name.Unsafe())
	return name == full || lastPart(name) == lastPart(full)
}

// plainTags are what tags begin with that name no package.
var plainTags = []string{"release", "rel", "r", "version", "ver", "stable"}

// lastPart is what packages are called for short: cli of @acme/cli, of org.acme:cli and of
// github.com/acme/cli/v2.
func lastPart(name string) string {
	if dir, last, ok := cutLast(name, "/"); ok && len(last) > 1 && last[0] == 'v' && strings.Trim(last[1:], "0123456789") == "" {
		name = dir
	}
	return name[strings.LastIndexAny(name, "/:")+1:]
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// Identifiers are the advisory's own; those that its text mentions may be another's.
func (a Advisory) Identifiers() []markdown.Text {
	return append([]markdown.Text{a.GHSA()}, a.CVEs...)
}

// Identifiers are all that the releases mention, each once.
func (t *Train) Identifiers() []markdown.Text {
	var ids []markdown.Text
	seen := make(map[string]bool)
	for _, r := range t.Releases {
		for _, id := range r.Notes.Identifiers {
			if key := identifierKey(id); !seen[key] {
				seen[key] = true
				ids = append(ids, id)
			}
		}
	}
	return ids
}

func keysOf(ids []markdown.Text) []string {
	keys := make([]string, 0, len(ids))
	for _, id := range ids {
		keys = append(keys, identifierKey(id))
	}
	return keys
}

func identifierKey(t markdown.Text) string { return strings.ToUpper(t.Unsafe()) }

// Items are the advisories, releases and entries of the story, the most severe first.
func (s Story) Items() []Item {
	var items []Item
	for _, a := range s.Advisories {
		items = append(items, a.Item)
	}
	if s.Train != nil {
		for _, r := range s.Train.Releases {
			items = append(items, r.Item)
		}
	}
	for _, e := range s.Entries {
		items = append(items, e.Item)
	}
	return items
}

func bySeverity(a, b AdvisoryNews) int {
	return cmp.Or(cmp.Compare(a.rank(), b.rank()), -cmp.Compare(a.CVSS.Score, b.CVSS.Score), cmp.Compare(a.ID, b.ID))
}

// rank puts new advisories before those that were updated, and withdrawn ones last: there
// is nothing to do about them any more.
func (a AdvisoryNews) rank() int {
	switch a.Event {
	case Published:
		return a.Severity.rank()
	case Updated:
		return len(severities) + 1 + a.Severity.rank()
	default:
		return 2 * (len(severities) + 1)
	}
}

// repo is the repository of the story, the zero one where it is of a feed alone.
func (s Story) repo() Repo {
	switch {
	case s.Train != nil:
		return s.Train.Repo
	case len(s.Advisories) > 0:
		return s.Advisories[0].Repo
	}
	return Repo{}
}

func (s Story) time() time.Time {
	switch {
	case s.Train != nil:
		return s.Train.Releases[0].PublishedAt
	case len(s.Advisories) > 0:
		return s.Advisories[0].PublishedAt
	}
	return s.Entries[0].PublishedAt
}
