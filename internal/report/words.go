package report

import (
	"fmt"
	"path"
	"strings"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/markdown"
	"github.com/community-digest/digest/internal/merge"
)

// Message is a line for people.
type Message struct {
	Warning bool
	Text    string
}

// messages collects lines in order.
type messages []Message

func (m *messages) notef(format string, args ...any) {
	*m = append(*m, Message{false, fmt.Sprintf(format, args...)})
}

func (m *messages) warnf(format string, args ...any) {
	*m = append(*m, Message{true, fmt.Sprintf(format, args...)})
}

// Messages returns the report in words, line by line. Its warnings are not among them: they were printed as they arose.
func (r Report) Messages() []Message {
	var m messages
	if r.Items == nil { // nothing was collected: people are done with the edition
		m.notef("edition %d, %s", r.Number, r.Period)
	} else {
		m.notef("edition %d, %s: %s", r.Number, r.Period, ItemCounts(r.Items))
	}
	if r.Provisional {
		m.warnf("period is not over yet: the draft is provisional")
	}
	for _, g := range r.Gaps {
		m.warnf("gap: %s: %s", g.Subject(), g.Reason())
	}
	for _, d := range r.Drafts {
		m.draft(d, r.DryRun)
	}
	switch r.Operation {
	case "":
	case None:
		m.notef("nothing to do: %s", r.Reason)
	default:
		m.notef("pull request %s: %s", r.Operation, r.PullRequestURL)
	}
	return m
}

func (m *messages) draft(d Draft, dryRun bool) {
	if d.Operation == Printed {
		return
	}
	note := string(d.Operation)
	if d.Operation == Deleted {
		note += fmt.Sprintf(", not made again ('digest --language %s --recreate' does)", d.Language)
	}
	if d.MovedFrom != "" {
		note += ", moved from " + d.MovedFrom
	}
	if dryRun {
		note += " (dry run, not written)"
	}
	if d.KeptAs != "" {
		note += ", edited draft kept as " + path.Join(path.Dir(d.Name), path.Base(d.KeptAs))
	}
	m.notef("%s: %s", d.Name, note)
	if d.LeftAlone != "" {
		m.warnf("%s %s", d.Name, d.LeftAlone)
	}
	if d.Merge != nil {
		m.merge(d.Name, *d.Merge)
	}
}

// merge says what became of a person's changes in a draft.
func (m *messages) merge(name string, r merge.Report) {
	if counts := MergeCounts(r); counts != "" {
		m.notef("%s: merged with your changes: %s", name, counts)
	}
	if len(r.FrontMatter) > 0 {
		m.notef("%s: kept your front matter: %s", name, Printable(listed(r.FrontMatter)))
	}
	if r.NoBase {
		m.warnf("%s: no base to compare with: all of it was taken as edited by a person", name)
	}
	for _, c := range r.Undecided {
		m.warnf("%s: %s: edited here and changed at the source: kept as edited", name, Printable(c.Item))
	}
	for _, c := range r.Stranded {
		where := "under its heading, which was added again"
		if c.Reason == merge.Neighbour {
			where = "beside the item that it follows"
		}
		m.warnf("%s: %s: its section was deleted: now %s", name, Printable(c.Item), where)
	}
}

// listed lists the first names and counts the others.
func listed(names []string) string {
	const most = 8
	if more := len(names) - most; more > 0 {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(names, ", ")
}

// MergeCounts counts what a merge did with each block; it is empty when it did nothing.
func MergeCounts(r merge.Report) string {
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

// itemNames are the singular and the plural of each kind.
var itemNames = map[digest.Kind][2]string{
	digest.Discussions: {"discussion", "discussions"},
	digest.Releases:    {"release", "releases"},
	digest.Advisories:  {"advisory", "advisories"},
	digest.Feeds:       {"feed entry", "feed entries"},
}

// ItemCounts counts items by kind: "1 discussion, 2 releases, …".
func ItemCounts(items map[digest.Kind]int) string {
	var words []string
	for _, k := range digest.Kinds {
		name := itemNames[k][1]
		if items[k] == 1 {
			name = itemNames[k][0]
		}
		words = append(words, fmt.Sprintf("%d %s", items[k], name))
	}
	return strings.Join(words, ", ")
}

// Count is a number of things: 1 source, 2 sources.
func Count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// Printable makes a line safe for a terminal and for the log of a job: no control character and no command to the runner
// is left. It works word by word, so that blanks stay and the carets of a listing keep their columns.
func Printable(line string) string {
	words := strings.Split(line, " ")
	for i, w := range words {
		words[i] = markdown.Line(markdown.Untrusted(w))
	}
	return strings.Join(words, " ")
}
