package notes

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// greetings match sentences that open or close notes and say nothing of the release.
var greetings = regexp.MustCompile(`(?i)` + strings.Join([]string{
	`^welcome to (?:the )?`, `^we(?:'re| are) (?:happy|pleased|excited|thrilled|glad|proud)`, `\b(?:patch|minor|major|maintenance|pre-?)\s?release (?:for|of|in)\b.*\b(?:contains?|various|with)\b`,
	`^this is (?:an? |the )?(?:\w+ ){0,3}release\b`, `^this (?:is|release) (?:is )?(?:an? )?(?:alpha|beta|pre-?release|release candidate|rc|patch release|maintenance release)\b`, `\bcontains? (?:refinements|various|bug ?fixes|improvements|some)\b`,
	`^please (?:see|check|read|refer|try|note|fill|report|consult|visit|use)\b`, `^see `, `^this release implements the security updates`, `^this release note describes`, `^(?:refer|check out|read more|for (?:more|a|the|full|complete|installation|details|grpc|previous|further))\b`,
	`^(?:full|complete) change ?log`, `^change ?log`, `^(?:many )?thanks?\b`, `^thank you`, `^the release notes have been generated`, `^release notes (?:of|for)\b`, `^download`, `^to (?:install|upgrade|get started|verify|download)\b`,
	`^(?:you can )?(?:install|upgrade|download)(?:ed|ing)? `, `^changes since\b`, `^released? (?:on|by)\b`, `^(?:happy|enjoy)\b`, `^if you (?:find|encounter|have|run into)\b`, `^join (?:us|the)\b`, `^follow us`, `^use it only for testing`,
	`^container images?`, `^images (?:are|pre-built|can)`, `^artifacts?\b`, `^sha-?256`, `^note that v?\d`, `^\(note that`, `survey`, `^(?:and )?(?:make sure to|be sure to|do not forget)`, `support status`, `changes in this release are`, `additional binary downloads`, `^more information\b`, `^what kind of vulnerability is it`, `^who is impacted`, `^has the problem been patched`, `^what versions should users`, `^is there a way for users to fix`, `^are there any links`, `openssf|scorecard`,
}, "|"))

// sentences splits prose at marks that a blank or the end follows; enough for notes.
func sentences(s string) []string {
	var out []string
	start := 0
	for i, r := range s {
		switch r {
		case '.', '!', '?', '。', '！', '？':
			end := i + utf8.RuneLen(r)
			if end == len(s) || strings.IndexByte(" \t\n\f\r", s[end]) >= 0 {
				out = append(out, strings.TrimSpace(s[start:end]))
				start = end
			}
		}
	}
	if rest := strings.TrimSpace(s[start:]); rest != "" {
		out = append(out, rest)
	}
	return out
}

// informative returns prose without the sentences that say nothing. A sentence with an
// identifier always says something.
func informative(s string) string {
	var out []string
	for _, t := range sentences(strings.TrimSpace(s)) {
		t = lead.ReplaceAllString(t, "")
		if len(Identifiers(t)) == 0 && (greetings.MatchString(t) || isNoise(t) || strings.HasSuffix(t, ":")) {
			continue
		}
		if clean := withoutTail(t); clean != "" {
			out = append(out, clean)
		}
	}
	return strings.Join(out, " ")
}

// lead is what may stand before a sentence: pictures, "Note:".
var lead = regexp.MustCompile(`^(?:[^\pL\pN"'(\[$]+|(?i:note:?\s+))+`)

// mainSentences returns the first sentence of a change, and those after it that say
// something as far as they fit into n bytes.
func mainSentences(s string, n int) string {
	all := sentences(s)
	if len(all) == 0 {
		return ""
	}
	return firstSentences(strings.TrimSpace(all[0]+" "+informative(strings.Join(all[1:], " "))), n)
}

// firstSentences returns as many whole sentences as fit into n bytes, at least a part of the first.
func firstSentences(s string, n int) string {
	var b strings.Builder
	for _, t := range sentences(s) {
		if b.Len() > 0 && b.Len()+1+len(t) > n {
			break
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(t)
		if b.Len() > n/2 {
			break
		}
	}
	return cut(b.String(), n)
}
