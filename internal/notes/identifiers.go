package notes

import (
	"regexp"
	"strings"

	"github.com/community-digest/digest/internal/markdown"
)

// identifier finds identifiers of vulnerabilities: CVE-2023-44487, GHSA-xxxx-xxxx-xxxx, and
// those of vendors, which have a name, a year and a number: ISTIO-SECURITY-2023-005,
// RUSTSEC-2024-0336, GO-2026-4601. A date, as in BUILD-2024-01-15, is none.
var identifier = regexp.MustCompile(`(?i:\bGHSA(?:-[23456789cfghjmpqrvwx]{4}){3}\b)|(?i:\bCVE-\d{4}-\d{4,19}\b)|\b[A-Z][A-Z0-9]{1,15}(?:-[A-Z][A-Z0-9]{0,15}){0,3}-(?:199\d|20\d\d)-\d{3,7}\b`)

// Identifiers returns the identifiers in a text, each once, in order of appearance and in
// the spelling of their registers. The configuration can add patterns.
func Identifiers(s string, more ...*regexp.Regexp) []markdown.Text {
	var out []markdown.Text
	seen := make(map[string]bool)
	add := func(id string) {
		if key := strings.ToUpper(id); !seen[key] && len(out) < maxIdentifiers {
			seen[key] = true
			out = append(out, markdown.Untrusted(id))
		}
	}
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return !isIdentifierRune(r) }) {
		if len(word) <= maxWord && strings.Contains(word, "-") {
			for _, id := range identifier.FindAllString(word, -1) {
				add(spelled(id))
			}
		}
	}
	for _, pattern := range more {
		for _, id := range pattern.FindAllString(s, -1) {
			add(cut(id, 100))
		}
	}
	return out
}

// maxWord is the longest word in which identifiers are looked for, in bytes. Matching words
// instead of texts makes large documents cheap.
const maxWord = 1000

// isIdentifierRune reports what the pattern takes as part of a word, and the hyphen.
func isIdentifierRune(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_' || r == '-'
}

// spelled returns an identifier as its register writes it: upper case, but for the three
// groups of a GHSA.
func spelled(id string) string {
	upper := strings.ToUpper(id)
	if rest, ok := strings.CutPrefix(upper, "GHSA-"); ok {
		return "GHSA-" + strings.ToLower(rest)
	}
	return upper
}
