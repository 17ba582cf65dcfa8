package collectors

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/markdown"
)

// FeedSource is an RSS, Atom or JSON feed.
type FeedSource struct {
	URL     string
	Section digest.SectionName
	// Internal allows the feed's own scheme, host and port to be a private address.
	Internal bool
	// Include and Exclude are patterns for the title and the categories of an entry.
	// Without Include all are included; Exclude wins.
	Include, Exclude []string
	// Identifiers are patterns of vendors' identifiers, beside CVE, GHSA and the like.
	Identifiers []*regexp.Regexp
}

// name is the address without its query, which may hold a key: receipts are published.
func (s FeedSource) name() string {
	name, _, _ := strings.Cut(s.URL, "?")
	return name
}

// id distinguishes feeds that differ in the query only, without showing it.
func (s FeedSource) id() string {
	if s.name() == s.URL {
		return s.URL
	}
	return fmt.Sprintf("%s?%.8x", s.name(), sha256.Sum256([]byte(s.URL)))
}

// takes reports whether the patterns let an entry through.
func (s FeedSource) takes(e *feedEntry) bool {
	fits := func(pattern string) bool {
		return matchesText(pattern, e.title) || slices.ContainsFunc(e.categories, func(c string) bool { return matchesText(pattern, c) })
	}
	return (len(s.Include) == 0 || slices.ContainsFunc(s.Include, fits)) && !slices.ContainsFunc(s.Exclude, fits)
}

// matchesText reports whether a whole text fits a pattern as of [path.Match], in which
// slashes are characters like any other, whatever the case of its letters.
func matchesText(pattern, text string) bool {
	plain := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "/", "|")) }
	ok, err := path.Match(plain(pattern), plain(text))
	return ok && err == nil
}

// Feeds collects entries that were published in the period, or, where a feed gives no
// date of publication, updated in it. Vendor bulletins often exist only there.
type Feeds struct {
	client  *http.Client
	sources []FeedSource
	sleep   func(context.Context, time.Duration)

	// Progress counts the sources that have been read. It may be nil.
	Progress *Progress
}

// NewFeeds returns a collector of the sources' entries. The client must not be one
// that sends a token: feeds are untrusted.
func NewFeeds(client *http.Client, sources []FeedSource) *Feeds {
	return &Feeds{client: client, sources: sources, sleep: sleep}
}

// Collect implements [digest.Collector].
func (c *Feeds) Collect(ctx context.Context, p digest.Period) (digest.Findings, error) {
	found := make([]digest.Findings, len(c.sources))
	err := each(len(c.sources), func(i int) error {
		found[i] = c.read(ctx, c.sources[i], p)
		c.Progress.add(1)
		return ctx.Err()
	})
	if err != nil {
		return digest.Findings{}, err
	}
	var f digest.Findings
	for _, one := range found {
		f.Entries = append(f.Entries, one.Entries...)
		f.Receipts = append(f.Receipts, one.Receipts...)
	}
	return f, nil
}

// read reads one feed. Whatever is wrong with it is on its receipt.
func (c *Feeds) read(ctx context.Context, s FeedSource, p digest.Period) digest.Findings {
	defer func() {
		if r := recover(); r != nil {
			panic(fmt.Sprintf("feed %s: %v", s.name(), r))
		}
	}()
	r := digest.Receipt{Kind: digest.Feeds, Source: s.name(), Section: s.Section, Outcome: digest.Complete}
	doc, err := c.load(ctx, s, p)
	if doc.isFeed {
		r.Pages = 1
	}
	var f digest.Findings
	for _, e := range doc.entries {
		switch {
		case !e.dated:
			r.Drop(digest.NoDate)
		case e.repeats:
			r.Drop(digest.FoundTwice)
		case !p.Contains(e.published):
			r.Drop(digest.OutsidePeriod)
		case !s.takes(e):
			r.Drop(digest.ExcludedByPattern)
		default:
			r.Keep()
			f.Entries = append(f.Entries, s.entry(e, doc.title))
		}
	}
	outcome, detail := doc.outcome(p, err)
	if err != nil && s.Internal {
		detail = "an internal feed, of which no details are published"
	}
	r.Outcome, r.Detail = outcome, markdown.Untrusted(detail)
	f.Receipts = []digest.Receipt{r}
	return f
}

// entry makes a fact of an entry. Its identity is what the feed gives it, with the address
// where the feed gives the same to several.
func (s FeedSource) entry(e *feedEntry, feedTitle string) digest.Entry {
	id := e.id
	if id == "" {
		id = e.link + " " + e.title
	} else if e.shared {
		id += " " + cmp.Or(e.link, e.title)
	}
	link, _ := markdown.ParseURL(e.link) // an entry without a safe address is shown without a link
	return digest.Entry{
		Item:        digest.Item{ID: digest.NewID(s.id() + " " + id), URL: link, Section: s.Section},
		Feed:        markdown.Untrusted(feedTitle),
		Title:       markdown.Untrusted(e.title),
		Summary:     markdown.UntrustedBody(e.summary),
		Notes:       e.notes,
		PublishedAt: e.published,
	}
}
