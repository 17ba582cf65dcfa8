package main

import (
	"fmt"
	"strings"

	"github.com/community-digest/digest/internal/merge"
)

// tellMerge says what became of what people had edited in a draft.
func (p *program) tellMerge(name string, r *merge.Report) {
	if r == nil {
		return
	}
	if words := mergeInWords(*r); words != "" {
		p.stderr.note("%s: merged with what was edited: %s", name, words)
	}
	if r.NoBase {
		p.stderr.warning("%s: there is no base to compare with: everything in it was taken for a person's work", name)
	}
	for _, c := range r.Undecided {
		p.stderr.warning("%s: %s: edited here and changed at the source: the edited text stays", name, safe(c.Item))
	}
	for _, c := range r.Stranded {
		p.stderr.warning("%s: %s: its section was deleted: it stands %s", name, safe(c.Item), map[bool]string{
			true: "beside the item that it follows", false: "beneath its heading, which was written again",
		}[c.Reason == merge.Neighbour])
	}
}

// mergeInWords counts what a merge did with each block; it is empty when it did nothing.
func mergeInWords(r merge.Report) string {
	var words []string
	for _, part := range []struct {
		n    int
		what string
	}{
		{r.Kept, "kept"}, {len(r.Refreshed), "refreshed"}, {len(r.Added), "added"}, {len(r.Removed), "gone at the source"},
		{len(r.LeftOut), "left out"}, {len(r.Stranded), "without their section"}, {len(r.Undecided), "undecided"},
	} {
		if part.n > 0 {
			words = append(words, fmt.Sprintf("%d %s", part.n, part.what))
		}
	}
	return strings.Join(words, ", ")
}
