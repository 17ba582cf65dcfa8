package digest

import (
	"slices"
	"time"

	"github.com/community-digest/digest/internal/markdown"
)

// Rules are an editor's choices that hold for every edition.
type Rules struct {
	// PerSection is the most stories, entries and topics a section shows; 0 is no limit.
	PerSection int
}

// Edit makes an edition of a snapshot: it selects, groups and ranks, and counts
// what it leaves out.
func Edit(s Snapshot, number int, rules Rules) Edition {
	s.Findings = s.Findings.in(s.Period.Location())
	e := Edition{
		Number:      number,
		Period:      s.Period,
		Provisional: s.Provisional,
		Numbers:     count(s),
	}
	e.Community = section(Community, s)
	e.Project = section(Project, s)
	e.Hot = section(Hot, s)
	e.Tips = section(Tips, s)
	if rules.PerSection > 0 {
		for _, sec := range []*Section{&e.Community, &e.Project, &e.Hot, &e.Tips} {
			sec.limit(rules.PerSection)
		}
	}
	return e
}

// section gathers what belongs under one heading.
func section(name SectionName, s Snapshot) Section {
	here := func(it Item) bool { return it.Section == name }
	var news []AdvisoryNews
	for _, a := range s.Advisories {
		if here(a.Item) {
			news = append(news, AdvisoryNews{a, a.event(s.Period)})
		}
	}
	return Section{
		Name:    name,
		Stories: stories(news, trains(keep(s.Releases, func(r Release) bool { return here(r.Item) }))),
		Entries: keep(s.Entries, func(e Entry) bool { return here(e.Item) }),
		Topics: topics(keep(s.Discussions, func(d Discussion) bool {
			return d.section(s.Period) == name
		}), s.Period),
		Gaps: gaps(s.Receipts, name),
	}
}

// in returns the findings with every time in the editorial zone, in which templates print it.
func (f Findings) in(loc *time.Location) Findings {
	local := func(times ...*time.Time) {
		for _, t := range times {
			if !t.IsZero() {
				*t = t.In(loc)
			}
		}
	}
	f.Discussions = slices.Clone(f.Discussions)
	for i := range f.Discussions {
		local(&f.Discussions[i].CreatedAt, &f.Discussions[i].AnsweredAt)
	}
	f.Releases = slices.Clone(f.Releases)
	for i := range f.Releases {
		local(&f.Releases[i].PublishedAt)
	}
	f.Advisories = slices.Clone(f.Advisories)
	for i := range f.Advisories {
		local(&f.Advisories[i].PublishedAt, &f.Advisories[i].UpdatedAt, &f.Advisories[i].WithdrawnAt)
	}
	f.Entries = slices.Clone(f.Entries)
	for i := range f.Entries {
		local(&f.Entries[i].PublishedAt)
	}
	return f
}

// section is where the discussion is shown: a question that was answered in the
// period is a tip, wherever its source wants the open ones.
func (d Discussion) section(p Period) SectionName {
	if d.Category.Answerable && d.Answer != nil && p.Contains(d.AnsweredAt) {
		return Tips
	}
	return d.Section
}

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

func keep[T any](items []T, ok func(T) bool) []T {
	var out []T
	for _, it := range items {
		if ok(it) {
			out = append(out, it)
		}
	}
	return out
}
