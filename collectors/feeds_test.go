package collectors

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/githubtest"
)

// feed collects one feed, of which the text is given.
func feed(t *testing.T, body string) digest.Findings {
	t.Helper()
	s := githubtest.NewInProcess(t, &githubtest.World{Files: map[string]string{"feed.xml": body}})
	f := collect(t, NewFeeds(s.Client(), []FeedSource{{URL: s.FileURL("feed.xml"), Section: "project"}}))
	for _, q := range s.Requests() {
		if q.Header.Get("Authorization") != "" {
			t.Error("a feed was sent a token")
		}
	}
	return f
}

func rss(items ...string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Istio &amp; co</title>` + strings.Join(items, "") + `</channel></rss>`
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

func TestEntryCountsByItsPublicationElseByItsUpdate(t *testing.T) {
	from, to := week.From.UTC(), week.To.UTC()
	date := func(at time.Time) string { return at.Format(time.RFC3339) }
	published := func(at time.Time) string { return "<published>" + date(at) + "</published>" }
	updated := func(at time.Time) string { return "<updated>" + date(at) + "</updated>" }
	pubDate := func(at time.Time) string {
		return rss("<item><title>x</title><pubDate>" + at.Format(time.RFC1123Z) + "</pubDate></item>")
	}
	entry := func(dates ...string) string {
		return atomFeed("<entry><id>1</id><title>x</title>" + strings.Join(dates, "") + "</entry>")
	}
	for _, tt := range []struct {
		name, body string
		dropped    digest.DropReason
	}{
		{"RSS at the first instant", pubDate(from), ""},
		{"RSS a second before", pubDate(from.Add(-second)), digest.OutsidePeriod},
		{"RSS in the last second, in a zone of its own", pubDate(to.Add(-second).In(time.FixedZone("", -8*3600))), ""},
		{"RSS at the end", pubDate(to), digest.OutsidePeriod},
		{"Atom at the first instant", entry(published(from)), ""},
		{"Atom at the end", entry(published(to)), digest.OutsidePeriod},
		{"published before, updated in the period", entry(published(before), updated(in)), digest.OutsidePeriod},
		{"published in the period, updated after it", entry(updated(after), published(in)), ""},
		{"only updated, in the period", entry(updated(in)), ""},
		{"only updated, before it", entry(updated(before)), digest.OutsidePeriod},
		{"a day without a time, the first", entry("<published>2023-12-11</published>"), ""},
		{"a day without a time, the one before", entry("<published>2023-12-10</published>"), digest.OutsidePeriod},
		{"a day without a time, the last", entry("<published>2023-12-17</published>"), ""},
		{"a day without a time, the one after", entry("<published>2023-12-18</published>"), digest.OutsidePeriod},
		{"far in the future", entry("<published>2999-01-01T00:00:00Z</published>"), digest.OutsidePeriod},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := feed(t, tt.body)
			if tt.dropped == "" {
				wantReceipt(t, f, 0, 1, nil, digest.Complete)
				return
			}
			wantReceipt(t, f, 0, 0, map[digest.DropReason]int{tt.dropped: 1}, digest.Complete)
		})
	}
}

func TestDayWithoutATimeIsADayOfTheEditorialZone(t *testing.T) {
	f := feed(t, atomFeed("<entry><id>1</id><title>x</title><published>2023-12-11</published></entry>"))
	if got := f.Entries[0].PublishedAt; !got.Equal(week.From) || got.Location() != time.UTC {
		t.Errorf("published at %s, want %s", got, week.From.UTC())
	}
}

func item(fields string) string {
	return "<item>" + fields + "<pubDate>" + in.Format(time.RFC1123Z) + "</pubDate></item>"
}

func TestEntriesOfRSSAndAtomHaveAllTheirFacts(t *testing.T) {
	got := feed(t, rss(item(`<guid>g1</guid><title>A &lt;b&gt;bold&lt;/b&gt; &amp;amp; R&amp;D title</title><link>https://istio.io/a</link>
		<description><![CDATA[<p>First.</p><script>alert(1)</script><style>p{}</style><p>Second &amp; last.</p>]]></description>`)))
	want := []digest.Entry{{
		Item: digest.Item{ID: digest.ID(got.Receipts[0].Source + " g1"), URL: link(t, "https://istio.io/a"), Section: "project"},
		Feed: text("Istio & co"), Title: text("A bold & R&D title"), Summary: text("First. Second & last."), PublishedAt: in,
	}}
	if diff := cmp.Diff(want, got.Entries, inside); diff != "" {
		t.Errorf("RSS (-want +got)\n%s", diff)
	}
	got = feed(t, atomFeed(`<entry><id>g2</id><title>Two</title><link href="https://istio.io/b"/><updated>`+in.Format(time.RFC3339)+
		`</updated><content type="html">&lt;p&gt;Body.&lt;/p&gt;</content></entry>`))
	want = []digest.Entry{{
		Item: digest.Item{ID: digest.ID(digest.ID(got.Receipts[0].Source + " g2")), URL: link(t, "https://istio.io/b"), Section: "project"},
		Feed: text("Istio"), Title: text("Two"), Summary: text("Body."), PublishedAt: in,
	}}
	if diff := cmp.Diff(want, got.Entries, inside); diff != "" {
		t.Errorf("Atom (-want +got)\n%s", diff)
	}
}

func TestEntryWithTheSameIdentifierCountsOnce(t *testing.T) {
	f := feed(t, rss(item(`<guid>g</guid><title>one</title>`), item(`<guid>g</guid><title>two</title>`),
		item(`<title>three</title><link>https://istio.io/3</link>`), item(`<title>three</title><link>https://istio.io/3</link>`),
		item(`<title>four</title><link>https://istio.io/3</link>`)))
	if diff := cmp.Diff([]string{"one", "three", "four"}, titles(f)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	wantReceipt(t, f, 0, 3, map[digest.DropReason]int{digest.FoundTwice: 2}, digest.Complete)
}

func TestSameIdentifierInTwoFeedsIsTwoEntries(t *testing.T) {
	s := githubtest.NewInProcess(t, &githubtest.World{Files: map[string]string{
		"a.xml": rss(item(`<guid>1</guid><title>a</title>`)), "b.xml": rss(item(`<guid>1</guid><title>b</title>`))}})
	f := collect(t, NewFeeds(s.Client(), []FeedSource{{URL: s.FileURL("a.xml")}, {URL: s.FileURL("b.xml")}}))
	if merged := digest.Merge(f); len(merged.Entries) != 2 {
		t.Errorf("%d entries, want 2", len(merged.Entries))
	}
}

func TestEntriesWithoutADateAreCountedAndAFeedOfNothingElseIsAGap(t *testing.T) {
	f := feed(t, rss(`<item><title>when?</title></item>`, `<item><title>x</title><pubDate>some day</pubDate></item>`, item(`<title>y</title>`)))
	wantReceipt(t, f, 0, 1, map[digest.DropReason]int{digest.NoDate: 2}, digest.Complete)
	f = feed(t, rss(`<item><title>when?</title></item>`))
	wantReceipt(t, f, 0, 0, map[digest.DropReason]int{digest.NoDate: 1}, digest.Failed)
	wantReceipt(t, feed(t, rss()), 0, 0, nil, digest.Complete)
}

func TestEntryLosesALinkThatIsNone(t *testing.T) {
	for _, address := range []string{"javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "file:///etc/passwd", "https://user:pw@istio.io/", "/relative", "mailto:a@b.c", ""} {
		f := feed(t, rss(item(`<title>x</title><link>`+address+`</link>`)))
		if e := f.Entries[0]; !e.URL.IsZero() {
			t.Errorf("%s: link %s kept", address, e.URL)
		}
	}
}

func TestSummaryIsCutOnACharacter(t *testing.T) {
	for n := range 4 {
		f := feed(t, rss(item(fmt.Sprintf(`<title>x</title><description>%s%s</description>`, strings.Repeat("a", n), strings.Repeat("世", 2000)))))
		got := f.Entries[0].Summary.Unsafe()
		if len(got) > maxSummary || len(got) < maxSummary-3 || strings.ContainsRune(got, '\uFFFD') {
			t.Errorf("%d bytes of summary, ending in %q", len(got), got[len(got)-6:])
		}
	}
}

func TestFeedInAnotherEncodingIsDecoded(t *testing.T) {
	f := feed(t, strings.Replace(rss(item("<title>caf\xe9</title>")), "UTF-8", "ISO-8859-1", 1))
	if diff := cmp.Diff([]string{"café"}, titles(f)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
