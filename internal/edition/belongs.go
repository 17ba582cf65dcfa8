package edition

import "regexp"

var linkPattern = regexp.MustCompile(`\]\((https?://[^)\s]+)|(?m)^title: .*$`)

// belongs reports whether a page is a draft of the edition whose base or fresh rendering is given: they share a link or
// the title.
func belongs(page, edition string) bool {
	have := make(map[string]bool)
	for _, l := range linkPattern.FindAllString(page, -1) {
		have[l] = true
	}
	for _, l := range linkPattern.FindAllString(edition, -1) {
		if have[l] {
			return true
		}
	}
	return false
}
