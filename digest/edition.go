package digest

import "github.com/community-digest/digest/internal/markdown"

// SectionName names a section of the page.
type SectionName string

// The sections, in the order of the page. The summary is no section: it is made of numbers.
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
	// Title is the weekly's own name in the language of the draft; whoever renders sets it.
	Title string
	// Number is the edition's number, 1 for the first.
	Number int
	// Period is what the edition covers.
	Period Period
	// Provisional tells that the period was not over when the facts were collected.
	Provisional bool
	// The sections. A template shows a section unless it is [Section.Empty].
	Community, Project, Hot, Tips Section
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
	// Stories tell releases and advisories: the most severe first, releases that fix
	// nothing known last.
	Stories []Story
	// Entries are from feeds, oldest first.
	Entries []Entry
	// Topics are discussions, the hottest first.
	Topics []Topic
	// Gaps are the sources of this section that could not be read completely.
	Gaps []Gap
	// Cut counts the stories, entries and topics left out by the limit per section.
	Cut int
}

// Empty reports whether there is nothing to show, not even a gap.
func (s Section) Empty() bool { return s.Len() == 0 && len(s.Gaps) == 0 && s.Cut == 0 }

// Len counts stories, entries and topics.
func (s Section) Len() int { return len(s.Stories) + len(s.Entries) + len(s.Topics) }

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
	// Releases are sorted by version, oldest version first.
	Releases []Release
}

// Tags returns the tags of the releases, in their order.
func (t *Train) Tags() []markdown.Text {
	tags := make([]markdown.Text, 0, len(t.Releases))
	for _, r := range t.Releases {
		tags = append(tags, r.Tag)
	}
	return tags
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
	// Opened, Answered and Active tell what happened in the period.
	Opened, Answered, Active bool
}

// Gap is a source that could not be read completely.
type Gap struct {
	Kind    Kind
	Source  markdown.Text
	Outcome Outcome
	Detail  markdown.Text
}
