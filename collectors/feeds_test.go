package collectors

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/githubtest"
	"github.com/community-digest/digest/internal/markdown"
)

// collectFeed collects one feed with the given text. What is changed of the source is up
// to the test.
func collectFeed(t *testing.T, body string, change ...func(*FeedSource)) digest.Findings {
	t.Helper()
	s := githubtest.NewInProcess(t, &githubtest.World{Files: map[string]string{"feed.xml": body}})
	source := FeedSource{URL: s.FileURL("feed.xml"), Section: "project"}
	for _, f := range change {
		f(&source)
	}
	f := collect(t, NewFeeds(s.Client(), []FeedSource{source}))
	for _, q := range s.Requests() {
		if q.Header.Get("Authorization") != "" {
			t.Error("a token was sent to a feed")
		}
	}
	return f
}

func rss(items ...string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Istio &amp; co</title>` + strings.Join(items, "") + `</channel></rss>`
}

// item is an item of the period.
func item(fields string) string { return itemAt(in, fields) }

func itemAt(at time.Time, fields string) string {
	return "<item>" + fields + "<pubDate>" + at.Format(time.RFC1123Z) + "</pubDate></item>"
}

func atomFeed(entries ...string) string {
	return `<feed xmlns="http://www.w3.org/2005/Atom"><title>Istio</title><id>f</id>` + strings.Join(entries, "") + `</feed>`
}

func titles(f digest.Findings) []string {
	var out []string
	for _, e := range f.Entries {
		out = append(out, e.Title.Unsafe())
	}
	return out
}

func TestEntryCountsByPublicationElseByUpdate(t *testing.T) {
	from, to := week.From.UTC(), week.To.UTC()
	date := func(at time.Time) string { return at.Format(time.RFC3339) }
	published := func(at time.Time) string { return "<published>" + date(at) + "</published>" }
	updated := func(at time.Time) string { return "<updated>" + date(at) + "</updated>" }
	pubDate := func(at time.Time) string { return rss(itemAt(at, "<title>x</title>")) }
	entry := func(dates ...string) string {
		return atomFeed("<entry><id>1</id><title>x</title>" + strings.Join(dates, "") + "</entry>")
	}
	for _, tt := range []struct {
		name, body string
		dropped    digest.DropReason
	}{
		{"RSS at the first instant", pubDate(from), ""},
		{"RSS a second before", pubDate(from.Add(-second)), digest.OutsidePeriod},
		{"RSS in the last second, in another zone", pubDate(to.Add(-second).In(time.FixedZone("", -8*3600))), ""},
		{"RSS at the end", pubDate(to), digest.OutsidePeriod},
		{"Atom at the first instant", entry(published(from)), ""},
		{"Atom at the end", entry(published(to)), digest.OutsidePeriod},
		{"published before, updated in the period", entry(published(before), updated(in)), digest.OutsidePeriod},
		{"published in the period, updated after it", entry(updated(after), published(in)), ""},
		{"only updated, in the period", entry(updated(in)), ""},
		{"only updated, before it", entry(updated(before)), digest.OutsidePeriod},
		{"a day without a time, the first", entry("<published>2023-12-11</published>"), ""},
		{"a day without a time, the one before", entry("<published>2023-12-10</published>"), digest.OutsidePeriod},
		{"a day without a time, the last", entry("<published>Sunday, December 17, 2023</published>"), ""},
		{"a day without a time, the one after", entry("<published>18 Dec 2023</published>"), digest.OutsidePeriod},
		{"a time without a zone, the first", entry("<published>2023-12-11 00:00:00</published>"), ""},
		{"a time without a zone, a second before", entry("<published>Sun, 10 Dec 2023 23:59:59</published>"), digest.OutsidePeriod},
		{"far in the future", entry("<published>2999-01-01T00:00:00Z</published>"), digest.OutsidePeriod},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := collectFeed(t, tt.body)
			if tt.dropped == "" {
				wantReceipt(t, f, 0, 1, nil, digest.Complete)
				return
			}
			wantReceipt(t, f, 0, 0, map[digest.DropReason]int{tt.dropped: 1}, digest.Complete)
		})
	}
}

func TestDayWithoutTimeIsOfTheConfiguredZone(t *testing.T) {
	f := collectFeed(t, atomFeed("<entry><id>1</id><title>x</title><published>2023-12-11</published></entry>"))
	if got := f.Entries[0].PublishedAt; !got.Equal(week.From) || got.Location() != time.UTC {
		t.Errorf("published at %s, want %s", got, week.From.UTC())
	}
}

func TestEntriesOfEachFormat(t *testing.T) {
	want := []digest.Entry{{
		Item: digest.Item{URL: link(t, "https://istio.io/a"), Section: "project"},
		Feed: text("Istio"), Title: text("A bold & R&D title"), Summary: text("First. Second & last."), PublishedAt: in,
		Notes: digest.Notes{Lead: text("First. Second & last.")},
	}}
	for name, body := range map[string]string{
		"RSS": `<rss><channel><title>Istio</title>` + item(`<guid>g1</guid><title>A &lt;b&gt;bold&lt;/b&gt; &amp;amp; R&amp;D title</title><link>https://istio.io/a</link>
			<description><![CDATA[<p>First.</p><script>alert(1)</script><style>p{}</style><p>Second &amp; last.</p>]]></description>`) + `</channel></rss>`,
		"Atom": atomFeed(`<entry><id>g1</id><title type="html">A &lt;b>bold&lt;/b> &amp;amp; R&amp;amp;D title</title><link href="https://istio.io/a"/>
			<updated>` + in.Format(time.RFC3339) + `</updated><content type="xhtml"><div><p>First.</p><p>Second &amp; last.</p></div></content></entry>`),
		"JSON": `{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "g1", "url": "https://istio.io/a", "title": "A <b>bold</b> & R&D title",
			"content_html": "<p>First.</p><p>Second &amp; last.</p>", "date_published": "` + in.Format(time.RFC3339) + `"}], "title": "Istio"}`,
	} {
		got := collectFeed(t, body)
		want[0].ID = digest.ID(got.Receipts[0].Source + " g1")
		if diff := cmp.Diff(want, got.Entries, inside); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

func TestEntriesAreTheSameIfIdentifierAndAddressAgree(t *testing.T) {
	one := func(fields, title string) string { return item(fields + "<title>" + title + "</title>") }
	const guid, a, b = `<guid isPermaLink="false">N/A</guid>`, `<link>https://istio.io/a</link>`, `<link>https://istio.io/b</link>`
	for _, tt := range []struct {
		name  string
		items []string
		want  []string
	}{
		{"identifier and address", []string{one(guid+a, "new"), one(guid+a, "old")}, []string{"new"}},
		{"identifier only", []string{one(guid+a, "1"), one(guid+b, "2")}, []string{"1", "2"}},
		{"identifier without an address", []string{one(guid, "1"), one(guid, "2"), one(guid, "2")}, []string{"1", "2"}},
		{"address without an identifier", []string{one(a, "1"), one(a, "2"), one(a, "2")}, []string{"1", "2"}},
	} {
		f := collectFeed(t, rss(tt.items...))
		if diff := cmp.Diff(tt.want, titles(f)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
		if merged := digest.Merge(f); len(merged.Entries) != len(tt.want) {
			t.Errorf("%s: %d different identifiers, want %d", tt.name, len(merged.Entries), len(tt.want))
		}
		var dropped map[digest.DropReason]int
		if n := len(tt.items) - len(tt.want); n > 0 {
			dropped = map[digest.DropReason]int{digest.FoundTwice: n}
		}
		wantReceipt(t, f, 0, len(tt.want), dropped, digest.Complete)
	}
}

func TestOfARepeatedEntryTheNewestTextCounts(t *testing.T) {
	entry := func(title string, published, updated time.Time) string {
		return "<entry><id>1</id><link href='https://istio.io/a'/><title>" + title + "</title><published>" + published.Format(time.RFC3339) +
			"</published><updated>" + updated.Format(time.RFC3339) + "</updated></entry>"
	}
	old, corrected := entry("old", in, in), entry("corrected", in, in.Add(time.Hour))
	republished := entry("corrected", after, after)
	for _, entries := range [][]string{{old, corrected}, {corrected, old}, {republished, old}, {old, republished}} {
		f := collectFeed(t, atomFeed(entries...))
		if diff := cmp.Diff([]string{"corrected"}, titles(f)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		} else if !f.Entries[0].PublishedAt.Equal(in) {
			t.Errorf("published at %s, want %s", f.Entries[0].PublishedAt, in)
		}
	}
}

func TestSameIdentifierInTwoFeedsIsTwoEntries(t *testing.T) {
	s := githubtest.NewInProcess(t, &githubtest.World{Files: map[string]string{
		"a.xml": rss(item(`<guid>1</guid><title>a</title>`)), "b.xml": rss(item(`<guid>1</guid><title>b</title>`))}})
	f := collect(t, NewFeeds(s.Client(), []FeedSource{{URL: s.FileURL("a.xml")}, {URL: s.FileURL("b.xml")}}))
	if merged := digest.Merge(f); len(merged.Entries) != 2 {
		t.Errorf("%d entries, want 2", len(merged.Entries))
	}
}

func TestEntryWithoutReadableDateIsAGap(t *testing.T) {
	for _, tt := range []struct{ items, detail string }{
		{`<item><title>x</title><pubDate>18 septembre 2023</pubDate></item>`, `invalid date in 1 of 2 entries: "18 septembre 2023"`},
		{`<item><title>x</title></item>`, "no date in 1 of 2 entries"},
	} {
		f := collectFeed(t, rss(tt.items, item(`<title>y</title>`)))
		wantReceipt(t, f, 0, 1, map[digest.DropReason]int{digest.NoDate: 1}, digest.Failed)
		if got := f.Receipts[0].Detail.Unsafe(); got != tt.detail {
			t.Errorf("detail %q, want %q", got, tt.detail)
		}
	}
	f := collectFeed(t, atomFeed("<entry><id>1</id><published>soon</published><updated>"+in.Format(time.RFC3339)+"</updated></entry>"))
	wantReceipt(t, f, 0, 0, map[digest.DropReason]int{digest.NoDate: 1}, digest.Failed)
	wantReceipt(t, collectFeed(t, rss()), 0, 0, nil, digest.Complete)
}

func TestUnsafeLinkIsDropped(t *testing.T) {
	for _, address := range []string{"javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "file:///etc/passwd", "https://user:pw@istio.io/", "mailto:a@b.c", ""} {
		f := collectFeed(t, rss(item(`<title>x</title><link>`+address+`</link>`)))
		if e := f.Entries[0]; !e.URL.IsZero() {
			t.Errorf("%s: link %s kept", address, e.URL)
		}
	}
}

func TestPatternsSelectEntriesByTitleAndCategory(t *testing.T) {
	body := rss(item("<guid>1</guid><title>ISTIO-SECURITY-2023-005</title>"), item("<guid>2</guid><title>Meetup</title><category>Security / News</category>"),
		item("<guid>3</guid><title>Insecure defaults</title>"), item("<guid>4</guid><title>Release</title><category>release</category>"))
	for _, tt := range []struct {
		include, exclude, want []string
	}{
		{nil, nil, []string{"ISTIO-SECURITY-2023-005", "Meetup", "Insecure defaults", "Release"}},
		{[]string{"*security*"}, nil, []string{"ISTIO-SECURITY-2023-005", "Meetup"}},
		{[]string{"*secur*"}, []string{"in*"}, []string{"ISTIO-SECURITY-2023-005", "Meetup"}},
		{nil, []string{"release", "*defaults"}, []string{"ISTIO-SECURITY-2023-005", "Meetup"}},
		{[]string{"security*news", "m??t*p"}, nil, []string{"Meetup"}},
	} {
		f := collectFeed(t, body, func(s *FeedSource) { s.Include, s.Exclude = tt.include, tt.exclude })
		if diff := cmp.Diff(tt.want, titles(f)); diff != "" {
			t.Errorf("include %q, exclude %q (-want +got)\n%s", tt.include, tt.exclude, diff)
		}
		if n := f.Receipts[0].Dropped[digest.ExcludedByPattern]; n != 4-len(tt.want) {
			t.Errorf("%d excluded by pattern, want %d", n, 4-len(tt.want))
		}
	}
}

func TestNotesOfAnEntryHaveItsLinksAndIdentifiers(t *testing.T) {
	f := collectFeed(t, rss(item(`<title>ISTIO-SECURITY-2023-005</title><link>https://istio.io/bulletin/</link><description><![CDATA[<p>Fixed in
		<a href="https://github.com/istio/istio/releases/tag/1.20.1">1.20.1</a>, see <a href="../notes">the notes</a>.</p><table><tr><td>CVE-2023-44487</td></tr></table>]]></description>
		<content:encoded>&lt;ul>&lt;li>Fixed a leak of ghsa-qppj-FM5R-hxr3 in the proxy.&lt;/li>&lt;/ul></content:encoded>`)))
	n := f.Entries[0].Notes
	site := strings.TrimSuffix(f.Receipts[0].Source, "/files/feed.xml")
	want := []markdown.URL{link(t, "https://github.com/istio/istio/releases/tag/1.20.1"), link(t, site+"/notes")}
	if diff := cmp.Diff(want, n.Links, inside); diff != "" {
		t.Errorf("links (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]markdown.Text{text("ISTIO-SECURITY-2023-005"), text("CVE-2023-44487"), text("GHSA-qppj-fm5r-hxr3")}, n.Identifiers, inside); diff != "" {
		t.Errorf("identifiers (-want +got)\n%s", diff)
	}
	if len(n.Groups) != 1 || n.Groups[0].Kind != digest.ChangeSecurity {
		t.Errorf("groups %+v", n.Groups)
	}
}

func TestTextsAreBounded(t *testing.T) {
	long := strings.Repeat("世", 5000)
	f := collectFeed(t, strings.Replace(rss(item(fmt.Sprintf(`<guid>%s</guid><title>%[1]s</title><description>%[1]s</description>`, long))), "Istio", long, 1))
	e := f.Entries[0]
	for name, tt := range map[string]struct {
		got   string
		limit int
	}{
		"feed": {e.Feed.Unsafe(), 1 << 10}, "title": {e.Title.Unsafe(), 1 << 10}, "summary": {e.Summary.Unsafe(), 3 << 10},
		"identifier": {string(e.ID), 1 << 10},
	} {
		if len(tt.got) > tt.limit || len(tt.got) < tt.limit-3 || strings.ContainsRune(tt.got, '\uFFFD') {
			t.Errorf("%s has %d bytes, want about %d and whole characters", name, len(tt.got), tt.limit)
		}
	}
}
