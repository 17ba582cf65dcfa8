package digest

import (
	"cmp"
	"slices"
	"strings"
)

// weigher orders stories by how much they matter: security first, then large releases, then
// the order of the sources in the configuration.
type weigher struct {
	sources map[string]int // place of a source among the receipts, which are in the order of the configuration
}

func weigherOf(receipts []Receipt) weigher {
	w := weigher{make(map[string]int)}
	for i, r := range receipts {
		if key := strings.ToLower(r.Source); !has(w.sources, key) {
			w.sources[key] = i
		}
		for _, repo := range r.Repos {
			if !has(w.sources, repo.Key()) {
				w.sources[repo.Key()] = i
			}
		}
	}
	return w
}

func has(m map[string]int, key string) bool { _, ok := m[key]; return ok }

// compare is a total order of stories that have different items.
func (w weigher) compare(a, b Story) int {
	return cmp.Or(
		compareBool(a.Late, b.Late), // what is of this edition first
		cmp.Compare(a.class(), b.class()),
		cmp.Compare(a.severity(), b.severity()),
		cmp.Compare(w.source(a), w.source(b)),
		compareRepos(a.repo(), b.repo()),
		a.time().Compare(b.time()),
	)
}

func compareBool(a, b bool) int { return one(a) - one(b) }

// The classes of stories, by weight. Advisories are new, then updated, then withdrawn: there
// is less and less to do about them.
const (
	classSecurity = iota
	classUpdated
	classMajor
	classMinor
	classPatch
	classWithdrawn
)

func (s Story) class() int {
	if len(s.Advisories) > 0 {
		switch s.Advisories[0].Event {
		case Updated:
			return classUpdated
		case Withdrawn:
			return classWithdrawn
		}
		return classSecurity
	}
	if s.security() {
		return classSecurity
	}
	if s.Train == nil {
		return classMinor
	}
	class := classPatch
	for _, r := range s.Train.Releases {
		switch r.Bump() {
		case Major:
			class = min(class, classMajor)
		case Minor:
			class = min(class, classMinor)
		}
	}
	return class
}

// security reports a story about a weakness that no advisory in it names.
func (s Story) security() bool {
	if s.Train != nil && (len(s.Train.Identifiers()) > 0 || len(s.Train.changes()[ChangeSecurity]) > 0) {
		return true
	}
	return slices.ContainsFunc(s.Entries, func(e Entry) bool { return len(e.Notes.Identifiers) > 0 })
}

// severity is that of the most severe advisory; what has none comes after those that have.
func (s Story) severity() int {
	if len(s.Advisories) == 0 {
		return len(severities)
	}
	return s.Advisories[0].Severity.rank()
}

// source is the place of the story's source in the configuration.
func (w weigher) source(s Story) int {
	if i, ok := w.sources[s.repo().Key()]; ok {
		return i
	}
	return len(w.sources) // of a feed
}

// fold takes trains whose notes say nothing out of the stories: they become one line at the
// end of the section.
func (s *Section) fold() {
	var stories []Story
	for _, st := range s.Stories {
		if st.Train != nil && len(st.Advisories) == 0 && len(st.Entries) == 0 && !st.Late && st.Train.silent() {
			s.Also = append(s.Also, st.Train)
			continue
		}
		stories = append(stories, st)
	}
	s.Stories = stories
}

// limit leaves out what the rules want no place for, and counts it. Stories about security
// are never left out.
func (s *Section) limit(rules Rules) {
	var topics []Topic
	for _, t := range s.Topics {
		if s.Name != Tips && rules.MinPeople > 0 && t.Heat.People < rules.MinPeople && !t.announcement() {
			s.cut(t.Item)
			continue
		}
		topics = append(topics, t)
	}
	if rules.Also > 0 && len(s.Also) > rules.Also {
		for _, t := range s.Also[rules.Also:] {
			s.cutStory(Story{Train: t})
		}
		s.Also = s.Also[:rules.Also]
	}
	most := rules.PerSection
	if s.Name == Hot && rules.Hot > 0 {
		most = rules.Hot
	}
	if most == 0 {
		s.Topics = topics
		return
	}
	var stories []Story
	for _, st := range s.Stories {
		if len(stories) < most || len(st.Advisories) > 0 || st.security() {
			stories = append(stories, st)
			continue
		}
		s.cutStory(st)
	}
	keep := max(0, min(most-len(stories), len(topics)))
	for _, t := range topics[keep:] {
		s.cut(t.Item)
	}
	s.Stories, s.Topics = stories, topics[:keep]
}

// cutStory counts a story that is left out, whatever the number of its items.
func (s *Section) cutStory(st Story) {
	s.Cut++
	s.LeftOut = append(s.LeftOut, st.Items()...)
}

// cut counts items that are left out.
func (s *Section) cut(items ...Item) {
	s.Cut += len(items)
	s.LeftOut = append(s.LeftOut, items...)
}

// announcement reports a discussion in a category for announcements.
func (t Topic) announcement() bool {
	return strings.Contains(strings.ToLower(t.Category.Slug.Unsafe()), "announce")
}

// top returns the three stories of the page that weigh most.
func top(sections []Section, w weigher) []Story {
	var all []Story
	for _, s := range sections {
		for _, st := range s.Stories {
			if !st.Late && st.class() != classWithdrawn {
				all = append(all, st)
			}
		}
	}
	slices.SortStableFunc(all, w.compare)
	return all[:min(3, len(all))]
}
