package merge

import (
	"strings"

	"github.com/community-digest/digest/internal/textfile"
)

// Belongs reports whether a page is a draft of the edition that another text, its base or
// its new rendering, is a draft of; people may have changed most of it. It is for finding
// a draft that was moved, and for leaving pages alone that are none of ours: that of
// another edition, or the site's own. Pages that are blank or cannot be read belong to none.
//
// Editions of one weekly have the same sections and keys, and an item can be in two of
// them. So what counts is the title and the date in the front matter, and whether most of
// the items are the same.
func Belongs(page, edition string) bool {
	if textfile.Check(page) != nil || textfile.CheckSize(edition) != nil {
		return false
	}
	page, _ = textfile.Decode(page)
	edition, _ = textfile.Decode(edition)
	p, e := splitPage(page), splitPage(edition)
	title, date := compareKey("title", p.head, e.head), compareKey("date", p.head, e.head)
	if date == same && title >= constant {
		return true
	}
	pageTree, editionTree := parse(p.body, nil), parse(e.body, nil)
	items := itemLinks(editionTree)
	own, common := itemLinks(pageTree), 0
	for link := range own {
		if items[link] {
			common++
		}
	}
	named := title == same || date == same
	switch {
	case len(own) > 0 && 2*common > len(own):
		return true
	case title == different && date == different:
		return false
	case len(items) > 0 && len(own) > 0:
		return 2*common > len(items) || named && common > 0
	case len(items) > 0:
		return named || linksToAny(pageTree, items)
	default:
		return named || date == unknown && mostlySame(pageTree, editionTree)
	}
}

// comparison is what is known of a key in two front matters.
type comparison int

const (
	unknown comparison = iota
	different
	constant // the same value, but every edition can have it: it has no number
	same
)

// compareKey compares a key of two front matters.
func compareKey(name string, a, b []string) comparison {
	var values []string
	for _, t := range []*tree{keys(a), keys(b)} {
		if t == nil {
			return unknown
		}
		for _, k := range t.root.children {
			if k.link == "key:"+name {
				values = append(values, k.norm)
			}
		}
	}
	switch {
	case len(values) < 2:
		return unknown
	case values[0] != values[1]:
		return different
	case !strings.ContainsAny(values[0], "0123456789"):
		return constant
	}
	return same
}

// itemLinks returns the links of the items of a page.
func itemLinks(t *tree) map[string]bool {
	links := make(map[string]bool)
	for _, n := range t.all {
		if n.link != "" {
			links[n.link] = true
		}
	}
	return links
}

func linksToAny(t *tree, links map[string]bool) bool {
	for _, n := range t.all {
		for _, l := range n.links {
			if links[l] {
				return true
			}
		}
	}
	return false
}

// mostlySame reports whether at least half of the blocks of a page are those of another.
func mostlySame(page, other *tree) bool {
	texts := make(map[string]bool)
	for _, n := range other.all[1:] {
		texts[n.norm] = true
	}
	common := 0
	for _, n := range page.all[1:] {
		if texts[n.norm] {
			common++
		}
	}
	return common > 0 && 2*common >= len(page.all)-1
}
