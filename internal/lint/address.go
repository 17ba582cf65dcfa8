package lint

import (
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/util"
)

// address returns the destination of a link without the character references that
// Markdown allows in it.
func address(destination []byte) string {
	return string(util.ResolveEntityNames(util.ResolveNumericReferences(destination)))
}

// identity is the same for all addresses of one page. It is ok only for what an item can be
// about: not for the front page of a site or the pages of a repository itself, which every
// edition links to.
func identity(address string) (id string, ok bool) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return "", false
	}
	if s := strings.ToLower(u.Scheme); s != "http" && s != "https" {
		return "", false
	}
	host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	if p := u.Port(); p != "" && p != "80" && p != "443" {
		host += ":" + p
	}
	if host == "redirect.github.com" {
		host = "github.com"
	}
	query := withoutTrackingQuery(u.RawQuery)
	parts := strings.FieldsFunc(u.Path, func(r rune) bool { return r == '/' })
	if host == "github.com" {
		if !isGitHubItem(parts) {
			return "", false
		}
		parts[0], parts[1] = strings.ToLower(parts[0]), strings.ToLower(parts[1])
		query = ""
	} else if query == "" && (len(parts) == 0 || len(parts) == 1 && isWord(parts[0])) {
		return "", false
	}
	id = host + "/" + strings.Join(parts, "/")
	if query != "" {
		id += "?" + query
	}
	return id, true
}

// isGitHubItem reports whether a path leads to something that happened, such as
// owner/name/discussions/1, and not to a list, a file or a form.
func isGitHubItem(path []string) bool {
	if len(path) == 2 && path[0] == "advisories" {
		return true
	}
	if len(path) < 4 {
		return false
	}
	switch path[2] {
	case "discussions", "issues", "pull", "milestone":
		return strings.IndexFunc(path[3], func(r rune) bool { return r < '0' || r > '9' }) < 0
	case "releases":
		return path[3] == "tag" && len(path) > 4
	case "security":
		return path[3] == "advisories" && len(path) > 4
	case "commit", "compare":
		return true
	}
	return false
}

func isLetterOrDigit(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// isWord reports whether a part of a path is a plain word, like the names of a site's
// sections: blog, community, zh.
func isWord(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) || unicode.IsUpper(r) }) < 0
}

// trackers are the parameters that say where a reader came from, and mean nothing to the
// page. Those that end in * are prefixes.
var trackers = []string{
	"utm_*", "mtm_*", "pk_campaign", "pk_kwd", "pk_source", "pk_medium",
	"gclid", "gclsrc", "dclid", "gbraid", "wbraid", "_gl", "_ga",
	"fbclid", "igshid", "igsh", "twclid", "ttclid", "li_fat_id", "msclkid", "yclid",
	"mc_cid", "mc_eid", "mkt_tok", "_hsenc", "_hsmi", "vero_id", "oly_anon_id", "oly_enc_id",
	"ref_src", "ref_url", "spm", "share_token",
}

func isTracker(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(trackers, func(t string) bool {
		if prefix, all := strings.CutSuffix(t, "*"); all {
			return strings.HasPrefix(name, prefix)
		}
		return name == t
	})
}

// withoutTracking returns the names of the tracking parameters of an address, and the
// address without them.
func withoutTracking(address string) (names []string, clean string) {
	lower := strings.ToLower(address)
	if !strings.HasPrefix(lower, "http://") && !strings.HasPrefix(lower, "https://") {
		return nil, address
	}
	rest, fragment, hasFragment := strings.Cut(address, "#")
	before, query, hasQuery := strings.Cut(rest, "?")
	if !hasQuery {
		return nil, address
	}
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		if name := parameter(part); isTracker(name) {
			names = append(names, name)
			continue
		}
		kept = append(kept, part)
	}
	if len(names) == 0 {
		return nil, address
	}
	clean = before
	if len(kept) > 0 {
		clean += "?" + strings.Join(kept, "&")
	}
	if hasFragment {
		clean += "#" + fragment
	}
	return names, clean
}

// withoutTrackingQuery returns the other parameters, sorted.
func withoutTrackingQuery(query string) string {
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		if part != "" && !isTracker(parameter(part)) {
			kept = append(kept, part)
		}
	}
	slices.Sort(kept)
	return strings.Join(kept, "&")
}

// parameter returns the name of a parameter.
func parameter(part string) string {
	name, _, _ := strings.Cut(part, "=")
	if plain, err := url.QueryUnescape(name); err == nil {
		return plain
	}
	return name
}
