package publish

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/community-digest/digest/internal/markdown"
)

// table shows at most limit entries as rows, whose cells are encoded already, and counts the rest.
func table[T any](head []string, entries []T, limit int, cells func(T) []string) string {
	rows := make([][]string, len(entries))
	for i, e := range entries {
		rows[i] = cells(e)
	}
	return markdown.Table(head, rows, limit)
}

// list shows so many entries as lines, each of which begins with what makes it a list item, and counts the rest.
func list[T any](entries []T, rows int, lines func(T) []string) string {
	var all []string
	for _, e := range entries[:min(rows, len(entries))] {
		all = append(all, lines(e)...)
	}
	if more := len(entries) - rows; more > 0 {
		all = append(all, "- "+andMore(more))
	}
	return strings.Join(all, "\n")
}

func andMore(n int) string { return fmt.Sprintf("… and %d more", n) }

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// linked counts items and shows links to so many of them.
func linked(addresses []string, rows int, host string) string {
	n := len(addresses)
	var links []string
	for _, a := range addresses {
		if len(links) == rows {
			break
		}
		if l := link(a, host); l != "" {
			links = append(links, l)
		}
	}
	s := strconv.Itoa(n)
	if len(links) > 0 {
		s += " (" + strings.Join(links, ", ")
		if n > len(links) {
			s += ", " + andMore(n-len(links))
		}
		s += ")"
	}
	return s
}

const redirectHost = "redirect.github.com"

// link links to an item by its number, version or host, or returns "" for what is no address. A link to GitHub goes
// through a host of GitHub's that leaves no trace on the item. Another GitHub has no such host: its items are named only.
func link(address, webHost string) string {
	parsed, err := markdown.ParseURL(address)
	if err != nil {
		return ""
	}
	u, err := url.Parse(parsed.String())
	if err != nil {
		return "" // unreachable: it was parsed before
	}
	name := strings.TrimRight(u.Hostname(), ".") // however the host is written
	public := name == "github.com" || name == "www.github.com" || name == redirectHost
	own := strings.EqualFold(u.Host, webHost) || strings.EqualFold(name, webHost)
	label := markdown.Untrusted(u.Host)
	if public || own {
		label = markdown.Untrusted(itemLabel(u.Path))
	}
	switch {
	case public:
		u = &url.URL{Scheme: "https", Host: redirectHost, Path: u.Path, RawPath: u.RawPath}
	case own, strings.Contains(strings.ToLower(u.RequestURI()), "github.com"): // an address inside of the address
		return label.String()
	}
	u.Fragment, u.RawFragment = "", "" // "#1" would be a reference where the text is taken for a commit message
	target, err := markdown.ParseURL(strings.ReplaceAll(u.String(), "@", "%40"))
	if err != nil {
		return ""
	}
	return markdown.Link(label, target)
}

// itemPaths are the pages of items on GitHub, and how to call them.
var itemPaths = []struct {
	path *regexp.Regexp
	as   string
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
			return string(p.path.ExpandString(nil, p.as, path, m))
		}
	}
	return "GitHub"
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
	return own(path)
}
