package notes

import (
	"regexp"
	"slices"
	"strings"

	"github.com/community-digest/digest/digest"
)

// maxChangelog is how much of a changelog is read, in bytes. GitHub itself cuts files at
// half a megabyte when it returns their text.
const maxChangelog = 2 << 20

// LinkOnly reports whether notes have no contents of their own, as those that say "see the
// changelog" do.
func LinkOnly(n digest.Notes) bool { return len(n.Groups) == 0 && n.Bumps == 0 && n.Lead.IsZero() }

// Complete adds what the notes of a release link to and mention to those from its changelog.
func Complete(changelog, own digest.Notes) digest.Notes {
	changelog.Links = union(own.Links, changelog.Links, maxLinks)
	changelog.Identifiers = union(own.Identifiers, changelog.Identifiers, maxIdentifiers)
	return changelog
}

func union[T comparable](a, b []T, most int) []T {
	var out []T
	for _, x := range slices.Concat(a, b) {
		if !slices.Contains(out, x) && len(out) < most {
			out = append(out, x)
		}
	}
	return out
}

// Section returns the part of a changelog in Markdown that is about a version, given by its
// tag, without its heading. It begins behind the heading that names the version, and ends
// before the next heading of the same level or a higher one. A changelog names versions
// elsewhere, too ("Changes since v1.2.0"): of several headings the highest counts.
func Section(changelog, tag string) (section string, ok bool) {
	if len(changelog) > maxChangelog {
		changelog = changelog[:maxChangelog]
	}
	version := strings.ToLower(digest.BareVersion(tag))
	lines := strings.Split(strings.ReplaceAll(changelog, "\r\n", "\n"), "\n")
	headings := headingsOf(lines)
	found := -1
	for i, h := range headings {
		if h.names(version) && (found < 0 || h.level < headings[found].level) {
			found = i
		}
	}
	if version == "" || found < 0 {
		return "", false
	}
	end := len(lines)
	for _, h := range headings[found+1:] {
		if h.level <= headings[found].level {
			end = h.line
			break
		}
	}
	return strings.Join(lines[headings[found].behind:end], "\n"), true
}

// heading is a heading of Markdown: its first line, the line behind it, and its text.
type heading struct {
	line, behind, level int
	text                string
}

var (
	atxHeading = regexp.MustCompile(`^ {0,3}(#{1,6})(?:[ \t]+(.*?))?[ \t]*#*[ \t]*$`)
	underline  = regexp.MustCompile(`^ {0,3}(=+|-+)[ \t]*$`)
	fence      = regexp.MustCompile("^ {0,3}(```+|~~~+)")
)

// headingsOf finds the headings of Markdown outside code blocks. It reads lines, not a
// tree: a changelog of megabytes is too much for a parser.
func headingsOf(lines []string) []heading {
	var out []heading
	open := "" // the fence of the code block around the line
	for i, line := range lines {
		if m := fence.FindStringSubmatch(line); m != nil {
			switch {
			case open == "":
				open = m[1]
			case strings.HasPrefix(m[1], open):
				open = ""
			}
			continue
		}
		if open != "" {
			continue
		}
		if m := atxHeading.FindStringSubmatch(line); m != nil {
			out = append(out, heading{i, i + 1, len(m[1]), m[2]})
		} else if m := underline.FindStringSubmatch(line); m != nil && i > 0 && strings.TrimSpace(lines[i-1]) != "" {
			level := 1
			if m[1][0] == '-' {
				level = 2
			}
			out = append(out, heading{i - 1, i + 1, level, lines[i-1]})
		}
	}
	return out
}

// names reports whether the heading has the version as a whole word.
func (h heading) names(version string) bool {
	for _, word := range strings.FieldsFunc(strings.ToLower(h.text), func(r rune) bool { return strings.ContainsRune(" \t[](){}<>,:;|*`\"'", r) }) {
		if digest.BareVersion(word) == version {
			return true
		}
	}
	return false
}
