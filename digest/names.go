package digest

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/community-digest/digest/internal/markdown"
)

// productName is how people call a repository: as configured, else as the names of its
// releases have it ("containerd 2.3.2"), else its name, which begins with a capital where
// the owner has the same ("cilium/cilium" is Cilium) and is not an abbreviation ("grpc/grpc").
func productName(repo Repo, names map[string]string, releases []Release) markdown.Text {
	if name := names[repo.Key()]; name != "" {
		return markdown.Untrusted(name)
	}
	for _, r := range releases {
		if name, ok := nameBefore(r.Name.Unsafe(), BareVersion(r.Tag.Unsafe())); ok && similar(name, repo.Name) {
			return markdown.Untrusted(name)
		}
	}
	if strings.EqualFold(repo.Owner, repo.Name) && len(repo.Name) > 4 && !strings.Contains(repo.Name, "-") {
		first, size := utf8.DecodeRuneInString(repo.Name)
		return markdown.Untrusted(string(unicode.ToUpper(first)) + repo.Name[size:])
	}
	return markdown.Untrusted(repo.Name)
}

// nameBefore returns what precedes the version in a release's name.
func nameBefore(title, version string) (string, bool) {
	before, _, found := strings.Cut(title, version)
	if !found || version == "" {
		return "", false
	}
	return strings.TrimRight(strings.TrimSuffix(strings.TrimSpace(before), "v"), " :-/@"), true
}

// similar reports whether a name and a repository's are the same but for case and marks.
func similar(name, repo string) bool {
	letters := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				return unicode.ToLower(r)
			}
			return -1
		}, s)
	}
	return letters(name) != "" && letters(name) == letters(repo)
}

// Label is the version as an editor prints it after the product's name: 1.29.0 of the tag
// v1.29.0, and "kyaml 0.17.2" of kyaml/v0.17.2 in a repository of several packages. A tag of
// another form is printed as it is.
func (r Release) Label() markdown.Text {
	tag := r.Tag.Unsafe()
	version := BareVersion(tag)
	before, found := strings.CutSuffix(tag, version)
	unmarked := strings.TrimSuffix(before, "v")
	name := strings.Trim(unmarked, "-_/@ ")
	switch {
	case version == "" || !found:
		return r.Tag
	case name == "" || similar(name, r.Repo.Name) || similar(name, r.Repo.Owner+r.Repo.Name):
		return markdown.Untrusted(version)
	case strings.HasSuffix(unmarked, name) || strings.ContainsFunc(name, notInName):
		return r.Tag // nothing separates name and version, or it is not the name of a package
	}
	return markdown.Untrusted(name + " " + version)
}

func notInName(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_./@ ", r)
}

// Bump is what kind of a version a release has.
type Bump string

// The bumps. They follow from the version itself: 2.0.0 is a major one, 2.1.0 a minor one.
const (
	Major      Bump = "major"
	Minor      Bump = "minor"
	Patch      Bump = "patch"
	PreRelease Bump = "prerelease"
)

// Bump returns the kind of the release's version; [Patch] where its form does not say more.
func (r Release) Bump() Bump {
	version := BareVersion(r.Tag.Unsafe())
	if r.Prerelease || strings.ContainsFunc(version, unicode.IsLetter) {
		return PreRelease
	}
	parts := strings.FieldsFunc(version, func(c rune) bool { return c == '.' || c == '-' || c == '_' || c == '+' })
	zero := func(s string) bool { return strings.Trim(s, "0") == "" }
	switch {
	case len(parts) > 0 && len(parts[0]) >= 4: // a calendar
		return Patch
	case len(parts) == 1, len(parts) == 2 && zero(parts[1]), len(parts) == 3 && zero(parts[1]) && zero(parts[2]):
		return Major
	case len(parts) == 2, len(parts) == 3 && zero(parts[2]):
		return Minor
	}
	return Patch
}
