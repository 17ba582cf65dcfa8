package publish

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/community-digest/digest/internal/markdown"
)

const redirectHost = "redirect.github.com"

// link links to an item by its number, version or host, or returns "" for an invalid address. A link to GitHub goes
// through GitHub's redirect host, which leaves no trace on the item. GitHub Enterprise Server has no such host: its
// items are named without a link.
func link(address, webHost string) string {
	parsed, err := markdown.ParseURL(address)
	if err != nil {
		return ""
	}
	u, err := url.Parse(parsed.String())
	if err != nil {
		return "" // unreachable: it was parsed before
	}
	name := strings.TrimRight(u.Hostname(), ".") // in whatever spelling
	public := name == "github.com" || name == "www.github.com" || name == redirectHost
	own := strings.EqualFold(u.Host, webHost) || strings.EqualFold(name, webHost)
	label := markdown.Untrusted(u.Host)
	if public || own {
		label = markdown.Untrusted(itemLabel(u.Path))
	}
	switch {
	case public:
		u = &url.URL{Scheme: "https", Host: redirectHost, Path: u.Path, RawPath: u.RawPath}
	case own, strings.Contains(strings.ToLower(u.RequestURI()), "github.com"): // an address inside the address
		return label.String()
	}
	u.Fragment, u.RawFragment = "", "" // "#1" would be a reference if a squash merge copies the text into a commit message
	target, err := markdown.ParseURL(strings.ReplaceAll(u.String(), "@", "%40"))
	if err != nil {
		return ""
	}
	return markdown.Link(label, target)
}

// itemPaths are the pages of items on GitHub, and their labels.
var itemPaths = []struct {
	path  *regexp.Regexp
	label string
}{
	{regexp.MustCompile(`^/([\w.-]+/[\w.-]+)/releases/tag/([\w.+/-]{1,60})$`), "$1 $2"},
	{regexp.MustCompile(`^/([\w.-]+/[\w.-]+)/discussions/(\d{1,10})$`), "$1 discussion $2"},
	{regexp.MustCompile(`^/([\w.-]+/[\w.-]+)/issues/(\d{1,10})$`), "$1 issue $2"},
	{regexp.MustCompile(`^/([\w.-]+/[\w.-]+)/pull/(\d{1,10})$`), "$1 pull request $2"},
	{regexp.MustCompile(`^/(?:[\w.-]+/[\w.-]+/security/)?advisories/(GHSA(?:-\w{4}){3})$`), "$1"},
	{regexp.MustCompile(`^/([\w.-]+/[\w.-]+)(?:/.*)?$`), "$1"},
}

func itemLabel(path string) string {
	for _, p := range itemPaths {
		if m := p.path.FindStringSubmatchIndex(path); m != nil {
			return string(p.path.ExpandString(nil, p.label, path, m))
		}
	}
	return "GitHub"
}

// linked prints a number and links to the first of the stories that it counts.
func linked(n int, stories []Story, limit int, webHost string) string {
	var links []string
	for _, s := range stories {
		if len(links) == limit {
			break
		}
		if l := linkStory(s, limit, webHost); l != "" {
			links = append(links, l)
		}
	}
	if len(links) == 0 {
		return fmt.Sprint(n)
	}
	if more := len(stories) - len(links); more > 0 {
		links = append(links, andMore(more))
	}
	return fmt.Sprintf("%d (%s)", n, strings.Join(links, ", "))
}

// linkStory links to the first items of a story, or returns "" if none has an address.
func linkStory(s Story, limit int, webHost string) string {
	var links []string
	for _, address := range s[:min(limit, len(s))] {
		if l := link(address, webHost); l != "" {
			links = append(links, l)
		}
	}
	if more := len(s) - limit; more > 0 && len(links) > 0 {
		links = append(links, andMore(more))
	}
	return strings.Join(links, " + ")
}

// single makes a story of each item.
func single(items []string) []Story {
	stories := make([]Story, len(items))
	for i, address := range items {
		stories[i] = Story{address}
	}
	return stories
}

var (
	plainPath = regexp.MustCompile(`^[\w./-]{1,200}$`)
	reference = regexp.MustCompile(`(?i)gh-\d`)
)

// code shows a path of the configuration as code, or as text when something in it needs encoding.
func code(path string) string {
	if plainPath.MatchString(path) && !reference.MatchString(path) {
		return "`" + path + "`"
	}
	return encode(path)
}

// encode encodes a text of the configuration, which may hold anything that is syntax on the page.
func encode(text string) string { return markdown.Untrusted(text).String() }
