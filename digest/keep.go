package digest

import "strings"

// KeepFrom returns the snapshot with what an earlier one of the same period has of sources
// that could not be read completely this time. Their receipts stay gaps: what is kept may have
// changed since, or gone, but a bad day at the service takes nothing out of an edition.
func (s Snapshot) KeepFrom(before Snapshot) Snapshot {
	if s.Period.String() != before.Period.String() {
		return s
	}
	unread := make(map[Kind]func(source string) bool)
	for _, k := range Kinds {
		names := make(map[string]bool)
		for _, r := range Gaps(s.Receipts) {
			if r.Kind == k {
				names[strings.ToLower(r.Source)] = true
				names[r.RenamedTo.Key()] = true
			}
		}
		for _, r := range before.Receipts { // the name that a repository's items bore then
			if r.Kind == k && names[strings.ToLower(r.Source)] && r.RenamedTo != (Repo{}) {
				names[r.RenamedTo.Key()] = true
			}
		}
		unread[k] = func(source string) bool { return names[strings.ToLower(source)] || names[AllSources] }
	}
	of := func(k Kind) func(it Item) bool {
		return func(it Item) bool { return unread[k](it.Repo.String()) }
	}
	old := Findings{
		Discussions: those(before.Discussions, func(d Discussion) bool { return of(Discussions)(d.Item) }),
		Releases:    those(before.Releases, func(r Release) bool { return of(Releases)(r.Item) }),
		Advisories: those(before.Advisories, func(a Advisory) bool {
			return of(Advisories)(a.Item) || a.Reviewed && unread[Advisories](AdvisoryDatabase)
		}),
		Entries: those(before.Entries, func(e Entry) bool {
			feed, _, _ := strings.Cut(string(e.ID), " ")
			feed, _, _ = strings.Cut(feed, "?")
			return unread[Feeds](feed)
		}),
		Late: Late{
			Releases:   those(before.Late.Releases, func(r Release) bool { return of(Releases)(r.Item) }),
			Advisories: those(before.Late.Advisories, func(a Advisory) bool { return of(Advisories)(a.Item) }),
		},
	}
	s.Findings = Merge(s.Findings, old)
	return s
}

func those[T any](items []T, ok func(T) bool) []T {
	var out []T
	for _, it := range items {
		if ok(it) {
			out = append(out, it)
		}
	}
	return out
}

// The names in receipts of what is not a single source.
const (
	// AllSources means the sources of a kind when they could not be distinguished.
	AllSources = "all sources"
	// AdvisoryDatabase is GitHub's database of reviewed advisories.
	AdvisoryDatabase = "GitHub Advisory Database"
)
