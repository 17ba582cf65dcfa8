package digest

import (
	"bytes"
	"encoding/json"

	"github.com/community-digest/digest/internal/markdown"
)

// Notes are the structured contents of a release, an advisory or an announcement. All of
// it is untrusted text. See package notes for how it is read.
type Notes struct {
	// Lead is the first prose that says something, possibly cut.
	Lead markdown.Text `json:"lead,omitzero"`
	// Groups hold the changes, in the order of the document.
	Groups []NoteGroup `json:"groups,omitempty"`
	// Bumps counts updates of dependencies made by bots.
	Bumps int `json:"bumps,omitempty"`
	// Identifiers are the CVE, GHSA and vendors' identifiers found anywhere in the document,
	// each once, in order of appearance.
	Identifiers []markdown.Text `json:"identifiers,omitempty"`
	// Links are the addresses that the document links to, each once, in order of appearance;
	// the first of them only.
	Links []markdown.URL `json:"links,omitempty"`
}

// NoteGroup is the changes of one kind under one heading.
type NoteGroup struct {
	Kind ChangeKind `json:"kind"`
	// Heading is as the document has it; empty where the changes follow none.
	Heading markdown.Text `json:"heading,omitzero"`
	Items   []NoteItem    `json:"items"`
	// Total counts the items before any were cut.
	Total int `json:"total"`
}

// NoteItem is one change.
type NoteItem struct {
	Text markdown.Text `json:"text"`
	// Links are its references: pull requests, issues, advisories.
	Links []markdown.URL `json:"links,omitempty"`
}

// ChangeKind says what a change is to its users.
type ChangeKind string

// The kinds of changes, by how much they matter to users.
const (
	ChangeSecurity      ChangeKind = "security"
	ChangeBreaking      ChangeKind = "breaking"
	ChangeDeprecated    ChangeKind = "deprecated"
	ChangeFeature       ChangeKind = "feature"
	ChangeFix           ChangeKind = "fix"
	ChangePerformance   ChangeKind = "performance"
	ChangeDocumentation ChangeKind = "documentation"
	ChangeOther         ChangeKind = "other"
)

// ChangeKinds lists the kinds in order.
var ChangeKinds = []ChangeKind{
	ChangeSecurity, ChangeBreaking, ChangeDeprecated, ChangeFeature, ChangeFix, ChangePerformance, ChangeDocumentation, ChangeOther,
}

// UnmarshalText refuses kinds of changes that are not known.
func (k *ChangeKind) UnmarshalText(b []byte) error {
	return decodeWord(k, "kind of change", ChangeKinds, b)
}

// IsZero reports whether nothing was read, which is what omitzero asks.
func (n Notes) IsZero() bool {
	return n.Lead.IsZero() && len(n.Groups) == 0 && n.Bumps == 0 && len(n.Identifiers) == 0 && len(n.Links) == 0
}

// head returns notes of at most n bytes of text; identifiers are never cut.
func (n Notes) head(size int) Notes {
	n.Lead = n.Lead.Head(size)
	room := size - len(n.Lead.Unsafe())
	groups := n.Groups
	n.Groups = nil
	for _, g := range groups {
		items := g.Items
		g.Items = nil
		for _, it := range items {
			if room -= len(it.Text.Unsafe()); room < 0 {
				break
			}
			g.Items = append(g.Items, it)
		}
		if len(g.Items) > 0 {
			n.Groups = append(n.Groups, g)
		}
	}
	if size == 0 {
		n.Links = nil
	}
	return n
}

// UnmarshalJSON reads notes. In snapshots of version 1 they were a text, which becomes the lead.
func (n *Notes) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte{'"'}) {
		*n = Notes{}
		return json.Unmarshal(data, &n.Lead)
	}
	type plain Notes // without this method
	return json.Unmarshal(data, (*plain)(n))
}
