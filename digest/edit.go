package digest

import (
	"time"

	"github.com/community-digest/digest/internal/markdown"
)

// Rules are an editor's choices that hold for every edition.
type Rules struct {
	// PerSection is the most stories, entries and topics a section shows; 0 is no limit.
	PerSection int
	// Names are what people call repositories, by owner/name in lower case; without one
	// it is the repository's own.
	Names map[string]string
}

// Edit makes an edition of a snapshot: it selects, groups and ranks, and counts
// what it leaves out.
func Edit(s Snapshot, number int, rules Rules) Edition {
	e := Edition{
		Number:      number,
		Period:      s.Period,
		Provisional: s.Provisional,
		Numbers:     count(s),
	}
	told, entries := join(s, rules.Names)
	for name, sec := range map[SectionName]*Section{Community: &e.Community, Project: &e.Project, Hot: &e.Hot, Tips: &e.Tips} {
		*sec = section(name, s, told, entries)
		if rules.PerSection > 0 {
			sec.limit(rules.PerSection)
		}
	}
	return e
}

// section gathers what belongs under one heading.
func section(name SectionName, s Snapshot, told []Story, entries []Entry) Section {
	var discussions []*Discussion
	for i := range s.Discussions {
		if d := &s.Discussions[i]; d.section(s.Period) == name {
			discussions = append(discussions, d)
		}
	}
	return Section{
		Name:    name,
		Stories: those(told, func(story Story) bool { return story.Section == name }),
		Entries: those(entries, func(e Entry) bool { return e.Section == name }),
		Topics:  topics(discussions, s.Period),
		Gaps:    gaps(s.Receipts, name),
	}
}

// in returns the item with its times in the editorial zone, in which templates print them.
func (d Discussion) in(loc *time.Location) Discussion {
	d.CreatedAt, d.AnsweredAt = local(d.CreatedAt, loc), local(d.AnsweredAt, loc)
	return d
}

func (r Release) in(loc *time.Location) Release {
	r.PublishedAt = local(r.PublishedAt, loc)
	return r
}

func (a Advisory) in(loc *time.Location) Advisory {
	a.PublishedAt, a.UpdatedAt, a.WithdrawnAt = local(a.PublishedAt, loc), local(a.UpdatedAt, loc), local(a.WithdrawnAt, loc)
	return a
}

func (e Entry) in(loc *time.Location) Entry {
	e.PublishedAt = local(e.PublishedAt, loc)
	return e
}

func local(t time.Time, loc *time.Location) time.Time {
	if t.IsZero() {
		return t // no time is no time in every zone
	}
	return t.In(loc)
}

// section is where the discussion is shown: a question that was answered in the
// period is a tip, wherever its source wants the open ones.
func (d *Discussion) section(p Period) SectionName {
	if d.Category.Answerable && d.Answer != nil && d.answered(p) {
		return Tips
	}
	return d.Section
}

// opened, answered and active tell what happened to the discussion in the period.
func (d *Discussion) opened(p Period) bool   { return p.Contains(d.CreatedAt) }
func (d *Discussion) answered(p Period) bool { return p.Contains(d.AnsweredAt) }
func (d *Discussion) active() bool           { return d.Activity.Comments+d.Activity.Replies > 0 }

// event is what happened to the advisory in the period, the gravest first.
func (a Advisory) event(p Period) AdvisoryEvent {
	switch {
	case p.Contains(a.WithdrawnAt):
		return Withdrawn
	case p.Contains(a.PublishedAt):
		return Published
	default:
		return Updated
	}
}

func gaps(receipts []Receipt, name SectionName) []Gap {
	var out []Gap
	for _, r := range Gaps(receipts) {
		if r.Section == name {
			out = append(out, Gap{r.Kind, markdown.Untrusted(r.Source), r.Outcome, r.Detail})
		}
	}
	return out
}

// limit cuts the section to n items, the last of the page first, and counts the cut.
func (s *Section) limit(n int) {
	before := s.Len()
	s.Stories = s.Stories[:min(n, len(s.Stories))]
	s.Entries = s.Entries[:min(n-len(s.Stories), len(s.Entries))]
	s.Topics = s.Topics[:min(n-len(s.Stories)-len(s.Entries), len(s.Topics))]
	s.Cut = before - s.Len()
}
