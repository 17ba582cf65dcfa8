package digest

import (
	"strings"
	"time"
)

// Late are items that belong to the period of an earlier edition and were not there yet
// when it was drafted: a release that was made public later, an advisory that was
// published under an earlier date.
type Late struct {
	Releases   []Release  `json:"releases,omitempty"`
	Advisories []Advisory `json:"advisories,omitempty"`
}

// Past is what earlier editions read and printed. A nil Past has no editions.
type Past struct {
	editions []pastEdition
	printed  map[ID]bool // but for prereleases: becoming the release is news
}

type pastEdition struct {
	period  Period
	sources map[string]bool // that the edition read
}

// NewPast makes a Past of the snapshots of earlier editions.
func NewPast(snapshots ...Snapshot) *Past {
	p := &Past{printed: make(map[ID]bool)}
	for _, s := range snapshots {
		e := pastEdition{period: s.Period, sources: make(map[string]bool)}
		for _, r := range s.Receipts {
			e.sources[sourceKey(r.Kind, r.Source)] = true
			if r.RenamedTo != (Repo{}) {
				e.sources[sourceKey(r.Kind, r.RenamedTo.String())] = true
			}
		}
		p.editions = append(p.editions, e)
		for _, list := range [][]Release{s.Releases, s.Late.Releases} {
			for i := range list {
				p.printed[list[i].ID] = p.printed[list[i].ID] || !list[i].Prerelease
			}
		}
		for _, list := range [][]Advisory{s.Advisories, s.Late.Advisories} {
			for i := range list {
				p.printed[list[i].ID] = true
			}
		}
	}
	return p
}

// Missed reports whether an item of a source should have been in an earlier edition and
// was not: the edition whose period contains the time read the source, and no edition has
// the item. A release that they have as a prerelease only was missed, too: it was promoted
// since. A source that was added later does not bring its history.
func (p *Past) Missed(kind Kind, source string, id ID, at time.Time) bool {
	if p == nil || p.printed[id] {
		return false
	}
	for _, e := range p.editions {
		if e.period.Contains(at) {
			return e.sources[sourceKey(kind, source)]
		}
	}
	return false
}

func sourceKey(kind Kind, source string) string { return string(kind) + " " + strings.ToLower(source) }
