package publish

import "strings"

// sameChanges gives the body the changes that the present description tells of. A run that commits nothing is no
// update: what the last one did stands until the next, and is not written anew.
func sameChanges(present, body string) string {
	_, told, _ := cutSection(strings.Join(parse(present).ours, "\n"), changesHeading)
	before, _, after := cutSection(body, changesHeading)
	parts := []string{before}
	for _, p := range []string{told, after} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, "\n\n")
}

// cutSection cuts a body around a section. Without the section, it cuts where the section would be.
func cutSection(body, heading string) (before, section, after string) {
	lines := strings.Split(strings.TrimSpace(body), "\n")
	from, to := len(lines), len(lines)
	for i, l := range lines {
		switch {
		case l == heading:
			from = i
		case l == lateHeading, l == readHeading, l == howToHeading:
			to = min(to, i)
		}
	}
	from = min(from, to)
	text := func(lines []string) string { return strings.TrimSpace(strings.Join(lines, "\n")) }
	return text(lines[:from]), text(lines[from:to]), text(lines[to:])
}
