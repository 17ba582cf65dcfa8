package digest

import (
	"slices"
	"time"
)

// together is how far apart two releases of one repository may be published and
// still be one train: maintainers cut the versions of one fix within hours, a day
// leaves room for a pipeline that had to be started again.
const together = 24 * time.Hour

// trains groups releases, sorted as [Merge] sorts them, into trains. All builds of a
// repository that are made by the clock are one train.
func trains(releases []Release) []*Train {
	var out []*Train
	var last, builds *Train // of the repository that is being read
	for _, r := range releases {
		if last != nil && !last.Repo.Same(r.Repo) {
			last = nil
		}
		if builds != nil && !builds.Repo.Same(r.Repo) {
			builds = nil
		}
		t := &last
		if r.isBuild() {
			t = &builds
		}
		if *t == nil || !r.isBuild() && r.PublishedAt.Sub((*t).newest()) > together {
			*t = &Train{Repo: r.Repo}
			out = append(out, *t)
		}
		(*t).Releases = append((*t).Releases, r)
	}
	for _, t := range out {
		slices.SortStableFunc(t.Releases, func(a, b Release) int {
			return CompareVersions(a.Tag.Unsafe(), b.Tag.Unsafe())
		})
	}
	return out
}

// newest is when the last release that was added was published.
func (t *Train) newest() time.Time { return t.Releases[len(t.Releases)-1].PublishedAt }

// isBuild reports whether a release is made by the clock: a nightly, or a tag that moves.
func (r Release) isBuild() bool {
	return slices.ContainsFunc(wordsOf(r.Tag.Unsafe()), func(w string) bool { return slices.Contains(buildWords, w) })
}

var buildWords = []string{"canary", "continuous", "daily", "edge", "latest", "nightly", "snapshot", "tip", "unstable", "weekly"}
