package digest

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/community-digest/digest/internal/markdown"
)

// index finds the story that an entry of a feed is about.
type index struct {
	byAddress    map[string][]member // of releases and advisories
	byLink       map[string][]member // what releases and advisories link to
	byIdentifier map[string][]member
	byVersion    map[string][]member // releases by repository and version
	products     map[string][]Repo   // by name, as words in lower case
	longest      int                 // words of a name
	names        map[string]string
	identifiers  map[*Story]map[string]bool
	spacedBy     map[string][]string // names by repository, see spacedNames
}

// member is a release or an advisory in its story.
type member struct {
	story      *Story
	item       Item
	identifier markdown.Text // by which it is in the index, if it is one
}

func newIndex(stories []*Story, watched []Repo, names map[string]string) *index {
	ix := &index{
		byAddress: make(map[string][]member), byLink: make(map[string][]member), byIdentifier: make(map[string][]member),
		byVersion: make(map[string][]member), products: make(map[string][]Repo), names: names,
		identifiers: make(map[*Story]map[string]bool), spacedBy: make(map[string][]string),
	}
	for _, repo := range watched {
		ix.addProduct(repo.Name, repo)
		ix.addProduct(names[repo.Key()], repo)
	}
	for _, s := range stories {
		ix.identifiers[s] = make(map[string]bool)
		for _, a := range s.Advisories {
			m := member{story: s, item: a.Item}
			ix.addAddresses(m, a.Notes.Links)
			for _, id := range a.Identifiers() {
				ix.addIdentifier(member{s, a.Item, id})
			}
			add(ix.byAddress, "github.com/advisories/"+strings.ToLower(string(a.ID)), m)
		}
		if s.Train == nil {
			continue
		}
		for _, r := range s.Train.Releases {
			m := member{story: s, item: r.Item}
			ix.addAddresses(m, r.Notes.Links)
			for _, id := range r.Notes.Identifiers {
				ix.addIdentifier(member{s, r.Item, id})
			}
			add(ix.byVersion, r.Repo.Key()+" "+versionKey(r.Tag.Unsafe()), m)
		}
	}
	return ix
}

// maxMembers is how many stories are kept for one address or identifier. What more share
// is the mark of none.
const maxMembers = 64

func add(to map[string][]member, key string, m member) {
	list := to[key]
	if n := len(list); n == 0 || n < maxMembers && list[n-1].story != m.story {
		to[key] = append(list, m)
	}
}

func (ix *index) addIdentifier(m member) {
	key := identifierKey(m.identifier)
	add(ix.byIdentifier, key, m)
	ix.identifiers[m.story][key] = true
}

func (ix *index) addAddresses(m member, links []markdown.URL) {
	if a := canonical(m.item.URL); a != "" {
		add(ix.byAddress, a, m)
	}
	for _, u := range links {
		add(ix.byLink, canonical(u), m)
	}
}

// addNotes takes what the announcement of a release says for notes of the release.
func (ix *index) addNotes(s *Story, it Item, n Notes) {
	for _, u := range n.Links {
		add(ix.byLink, canonical(u), member{story: s, item: it})
	}
	for _, id := range n.Identifiers {
		ix.addIdentifier(member{s, it, id})
	}
}

// isRoundUp reports whether an entry speaks of several stories by address or title.
func (ix *index) isRoundUp(e Entry) bool { return len(ix.sameAddress(e))+len(ix.titled(e)) > 0 }

func (ix *index) addProduct(name string, repo Repo) {
	words := wordsOf(name)
	key := strings.Join(words, " ")
	if key == "" || slices.Contains(ix.products[key], repo) {
		return
	}
	ix.products[key] = append(ix.products[key], repo)
	ix.longest = max(ix.longest, len(words))
}

// watchedRepos are the repositories whose releases or advisories were looked at.
func watchedRepos(s Snapshot) []Repo {
	var repos []Repo
	seen := make(map[string]bool)
	keep := func(r Repo) {
		if r != (Repo{}) && !seen[r.Key()] {
			seen[r.Key()] = true
			repos = append(repos, r)
		}
	}
	for _, r := range s.Receipts {
		if r.Kind == Releases || r.Kind == Advisories {
			repo, err := ParseRepo(r.Source)
			if err == nil { // others are no single repository
				keep(repo)
			}
			keep(r.RenamedTo)
		}
	}
	for _, r := range s.Releases {
		keep(r.Repo)
	}
	for _, a := range s.Advisories {
		keep(a.Repo)
	}
	return repos
}

// storyOf returns the one story that an entry fits. Reasons are tried from the strongest
// to the weakest; where one speaks for several stories, the entry is a round-up.
func (ix *index) storyOf(e Entry, reasons ...func(Entry) []match) (*Story, Join, bool) {
	for _, find := range reasons {
		matches := find(e)
		if len(matches) == 0 {
			continue
		}
		for _, m := range matches {
			if m.story != matches[0].story {
				return nil, Join{}, false
			}
		}
		m := matches[0]
		return m.story, Join{m.reason, m.detail, e.Item, m.item}, true
	}
	return nil, Join{}, false
}

// match is a member that an entry speaks of.
type match struct {
	member
	reason JoinReason
	detail markdown.Text
}

func matches(members []member, reason JoinReason, detail string) []match {
	var out []match
	for _, m := range members {
		out = append(out, match{m, reason, markdown.Untrusted(detail)})
	}
	return out
}

func (ix *index) sameAddress(e Entry) []match {
	a := canonical(e.URL)
	if a == "" {
		return nil
	}
	return matches(ix.byAddress[a], JoinedByAddress, "")
}

// titled finds the releases whose project and version the title names: one project, and
// no version but theirs.
func (ix *index) titled(e Entry) []match {
	repos := ix.named(e.Title.Unsafe())
	versions := versionsIn(e.Title.Unsafe())
	if len(repos) == 0 || len(versions) == 0 {
		return nil
	}
	var found []match
	for _, v := range versions {
		var ms []match
		for _, repo := range repos {
			ms = append(ms, matches(ix.byVersion[repo.Key()+" "+v], JoinedByTitle, v)...)
			if strings.Count(v, ".") == 1 { // "1.29" is the release v1.29.0
				ms = append(ms, matches(ix.byVersion[repo.Key()+" "+v+".0"], JoinedByTitle, v)...)
			}
		}
		if len(ms) == 0 {
			return nil
		}
		found = append(found, ms...)
	}
	return found
}

// named returns the watched repositories that go by the one name in a text, none if it
// has several names. A longer name hides the shorter ones in it.
func (ix *index) named(text string) []Repo {
	words := wordsOf(text)
	found := ""
	for i := 0; i < len(words); {
		step := 1
		for n := min(ix.longest, len(words)-i); n > 0; n-- {
			name := strings.Join(words[i:i+n], " ")
			if ix.products[name] == nil {
				continue
			}
			if found != "" && !slices.Equal(ix.products[found], ix.products[name]) {
				return nil
			}
			found, step = name, n
			break
		}
		i += step
	}
	return ix.products[found]
}

// related finds what the entry links to, what links to it, and what shares an identifier
// with it.
func (ix *index) related(e Entry) []match {
	var found []match
	pages := e.linkedPages()
	keep := func(ms ...match) {
		for _, m := range ms {
			if own := pages[m.story.repo().Key()]; len(pages) == 0 || own && len(pages) == 1 {
				found = append(found, m)
			}
		}
	}
	for _, u := range e.Notes.Links {
		keep(matches(ix.byAddress[canonical(u)], JoinedByLink, "")...)
	}
	if a := canonical(e.URL); a != "" {
		keep(matches(ix.byLink[a], JoinedByLink, "")...)
	}
	titled := make(map[string]bool) // words of the title and the address
	for _, word := range identifierWords(e.Title.Unsafe() + " " + e.URL.String()) {
		titled[word] = true
	}
	mentioned := keysOf(e.Notes.Identifiers)
	for word := range titled {
		if ix.byIdentifier[word] != nil && !slices.Contains(mentioned, word) {
			mentioned = append(mentioned, word)
		}
	}
	slices.Sort(mentioned)
	about := ix.about(e)
	for _, id := range mentioned {
		if severalStories(found) {
			break
		}
		for _, m := range ix.byIdentifier[id] {
			// An announcement of the project itself names it in the title, or mentions no others.
			if about(m.story.repo(), id) && (titled[id] || ix.mentionsAll(m.story, mentioned)) {
				keep(match{m, JoinedByIdentifier, m.identifier})
			}
		}
	}
	return found
}

func severalStories(found []match) bool {
	return slices.ContainsFunc(found, func(m match) bool { return m.story != found[0].story })
}

// about returns a function that reports whether an entry with an identifier comes from, or
// is about, the project of a repository.
func (ix *index) about(e Entry) func(repo Repo, identifier string) bool {
	text := spaced(strings.Join([]string{e.Title.Unsafe(), e.Feed.Unsafe(), e.URL.String(), e.feedID()}, " "))
	var links []string
	for _, u := range e.Notes.Links {
		links = append(links, canonical(u))
	}
	known := make(map[string]bool) // by repository, whatever the identifier
	return func(repo Repo, identifier string) bool {
		names := ix.spacedNames(repo)
		own, ok := known[repo.Key()]
		if !ok {
			own = containsAny(text, names) ||
				slices.ContainsFunc(links, func(l string) bool { return strings.HasPrefix(l, "github.com/"+repo.Key()+"/") })
			known[repo.Key()] = own
		}
		return own || containsAny(spaced(identifier), names)
	}
}

// spacedNames are what a repository is called, each between spaces.
func (ix *index) spacedNames(repo Repo) []string {
	key := repo.Key()
	if names, ok := ix.spacedBy[key]; ok {
		return names
	}
	var names []string
	for _, name := range []string{repo.Name, repo.Owner, ix.names[key]} {
		if s := spaced(name); s != "  " {
			names = append(names, s)
		}
	}
	ix.spacedBy[key] = names
	return names
}

// spaced returns the words of a text, each between spaces.
func spaced(s string) string { return " " + strings.Join(wordsOf(s), " ") + " " }

func containsAny(s string, parts []string) bool {
	return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(s, p) })
}

func (ix *index) mentionsAll(s *Story, ids []string) bool {
	return !slices.ContainsFunc(ids, func(id string) bool { return !ix.identifiers[s][id] })
}

// linkedPages are the repositories whose releases or advisories the entry links to. What
// links to those of several, or of others than it could be joined with, is a round-up.
func (e Entry) linkedPages() map[string]bool {
	repos := make(map[string]bool)
	for _, u := range e.Notes.Links {
		path, ok := strings.CutPrefix(canonical(u), "github.com/")
		parts := strings.Split(path, "/")
		if ok && len(parts) > 4 && slices.Contains([]string{"releases/tag", "security/advisories"}, parts[2]+"/"+parts[3]) {
			repos[parts[0]+"/"+parts[1]] = true
		}
	}
	return repos
}

// canonical returns an address without what makes no difference: the scheme, www., the
// fragment, a slash at the end, /latest/ and /stable/ on the way. It is empty for none.
func canonical(u markdown.URL) string {
	parsed, err := url.Parse(u.String())
	if err != nil || parsed.Host == "" {
		return ""
	}
	host := strings.TrimPrefix(parsed.Host, "www.")
	path := strings.TrimRight(parsed.EscapedPath(), "/")
	for _, alias := range []string{"/latest/", "/stable/"} {
		path = strings.Replace(path, alias, "/", 1)
	}
	if host == "github.com" {
		path = strings.ToLower(path)
	}
	if parsed.RawQuery != "" {
		path += "?" + parsed.RawQuery
	}
	return host + path
}

// wordsOf returns the words of a text in lower case.
func wordsOf(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// identifierWords returns what could be identifiers in a text, in upper case.
func identifierWords(s string) []string {
	words := strings.FieldsFunc(strings.ToUpper(s), func(r rune) bool {
		return r >= utf8.RuneSelf || !isLetter(byte(r)) && !isDigit(byte(r)) && r != '-' && r != '_'
	})
	return slices.DeleteFunc(words, func(w string) bool { return !strings.Contains(w, "-") })
}

// versionsIn returns the versions in a text, as whole words: v1.20.1 and istio-1.20.1 are
// 1.20.1, and 1.20.1-rc.1 is another.
func versionsIn(s string) []string {
	var out []string
	for _, word := range strings.FieldsFunc(s, func(r rune) bool {
		return r >= utf8.RuneSelf || unicode.IsSpace(r) || strings.ContainsRune(",;:()[]{}<>/|!?&\"'`*", r)
	}) {
		v := versionKey(strings.Trim(word, ".-_"))
		if v != "" && isDigit(v[0]) && strings.Contains(v, ".") {
			out = append(out, v)
		}
	}
	return out
}
