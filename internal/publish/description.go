package publish

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
)

// The description of a pull request is ours and people's. Ours stands between two lines that a browser does not show:
//
//	<!-- digest: what stands between these two lines is written anew by every run; your own words are kept -->
//	…
//	<!-- digest: end 01234567 89abcdef … -->
//
// What people write before and after stays where it is. What they write in between is found by the checksums in the
// last line, one for each line of ours: a line that has none is a person's, and is moved below our part, so that
// nothing is lost and nothing keeps ours from being refreshed. A box that a person ticked stays ticked while its line
// stands.
const (
	opening = "<!-- digest: what stands between these two lines is written anew by every run; your own words are kept -->"
	closing = "<!-- digest: end "
	closed  = " -->"
)

// maxDescription is GitHub's limit for a description, in UTF-16 units; bodies of ours end far before it.
const maxDescription = 65_536

// describe returns the description that the body of ours makes of the present one.
func describe(present, body string) string {
	d := parse(present)
	lines := strings.Split(strings.TrimSpace(body), "\n")
	for i, l := range lines {
		if slices.Contains(d.ticked, l) {
			lines[i] = tick(l)
		}
	}
	kept := strings.TrimSpace(strings.Join(d.kept, "\n"))
	parts := []string{d.before, opening + "\n\n" + strings.Join(lines, "\n") + "\n\n" + seal(lines), kept, d.after}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "\n\n")
}

// description is a description taken apart.
type description struct {
	before, after string
	ours          []string // our lines that still stand, unticked, and empty ones
	kept          []string // lines of people in our part
	ticked        []string // lines of ours, unticked, whose box somebody ticked
}

// parse takes a description apart. One without our part is people's, and goes below it.
func parse(text string) description {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")) // browsers send the former
	before, rest, ok := strings.Cut(text, opening)
	inside, sums, found := strings.Cut(rest, closing)
	sums, after, ended := strings.Cut(sums, closed)
	known := strings.Fields(sums)
	if !ok || !found || !ended || slices.ContainsFunc(known, func(s string) bool { return !isChecksum.MatchString(s) }) {
		return description{after: strings.TrimSpace(strings.ReplaceAll(text, opening, ""))}
	}
	d := description{before: strings.TrimSpace(before), after: strings.TrimSpace(after)}
	for l := range strings.SplitSeq(strings.Trim(inside, "\n"), "\n") {
		plain := untick(l)
		switch {
		case strings.TrimSpace(l) == "":
			d.ours = append(d.ours, "")
			d.kept = append(d.kept, "") // what stood apart stays apart
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

// seal is the last line of our part.
func seal(lines []string) string {
	var sums []string
	for _, l := range lines {
		if sum := checksum(untick(l)); !slices.Contains(sums, sum) {
			sums = append(sums, sum)
		}
	}
	return closing + strings.Join(sums, " ") + closed
}

// checksum is short, as every line has one. White space at the end does not count.
func checksum(line string) string {
	sum := sha256.Sum256([]byte(strings.TrimRight(line, " \t")))
	return fmt.Sprintf("%x", sum[:4])
}

var isChecksum = regexp.MustCompile(`^[0-9a-f]{8}$`)

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

// sameText compares descriptions as a reader does.
func sameText(a, b string) bool {
	norm := func(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }
	return norm(a) == norm(b)
}

// length counts UTF-16 units, of which there are never fewer than characters.
func length(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}
