package digest

import (
	"slices"
	"time"

	"github.com/community-digest/digest/internal/markdown"
)

// Rules are an editor's choices that hold for every edition.
type Rules struct {
	// PerSection is the most stories and topics of a section, Hot the most hot topics; 0 means no limit.
	PerSection, Hot int
	// Also is the most releases without contents that a section names; 0 means no limit.
	Also int
	// MinPeople is the fewest people besides the author who make a discussion hot; announcements
	// always are. 0 means no limit.
	MinPeople int
	// Names are what people call repositories, by owner/name in lower case; without one
	// it follows from the repository and its releases.
	Names map[string]string
}

// Edit makes an edition of a snapshot: it joins what belongs together, orders and limits
// the sections, and counts what it leaves out.
func Edit(s Snapshot, number int, rules Rules) Edition {
	e := Edition{
		Number:      number,
		Period:      s.Period,
		Provisional: s.Provisional,
		Numbers:     count(s),
	}
	all := storiesOf(s, rules.Names)
	weigh := weigherOf(s.Receipts)
	for name, sec := range map[SectionName]*Section{Community: &e.Community, Project: &e.Project, Hot: &e.Hot, Tips: &e.Tips} {
		*sec = section(name, s, all)
		slices.SortStableFunc(sec.Stories, weigh.compare)
		sec.fold()
		sec.limit(rules)
	}
	e.Top = top(e.Sections(), weigh)
	return e
}

// section gathers what belongs under one heading.
func section(name SectionName, s Snapshot, all []Story) Section {
	sec := Section{Name: name, Gaps: gaps(s.Receipts, name)}
	var discussions []*Discussion
	for i := range s.Discussions {
		if d := &s.Discussions[i]; d.section(s.Period) == name {
			discussions = append(discussions, d)
		}
	}
	sec.Topics = topics(discussions, s.Period)
	for _, st := range all {
		if st.Section == name {
			sec.Stories = append(sec.Stories, st)
		}
	}
	return sec
}

// storiesOf returns the stories of all sections; an entry that belongs to none is one by itself.
func storiesOf(s Snapshot, names map[string]string) []Story {
	all, alone := join(s, names)
	for _, e := range alone {
		all = append(all, Story{Section: e.Section, Entries: []Entry{e}})
	}
	for i := range all {
		if t := all[i].Train; t != nil {
			t.Name = productName(t.Repo, names, t.Releases)
		}
	}
	return all
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
		return t // the zero time has no zone
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

// opened, answered and active report what happened to the discussion in the period.
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
