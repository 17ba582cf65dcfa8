package notes

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/community-digest/digest/digest"
)

// meaning is what a heading says about the blocks under it: a kind of change, that they say
// nothing to readers, or nothing at all.
type meaning string

const (
	neutral    meaning = ""           // a version, "What's changed", a heading of the document's own
	changes    meaning = "changes"    // "What's changed": what follows is worth reading, of whatever kind
	highlights meaning = "highlights" // likewise, and notable: features unless an entry says otherwise
	skipped    meaning = "skipped"    // contributors, checksums, downloads
)

// kind is the kind of change that a heading names; empty where it names none.
func (m meaning) kind() digest.ChangeKind {
	switch m {
	case skipped, changes, highlights:
		return ""
	}
	return digest.ChangeKind(m)
}

// headings say what the words of a heading mean; the first row that matches holds. Order
// matters: "Security fixes" is about security, "Deprecation / Removal" about deprecation,
// "Bug or regression" about fixes.
var headings = []struct {
	meaning meaning
	words   *regexp.Regexp
}{
	{skipped, words(`contributors?`, `contributions?`, `acknowledge?ments?`, `sponsors?`, `checksums?`, `sha-?256\w*`, `downloads?`, `install(?:ation|ing)?`, `getting started`,
		`quick ?start`, `container images?`, `docker images?`, `release assets`, `verification`, `verifying`, `sbom`, `provenance`, `compatib(?:le|ility)`, `supported versions?`, `\d+ commits?`,
		`all commits`, `more details`, `dependency changes`, `dependency updates?`, `updated dependencies`, `version upgrades?`, `table of contents`, `previous releases?`)},
	{meaning(digest.ChangeSecurity), words(`security`, `vulnerabilit(y|ies)`, `cves?`, `advisor(y|ies)`)},
	{meaning(digest.ChangeBreaking), words(`breaking`, `incompatib\w+`, `caution`, `action required`, `urgent upgrade notes`, `upgrad(e|ing) notes?`, `removed`, `removals?`, `migration`, `before you upgrade`, `important`)},
	{meaning(digest.ChangeDeprecated), words(`deprecat\w+`)},
	{meaning(digest.ChangeFix), words(`bug ?fix(es)?`, `bugs?`, `fix(e[sd])?`, `fix bugs`, `regressions?`, `corrections?`)},
	{meaning(digest.ChangePerformance), words(`performance`, `perf`, `optimi[sz]ations?`)},
	{meaning(digest.ChangeFeature), words(`features?`, `new`, `added`, `enhancements?`, `improvements?`, `improved`, `additions?`)},
	{highlights, words(`highlights?`, `notable`, `major`, `significant`)},
	{changes, words(`other`, `misc\w*`, `uncategori[sz]ed`)},
	{meaning(digest.ChangeDocumentation), words(`documentation`, `docs?`, `examples`)},
	{meaning(digest.ChangeOther), words(`chores?`, `internal`, `maintenance`, `build`, `ci`, `tests?`, `testing`, `refactor\w*`, `cleanup`, `under the hood`)},
}

// words matches a text that has one of some words, whole.
func words(alternatives ...string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:^|[^\pL\pN])(?:` + strings.Join(alternatives, "|") + `)(?:$|[^\pL\pN])`)
}

// maxHeading is the longest heading, in characters, that is read as the name of a section.
const maxHeading = 80

// emoji are the pictures that projects put at headings and entries instead of words.
var emoji = []struct {
	marks   []string
	meaning meaning
}{
	{[]string{"⚠", ":warning:", "💥", ":boom:", "🚨"}, meaning(digest.ChangeBreaking)},
	{[]string{"🔒", ":lock:", "🔐", "🛡"}, meaning(digest.ChangeSecurity)},
	{[]string{"✨", ":sparkles:", "🚀", ":rocket:", "🎉", ":tada:"}, meaning(digest.ChangeFeature)},
	{[]string{"🐛", ":bug:", "🐞", "🩹"}, meaning(digest.ChangeFix)},
	{[]string{"⚡", ":zap:"}, meaning(digest.ChangePerformance)},
	{[]string{"📖", ":book:", "📝", ":memo:", "📚"}, meaning(digest.ChangeDocumentation)},
	{[]string{"🌱", ":seedling:", "🧹", "🔧", ":wrench:", "⬆", ":arrow_up:"}, meaning(digest.ChangeOther)},
}

// meaningOf reads a heading: its words, else its picture.
func meaningOf(heading string) meaning {
	picture := heading
	heading = strings.TrimSpace(shortcode.ReplaceAllString(strings.TrimSpace(heading), ""))
	if len([]rune(heading)) <= maxHeading {
		switch {
		case skippedHeading.MatchString(heading):
			return skipped
		case changesHeading.MatchString(heading):
			return changes
		}
		for _, h := range headings {
			if h.words.MatchString(heading) {
				return h.meaning
			}
		}
	}
	return meaningOfEmoji(picture)
}

func meaningOfEmoji(s string) meaning {
	for _, e := range emoji {
		for _, mark := range e.marks {
			if strings.HasPrefix(strings.TrimSpace(s), mark) {
				return e.meaning
			}
		}
	}
	return neutral
}

// skippedHeading matches a whole heading over what readers skip; its words mean little inside another.
var skippedHeading = regexp.MustCompile(`(?i)^\W*(?:linux|mac ?os.*|darwin|windows|docker|podman|helm|homebrew|debian|ubuntu|npm|cargo|pip|cli|links?|resources|feedback|support|overview|platforms?|` +
	`(?:about the )?binaries|commits|dependencies|known issues|assets?|artifacts?|hash(?:es)?|signatures?|source code|see also|images?\b.*|thank(?:s| you)\b.*|credits?|how to (?:get|install|upgrade|verify)\b.*)\W*$`)

// changesHeading matches a heading over everything that changed.
var changesHeading = regexp.MustCompile(`(?i)^(?:the )?(?:what'?s (?:changed|new)|change ?log|changes|release notes?|notes|unreleased)\b|\b(?:full|complete) (?:change|list)`)

// versionHeading matches a heading that names a version: "v1.2.3", "[1.2.3] - 2024-01-15", "CRI-O v1.29.1".
var versionHeading = regexp.MustCompile(`\d+\.\d+`)

// conventional is the prefix of a conventional commit: "feat(core)!: ".
var conventional = regexp.MustCompile(`^(feat|feature|fix|bugfix|hotfix|perf|docs?|chore|ci|build|test|tests|refactor|style|revert|security|deps|doc)(\([^)]{0,40}\))?(!?):\s+`)

// tagged is a prefix in brackets or bold: "[BUGFIX] ", "**Fixed**: ", "BREAKING CHANGE: ".
var tagged = regexp.MustCompile(`^(?i)(?:\[\s?(security|bugfix|bug|fix|fixed|feature|feat|enhancement|change|changed|breaking|breaking change|deprecat\w+|removed|added|perf|performance|docs?|chore|misc|ci|test)\s?\]|(breaking changes?|security|fixed|added|changed|removed|deprecated)\s*[:–])[:\s–-]*`)

// prefixKinds are the kinds that the words of a prefix name.
var prefixKinds = map[string]digest.ChangeKind{
	"feat": digest.ChangeFeature, "feature": digest.ChangeFeature, "enhancement": digest.ChangeFeature, "added": digest.ChangeFeature, "change": digest.ChangeOther, "changed": digest.ChangeOther,
	"fix": digest.ChangeFix, "bugfix": digest.ChangeFix, "hotfix": digest.ChangeFix, "bug": digest.ChangeFix, "fixed": digest.ChangeFix, "revert": digest.ChangeFix,
	"perf": digest.ChangePerformance, "performance": digest.ChangePerformance,
	"doc": digest.ChangeDocumentation, "docs": digest.ChangeDocumentation,
	"security": digest.ChangeSecurity,
	"breaking": digest.ChangeBreaking, "breaking change": digest.ChangeBreaking, "breaking changes": digest.ChangeBreaking, "removed": digest.ChangeBreaking,
	"deprecated": digest.ChangeDeprecated, "deprecation": digest.ChangeDeprecated, "deprecate": digest.ChangeDeprecated,
	"chore": digest.ChangeOther, "ci": digest.ChangeOther, "build": digest.ChangeOther, "test": digest.ChangeOther, "tests": digest.ChangeOther,
	"refactor": digest.ChangeOther, "style": digest.ChangeOther, "deps": digest.ChangeOther, "misc": digest.ChangeOther,
}

// verbs are the first words of a change that say its kind.
var verbs = []struct {
	kind  digest.ChangeKind
	words *regexp.Regexp
}{
	{digest.ChangeFix, regexp.MustCompile(`(?i)^(?:fix(?:e[sd])?|correct(?:s|ed|ly)?|resolve[sd]?|repair(?:s|ed)?|avoid(?:s|ed)?|prevent(?:s|ed)?|handle[sd]?)\b`)},
	{digest.ChangeBreaking, regexp.MustCompile(`(?i)^(?:(?:remove[sd]?|drop(?:s|ped)?) (?:the )?support|discontinue[sd]?)\b`)},
	{digest.ChangeDeprecated, regexp.MustCompile(`(?i)^deprecate[sd]?\b`)},
	{digest.ChangeFeature, regexp.MustCompile(`(?i)^(?:add(?:s|ed)?|support(?:s|ed)?|introduce[sd]?|allow(?:s|ed)?|implement(?:s|ed)?|enable[sd]?|initial|new)\b`)},
}

// chore are words of changes in the project's own house: tests, typing errors, continuous
// integration. They say nothing to users.
var chore = map[string]bool{
	"test": true, "tests": true, "testing": true, "e2e": true, "flake": true, "flakes": true, "flaky": true, "lint": true, "linter": true, "linting": true, "goveralls": true,
	"typo": true, "typos": true, "readme": true, "readme.md": true, "changelog": true, "changelog.md": true, "gitignore": true, ".gitignore": true, "codeowners": true, "approver": true,
	"reviewer": true, "owners": true, "workflow": true, "workflows": true, "pre-commit": true, "ci": true, "golangci": true, "codespell": true, "unit-test": true, "unittest": true,
}

// chores match the first words of such changes.
var chores = regexp.MustCompile(`^(?i)(?:cleanup|clean up|refactor\w*|upgrade golangci|update (?:release tools|linked|link)|add test|revert|go get)\b`)

// isChore reports a change that says nothing to users. One that fixes a weakness always does.
func isChore(prefix, text string) bool {
	switch prefix {
	case "chore", "ci", "build", "test", "tests", "refactor", "style", "deps", "misc":
		return true
	}
	for word := range strings.FieldsSeq(text) {
		if chore[strings.ToLower(strings.Trim(word, "`'\":,.()[]"))] {
			return true
		}
	}
	return chores.MatchString(text)
}

// ownKind is the kind of a change by its prefix, else by an identifier in it, else by its
// first words; empty where nothing says so.
func ownKind(prefix, text string) digest.ChangeKind {
	if strings.HasSuffix(prefix, "!") {
		return digest.ChangeBreaking
	}
	if len(Identifiers(text)) > 0 {
		return digest.ChangeSecurity
	}
	if k, ok := prefixKinds[prefix]; ok {
		return k
	}
	for _, v := range verbs {
		if v.words.MatchString(text) {
			return v.kind
		}
	}
	return ""
}

// asLabel returns what a short text that only names what follows is about: "Bugs:", "Checksums:".
func asLabel(s string) (string, bool) {
	label, ok := strings.CutSuffix(strings.TrimSpace(s), ":")
	if ok && len([]rune(label)) <= maxHeading && strings.ContainsFunc(label, unicode.IsLetter) && !strings.Contains(label, ". ") {
		return strings.TrimSpace(label), true
	}
	if n := strings.Fields(s); !ok && len(n) > 0 && len(n) <= 3 && meaningOf(s) != neutral {
		return s, true
	}
	return "", false
}
