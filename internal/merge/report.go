package merge

// Report says what a merge did. The lists are in the order of the merged file; what is
// not in it any more stands where it was.
type Report struct {
	// NoBase says that there was nothing to compare with, because the base was missing or
	// has nothing in common with the other texts: all that was edited was kept as it is.
	NoBase bool `json:"no_base,omitempty"`
	// Kept counts the blocks that people changed or added and the tool had nothing new for.
	Kept int `json:"kept"`

	Refreshed []Change `json:"refreshed,omitempty"` // nobody touched it: the new text is in
	Added     []Change `json:"added,omitempty"`     // new since the base
	Removed   []Change `json:"removed,omitempty"`   // gone at the source, and nobody had touched it
	LeftOut   []Change `json:"left_out,omitempty"`  // the tool has it, but a person deleted it or links to it elsewhere
	Undecided []Change `json:"undecided,omitempty"` // a person and the source changed it: the person's text is in
	Stranded  []Change `json:"stranded,omitempty"`  // new, but its section was deleted: the reason says where it went
}

// Reason says why a change is where it is, if the list does not say it.
type Reason string

const (
	BothChanged Reason = "both_changed"     // edited, and changed at the source
	GoneAtSrc   Reason = "gone_at_source"   // edited, and not in the new text any more
	Different   Reason = "no_base"          // the texts differ, and nothing says who changed it
	Deleted     Reason = "deleted"          // a person deleted it
	Linked      Reason = "already_linked"   // a person wrote about it elsewhere in the file
	Unreadable  Reason = "unreadable"       // front matter that is no plain YAML is kept whole
	Neighbour   Reason = "beside_neighbour" // put beside the item that it follows, which was moved
	Restored    Reason = "section_restored" // put under its heading, which was written again
	Unmergeable Reason = "not_merged"       // the edited text was kept as it is, whole
)

// Change is one block.
type Change struct {
	Section string `json:"section,omitempty"` // the heading that it stands under
	Item    string `json:"item"`              // its link, or that of the item it belongs to, or its first words
	Reason  Reason `json:"reason,omitempty"`
	Base    string `json:"base,omitempty"`  // what the tool wrote last
	Yours   string `json:"yours,omitempty"` // what stands in the edited text
	Ours    string `json:"ours,omitempty"`  // what the tool would write now
}

// Quiet reports whether the merge found nothing to tell.
func (r Report) Quiet() bool {
	return !r.NoBase && r.Kept == 0 && len(r.Refreshed)+len(r.Added)+len(r.Removed)+len(r.LeftOut)+len(r.Undecided)+len(r.Stranded) == 0
}
