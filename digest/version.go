package digest

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// CompareVersions orders tags as people read versions. It is made for tags that follow
// no one standard and agrees with the common ones about what is older: SemVer
// (1.2.0-rc.1 < 1.2.0), PEP 440 (3.13.0b2 < 3.13.0rc1 < 3.13.0 < 3.13.0.post1), Debian
// (1.0_rc1-1 < 1.0-1 < 1.0-2 < 1.0.1), letters (1.1.1a < 1.1.1b) and calendars
// (2024-02-09 < 2024-02-10). What comes before the number (see [BareVersion]) is
// compared first, so that the tags of one package stay together.
//
// It is a total order: only equal tags compare as equal.
func CompareVersions(a, b string) int {
	x, y := BareVersion(a), BareVersion(b)
	return cmp.Or(
		cmp.Compare(packageOf(a, x), packageOf(b, y)),
		compareBare(x, y),
		cmp.Compare(a, b),
	)
}

// BareVersion drops what projects put before the number: "v1.2.3", "istio-1.2.3",
// "log4j-1.2.3" and "kustomize/v1.2.3" are the version 1.2.3.
func BareVersion(s string) string {
	s = s[strings.LastIndexAny(s, "/@")+1:]
	first := -1
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) || i > 0 && isDigit(s[i-1]) {
			continue
		}
		if first < 0 {
			first = i
		}
		if beginsVersion(s, i) {
			return s[i:]
		}
	}
	if first >= 0 {
		return s[first:]
	}
	return s
}

// beginsVersion reports whether the digits at i are more than a part of a name: they
// follow no letter but a "v", or more numbers follow them.
func beginsVersion(s string, i int) bool {
	before := strings.TrimRight(s[:i], "0123456789")
	if n := len(before); n == 0 || !isLetter(before[n-1]) {
		return true
	} else if before[n-1]|0x20 == 'v' && (n == 1 || !isLetter(before[n-2])) {
		return true
	}
	rest := strings.TrimLeft(s[i:], "0123456789")
	return len(rest) > 1 && (rest[0] == '.' || rest[0] == '_') && isDigit(rest[1])
}

// packageOf is what comes before the version of a tag, without the "v".
func packageOf(tag, version string) string {
	name := strings.ToLower(strings.TrimSuffix(tag, version))
	return strings.Trim(strings.TrimSuffix(name, "v"), "-_./@ ")
}

func compareBare(a, b string) int {
	x, y := tokenizer{rest: a}, tokenizer{rest: b}
	if c := compareDigits(x.epoch(), y.epoch()); c != 0 {
		return c
	}
	pre := false // what both have in common makes them prereleases
	for {
		p, q := x.next(pre), y.next(pre)
		if c := p.compare(q); c != 0 || p.rank == end {
			return c
		}
		pre = pre || p.rank == prerelease
	}
}

// A rank says how a version that goes on with a token compares with one that ends there.
type rank int

const (
	tilde      rank = iota // Debian: before everything, even the end
	prerelease             // alpha, b2, -rc.1
	end                    //
	build                  // +build, +k3s1
	revision               // -1, .post1, the letter of 1.1.1a
	number                 // .1
	word                   // in a prerelease only, where SemVer puts words behind numbers
)

// token is a run of digits or of letters.
type token struct {
	rank   rank
	word   string // in lower case; for prereleases one word for all its synonyms
	digits string // without leading zeros
}

func (t token) compare(o token) int {
	return cmp.Or(cmp.Compare(t.rank, o.rank), cmp.Compare(t.word, o.word), compareDigits(t.digits, o.digits))
}

// tokenizer cuts a version into tokens; all other characters only part them.
type tokenizer struct {
	rest  string
	begun bool
}

// epoch cuts off what Debian and PEP 440 put before a version whose numbering began anew.
// Git allows no colon in a tag, Debian writes a percent sign there.
func (t *tokenizer) epoch() string {
	if i := strings.IndexAny(t.rest, "!%:"); i > 0 && strings.Trim(t.rest[:i], "0123456789") == "" {
		epoch := t.rest[:i]
		t.rest = t.rest[i+1:]
		return strings.TrimLeft(epoch, "0")
	}
	return ""
}

func (t *tokenizer) next(pre bool) token {
	i := 0
	for i < len(t.rest) && !isDigit(t.rest[i]) && !isLetter(t.rest[i]) {
		i++
	}
	parts := t.rest[:i]
	t.rest = t.rest[i:]
	if t.rest == "" {
		return token{rank: end}
	}
	first := !t.begun
	t.begun = true
	i = 1
	for i < len(t.rest) && isDigit(t.rest[i]) == isDigit(t.rest[0]) && (isDigit(t.rest[i]) || isLetter(t.rest[i])) {
		i++
	}
	run := strings.ToLower(t.rest[:i])
	t.rest = t.rest[i:]
	if isDigit(run[0]) {
		return token{rank: rankOfNumber(parts, pre || first), digits: strings.TrimLeft(run, "0")}
	}
	numbered := t.rest != "" && isDigit(t.rest[0])
	return rankWord(run, parts, pre, numbered)
}

func rankOfNumber(parts string, plain bool) rank {
	switch {
	case strings.Contains(parts, "~"):
		return tilde
	case strings.Contains(parts, "+"):
		return build
	case strings.HasSuffix(parts, "-") && !plain:
		return revision
	}
	return number
}

// prereleases maps the words for prereleases to one word each, which are in the order of
// the alphabet, as SemVer wants those that are not here. A development version comes
// before them all.
var prereleases = map[string]string{
	"dev": "", "a": "alpha", "alpha": "alpha", "b": "beta", "beta": "beta", "m": "milestone", "milestone": "milestone",
	"c": "rc", "cr": "rc", "rc": "rc", "pre": "rc", "preview": "rc", "snapshot": "snapshot",
}

// revisions are the words after a hyphen that do not make a prerelease.
var revisions = []string{"final", "fix", "ga", "hotfix", "p", "patch", "pl", "post", "r", "release", "rev", "sp"}

func rankWord(run, parts string, pre, numbered bool) token {
	known, ok := prereleases[run]
	ok = ok && (len(run) > 1 || numbered) // 1.0a1 is an alpha; 1.1.1a is the first fix of 1.1.1
	switch {
	case strings.Contains(parts, "~"):
		return token{rank: tilde, word: run}
	case strings.Contains(parts, "+"):
		return token{rank: build, word: run}
	case slices.Contains(revisions, run):
		return token{rank: revision, word: run}
	case pre && known == "" && ok:
		return token{rank: prerelease}
	case pre && ok:
		return token{rank: word, word: known}
	case pre:
		return token{rank: word, word: run}
	case ok:
		return token{rank: prerelease, word: known}
	case strings.HasSuffix(parts, "-"):
		return token{rank: prerelease, word: run}
	}
	return token{rank: revision, word: run}
}

// compareDigits compares numbers of any length, written without leading zeros.
func compareDigits(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isLetter takes all that is not ASCII for letters.
func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= utf8.RuneSelf }
