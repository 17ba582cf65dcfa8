package digest

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// together is how far apart two releases of one repository may be published and
// still be one train: maintainers cut the versions of one fix within hours, a day
// leaves room for a pipeline that had to be started again.
const together = 24 * time.Hour

// trains groups releases, sorted as [Merge] sorts them, into trains.
func trains(releases []Release) []*Train {
	var out []*Train
	var last Release
	for _, r := range releases {
		n := len(out)
		if n == 0 || !out[n-1].Repo.Same(r.Repo) || r.PublishedAt.Sub(last.PublishedAt) > together {
			out = append(out, &Train{Repo: r.Repo})
			n++
		}
		out[n-1].Releases = append(out[n-1].Releases, r)
		last = r
	}
	for _, t := range out {
		slices.SortStableFunc(t.Releases, func(a, b Release) int {
			return CompareVersions(a.Tag.Unsafe(), b.Tag.Unsafe())
		})
	}
	return out
}

// stories tells advisories with the trains that fix them, severity first.
func stories(advisories []AdvisoryNews, trains []*Train) []Story {
	var out []Story
	running := make(map[string][]*Train) // by repository
	for _, t := range trains {
		running[t.Repo.Key()] = append(running[t.Repo.Key()], t)
	}
	fixes := make(map[*Train][]AdvisoryNews)
	for _, a := range advisories {
		if t := a.fixedBy(running[a.Repo.Key()]); t != nil {
			fixes[t] = append(fixes[t], a)
		} else {
			out = append(out, Story{Advisories: []AdvisoryNews{a}})
		}
	}
	for _, t := range trains {
		out = append(out, Story{Advisories: fixes[t], Train: t})
	}
	for _, s := range out {
		slices.SortStableFunc(s.Advisories, bySeverity)
	}
	slices.SortStableFunc(out, func(a, b Story) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), compareRepos(a.repo(), b.repo()), a.time().Compare(b.time()))
	})
	return out
}

// fixedBy returns the first of its repository's trains that has a version that patches
// the advisory, or nil. An advisory that says nothing of its repository's releases is not
// fixed by guess.
func (a Advisory) fixedBy(trains []*Train) *Train {
	var patched []string
	for _, p := range a.Packages {
		for _, v := range strings.FieldsFunc(p.Patched.Unsafe(), func(r rune) bool { return r == ',' || r == ' ' }) {
			patched = append(patched, BareVersion(v))
		}
	}
	for _, t := range trains {
		for _, r := range t.Releases {
			if slices.Contains(patched, BareVersion(r.Tag.Unsafe())) {
				return t
			}
		}
	}
	return nil
}

func bySeverity(a, b AdvisoryNews) int {
	return cmp.Or(cmp.Compare(a.rank(), b.rank()), -cmp.Compare(a.CVSS.Score, b.CVSS.Score), cmp.Compare(a.ID, b.ID))
}

// rank puts withdrawn advisories behind all others: there is nothing to do about them any more.
func (a AdvisoryNews) rank() int {
	if a.Event == Withdrawn {
		return len(severities)
	}
	return a.Severity.rank()
}

// rank is that of the most severe advisory; a story without one comes last.
func (s Story) rank() int {
	if len(s.Advisories) == 0 {
		return len(severities) + 1
	}
	return s.Advisories[0].rank()
}

func (s Story) repo() Repo {
	if s.Train != nil {
		return s.Train.Repo
	}
	return s.Advisories[0].Repo
}

func (s Story) time() time.Time {
	if s.Train != nil {
		return s.Train.Releases[0].PublishedAt
	}
	return s.Advisories[0].PublishedAt
}
