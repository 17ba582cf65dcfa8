package digest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sync"
)

// SnapshotVersion is the version of the snapshot format that this program writes.
const SnapshotVersion = 1

// Snapshot is all that rendering needs: the period and what was found in it.
// Rendering from it needs no network and gives the same bytes every time.
type Snapshot struct {
	Version int    `json:"version"`
	Period  Period `json:"period"`
	// Provisional tells that the period was not over when it was collected.
	Provisional bool `json:"provisional,omitempty"`
	Findings
}

// EncodeSnapshot returns the snapshot as indented JSON: it is kept under version
// control, where a change should show as the lines it concerns.
func EncodeSnapshot(s Snapshot) ([]byte, error) {
	s.Version = SnapshotVersion
	rest := s
	rest.Discussions, rest.Releases = s.Discussions[:0], s.Releases[:0]
	rest.Advisories, rest.Entries = s.Advisories[:0], s.Entries[:0]
	text, err := encode(rest, "")
	e := encoding{rest: text, err: err}
	fill(&e, "discussions", s.Discussions)
	fill(&e, "releases", s.Releases)
	fill(&e, "advisories", s.Advisories)
	fill(&e, "entries", s.Entries)
	if e.err != nil {
		return nil, fmt.Errorf("encode snapshot: %w", e.err)
	}
	e.done.Write(e.rest)
	return e.done.Bytes(), nil
}

// encoding is the text of a snapshot. The lists in the rest are empty and yet to be filled.
type encoding struct {
	done bytes.Buffer
	rest []byte
	err  error
}

// fill puts the items into the list of that key, encoding them on all processors.
func fill[T any](e *encoding, key string, items []T) {
	if e.err != nil || len(items) == 0 {
		return
	}
	list := `"` + key + `": [`
	before, after, _ := bytes.Cut(e.rest, []byte(list+"]"))
	e.done.Write(before)
	e.done.WriteString(list)
	e.rest = after
	pieces := slices.Collect(slices.Chunk(items, batch))
	e.err = inOrder(len(pieces), func(i int) ([]byte, error) {
		return encode(pieces[i], " ")
	}, func(piece []byte) error {
		e.done.Write(piece[len("[") : len(piece)-len("\n ]\n")])
		e.done.WriteByte(',')
		return nil
	})
	e.done.Truncate(e.done.Len() - len(","))
	e.done.WriteString("\n ]")
}

// encode indents by one space for each level, and each line but the first by the prefix too.
func encode(v any, prefix string) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent(prefix, " ")
	err := enc.Encode(v)
	return b.Bytes(), err
}

// SameFacts reports whether two snapshots say the same: all but how many items and pages
// were looked at for it.
func (s Snapshot) SameFacts(o Snapshot) bool {
	mine, err := EncodeSnapshot(s.uncounted())
	theirs, otherErr := EncodeSnapshot(o.uncounted())
	return err == nil && otherErr == nil && bytes.Equal(mine, theirs)
}

func (s Snapshot) uncounted() Snapshot {
	s.Receipts = slices.Clone(s.Receipts)
	for i := range s.Receipts {
		r := &s.Receipts[i]
		r.Seen, r.Kept, r.Pages, r.Dropped, r.RequestID = 0, 0, 0, nil, ""
	}
	return s
}

// DecodeSnapshot reads what EncodeSnapshot wrote. A snapshot of another version is
// refused: half-understood facts would be worse than none.
func DecodeSnapshot(data []byte) (Snapshot, error) {
	if s, ok := decodeParts(data, stretchSize); ok && s.Version == SnapshotVersion {
		return s, nil
	}
	s, err := decode(data)
	if v, ok := versionOf(data, s, err); ok && v != SnapshotVersion {
		return Snapshot{}, fmt.Errorf("snapshot version %d: this program reads version %d", v, SnapshotVersion)
	}
	if err != nil {
		return Snapshot{}, fmt.Errorf("not a snapshot: %w", err)
	}
	s.Findings = Merge(s.Findings)
	return s, nil
}

// stretchSize is how much of a list is decoded in one go, in bytes: enough to be worth
// handing over, and little enough that all processors are done at about the same time.
const stretchSize = 128 << 10

// decodeParts decodes the snapshot's lists on all processors. Where that fails, so does
// decode, and says better why.
func decodeParts(data []byte, size int) (s Snapshot, ok bool) {
	rest, lists, ok := cut(data, size)
	if !ok {
		return Snapshot{}, false
	}
	s, err := decode(rest)
	if err != nil {
		return Snapshot{}, false
	}
	all := []Findings{s.Findings}
	decoders := sync.Pool{New: func() any { return newDecoder() }}
	err = inOrder(len(lists), func(i int) (f Findings, err error) {
		d := decoders.Get().(*decoder)
		defer decoders.Put(d)
		err = d.decode(lists[i].reader(), &f)
		return f, err
	}, func(f Findings) error {
		all = append(all, f)
		return nil
	})
	s.Findings = Merge(all...)
	return s, err == nil
}

func decode(data []byte) (s Snapshot, err error) {
	err = newDecoder().decode(bytes.NewReader(data), &s)
	return s, err
}

// decoder reads values, each from a reader of its own, into one buffer.
type decoder struct {
	json *json.Decoder
	from io.Reader
}

func newDecoder() *decoder {
	d := new(decoder)
	d.json = json.NewDecoder(d)
	d.json.DisallowUnknownFields()
	return d
}

func (d *decoder) Read(p []byte) (int, error) { return d.from.Read(p) }

func (d *decoder) decode(from io.Reader, v any) error {
	d.from = from
	return d.json.Decode(v)
}

// versionOf finds the version also where the rest could not be read, which is what
// another version looks like.
func versionOf(data []byte, s Snapshot, err error) (int, bool) {
	if err == nil {
		return s.Version, true
	}
	var head struct {
		Version int `json:"version"`
	}
	return head.Version, json.Unmarshal(data, &head) == nil
}
