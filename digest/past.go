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

// Past is what earlier editions looked at and told. A nil one is of no editions.
type Past struct {
	editions []pastEdition
	told     map[ID]bool
}

type pastEdition struct {
	period  Period
	watched map[string]bool
}

// NewPast makes a Past of the snapshots of earlier editions.
func NewPast(snapshots ...Snapshot) *Past {
	p := &Past{told: make(map[ID]bool)}
	for _, s := range snapshots {
		e := pastEdition{period: s.Period, watched: make(map[string]bool)}
		for _, r := range s.Receipts {
			e.watched[sourceKey(r.Kind, r.Source)] = true
		}
		p.editions = append(p.editions, e)
		for _, list := range [][]Release{s.Releases, s.Late.Releases} {
			for i := range list {
				p.told[list[i].ID] = true
			}
		}
		for _, list := range [][]Advisory{s.Advisories, s.Late.Advisories} {
			for i := range list {
				p.told[list[i].ID] = true
			}
		}
	}
	return p
}

// Missed reports whether an item of a source should have been in an earlier edition and
// was not: the source was watched by the edition whose period the time lies in, and no
// edition has the item. A source that was added since is no reason to tell its history.
func (p *Past) Missed(kind Kind, source string, id ID, at time.Time) bool {
	if p == nil || p.told[id] {
		return false
	}
	for _, e := range p.editions {
		if e.period.Contains(at) {
			return e.watched[sourceKey(kind, source)]
		}
	}
	return false
}

func sourceKey(kind Kind, source string) string { return string(kind) + " " + strings.ToLower(source) }
