package digest

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/community-digest/digest/internal/markdown"
)

// Change is one thing that releases changed, as a page prints it.
type Change struct {
	Kind  ChangeKind
	Text  markdown.Text
	Links []markdown.URL
}

// Tally counts changes of one kind.
type Tally struct {
	Kind  ChangeKind
	Count int
}

// picks say in which order kinds of changes get a place on a page, and how many: five breaking
// changes must not hide what is new.
var picks = []struct {
	kind ChangeKind
	most int
}{
	{ChangeSecurity, 2}, {ChangeBreaking, 1}, {ChangeFeature, 2}, {ChangeOther, 1}, {ChangeFix, 2}, {ChangeDeprecated, 1}, {ChangePerformance, 1},
	{ChangeFeature, 9}, {ChangeFix, 9}, {ChangeSecurity, 9}, {ChangeBreaking, 9},
}

// Changes returns at most n changes of the releases, what matters most first. A change that
// several releases share is one.
func (t *Train) Changes(n int) []Change {
	left := t.changes()
	var out []Change
	for _, p := range picks {
		take := min(p.most, n-len(out), len(left[p.kind]))
		out = append(out, left[p.kind][:take]...)
		left[p.kind] = left[p.kind][take:]
	}
	slices.SortStableFunc(out, func(a, b Change) int {
		return cmp.Compare(slices.Index(ChangeKinds, a.Kind), slices.Index(ChangeKinds, b.Kind))
	})
	return out
}

// changes returns the changes of all releases by kind, those of the newest version first.
func (t *Train) changes() map[ChangeKind][]Change {
	out := make(map[ChangeKind][]Change)
	seen := make(map[string]bool)
	for _, r := range slices.Backward(t.Releases) {
		for _, g := range r.Notes.Groups {
			for _, it := range g.Items {
				if key := strings.ToLower(it.Text.Unsafe()); !seen[key] {
					seen[key] = true
					out[g.Kind] = append(out[g.Kind], Change{g.Kind, it.Text, it.Links})
				}
			}
		}
	}
	return out
}

// What a page prints of a train: at most so many changes, so much of each, and so much of a
// patch release or a larger one in all, in characters.
const (
	highlightCount = 3
	highlightChars = 110
	patchChars     = 170
	featureChars   = 330
)

// Highlights returns the changes that a page prints, each cut to fit a line.
func (t *Train) Highlights() []Change {
	room := patchChars
	for _, r := range t.Releases {
		if b := r.Bump(); b != Patch {
			room = featureChars
		}
	}
	var out []Change
	for _, c := range t.Changes(highlightCount) {
		c.Text = c.Text.Shorten(highlightChars)
		if room -= len(c.Text.Unsafe()); room < 0 && len(out) > 0 {
			break
		}
		out = append(out, c)
	}
	return out
}

// Date is when the first release of the train was published.
func (t *Train) Date() time.Time {
	date := t.Releases[0].PublishedAt
	for _, r := range t.Releases {
		if r.PublishedAt.Before(date) {
			date = r.PublishedAt
		}
	}
	return date
}

// Prerelease reports a train of prereleases only.
func (t *Train) Prerelease() bool {
	return !slices.ContainsFunc(t.Releases, func(r Release) bool { return !r.Prerelease })
}

// tallied is from how many changes on a page counts them: fewer are better read than counted.
const tallied = 12

// Tallies counts the breaking changes, features and fixes of a release that has many.
func (t *Train) Tallies() []Tally {
	var out []Tally
	sum := 0
	for _, k := range []ChangeKind{ChangeBreaking, ChangeFeature, ChangeFix} {
		n := 0
		for _, g := range t.Releases[len(t.Releases)-1].Notes.Groups {
			if g.Kind == k && !g.Heading.IsZero() { // where the project says itself what they are
				n += g.Total
			}
		}
		if n > 0 {
			out = append(out, Tally{k, n})
		}
		sum += n
	}
	if sum < tallied || len(out) < 2 {
		return nil
	}
	return out
}

// Lead returns the first lead of the notes, that of the newest version first.
func (t *Train) Lead() markdown.Text {
	for _, r := range slices.Backward(t.Releases) {
		chart := strings.Contains(strings.ToLower(r.Tag.Unsafe()), "chart") // whose notes describe what it installs
		if !r.Notes.Lead.Empty() && !chart {
			return r.Notes.Lead
		}
	}
	return markdown.Text{}
}

// Changelog returns the changelog in the same repository that the notes lead to; zero where
// they lead to none.
func (t *Train) Changelog() markdown.URL {
	for _, r := range slices.Backward(t.Releases) {
		for _, u := range r.Notes.Links {
			inside := strings.HasPrefix(strings.ToLower(u.String()), "https://"+strings.ToLower(r.URL.Host())+"/"+r.Repo.Key()+"/")
			if inside && strings.Contains(strings.ToLower(u.String()), "changelog") {
				return u
			}
		}
	}
	return markdown.URL{}
}

// silent reports a train whose notes say nothing and lead nowhere.
func (t *Train) silent() bool {
	return t.Lead().Empty() && len(t.Identifiers()) == 0 && len(t.Changes(1)) == 0 && t.Changelog().IsZero()
}

// appendNew appends the texts that are not there yet, whatever their case.
func appendNew(list, more []markdown.Text) []markdown.Text {
	for _, m := range more {
		if !slices.ContainsFunc(list, func(o markdown.Text) bool { return strings.EqualFold(o.Unsafe(), m.Unsafe()) }) {
			list = append(list, m)
		}
	}
	return list
}
