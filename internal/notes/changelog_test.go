package notes

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const kubernetesLike = `<!-- BEGIN MUNGE: GENERATED_TOC -->

- [v1.29.1](#v1291)
- [v1.29.0](#v1290)

# v1.29.1

## Changelog since v1.29.0

- A fix.

# v1.29.0

## Downloads for v1.29.0

filename | sha512 hash
-------- | -----------
rocket.tar.gz | 123

## Urgent Upgrade Notes

- Upgrade the nodes first.

# v1.29.0-rc.2

- Only a candidate.
`

const keepAChangelog = "# Changelog\r\n\r\n## [Unreleased]\r\n\r\n## [1.2.0] - 2024-06-17\r\n\r\n### Added\r\n\r\n- Wings.\r\n\r\n" +
	"```sh\r\n# 1.1.0\r\n## 1.2.0\r\n```\r\n\r\n### Changes since 1.1.0\r\n\r\n- More.\r\n\r\n## [1.1.0]\r\n\r\n- Old.\r\n"

const underlined = "Acme\n====\n\nVersion 2.0.1 (June)\n--------------------\n\n* Fixed.\n\n2.0.0\n-----\n\n* New.\n"

func TestSectionOfAChangelogIsThatOfTheVersion(t *testing.T) {
	for _, tt := range []struct {
		name, changelog, tag string
		with, without        string // empty with: the section is missing
	}{
		{"the highest heading that names it", kubernetesLike, "v1.29.0", "Upgrade the nodes first", "Only a candidate"},
		{"the newest", kubernetesLike, "v1.29.1", "A fix.", "Upgrade"},
		{"the last", kubernetesLike, "v1.29.0-rc.2", "Only a candidate.", "Upgrade"},
		{"no prefix of another version", kubernetesLike, "v1.29", "", ""},
		{"in brackets, with a date", keepAChangelog, "v1.2.0", "Wings.", "Old."},
		{"with what is in its code", keepAChangelog, "1.2.0", "More.", "Old."},
		{"of a package", keepAChangelog, "@acme/cli@1.1.0", "Old.", "Wings"},
		{"underlined", underlined, "2.0.1", "Fixed.", "New."},
		{"underlined, the last", underlined, "acme-2.0.0", "New.", "Fixed."},
		{"unknown", underlined, "3.0.0", "", ""},
		{"no version", underlined, "", "", ""},
		{"an empty file", "", "1.0.0", "", ""},
	} {
		got, ok := Section(tt.changelog, tt.tag)
		if ok != (tt.with != "") || !strings.Contains(got, tt.with) || tt.without != "" && strings.Contains(got, tt.without) {
			t.Errorf("%s: %t, %q", tt.name, ok, got)
		}
	}
}

func TestNotesOfAChangelogKeepWhatTheReleaseLinksTo(t *testing.T) {
	own := Parse("See the [CHANGELOG](https://github.com/acme/rocket/blob/main/CHANGELOG.md). Fixes CVE-2024-0001.")
	if !LinkOnly(Parse("See the [CHANGELOG](https://github.com/acme/rocket/blob/main/CHANGELOG.md) for a full list of changes.")) {
		t.Error("notes that point to the changelog have contents")
	}
	n := Complete(Parse("- Closes a hole, cve-2024-0001 and CVE-2024-0002: https://example.org/\n"), own)
	if LinkOnly(n) || len(n.Groups) != 1 {
		t.Errorf("groups %v", n.Groups)
	}
	var ids, links []string
	for _, id := range n.Identifiers {
		ids = append(ids, id.Unsafe())
	}
	for _, u := range n.Links {
		links = append(links, u.String())
	}
	if diff := cmp.Diff([]string{"CVE-2024-0001", "CVE-2024-0002"}, ids); diff != "" {
		t.Errorf("identifiers (-want +got)\n%s", diff)
	}
	if len(links) == 0 || links[0] != "https://github.com/acme/rocket/blob/main/CHANGELOG.md" {
		t.Errorf("links %v", links)
	}
}
