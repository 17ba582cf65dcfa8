package status

import (
	"bytes"
	"context"
	"io"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// visited is a page of the handler.
func visited(t *testing.T, b *Board, target string) []byte {
	t.Helper()
	w := httptest.NewRecorder()
	Handler(b, func(context.Context) error { return nil }).ServeHTTP(w, httptest.NewRequest("GET", target, nil))
	if w.Code != 200 {
		t.Fatalf("%s: status %d", target, w.Code)
	}
	return w.Body.Bytes()
}

func TestThePage(t *testing.T) {
	c := &clock{at(t, "2023-12-01 12:00")}
	b := NewBoard("v1.2.3", c.now)
	mondays := parsed(t, "17 9 * * 1", "Asia/Shanghai")
	b.Configure([]Digest{
		{Name: "good", Schedule: mondays}, {Name: "late", Schedule: mondays}, {Name: "failed", Schedule: mondays},
		{Name: "gaps", Schedule: mondays}, {Name: "new", Schedule: parsed(t, "0 6 1 * *", "America/New_York")}, {Name: "manual"},
	})
	run := func(digest, end string, op Operation, change func(*Run)) {
		r := ended(t, end, op)
		r.Digest, r.Period, r.Edition, r.Requests, r.Points = digest, "2023-12-11..2023-12-17", 1, 51, 7
		r.Items = map[string]int{"releases": 3, "discussions": 12, "advisories": 0}
		if op != Failed {
			r.Draft = "https://github.com/istio/community/pull/1"
		}
		change(&r)
		b.Finished(r)
	}
	run("good", "2023-12-18 09:19", Created, func(*Run) {})
	run("late", "2023-12-11 09:19", Unchanged, func(r *Run) { r.Period = "2023-12-04..2023-12-10" })
	run("failed", "2023-12-18 09:19", Created, func(r *Run) { r.Draft = "content/en/weekly/01/index.md" })
	run("failed", "2023-12-18 11:00", Failed, func(r *Run) { r.Items = nil })
	run("gaps", "2023-12-18 09:19", Updated, func(r *Run) { r.Gaps = 2 })
	c.Time = at(t, "2023-12-18 11:30")
	for _, name := range []string{"good", "failed", "gaps", "new"} {
		b.Looked(name, c.Time, time.Time{})
	}
	b.Looked("late", c.Time, at(t, "2023-12-18 00:00"))
	b.Started("late", "2023-12-11..2023-12-17")
	golden(t, "page.html", visited(t, b, "/"))
}

func TestThePageWithoutDigests(t *testing.T) {
	c := &clock{at(t, "2023-12-18 11:30")}
	golden(t, "empty.html", visited(t, NewBoard("", c.now), "/"))
}

func TestThePageStandsStillWhenAsked(t *testing.T) {
	b, _ := weekly(t, "2023-12-11 12:00")
	if p := visited(t, b, "/?refresh=off"); bytes.Contains(p, []byte("http-equiv")) || !bytes.Contains(p, []byte(`href="?"`)) {
		t.Errorf("got\n%s", p)
	}
}

// hostile are texts that want to be something else than text.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `</samp></td><h1>`, `{{.}}`, `<!--`, "\x1b[31m\u202egnp\x00\xff",
	`&lt;script&gt;`, `' onmouseover='alert(1)`, `</title><script>`, strings.Repeat("<b>", 5000),
}

// Whatever is in it, the page has the elements that it has with a harmless word.
func TestHostileTextsAreTextOnThePage(t *testing.T) {
	want := elements(t, hostilePage(t, "word"))
	for _, text := range hostile {
		p := hostilePage(t, text)
		if got := elements(t, p); !slices.Equal(got, want) {
			t.Errorf("%.40q changes the page:\n got %q\nwant %q", text, got, want)
		}
		if bytes.ContainsAny(p, "\x00\x1b\u202e") {
			t.Errorf("%.40q: a control character gets through", text)
		}
	}
}

func hostilePage(t *testing.T, text string) []byte {
	c := &clock{at(t, "2023-12-11 12:00")}
	b := NewBoard("", c.now)
	b.Configure([]Digest{{Name: text, Schedule: parsed(t, "17 9 * * 1", "UTC")}})
	b.Finished(Run{Digest: text, End: c.Time, Operation: Created, Period: text, Edition: 1, Draft: text, Items: map[string]int{text: 1}})
	b.Finished(Run{Digest: text, End: c.Time, Operation: Failed, Period: text, Err: text, Items: map[string]int{text: 1}})
	c.Time = at(t, "2023-12-25 12:00")
	return visited(t, b, "/")
}

// elements lists the tags of a page with the names of their attributes, and all addresses.
func elements(t *testing.T, page []byte) []string {
	t.Helper()
	var list []string
	z := html.NewTokenizer(bytes.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if z.Err() != io.EOF {
				t.Fatal(z.Err())
			}
			return list
		case html.StartTagToken, html.SelfClosingTagToken, html.CommentToken:
			token := z.Token()
			text := token.Data
			for _, a := range token.Attr {
				text += " " + a.Key
				if a.Key == "href" || a.Key == "src" {
					text += "=" + a.Val
				}
			}
			list = append(list, text)
		}
	}
}

func TestOnlyAddressesOfTheWebAreLinked(t *testing.T) {
	for place, href := range map[string]string{
		"https://github.com/istio/community/pull/1": "https://github.com/istio/community/pull/1",
		"http://ghe.example:8080/a?b=c&d=e#f":       "http://ghe.example:8080/a?b=c&d=e#f",
		`https://github.com/a"b`:                    `https://github.com/a%22b`,
		"javascript:alert(1)":                       "",
		"JAVASCRIPT:alert(1)":                       "",
		"java\nscript:alert(1)":                     "",
		"data:text/html,<script>":                   "",
		"//evil.example/":                           "",
		"file:///etc/passwd":                        "",
		"https://user:word@evil.example/":           "",
		"content/en/weekly/01/index.md":             "",
		"":                                          "",
	} {
		r := ended(t, "2023-12-18 09:19", Created)
		r.Draft = place
		if got := draftOf(r).Href; got != href {
			t.Errorf("%q: linked to %q", place, got)
		}
	}
}

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                            "less than a minute",
		59 * time.Second:             "less than a minute",
		time.Minute:                  "1 min",
		2 * time.Hour:                "2 h",
		2*time.Hour + time.Minute:    "2 h 1 min",
		24 * time.Hour:               "1 d",
		24*time.Hour + time.Minute:   "1 d",
		7*24*time.Hour - time.Minute: "6 d 23 h",
	} {
		if got := span(d); got != want {
			t.Errorf("%s: got %q, want %q", d, got, want)
		}
	}
}
