package digest

// Numbers is the week in numbers: only what was counted.
type Numbers struct {
	Discussions DiscussionNumbers
	Releases    ReleaseNumbers
	Advisories  AdvisoryNumbers
	Feeds       FeedNumbers
}

// Coverage says how far a count can be trusted.
type Coverage struct {
	// Sources counts what was looked at, Gaps how many of them could not be read completely.
	Sources, Gaps int
}

// Watched reports whether there was anything to look at: without sources, zero does not mean that nothing happened.
func (c Coverage) Watched() bool { return c.Sources > 0 }

// Complete reports whether everything was read.
func (c Coverage) Complete() bool { return c.Gaps == 0 }

// DiscussionNumbers counts discussions, and what was written in them in the period.
type DiscussionNumbers struct {
	Coverage
	Opened, Answered, Active int
	// Comments counts comments and replies, Participants the people who wrote them.
	Comments, Participants int
}

// ReleaseNumbers counts releases and the repositories that made them.
type ReleaseNumbers struct {
	Coverage
	Published, Prereleases, Repos int
}

// AdvisoryNumbers counts advisories by what happened to them in the period.
type AdvisoryNumbers struct {
	Coverage
	Published, Updated, Withdrawn int
}

// Any reports whether there is anything to print.
func (n AdvisoryNumbers) Any() bool { return n.Published+n.Updated+n.Withdrawn > 0 }

// Any reports whether there is anything to print.
func (n DiscussionNumbers) Any() bool { return n.Opened+n.Answered+n.Comments > 0 }

// Any reports whether there is anything to print.
func (n Numbers) Any() bool {
	return n.Discussions.Any() || n.Releases.Published > 0 || n.Advisories.Any() || n.Feeds.Entries > 0
}

// FeedNumbers counts entries of feeds.
type FeedNumbers struct {
	Coverage
	Entries int
}

func count(s Snapshot) Numbers {
	cover := make(map[Kind]Coverage)
	for _, r := range s.Receipts {
		if r.NamesRepos() && !r.Gap() {
			continue // its repositories count; a gap in it is a source more, that was not read whole
		}
		c := cover[r.Kind]
		c.Sources++
		if r.Gap() {
			c.Gaps++
		}
		cover[r.Kind] = c
	}
	n := Numbers{
		Discussions: countDiscussions(s),
		Releases:    countReleases(s),
		Advisories:  countAdvisories(s),
		Feeds:       FeedNumbers{Entries: len(s.Entries)},
	}
	n.Discussions.Coverage = cover[Discussions]
	n.Releases.Coverage = cover[Releases]
	n.Advisories.Coverage = cover[Advisories]
	n.Feeds.Coverage = cover[Feeds]
	return n
}

func countDiscussions(s Snapshot) DiscussionNumbers {
	var n DiscussionNumbers
	people := make(map[string]bool)
	for i := range s.Discussions {
		d := &s.Discussions[i]
		n.Opened += one(d.opened(s.Period))
		n.Answered += one(d.answered(s.Period))
		n.Active += one(d.active())
		n.Comments += d.Activity.Comments + d.Activity.Replies
		for _, p := range d.Activity.Participants {
			people[p.Unsafe()] = true
		}
	}
	n.Participants = len(people)
	return n
}

func countReleases(s Snapshot) ReleaseNumbers {
	n := ReleaseNumbers{Published: len(s.Releases)}
	repos := make(map[string]bool)
	for _, r := range s.Releases {
		n.Prereleases += one(r.Prerelease)
		repos[r.Repo.Key()] = true
	}
	n.Repos = len(repos)
	return n
}

func countAdvisories(s Snapshot) AdvisoryNumbers {
	var n AdvisoryNumbers
	for _, a := range s.Advisories {
		switch a.event(s.Period) {
		case Published:
			n.Published++
		case Updated:
			n.Updated++
		case Withdrawn:
			n.Withdrawn++
		}
	}
	return n
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
