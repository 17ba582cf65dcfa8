package publish

import (
	"fmt"
	"strings"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/markdown"
)

// Facts are what the body of a pull request tells. All texts are of this program, its configuration or the clock; what
// strangers wrote is not among them, but for addresses, which become links with a number for a label.
type Facts struct {
	Title       string // the weekly's own name
	Number      int
	Period      string
	Provisional bool // the period is not over yet
	Drafts      []Draft
	Sections    []Section
	Receipts    []digest.Receipt
	// Changes tell what the last update did to each draft; none when there was no draft before.
	Changes []Changes
	// ToWrite lists what only a person can write and nobody has written yet.
	ToWrite []Placeholder
	// Late lists items that belong to an earlier edition's period and came too late for it, by their addresses.
	Late []string
	// Picks is the path of the file with the editors' choices.
	Picks string
	// Host is that of the pages people see, as [github.Client.WebHost] says it.
	Host string
}

// Draft is a file of the edition.
type Draft struct{ Language, Path string }

// Section is a section of the edition with its items, by their addresses.
type Section struct {
	Name  digest.SectionName
	Items []string
	Cut   int // items left out by the limit per section
}

// Changes is what an update did to a draft. The lists hold addresses of items; what has none is counted only.
type Changes struct {
	Language string
	NoBase   bool // nothing told what people had changed, so all was kept
	Kept     int  // blocks that people changed or added
	Added, Refreshed, Removed,
	LeftOut, Undecided, Stranded []string
}

// Placeholder is a place in a draft that waits for words.
type Placeholder struct{ Language, Text string }

// The headings of a body, in their order.
const (
	gapsHeading    = "### Gaps"
	toWriteHeading = "### Still to write"
	itemsHeading   = "### Items"
	changesHeading = "### Changed by the last update"
	lateHeading    = "### Late arrivals"
	readHeading    = "### What was read"
	howToHeading   = "### How to go on"
)

// maxBody is how long the whole description is that a body makes by itself, in UTF-16 units. GitHub's limit leaves the
// rest to people.
const maxBody = 60_000

// Body writes the body of a pull request: what the edition holds, what is missing in it and what is left to do. However
// much there is to tell, the description stays under 60,000 characters: lists are cut, and say how much they leave out.
func Body(f Facts) string {
	var text string
	for _, rows := range []int{400, 200, 100, 50, 20, 10, 5, 2, 1} {
		text = body(f, rows)
		if length(describe("", text)) < maxBody {
			return text
		}
	}
	return text // unreachable: with one row in each list nothing is longer than a few addresses
}

func body(f Facts, rows int) string {
	parts := []string{
		intro(f),
		draftTable(f, rows),
		gapTable(f, rows),
		toWrite(f, rows),
		sections(f, rows),
		changes(f, rows),
		late(f, rows),
		readTable(f),
		howTo(f),
	}
	var b strings.Builder
	for _, p := range parts {
		if p != "" {
			b.WriteString(strings.TrimRight(p, "\n") + "\n\n")
		}
	}
	return strings.TrimSpace(b.String()) + "\n"
}

func intro(f Facts) string {
	s := fmt.Sprintf("This is edition %d of **%s**. It covers %s.", f.Number, own(f.Title), own(f.Period))
	if f.Provisional {
		s += "\n\n**Provisional:** the period was not over when this was collected. A later run completes it."
	}
	return s
}

func draftTable(f Facts, rows int) string {
	return table([]string{"Language", "Draft"}, f.Drafts, rows, func(d Draft) []string { return []string{own(d.Language), code(d.Path)} })
}

// gapTable leaves out the service's own words: they are in the draft and in the report of the run.
func gapTable(f Facts, rows int) string {
	gaps := digest.Gaps(f.Receipts)
	if len(gaps) == 0 {
		return ""
	}
	t := table([]string{"Source", "Kind", "Why"}, gaps, rows, func(r digest.Receipt) []string {
		return []string{own(r.Source), own(string(r.Kind)), r.Outcome.Reason()}
	})
	return fmt.Sprintf(gapsHeading+"\n\n%s not be read whole. What is there may be missing in the drafts.\n\n%s",
		count(len(gaps), "source could", "sources could"), t)
}

func toWrite(f Facts, rows int) string {
	if len(f.ToWrite) == 0 {
		return ""
	}
	return toWriteHeading + "\n\n" + list(f.ToWrite, rows, func(p Placeholder) []string {
		return []string{box + own(p.Language) + ": " + own(p.Text)}
	})
}

var sectionTitles = map[digest.SectionName]string{
	digest.Community: "Community updates",
	digest.Project:   "Project updates",
	digest.Hot:       "Hot topics and discussions",
	digest.Tips:      "Pro tips",
}

func sections(f Facts, rows int) string {
	if len(f.Sections) == 0 {
		return ""
	}
	return itemsHeading + "\n\n" + list(f.Sections, rows, func(s Section) []string {
		title := sectionTitles[s.Name]
		if title == "" {
			title = own(string(s.Name))
		}
		line := fmt.Sprintf("- %s: %s", title, linked(s.Items, rows, f.Host))
		if s.Cut > 0 {
			line += fmt.Sprintf(" (and %d left out by the limit per section)", s.Cut)
		}
		return []string{line}
	})
}

func changes(f Facts, rows int) string {
	lines := list(f.Changes, rows, func(c Changes) []string { return changesOf(c, rows, f.Host) })
	if lines == "" {
		return ""
	}
	return changesHeading + "\n\n" + lines
}

func changesOf(c Changes, rows int, host string) []string {
	var lines []string
	say := func(what string, items []string) {
		if len(items) > 0 {
			lines = append(lines, fmt.Sprintf("- %s: %s: %s", own(c.Language), what, linked(items, rows, host)))
		}
	}
	say("new", c.Added)
	say("refreshed", c.Refreshed)
	say("gone at the source, taken out", c.Removed)
	say("left out, as people deleted or moved it", c.LeftOut)
	say("changed by people and at the source, people's words stand", c.Undecided)
	say("new in a section that people deleted", c.Stranded)
	if c.Kept > 0 {
		lines = append(lines, fmt.Sprintf("- %s: %s", own(c.Language), count(c.Kept, "place that people changed is kept", "places that people changed are kept")))
	}
	if c.NoBase {
		lines = append(lines, fmt.Sprintf("- %s: nothing told what people had changed, so all of the draft was kept", own(c.Language)))
	}
	return lines
}

func late(f Facts, rows int) string {
	if len(f.Late) == 0 {
		return ""
	}
	return lateHeading + "\n\nThese belong to the period of an earlier edition and became known after it: " + linked(f.Late, rows, f.Host)
}

// readTable sums up the receipts.
func readTable(f Facts) string {
	var kinds []sum
	for _, k := range digest.Kinds {
		if s := sumOf(k, f.Receipts); s.sources > 0 {
			kinds = append(kinds, s)
		}
	}
	if len(kinds) == 0 {
		return ""
	}
	head := []string{"Read", "Sources", "Gaps", "Items seen", "In the period"}
	return readHeading + "\n\n" + table(head, kinds, len(kinds), func(s sum) []string {
		return []string{string(s.kind), fmt.Sprint(s.sources), fmt.Sprint(s.gaps), fmt.Sprint(s.seen), fmt.Sprint(s.kept)}
	})
}

// sum is what the receipts of a kind come to.
type sum struct {
	kind                      digest.Kind
	sources, gaps, seen, kept int
}

func sumOf(kind digest.Kind, receipts []digest.Receipt) sum {
	s := sum{kind: kind}
	for _, r := range receipts {
		if r.Kind != kind || r.NamesRepos() && !r.Gap() {
			continue // an account's repositories have receipts of their own
		}
		s.sources++
		if r.Gap() {
			s.gaps++
		}
		if !r.NamesRepos() {
			s.seen += r.Seen
			s.kept += r.Kept
		}
	}
	return s
}

func howTo(f Facts) string {
	lines := []string{
		"- Edit the drafts on this branch. What people write, change, move or delete there is kept when the drafts are refreshed.",
	}
	if f.Picks != "" {
		lines = append(lines, "- To pin, hide or postpone an item, or to add one that was not found, edit "+code(f.Picks)+
			" on this branch, or run `digest pick URL` or `digest hide URL`.")
	}
	lines = append(lines,
		"- Merge when all is written. Closing without merging ends the updates of this edition.",
		"- Write notes below this part of the description, or in comments.")
	return howToHeading + "\n\n" + strings.Join(lines, "\n")
}

// own encodes a text of the configuration: it may hold anything that is syntax on the page.
func own(text string) string { return markdown.Untrusted(text).String() }
