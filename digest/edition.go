package digest

import (
	"slices"
	"strings"

	"github.com/community-digest/digest/internal/markdown"
)

// SectionName names a section of the page.
type SectionName string

// The sections, in the order of the page. The summary is not a section: it consists of numbers.
const (
	Community SectionName = "community" // community updates
	Project   SectionName = "project"   // project updates: advisories, releases, feeds
	Hot       SectionName = "hot"       // hot discussions
	Tips      SectionName = "tips"      // pro tips: answered questions
)

// SectionNames lists the sections in order.
var SectionNames = []SectionName{Community, Project, Hot, Tips}

// UnmarshalText refuses sections that are not known: what is in them would be on no page.
func (n *SectionName) UnmarshalText(b []byte) error { return decodeWord(n, "section", SectionNames, b) }

// DefaultSection is where items of a kind go when their source names no section.
func (k Kind) DefaultSection() SectionName {
	if k == Discussions {
		return Hot
	}
	return Project
}

// Edition is one number of the weekly: what a template sees. But for its title it is
// the same in every language.
type Edition struct {
	// Title is the weekly's own name in the language of the draft; set when rendering.
	Title string
	// Number is the edition's number, 1 for the first.
	Number int
	// Period is what the edition covers.
	Period Period
	// Provisional reports that the period was not over when the facts were collected.
	Provisional bool
	// The sections. A template shows a section unless it is [Section.Empty].
	Community, Project, Hot, Tips Section
	// Top are the three stories that weigh most.
	Top []Story
	// Numbers counts what was found, before any limit cut it.
	Numbers Numbers
}

// Head returns the edition without anything that was collected: what paths and branches
// may be made of.
func (e Edition) Head() Edition {
	return Edition{Title: e.Title, Number: e.Number, Period: e.Period, Provisional: e.Provisional}
}

// Sections returns the sections in the order of the page.
func (e Edition) Sections() []Section {
	return []Section{e.Community, e.Project, e.Hot, e.Tips}
}

// Quiet reports whether nothing happened, and nothing is missing.
func (e Edition) Quiet() bool {
	return !slices.ContainsFunc(e.Sections(), func(s Section) bool { return !s.Empty() })
}

// Gaps returns the gaps of all sections in order.
func (e Edition) Gaps() []Gap {
	var gaps []Gap
	for _, s := range e.Sections() {
		gaps = append(gaps, s.Gaps...)
	}
	return gaps
}

// Section is one section of the page. Its lists are shown in the order of the fields.
type Section struct {
	Name SectionName
	// Stories have releases, advisories and entries of feeds, what matters most first.
	Stories []Story
	// Topics are discussions, the hottest first.
	Topics []Topic
	// Also are releases whose notes say nothing.
	Also []*Train
	// Gaps are the sources of this section that could not be read completely.
	Gaps []Gap
	// Cut counts the stories and topics left out by a limit, LeftOut are their items.
	Cut     int
	LeftOut []Item
}

// Empty reports whether there is nothing to show, not even a gap.
func (s Section) Empty() bool {
	return s.Len() == 0 && len(s.Also) == 0 && len(s.Gaps) == 0 && s.Cut == 0
}

// Len counts stories and topics.
func (s Section) Len() int { return len(s.Stories) + len(s.Topics) }

// maxLists is how many lists a section links to: a reader opens a few.
const maxLists = 20

// Lists returns pages on GitHub that list what was left out, each once, at most 20.
func (s Section) Lists() []markdown.URL {
	var out []markdown.URL
	for _, it := range s.LeftOut {
		if len(out) == maxLists {
			break
		}
		page := it.URL.String()
		for _, list := range []string{"/discussions", "/releases", "/security/advisories"} {
			before, _, found := strings.Cut(page, list+"/")
			if !found {
				continue
			}
			if u, err := markdown.ParseURL(before + list); err == nil && !slices.Contains(out, u) {
				out = append(out, u)
			}
			break
		}
	}
	return out
}

// Advisory returns the advisory when the story has exactly one, else nil.
func (s Story) Advisory() *AdvisoryNews {
	if len(s.Advisories) != 1 {
		return nil
	}
	return &s.Advisories[0]
}

// Entry returns the announcement that heads the story, where no single advisory does: a
// bulletin, which names its identifier in the title, else the first.
func (s Story) Entry() *Entry {
	if i := s.head(); i >= 0 && len(s.Advisories) == 0 {
		return &s.Entries[i]
	}
	return nil
}

// MoreEntries returns the announcements that do not head the story.
func (s Story) MoreEntries() []Entry {
	more := slices.Clone(s.Entries)
	if i := s.head(); i >= 0 && len(s.Advisories) == 0 {
		return slices.Delete(more, i, i+1)
	}
	return more
}

func (s Story) head() int {
	for i, e := range s.Entries {
		if e.bulletin() {
			return i
		}
	}
	return min(0, len(s.Entries)-1)
}

// bulletin reports an entry whose title names an identifier that its text has, too.
func (e Entry) bulletin() bool {
	title := strings.ToUpper(e.Title.Unsafe())
	return slices.ContainsFunc(e.Notes.Identifiers, func(id markdown.Text) bool { return strings.Contains(title, identifierKey(id)) })
}

// Gist is as much of the entry's text as a page prints: of a bulletin what it is about and
// what to do, of others the beginning.
func (e Entry) Gist() markdown.Text {
	if e.bulletin() {
		return e.Summary.Shorten(560)
	}
	return e.Summary.Shorten(250)
}

// Identifiers returns the identifiers in the notes of the story's releases and in its
// announcements, but for those that its advisories and the highlights name.
func (s Story) Identifiers() []markdown.Text {
	var shown, out []markdown.Text
	for _, a := range s.Advisories {
		shown = append(append(shown, a.GHSA()), a.CVEs...)
	}
	var all []markdown.Text
	if s.Train != nil {
		all = s.Train.Identifiers()
		for _, c := range s.Train.Highlights() {
			for _, id := range all {
				if strings.Contains(c.Text.Unsafe(), id.Unsafe()) {
					shown = append(shown, id)
				}
			}
		}
	}
	for _, e := range s.Entries {
		all = appendNew(all, e.Notes.Identifiers)
		for _, id := range e.Notes.Identifiers {
			if strings.Contains(strings.ToUpper(e.Title.Unsafe()), identifierKey(id)) {
				shown = append(shown, id) // the title is printed
			}
		}
	}
	for _, id := range all {
		if len(appendNew(shown, []markdown.Text{id})) > len(shown) {
			out = append(out, id)
		}
	}
	return out
}

// AdvisoryNews is an advisory and what happened to it in the period.
type AdvisoryNews struct {
	Advisory
	// Event is published, updated or withdrawn.
	Event AdvisoryEvent
}

// AdvisoryEvent is what happened to an advisory in a period.
type AdvisoryEvent string

// The events; an advisory published and withdrawn in the same period is withdrawn.
const (
	Published AdvisoryEvent = "published"
	Updated   AdvisoryEvent = "updated"
	Withdrawn AdvisoryEvent = "withdrawn"
)

// Train is the releases of one repository that were published together.
type Train struct {
	Repo Repo
	// Name is how people call the project.
	Name markdown.Text
	// Releases are sorted by version, oldest version first.
	Releases []Release
}

// Labels returns the versions that a heading names, the newest first: those of the product
// itself, or where it has none those of its packages.
func (t *Train) Labels() []markdown.Text {
	var own, all []markdown.Text
	for _, r := range slices.Backward(t.Releases) {
		label := r.Label()
		if all = append(all, label); !strings.Contains(label.Unsafe(), " ") {
			own = append(own, label)
		}
	}
	if len(own) > 0 {
		return own
	}
	return all
}

// Newest returns the releases, the newest version first.
func (t *Train) Newest() []Release {
	list := slices.Clone(t.Releases)
	slices.Reverse(list)
	slices.SortStableFunc(list, func(a, b Release) int { // the product itself before its packages
		return compareBool(strings.Contains(a.Label().Unsafe(), " "), strings.Contains(b.Label().Unsafe(), " "))
	})
	return list
}

// Single returns the release when the train has only one, else nil.
func (t *Train) Single() *Release {
	if len(t.Releases) != 1 {
		return nil
	}
	return &t.Releases[0]
}

// Topic is a discussion with its place in the ranking.
type Topic struct {
	Discussion
	// Heat is the score that ranks it, with its reasons.
	Heat Heat
	// Opened, Answered and Active report what happened in the period.
	Opened, Answered, Active bool
}

// Gap is a source that could not be read completely.
type Gap struct {
	Kind    Kind
	Source  markdown.Text
	Outcome Outcome
	Detail  markdown.Text
}
