package config

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/community-digest/digest/digest"
)

// Discussions are repositories whose discussions are collected.
type Discussions struct {
	Repositories
	// Categories are names of categories as the file has them; none is all.
	Categories []string
	Section    digest.SectionName
}

// Releases are repositories whose releases are collected.
type Releases struct {
	Repositories
	Prereleases bool
	// Tags chooses releases by their tags.
	Tags    Filter
	Section digest.SectionName
}

// Filter chooses by patterns in which * matches any characters, ? for one and [ab] for
// one of those. No Include is all; Exclude wins.
type Filter struct {
	Include, Exclude []string
}

// Advisories are repositories whose security advisories are collected.
type Advisories struct {
	Repositories
	// Mode is exact (the repositories' own lists and the global one), reviewed (the
	// global one only), or empty, which leaves it to the collector.
	Mode    string
	Section digest.SectionName
}

// Feed is an RSS, Atom or JSON feed.
type Feed struct {
	URL string
	// Internal allows an address of a private network: this scheme, host and port, and no other.
	Internal bool
	// Entries chooses entries by their titles and categories.
	Entries Filter
	Section digest.SectionName
}

// decodeSources reads the lists of sources. None at all is a problem: such a
// weekly would be empty for ever, in silence.
func (c *Config) decodeSources(v value) {
	m := v.mapping()
	for _, item := range m.get(string(digest.Discussions)).list() {
		s := item.mapping()
		c.Discussions = append(c.Discussions, Discussions{
			Repositories: decodeRepositories(s),
			Categories:   s.get("categories").texts(checkCategory),
			Section:      decodeSection(s, digest.Discussions),
		})
		s.close()
	}
	for _, item := range m.get(string(digest.Releases)).list() {
		s := item.mapping()
		c.Releases = append(c.Releases, Releases{
			Repositories: decodeRepositories(s),
			Prereleases:  s.get("prereleases").flag(false),
			Tags:         decodeTags(s.get("tags")),
			Section:      decodeSection(s, digest.Releases),
		})
		s.close()
	}
	for _, item := range m.get(string(digest.Advisories)).list() {
		s := item.mapping()
		c.Advisories = append(c.Advisories, Advisories{
			Repositories: decodeRepositories(s),
			Mode:         s.get("mode").choose("", "exact", "reviewed"),
			Section:      decodeSection(s, digest.Advisories),
		})
		s.close()
	}
	seen := map[string]bool{}
	for _, item := range m.get(string(digest.Feeds)).list() {
		s := item.mapping()
		feed := Feed{
			URL:      decodeURL(s.require("url", "the address of an RSS, Atom or JSON feed")),
			Internal: s.get("internal").flag(false),
			Entries:  decodeFilter(s),
			Section:  decodeSection(s, digest.Feeds),
		}
		if feed.URL != "" && seen[feed.URL] {
			item.problem("duplicate feed")
		}
		seen[feed.URL] = true
		c.Feeds = append(c.Feeds, feed)
		s.close()
	}
	m.close()
	if !m.absent() && len(c.Discussions)+len(c.Releases)+len(c.Advisories)+len(c.Feeds) == 0 && !m.hasItems() {
		v.problem("no sources: want at least one item under discussions, releases, advisories or feeds")
	}
}

func decodeTags(v value) Filter {
	m := v.mapping()
	f := decodeFilter(m)
	m.close()
	return f
}

func decodeFilter(m *mapping) Filter {
	return Filter{Include: m.get("include").texts(checkGlob), Exclude: m.get("exclude").texts(checkGlob)}
}

func checkGlob(s string) error {
	if _, err := path.Match(s, ""); err != nil {
		return fmt.Errorf("%q is not a pattern: * matches any characters, ? for one and [ab] for one of those", shorten(s))
	}
	return nil
}

// hasItems reports whether some key has something under it, right or wrong.
func (m *mapping) hasItems() bool {
	return slices.ContainsFunc(m.entries, func(e entry) bool {
		return !e.value.absent() && !isEmptyList(e.value)
	})
}

func decodeSection(m *mapping, kind digest.Kind) digest.SectionName {
	names := make([]string, 0, len(digest.SectionNames))
	for _, n := range digest.SectionNames {
		names = append(names, string(n))
	}
	return digest.SectionName(m.get("section").choose(string(kind.DefaultSection()), names...))
}

func checkCategory(name string) error {
	if strings.TrimSpace(name) != name || strings.Contains(name, "\n") {
		return fmt.Errorf("%q is not a category: want its name on one line", shorten(name))
	}
	return nil
}

// decodeURL accepts what a feed reader may be sent to. Messages do not repeat the
// address: it may hold a password.
func decodeURL(v value) string {
	s := v.text("")
	if s == "" {
		return ""
	}
	u, err := url.Parse(s)
	switch {
	case err != nil:
		v.problem("this is not a URL: want an address such as https://example.org/feed.xml")
	case u.Scheme != "http" && u.Scheme != "https":
		v.problem("want a URL that starts with https:// or http://")
	case u.User != nil:
		v.problem("remove the user name and password from the URL")
	case u.Hostname() == "" || u.Opaque != "":
		v.problem("the URL has no host: want an address such as https://example.org/feed.xml")
	case strings.ContainsAny(s, " \n\t\\"):
		v.problem("the URL contains a space or a backslash")
	default:
		return s
	}
	return ""
}
