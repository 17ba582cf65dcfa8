package feed

import (
	"errors"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/unicode"
)

var address = &url.URL{Scheme: "https", Host: "example.org", Path: "/blog/feed.xml"}

// readAll reads a document, and returns what ended it if that is not its end.
func readAll(t *testing.T, body, contentType string) ([]*Entry, string, error) {
	t.Helper()
	r, err := NewReader(t.Context(), strings.NewReader(body), address, contentType)
	if err != nil {
		return nil, "", err
	}
	var entries []*Entry
	for {
		e, err := r.Next()
		if err == io.EOF {
			return entries, r.Title(), nil
		}
		if err != nil {
			return entries, r.Title(), err
		}
		entries = append(entries, e)
	}
}

func readOne(t *testing.T, body string) *Entry {
	t.Helper()
	entries, _, err := readAll(t, body, "")
	if err != nil || len(entries) != 1 {
		t.Fatalf("%d entries, error %v, of %s", len(entries), err, body)
	}
	return entries[0]
}

// want is what a test compares of an entry.
type want struct {
	ID, Link, Title, Published, Updated, Summary, Content string
	Categories                                            []string
}

func facts(e *Entry) want {
	return want{e.ID, e.Link, e.Title, e.Published, e.Updated, e.Summary, e.Content, e.Categories}
}

func TestFormats(t *testing.T) {
	for _, tt := range []struct {
		name, body, title string
		want              want
	}{
		{"RSS 2.0", `<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY nbsp "&#160;">]><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">
			<channel><title>News</title><link>https://example.org/</link><item><title>One &amp; two</title><link>https://example.org/1</link>
			<guid isPermaLink="false">g1</guid><category>a</category><category domain="x"> b </category><pubDate>Mon, 17 Jun 2024 10:00:00 GMT</pubDate>
			<description>&lt;p&gt;Short&lt;/p&gt;</description><content:encoded><![CDATA[<p>Long ]] > &amp; more</p>]]></content:encoded></item></channel></rss>`,
			"News", want{"g1", "https://example.org/1", "One & two", "Mon, 17 Jun 2024 10:00:00 GMT", "", "<p>Short</p>", "<p>Long ]] > &amp; more</p>", []string{"a", "b"}}},
		{"RSS 1.0", `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
			<channel><title>News</title></channel><item rdf:about="x"><title>One</title><link>https://example.org/1</link><dc:date>2024-06-17</dc:date><dc:subject>a</dc:subject></item></rdf:RDF>`,
			"News", want{Link: "https://example.org/1", Title: "One", Published: "2024-06-17", Categories: []string{"a"}}},
		{"Atom", `<feed xmlns="http://www.w3.org/2005/Atom"><title type="text">News</title><link rel="self" href="feed.xml"/><entry><id>e1</id>
			<title type="html">A &lt;b&gt;bold&lt;/b&gt; one</title><link rel="edit" href="https://example.org/edit"/><link href="https://example.org/1"/>
			<published>2024-06-17T10:00:00Z</published><updated>2024-06-18T10:00:00Z</updated><category term="a" label="Aa"/>
			<source><title>Other</title><id>other</id><updated>2000-01-01T00:00:00Z</updated></source>
			<summary>Short</summary><content type="xhtml"><div>Long <b>&lt;one&gt;</b></div></content></entry></feed>`,
			"News", want{"e1", "https://example.org/1", "A <b>bold</b> one", "2024-06-17T10:00:00Z", "2024-06-18T10:00:00Z", "Short",
				"<div>Long <b>&lt;one&gt;</b></div>", []string{"a", "Aa"}}},
		{"Atom with a prefix", `<atom:feed xmlns:atom="http://www.w3.org/2005/Atom"><atom:title>News</atom:title><atom:entry><atom:id>e1</atom:id><atom:title>One</atom:title>
			<atom:link href="/1"/><atom:updated>2024-06-17T10:00:00Z</atom:updated></atom:entry></atom:feed>`,
			"News", want{ID: "e1", Link: "https://example.org/1", Title: "One", Updated: "2024-06-17T10:00:00Z"}},
		{"Atom in RSS", `<rss xmlns:a10="http://www.w3.org/2005/Atom"><channel><item><guid>1</guid><title>One</title><a10:link href="https://example.org/1"/>
			<a10:updated>2024-06-17T10:00:00Z</a10:updated></item><title>News</title></channel></rss>`,
			"News", want{ID: "1", Link: "https://example.org/1", Title: "One", Updated: "2024-06-17T10:00:00Z"}},
		{"media and podcasts", `<rss><channel><title>News</title><image><title>Logo</title><link>https://example.org/logo</link></image><item><media:title>Picture</media:title>
			<itunes:title>Episode</itunes:title><title>One</title><media:group><title>Video</title></media:group><guid>1</guid></item></channel></rss>`,
			"News", want{ID: "1", Title: "One"}},
		{"JSON Feed", ` {"version":"https://jsonfeed.org/version/1.1","home_page_url":"https://example.org/site/","_extra":{"items":[1,2]},
			"items":[{"id":7,"url":"1","title":"One","content_text":"Long","summary":"Short","date_published":"2024-06-17T10:00:00Z","tags":["a","b"],"authors":[{}],"image":null}],"title":"News"}`,
			"News", want{"7", "https://example.org/site/1", "One", "2024-06-17T10:00:00Z", "", "Short", "Long", []string{"a", "b"}}},
		{"sloppy XML", `<rss><channel><title>News</title><item><title>Ben & Jerry's &nbsp;< 3 &copy; <b>bold</title><link>https://example.org/?a=1&b=2</link>
			<description><p>Naked <br> markup</p></description><guid>1</guid></item></channel></rss>`,
			"News", want{ID: "1", Link: "https://example.org/?a=1&b=2", Title: "Ben & Jerry's \u00a0< 3 © <b>bold", Summary: "<p>Naked <br> markup</p>"}},
		{"broken text", `<rss><channel><title>News</title><item><guid>1</guid><title>a<?x?>b<!-- c -->d<![CDATA[e]]>f</title></item></channel></rss>`,
			"News", want{ID: "1", Title: "abdef"}},
		{"entities that expand", `<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><rss><channel><title>News</title><item><guid>1</guid><title>&b;</title></item></channel></rss>`,
			"News", want{ID: "1", Title: "&b;"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			entries, title, err := readAll(t, tt.body, "")
			if err != nil || len(entries) != 1 || title != tt.title {
				t.Fatalf("%d entries, title %q, error %v", len(entries), title, err)
			}
			if diff := cmp.Diff(tt.want, facts(entries[0])); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestEntriesThatAreNotClosed(t *testing.T) {
	entries, _, err := readAll(t, `<rss><channel><item><title>1</title><item><title>2</title></item><item/><item><title>4</channel></rss>`, "")
	var titles []string
	for _, e := range entries {
		titles = append(titles, e.Title)
	}
	if diff := cmp.Diff([]string{"1", "2", "", "4"}, titles); diff != "" || err != nil {
		t.Errorf("error %v (-want +got)\n%s", err, diff)
	}
}

func TestLinks(t *testing.T) {
	item := func(fields string) string {
		return `<rss><channel><link>https://site.example/a/</link><item>` + fields + `</item></channel></rss>`
	}
	for body, want := range map[string]string{
		item(`<link>https://example.org/1</link>`):                    "https://example.org/1",
		item("<link>\n  https://example.org/\n  1 </link>"):           "https://example.org/  1",
		item(`<link>2024/one</link>`):                                 "https://site.example/a/2024/one",
		item(`<link>/one</link>`):                                     "https://site.example/one",
		item(`<link>//other.example/one</link>`):                      "https://other.example/one",
		item(`<link xml:base="https://base.example/b/">one</link>`):   "https://base.example/b/one",
		`<rss><channel><item><link>one</link></item></channel></rss>`: "https://example.org/blog/one",
		`<rss xml:base="https://base.example/"><channel><item xml:base="c/"><link>one</link></item></channel></rss>`:                      "https://base.example/c/one",
		`<rss><channel><link>/site/</link><item><link>one</link></item></channel></rss>`:                                                  "https://example.org/site/one",
		item(`<guid>https://example.org/g</guid>`):                                                                                        "https://example.org/g",
		item(`<guid isPermaLink="true">/g</guid>`):                                                                                        "https://site.example/g",
		item(`<guid isPermaLink="false">https://example.org/g</guid>`):                                                                    "",
		item(`<guid>tag-7</guid>`):                                                                                                        "",
		item(`<guid>https://example.org/g</guid><link>https://example.org/l</link>`):                                                      "https://example.org/l",
		item(`<guid>https://example.org/g</guid><link>javascript:alert(1)</link>`):                                                        "https://example.org/g",
		item(`<link/><atom:link rel="self" href="https://example.org/s"/>`):                                                               "",
		item(`<link rel="alternate" href="https://example.org/h"/>`):                                                                      "https://example.org/h",
		item(`<link>mailto:a@example.org</link>`):                                                                                         "",
		`<feed xml:base="https://base.example/"><entry><link rel="enclosure" href="x"/><link rel="alternate" href="one"/></entry></feed>`: "https://base.example/one",
	} {
		if got := readOne(t, body).Link; got != want {
			t.Errorf("%s\ngot  %q\nwant %q", body, got, want)
		}
	}
}

func TestEncodings(t *testing.T) {
	const declaration, feed = `<?xml version="1.0" encoding="ISO-8859-1"?>`, `<rss><channel><item><title>%</title></item></channel></rss>`
	with := func(title string) string { return strings.Replace(feed, "%", title, 1) }
	utf16 := func(e unicode.Endianness, b unicode.BOMPolicy, s string) string {
		out, err := unicode.UTF16(e, b).NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for _, tt := range []struct{ name, body, contentType, want string }{
		{"UTF-8", with("café"), "", "café"},
		{"byte order mark", "\uFEFF" + with("café"), "text/xml; charset=iso-8859-1", "café"},
		{"declaration", declaration + with("caf\xe9"), "text/xml", "café"},
		{"header", with("caf\xe9"), `application/rss+xml; charset="windows-1252"`, "café"},
		{"header before declaration", declaration + with("café"), "text/xml; charset=utf-8", "café"},
		{"Chinese", `<?xml version='1.0' encoding='GBK'?>` + with("\xd6\xdc\xb1\xa8"), "", "周报"},
		{"UTF-16, little end first", utf16(unicode.LittleEndian, unicode.UseBOM, `<?xml version="1.0" encoding="utf-16"?>`+with("周报")), "", "周报"},
		{"UTF-16, big end first", utf16(unicode.BigEndian, unicode.UseBOM, with("周报")), "text/xml; charset=utf-8", "周报"},
		{"UTF-16 without a mark", utf16(unicode.LittleEndian, unicode.IgnoreBOM, `<?xml version="1.0"?>`+with("周报")), "", "周报"},
		{"UTF-16 by name only", `<?xml version="1.0" encoding="UTF-16"?>` + with("café"), "", "café"},
		{"bad bytes", with("caf\xe9 \xe2 x"), "", "caf\uFFFD \uFFFD x"},
		{"unknown encoding", `<?xml version="1.0" encoding="klingon"?>` + with("café"), "text/xml; charset=none", "café"},
		{"JSON", `{"items":[{"title":"caf` + "\xe9" + `"}]}`, "application/json", "caf\uFFFD"},
	} {
		entries, _, err := readAll(t, tt.body, tt.contentType)
		if err != nil || len(entries) != 1 {
			t.Errorf("%s: %d entries, error %v", tt.name, len(entries), err)
		} else if got := entries[0].Title; got != tt.want {
			t.Errorf("%s: title %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestNotAFeed(t *testing.T) {
	for _, body := range []string{
		"", " \n", "hello", "<!DOCTYPE html><html><head><title>Sign in</title></head></html>", "<opml/>", "<?xml version='1.0'?>", "[]", "{}", `{"items":{}}`, `{"error":"x"}`,
	} {
		_, _, err := readAll(t, body, "text/html; charset=utf-8")
		if format := new(FormatError); !errors.As(err, &format) {
			t.Errorf("%q: error %v", body, err)
		}
	}
	_, _, err := readAll(t, "<html>", "text/html; charset=utf-8")
	if want := "not RSS, Atom or JSON Feed (the server returned text/html)"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestWhatWasReadBeforeAnErrorIsKept(t *testing.T) {
	for body, want := range map[string]error{
		`<rss><channel><item><title>1</title></item><item><title>2`: io.ErrUnexpectedEOF,
		`{"items":[{"title":"1"},{"title":"2`:                       io.ErrUnexpectedEOF,
		`{"items":[{"title":"1"}]`:                                  io.ErrUnexpectedEOF,
		`{"items":[{"title":"1"},}]`:                                &SyntaxError{"invalid JSON"},
		`{"items":[{"title":"1"},3]}`:                               &SyntaxError{"invalid JSON"},
		`<rss><channel><item/>` + strings.Repeat("<a>", maxDepth):   &SyntaxError{"elements nested more than 500 deep"},
	} {
		entries, _, err := readAll(t, body, "")
		if len(entries) != 1 || err == nil || err.Error() != want.Error() {
			t.Errorf("%.60s: %d entries, error %v, want %v", body, len(entries), err, want)
		}
	}
}
