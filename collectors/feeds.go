package collectors

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/markdown"
)

// FeedSource is an RSS or Atom feed.
type FeedSource struct {
	URL     string
	Section digest.SectionName
}

// name is the address without its query, which may hold a key: receipts are published.
func (s FeedSource) name() string {
	name, _, _ := strings.Cut(s.URL, "?")
	return name
}

// id tells feeds apart that differ in the query only, without showing it.
func (s FeedSource) id() string {
	if s.name() == s.URL {
		return s.URL
	}
	return fmt.Sprintf("%s?%.8x", s.name(), sha256.Sum256([]byte(s.URL)))
}

// Feeds collects entries that were published in the period, or, where a feed tells no
// date of publication, updated in it. Vendor bulletins often exist only there.
type Feeds struct {
	client  *http.Client
	sources []FeedSource

	// Progress, if there is one, counts the sources that have been read.
	Progress *Progress
}

// NewFeeds returns a collector of the sources' entries. The client must not be one
// that sends a token: feeds are strangers.
func NewFeeds(client *http.Client, sources []FeedSource) *Feeds {
	return &Feeds{client: client, sources: sources}
}

const (
	maxFeed     = 10 << 20 // bytes, after decompression
	maxSummary  = 3 << 10  // bytes: an excerpt shows less
	feedTimeout = 30 * time.Second
	// cutFeed is how many entries a feed has at least that is taken to show only its
	// newest ones, as most feeds of some age do.
	cutFeed = 10
)

// Collect implements [digest.Collector].
func (c *Feeds) Collect(ctx context.Context, p digest.Period) (digest.Findings, error) {
	found := make([]digest.Findings, len(c.sources))
	err := each(len(c.sources), func(i int) error {
		var err error
		found[i], err = c.read(ctx, c.sources[i], p)
		c.Progress.add(1)
		return err
	})
	var f digest.Findings
	for _, one := range found {
		f.Entries = append(f.Entries, one.Entries...)
		f.Receipts = append(f.Receipts, one.Receipts...)
	}
	return f, err
}

// read reads one feed. Only the end of the whole run is an error.
func (c *Feeds) read(ctx context.Context, s FeedSource, p digest.Period) (digest.Findings, error) {
	r := digest.Receipt{Kind: digest.Feeds, Source: s.name(), Section: s.Section, Outcome: digest.Complete}
	feed, err := c.fetch(ctx, s.URL)
	if ctx.Err() != nil {
		return digest.Findings{}, ctx.Err()
	}
	if err != nil {
		fail(&r, err)
		return digest.Findings{Receipts: []digest.Receipt{r}}, nil
	}
	r.Pages = 1
	var f digest.Findings
	seen := make(map[digest.ID]bool)
	var oldest time.Time
	for _, it := range feed.Items {
		e, ok := entry(s, feed, it, p)
		if ok && (oldest.IsZero() || e.PublishedAt.Before(oldest)) {
			oldest = e.PublishedAt
		}
		switch {
		case !ok:
			r.Drop(digest.NoDate)
		case seen[e.ID]:
			r.Drop(digest.FoundTwice)
		case !p.Contains(e.PublishedAt):
			r.Drop(digest.OutsidePeriod)
		default:
			seen[e.ID] = true
			r.Keep()
			f.Entries = append(f.Entries, e)
		}
	}
	switch n := r.Dropped[digest.NoDate]; {
	case n > 0 && n == r.Seen:
		r.Outcome, r.Detail = digest.Failed, markdown.Untrusted("no entry of the feed has a date that can be read")
	case r.Seen >= cutFeed && oldest.After(p.From):
		r.Outcome = digest.Truncated
		r.Detail = markdown.Untrusted("its oldest entry is of " + oldest.In(p.Location()).Format(time.DateOnly) + ": it does not reach back to the beginning of the period")
	}
	f.Receipts = []digest.Receipt{r}
	return f, nil
}

func (c *Feeds) fetch(ctx context.Context, address string) (*gofeed.Feed, error) {
	ctx, cancel := context.WithTimeout(ctx, feedTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("read feed: %s", github.Reason(err))
	}
	req.Header.Set("User-Agent", "digest")
	req.Header.Set("Accept", "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5")
	resp, err := c.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("read feed: %s", github.Reason(err)) // without the address, which may hold a key
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("read feed: the server answered %d %s", resp.StatusCode, http.StatusText(resp.StatusCode))
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxFeed+1))
	if err != nil {
		return nil, fmt.Errorf("read feed: %s", github.Reason(err))
	}
	if len(data) > maxFeed {
		return nil, fmt.Errorf("read feed: it is larger than %d MiB", maxFeed>>20)
	}
	return parseFeed(data)
}

// entry turns a feed's item into ours. It reports false for one without a date.
func entry(s FeedSource, feed *gofeed.Feed, it *gofeed.Item, p digest.Period) (digest.Entry, bool) {
	when, ok := published(it, p.Location())
	if !ok {
		return digest.Entry{}, false
	}
	id := it.GUID
	if id == "" {
		id = it.Link + " " + it.Title
	}
	summary := it.Description
	if summary == "" {
		summary = it.Content
	}
	link, _ := markdown.ParseURL(it.Link) // an entry without a safe address is shown without a link
	return digest.Entry{
		Item:        digest.Item{ID: digest.NewID(s.id() + " " + id), URL: link, Section: s.Section},
		Feed:        markdown.Untrusted(plainText(feed.Title)),
		Title:       markdown.Untrusted(plainText(it.Title)),
		Summary:     markdown.UntrustedBody(beginning(plainText(summary))),
		PublishedAt: when,
	}, true
}

var bareDay = regexp.MustCompile(`^\s*\d{4}-\d{2}-\d{2}\s*$`)

// published is the time that counts for an entry. A day without a time is that day in
// the editorial zone, whichever zone the parser assumes.
func published(it *gofeed.Item, loc *time.Location) (time.Time, bool) {
	text, t := it.Published, it.PublishedParsed
	if t == nil {
		text, t = it.Updated, it.UpdatedParsed
	}
	if t == nil {
		return time.Time{}, false
	}
	if bareDay.MatchString(text) {
		if day, err := digest.ParseDay(strings.TrimSpace(text), loc); err == nil {
			return day.UTC(), true
		}
	}
	return t.UTC(), true
}

// beginning cuts a text to maxSummary.
func beginning(s string) string {
	if len(s) <= maxSummary {
		return s
	}
	return strings.ToValidUTF8(s[:maxSummary], "")
}
