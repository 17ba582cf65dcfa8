package publish

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/markdown"
)

// Facts are what the body of a pull request reports. All texts are the program's, the configuration's or the clock's.
// What other people wrote is not among them, but for addresses, which become links labelled with a number.
type Facts struct {
	Title       string // the weekly's own name
	Number      int
	Period      string
	Provisional bool // the period is not over yet
	Files       []File
	Sections    []Section
	Receipts    []digest.Receipt
	// Changes list what the last update did to each draft; none when there was no draft before.
	Changes []Changes
	// ToWrite lists what only a person can write and is still missing.
	ToWrite []Placeholder
	// Late lists items that belong to the period of an earlier edition and appeared after it, by their addresses.
	Late []string
	// Picks is the path of the file with the editors' choices.
	Picks string
	// Host is the host of the pages that people see, as returned by [github.Client.WebHost].
	Host string
}

// File is a draft of the edition.
type File struct{ Language, Path string }

// Section is a section of the edition.
type Section struct {
	Name    digest.SectionName
	Title   string // "" for the one that the house gives it
	Stories []Story
	// LeftOut is how many stories the limits left out, and LeftOutStories are those that are known.
	LeftOut        int
	LeftOutStories []Story
}

// Story is what the draft shows as one, by the addresses of its items: releases with the advisories they fix and the
// announcements of both, or a single item.
type Story []string

// Changes is what an update did to a draft. The lists hold addresses of items; an item without one only counts.
type Changes struct {
	Language string
	NoBase   bool // without a base it was unknown what people had changed, so everything was kept
	Kept     int  // blocks that people changed or added
	Added, Refreshed, Removed,
	LeftOut, Undecided, Stranded []string
}

// Placeholder is a place in a draft that a person has to fill in.
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

// maxBody limits our part of the description, in UTF-16 units. GitHub's limit leaves the rest to people.
const maxBody = 60_000

// Body writes the body of a pull request: what the edition has, what is missing, and what is left to do. It stays under
// 60,000 characters: long lists are cut and end in the number of entries left out.
func Body(f Facts) string {
	var text string
	for _, limit := range []int{400, 200, 100, 50, 20, 10, 5, 2, 1} {
		text = body(f, limit)
		if length(describe("", text)) < maxBody {
			return text
		}
	}
	return text // unreachable: with one entry in each list it is a few addresses long
}

// body writes the body with at most limit entries in each list.
func body(f Facts, limit int) string {
	parts := []string{
		intro(f),
		fileTable(f, limit),
		gapTable(f, limit),
		toWrite(f, limit),
		sections(f, limit),
		changes(f, limit),
		late(f, limit),
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
	s := fmt.Sprintf("This is edition %d of **%s**. It covers %s.", f.Number, encode(f.Title), encode(f.Period))
	if f.Provisional {
		s += "\n\n**Provisional:** the period was not over when this was collected. A later run completes it."
	}
	return s
}

func fileTable(f Facts, limit int) string {
	return table([]string{"Language", "Draft"}, f.Files, limit, func(d File) []string {
		return []string{encode(d.Language), code(d.Path)}
	})
}

// gapTable leaves out the service's own messages, which are in the draft and in the report of the run.
func gapTable(f Facts, limit int) string {
	gaps := digest.Gaps(f.Receipts)
	if len(gaps) == 0 {
		return ""
	}
	t := table([]string{"Source", "Kind", "Why"}, gaps, limit, func(r digest.Receipt) []string {
		return []string{encode(r.Source), encode(string(r.Kind)), r.Outcome.Reason()}
	})
	return fmt.Sprintf(gapsHeading+"\n\n%s not be read completely. Items from there may be missing in the drafts.\n\n%s",
		count(len(gaps), "source could", "sources could"), t)
}

func toWrite(f Facts, limit int) string {
	if len(f.ToWrite) == 0 {
		return ""
	}
	return toWriteHeading + "\n\n" + list(f.ToWrite, limit, func(p Placeholder) []string {
		return []string{box + encode(p.Language) + ": " + encode(p.Text)}
	})
}

var sectionTitles = map[digest.SectionName]string{
	digest.Community: "Community updates",
	digest.Project:   "Project updates",
	digest.Hot:       "Hot topics and discussions",
	digest.Tips:      "Pro tips",
}

func sections(f Facts, limit int) string {
	if len(f.Sections) == 0 {
		return ""
	}
	return itemsHeading + "\n\n" + list(f.Sections, limit, func(s Section) []string {
		title := cmp.Or(s.Title, sectionTitles[s.Name], string(s.Name))
		lines := []string{fmt.Sprintf("- %s: %s", encode(title), linked(len(s.Stories), s.Stories, limit, f.Host))}
		if s.LeftOut > 0 {
			lines = append(lines, fmt.Sprintf("  - left out by the limit: %s", linked(s.LeftOut, s.LeftOutStories, limit, f.Host)))
		}
		return lines
	})
}

func changes(f Facts, limit int) string {
	lines := list(f.Changes, limit, func(c Changes) []string { return changesOf(c, limit, f.Host) })
	if lines == "" {
		return ""
	}
	return changesHeading + "\n\n" + lines
}

func changesOf(c Changes, limit int, host string) []string {
	var lines []string
	add := func(what string, items []string) {
		if len(items) > 0 {
			lines = append(lines, fmt.Sprintf("- %s: %s: %s", encode(c.Language), what, linked(len(items), single(items), limit, host)))
		}
	}
	add("new", c.Added)
	add("refreshed", c.Refreshed)
	add("gone at the source, removed", c.Removed)
	add("left out, because people deleted or moved it", c.LeftOut)
	add("changed by people and at the source, people's text kept", c.Undecided)
	add("new in a section that people deleted", c.Stranded)
	if c.Kept > 0 {
		kept := count(c.Kept, "place that people changed is kept", "places that people changed are kept")
		lines = append(lines, fmt.Sprintf("- %s: %s", encode(c.Language), kept))
	}
	if c.NoBase {
		lines = append(lines, fmt.Sprintf("- %s: it is unknown what people had changed, so the whole draft was kept", encode(c.Language)))
	}
	return lines
}

func late(f Facts, limit int) string {
	if len(f.Late) == 0 {
		return ""
	}
	return lateHeading + "\n\nThese belong to the period of an earlier edition and became known after it: " +
		linked(len(f.Late), single(f.Late), limit, f.Host)
}

// readTable sums up the receipts.
func readTable(f Facts) string {
	var kinds []total
	for _, k := range digest.Kinds {
		if t := totalOf(k, f.Receipts); t.sources > 0 {
			kinds = append(kinds, t)
		}
	}
	if len(kinds) == 0 {
		return ""
	}
	head := []string{"Read", "Sources", "Gaps", "Items seen", "In the period"}
	return readHeading + "\n\n" + table(head, kinds, len(kinds), func(t total) []string {
		return []string{string(t.kind), fmt.Sprint(t.sources), fmt.Sprint(t.gaps), fmt.Sprint(t.seen), fmt.Sprint(t.kept)}
	})
}

// total is the sum of the receipts of a kind.
type total struct {
	kind                      digest.Kind
	sources, gaps, seen, kept int
}

func totalOf(kind digest.Kind, receipts []digest.Receipt) total {
	t := total{kind: kind}
	for _, r := range receipts {
		if r.Kind != kind || r.NamesRepos() && !r.Gap() {
			continue // the repositories of an account have their own receipts
		}
		t.sources++
		if r.Gap() {
			t.gaps++
		}
		if !r.NamesRepos() {
			t.seen += r.Seen
			t.kept += r.Kept
		}
	}
	return t
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
		"- Merge when everything is written. Closing without merging ends the updates of this edition.",
		"- Write notes below this part of the description, or in comments.")
	return howToHeading + "\n\n" + strings.Join(lines, "\n")
}

// table shows at most limit entries as rows of cells, which are encoded already, and counts the rest.
func table[T any](head []string, entries []T, limit int, cells func(T) []string) string {
	rows := make([][]string, len(entries))
	for i, e := range entries[:min(limit, len(entries))] { // the others are only counted
		rows[i] = cells(e)
	}
	return markdown.Table(head, rows, limit)
}

// list shows the first entries of a list as lines, which have their bullets already, and counts the rest.
func list[T any](entries []T, limit int, lines func(T) []string) string {
	var all []string
	for _, e := range entries[:min(limit, len(entries))] {
		all = append(all, lines(e)...)
	}
	if more := len(entries) - limit; more > 0 {
		all = append(all, "- "+andMore(more))
	}
	return strings.Join(all, "\n")
}

func andMore(n int) string { return fmt.Sprintf("… and %d more", n) }

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
