package digest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
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
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(s); err != nil {
		return nil, fmt.Errorf("encode snapshot: %w", err)
	}
	return b.Bytes(), nil
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
	var s Snapshot
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	err := dec.Decode(&s)
	if v, ok := versionOf(data, s, err); ok && v != SnapshotVersion {
		return Snapshot{}, fmt.Errorf("snapshot version %d: this program reads version %d", v, SnapshotVersion)
	}
	if err != nil {
		return Snapshot{}, fmt.Errorf("not a snapshot: %w", err)
	}
	s.Findings = Merge(s.Findings)
	return s, nil
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
