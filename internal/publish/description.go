package publish

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
)

// The description of a pull request has a part of ours between two comments, and people's own text around it:
//
//	<!-- digest: every run rewrites the lines between these two comments; your own words are kept -->
//	…
//	<!-- digest: end 01234567 89abcdef … -->
//
// What people write before and after stays where it is. What they write in between is recognised by the checksums in
// the last line, one for each line of ours: a line without one is theirs and moves below our part, so that nothing is
// lost and ours can be refreshed. A box that someone ticked stays ticked as long as its line is there.
const (
	opening = "<!-- digest: every run rewrites the lines between these two comments; your own words are kept -->"
	closing = "<!-- digest: end "
	closed  = " -->"
)

// formerOpening is how earlier versions began our part.
const formerOpening = "<!-- digest: what stands between these two lines is written anew by every run; your own words are kept -->"

// maxDescription is GitHub's limit for a description, in UTF-16 units; our part ends well before it.
const maxDescription = 65_536

// describe puts the body into the present description, in place of our part.
func describe(present, body string) string {
	d := parseDescription(present)
	lines := strings.Split(strings.TrimSpace(body), "\n")
	for i, l := range lines {
		if slices.Contains(d.ticked, l) {
			lines[i] = tick(l)
		}
	}
	kept := strings.TrimSpace(strings.Join(d.kept, "\n"))
	parts := []string{d.before, opening + "\n\n" + strings.Join(lines, "\n") + "\n\n" + closingLine(lines), kept, d.after}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "\n\n")
}

// description is a description in its parts.
type description struct {
	before, after string
	ours          []string // our lines that are still there, unticked, and empty ones
	kept          []string // people's lines in our part
	ticked        []string // lines of ours, unticked, whose box someone ticked
}

// parseDescription splits a description. Without our part all of it is people's, and goes below ours.
func parseDescription(text string) description {
	text = strings.TrimSpace(unixLines(text))
	text = strings.Replace(text, formerOpening, opening, 1)
	before, rest, ok := strings.Cut(text, opening)
	inside, sums, found := strings.Cut(rest, closing)
	sums, after, ended := strings.Cut(sums, closed)
	known := strings.Fields(sums)
	if !ok || !found || !ended || !checksums.MatchString(sums) {
		return description{after: strings.TrimSpace(strings.ReplaceAll(text, opening, ""))}
	}
	d := description{before: strings.TrimSpace(before), after: strings.TrimSpace(after)}
	for l := range strings.SplitSeq(strings.Trim(inside, "\n"), "\n") {
		plain := untick(l)
		switch {
		case strings.TrimSpace(l) == "":
			d.ours = append(d.ours, "")
			d.kept = append(d.kept, "") // paragraphs stay paragraphs
		case !slices.Contains(known, checksum(plain)):
			d.kept = append(d.kept, l)
		default:
			d.ours = append(d.ours, plain)
			if plain != l {
				d.ticked = append(d.ticked, plain)
			}
		}
	}
	d.kept = slices.CompactFunc(d.kept, func(a, b string) bool { return a == "" && b == "" })
	return d
}

// closingLine is the last line of our part.
func closingLine(lines []string) string {
	var sums []string
	for _, l := range lines {
		if sum := checksum(untick(l)); !slices.Contains(sums, sum) {
			sums = append(sums, sum)
		}
	}
	return closing + strings.Join(sums, " ") + closed
}

// checksum is short, since every line has one. Trailing white space does not count.
func checksum(line string) string {
	sum := sha256.Sum256([]byte(strings.TrimRight(line, " \t")))
	return fmt.Sprintf("%x", sum[:4])
}

// checksums matches those of a closing line that is exactly as we wrote it.
var checksums = regexp.MustCompile(`^[0-9a-f]{8}( [0-9a-f]{8})*$`)

const (
	box       = "- [ ] "
	tickedBox = "- [x] "
)

func tick(line string) string {
	if rest, ok := strings.CutPrefix(line, box); ok {
		return tickedBox + rest
	}
	return line
}

func untick(line string) string {
	for _, t := range []string{tickedBox, "- [X] "} {
		if rest, ok := strings.CutPrefix(line, t); ok {
			return box + rest
		}
	}
	return line
}

// sameText compares descriptions apart from line endings and the space around them.
func sameText(a, b string) bool {
	return strings.TrimSpace(unixLines(a)) == strings.TrimSpace(unixLines(b))
}

// unixLines ends all lines alike: browsers send \r\n, and \r alone ends a line in Markdown, too.
func unixLines(s string) string { return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s) }

// length counts UTF-16 units. There are never fewer of them than of characters.
func length(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// keepChanges gives the body the changes that the present description lists. A run that commits nothing is not an update: it
// leaves the list of the last update as it is.
func keepChanges(present, body string) string {
	_, listed, _ := cutChanges(strings.Join(parseDescription(present).ours, "\n"))
	before, _, after := cutChanges(body)
	parts := slices.DeleteFunc([]string{before, listed, after}, func(s string) bool { return s == "" })
	return strings.Join(parts, "\n\n")
}

// cutChanges cuts a body around its section of changes, or where that would be.
func cutChanges(body string) (before, section, after string) {
	lines := strings.Split(strings.TrimSpace(body), "\n")
	from, to := len(lines), len(lines)
	for i, l := range lines {
		switch l {
		case changesHeading:
			from = i
		case lateHeading, readHeading, howToHeading:
			to = min(to, i)
		}
	}
	from = min(from, to)
	text := func(lines []string) string { return strings.TrimSpace(strings.Join(lines, "\n")) }
	return text(lines[:from]), text(lines[from:to]), text(lines[to:])
}
