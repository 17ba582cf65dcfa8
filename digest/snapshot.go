package digest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/community-digest/digest/internal/markdown"
)

// SnapshotVersion is the version of the snapshot format that this program writes. It
// reads that of every earlier program, too.
const SnapshotVersion = 2

// MaxSnapshot is the size in bytes of the largest snapshot that is written. A reader
// must accept at least as much.
const MaxSnapshot = 24 << 20

// Snapshot is all that rendering needs: the period and what was found in it.
// Rendering from it needs no network and gives the same bytes every time.
type Snapshot struct {
	Version int `json:"version"`
	// Weekly is the publication that the edition belongs to; version 1 did not say.
	Weekly Publication `json:"weekly,omitzero"`
	Period Period      `json:"period"`
	// Provisional is true if the period was not over when it was collected.
	Provisional bool `json:"provisional,omitempty"`
	// Shortened is true if bodies and notes were cut to make the snapshot fit.
	Shortened bool `json:"shortened,omitempty"`
	Findings
}

// Publication is a weekly, as its editions name it.
type Publication struct {
	Title string   `json:"title,omitempty"`
	Paths []string `json:"paths,omitempty"` // of this edition's drafts
}

// Differs reports whether two editions of the same number belong to different weeklies:
// the title and all paths differ. A new title, language or path alone makes no other
// weekly, nor does an edition that does not say where it belongs.
func (p Publication) Differs(o Publication) bool {
	if p.Title == "" || o.Title == "" || p.Title == o.Title {
		return false
	}
	return !slices.ContainsFunc(p.Paths, func(path string) bool { return slices.Contains(o.Paths, path) })
}

// stored is a snapshot as it is written: titles of feeds stand once, not in each entry.
type stored struct {
	Snapshot
	Feeds   []markdown.Text `json:"feeds,omitempty"`
	Entries []storedEntry   `json:"entries"`
}

type storedEntry struct {
	Entry
	Feed int `json:"feed,omitempty"` // place in the list of feeds, from 1
}

// EncodeSnapshot returns the snapshot as indented JSON: it is kept under version
// control, where a change should show as the lines it concerns. One that is larger than
// [MaxSnapshot] is an error; [Snapshot.Fit] prevents it.
func EncodeSnapshot(s Snapshot) ([]byte, error) {
	data, err := encode(s)
	if err != nil {
		return nil, fmt.Errorf("encode snapshot: %w", err)
	}
	if len(data) > MaxSnapshot {
		return nil, fmt.Errorf("encode snapshot: %d MiB, at most %d MiB could be read again: collect from fewer sources", len(data)>>20, MaxSnapshot>>20)
	}
	return data, nil
}

func encode(s Snapshot) ([]byte, error) {
	s.Version = SnapshotVersion
	w := stored{Snapshot: s, Entries: make([]storedEntry, 0, len(s.Entries))}
	places := make(map[markdown.Text]int)
	for _, e := range s.Entries {
		if places[e.Feed] == 0 && !e.Feed.IsZero() {
			w.Feeds = append(w.Feeds, e.Feed)
			places[e.Feed] = len(w.Feeds)
		}
		w.Entries = append(w.Entries, storedEntry{Entry: e, Feed: places[e.Feed]})
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	err := enc.Encode(w)
	return b.Bytes(), err
}

// Fit returns the snapshot with its long texts cut as far as is needed to stay below
// [MaxSnapshot], and says so in Shortened.
func (s Snapshot) Fit() Snapshot { return s.fit(MaxSnapshot) }

func (s Snapshot) fit(size int) Snapshot {
	for _, n := range []int{1 << 10, 256, 0} {
		if data, err := encode(s); err != nil || len(data) <= size {
			return s // EncodeSnapshot reports the error
		}
		s = s.shorten(n)
	}
	return s
}

// shorten cuts bodies, notes, descriptions and summaries to n bytes.
func (s Snapshot) shorten(n int) Snapshot {
	s.Shortened = true
	s.Discussions, s.Entries = slices.Clone(s.Discussions), slices.Clone(s.Entries)
	for i := range s.Discussions {
		d := &s.Discussions[i]
		d.Body = d.Body.Head(n)
		if d.Answer != nil {
			a := *d.Answer
			a.Body = a.Body.Head(n)
			d.Answer = &a
		}
	}
	for i := range s.Entries {
		e := &s.Entries[i]
		e.Summary, e.Notes = e.Summary.Head(n), e.Notes.head(n)
	}
	for _, list := range []*[]Release{&s.Releases, &s.Late.Releases} {
		*list = slices.Clone(*list)
		for i := range *list {
			(*list)[i].Notes = (*list)[i].Notes.head(n)
		}
	}
	for _, list := range []*[]Advisory{&s.Advisories, &s.Late.Advisories} {
		*list = slices.Clone(*list)
		for i := range *list {
			a := &(*list)[i]
			a.Description, a.Notes = a.Description.Head(n), a.Notes.head(n)
		}
	}
	return s
}

// DecodeSnapshot reads what EncodeSnapshot wrote, be it years ago. A snapshot of a newer
// program is refused: half-understood facts would be worse than none.
func DecodeSnapshot(data []byte) (Snapshot, error) {
	var head struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return Snapshot{}, fmt.Errorf("not a snapshot: %w", err)
	}
	var s Snapshot
	var err error
	switch head.Version {
	case 1:
		err = decodeStrictly(data, &s)
	case 2:
		s, err = decodeStored(data)
	default:
		return Snapshot{}, fmt.Errorf("snapshot version %d: this program reads versions 1 to %d", head.Version, SnapshotVersion)
	}
	if err != nil {
		return Snapshot{}, fmt.Errorf("not a snapshot: %w", err)
	}
	s.Version = SnapshotVersion
	s.placeItems()
	s.Findings = Merge(s.Findings)
	return s, nil
}

func decodeStored(data []byte) (Snapshot, error) {
	var w stored
	if err := decodeStrictly(data, &w); err != nil {
		return Snapshot{}, err
	}
	s := w.Snapshot
	for _, e := range w.Entries {
		switch n := e.Feed; {
		case n < 0 || n > len(w.Feeds):
			return Snapshot{}, fmt.Errorf("entry %q: feed %d of %d", e.ID, n, len(w.Feeds))
		case n > 0:
			e.Entry.Feed = w.Feeds[n-1]
		}
		s.Entries = append(s.Entries, e.Entry)
	}
	return s, nil
}

func decodeStrictly(data []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more after its end")
	}
	return nil
}

// placeItems gives items without a section the one of their kind, so that none is left out.
func (s *Snapshot) placeItems() {
	place := func(it *Item, k Kind) {
		if it.Section == "" {
			it.Section = k.DefaultSection()
		}
	}
	for i := range s.Discussions {
		place(&s.Discussions[i].Item, Discussions)
	}
	for _, list := range [][]Release{s.Releases, s.Late.Releases} {
		for i := range list {
			place(&list[i].Item, Releases)
		}
	}
	for _, list := range [][]Advisory{s.Advisories, s.Late.Advisories} {
		for i := range list {
			place(&list[i].Item, Advisories)
		}
	}
	for i := range s.Entries {
		place(&s.Entries[i].Item, Feeds)
	}
	for i := range s.Receipts {
		if r := &s.Receipts[i]; r.Section == "" {
			r.Section = r.Kind.DefaultSection()
		}
	}
}

// SameFacts reports whether two snapshots say the same: all but how many items and pages
// were looked at for it.
func (s Snapshot) SameFacts(o Snapshot) bool {
	mine, err := encode(s.uncounted())
	theirs, otherErr := encode(o.uncounted())
	return err == nil && otherErr == nil && bytes.Equal(mine, theirs)
}

func (s Snapshot) uncounted() Snapshot {
	s.Receipts = slices.Clone(s.Receipts)
	for i := range s.Receipts {
		r := &s.Receipts[i]
		r.Seen, r.Kept, r.Pages, r.Dropped, r.RequestID = 0, 0, 0, nil, markdown.Text{}
	}
	return s
}

// Moved returns the items whose address changed between two snapshots, the old address
// with the new one: a repository was renamed or a discussion transferred. An address
// that still is another item's is not among them.
func Moved(before, after Snapshot) map[string]string {
	now, used := addresses(after), make(map[string]bool)
	for _, a := range now {
		used[a] = true
	}
	moved := make(map[string]string)
	for id, old := range addresses(before) {
		if a := now[id]; a != "" && a != old && !used[old] {
			moved[old] = a
		}
	}
	for _, pair := range transferred(before.Discussions, after.Discussions) {
		if old, a := pair[0].URL.String(), pair[1].URL.String(); old != "" && a != "" && !used[old] {
			moved[old] = a
		}
	}
	return moved
}

// transferred returns the discussions that were transferred to another repository, as they
// were and as they are: GitHub gives them a new id. One account opens one discussion at a
// time, so author and second identify it; where they do not, nothing is guessed.
func transferred(before, after []Discussion) [][2]Discussion {
	type key struct {
		author Person
		opened time.Time
	}
	only := func(list, not []Discussion) map[key][]Discussion {
		out := make(map[key][]Discussion)
		for _, d := range list {
			known := slices.ContainsFunc(not, func(other Discussion) bool { return other.ID == d.ID })
			if !known && d.Author != (Person{}) {
				k := key{d.Author, d.CreatedAt.UTC()}
				out[k] = append(out[k], d)
			}
		}
		return out
	}
	appeared := only(after, before)
	var pairs [][2]Discussion
	for k, gone := range only(before, after) {
		if len(gone) == 1 && len(appeared[k]) == 1 {
			pairs = append(pairs, [2]Discussion{gone[0], appeared[k][0]})
		}
	}
	return pairs
}

// addresses returns the addresses of all items, and of the answers to discussions, by what
// stays the same when they change.
func addresses(s Snapshot) map[string]string {
	out := make(map[string]string)
	add := func(k Kind, it Item) { out[string(k)+" "+string(it.ID)] = it.URL.String() }
	for _, d := range s.Discussions {
		add(Discussions, d.Item)
		if d.Answer != nil {
			_, anchor, _ := strings.Cut(d.Answer.URL.String(), "#")
			out["answer "+string(d.ID)+" "+anchor] = d.Answer.URL.String()
		}
	}
	for _, list := range [][]Release{s.Releases, s.Late.Releases} {
		for _, r := range list {
			add(Releases, r.Item)
		}
	}
	for _, list := range [][]Advisory{s.Advisories, s.Late.Advisories} {
		for _, a := range list {
			add(Advisories, a.Item)
		}
	}
	for _, e := range s.Entries {
		add(Feeds, e.Item)
	}
	for key, address := range out {
		if address == "" {
			delete(out, key)
		}
	}
	return out
}
