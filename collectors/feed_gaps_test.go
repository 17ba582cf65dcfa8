package collectors

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/feed"
	"github.com/community-digest/digest/internal/githubtest"
)

func TestUnreadableFeedIsAGapAndTheOthersAreKept(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		fault      *githubtest.Fault
		kept       int // of the bad feed
		detail     string
	}{
		{name: "login page", body: "<!DOCTYPE html><html><body>Sign in</body></html>", detail: "not RSS, Atom or JSON Feed (the server returned text/xml)"},
		{name: "empty", detail: "not RSS, Atom or JSON Feed (the server returned an empty document)"},
		{name: "another document", body: `{"message": "Not Found"}`, detail: "not RSS, Atom or JSON Feed (the server returned text/xml)"},
		{name: "wrong JSON", body: `{"items":3}`, detail: "not RSS, Atom or JSON Feed"},
		{name: "text", body: "service unavailable", detail: "not RSS, Atom or JSON Feed"},
		{name: "incomplete", body: rss(item("<title>1</title>"), item("<title>2</title>"))[:240], kept: 1, detail: "cut short (after 1 entry)"},
		{name: "missing", fault: &githubtest.Fault{Status: 404}, detail: "the server returned 404 Not Found"},
		{name: "broken server", fault: &githubtest.Fault{Status: 500, Times: -1}, detail: "the server returned 500 Internal Server Error"},
		{name: "not modified", fault: &githubtest.Fault{Status: 304}, detail: "the server returned 304 Not Modified"},
		{name: "reset", fault: &githubtest.Fault{Reset: true, Times: -1}, detail: "cut short"},
		{name: "redirect loop", fault: &githubtest.Fault{Redirect: "/files/bad.xml", Times: -1}, detail: "more than 5 redirects"},
		{name: "too large", body: rss(strings.Repeat("<!--"+strings.Repeat(" ", 1000)+"-->", feed.MaxBytes/1000)), detail: "larger than 10 MiB"},
		{name: "nested", body: nested("UTF-8", "<x:a>"), detail: "nested more than 500 deep"},
		{name: "nested in another encoding", body: nested("ISO-8859-1", "<x:\xe9>"), detail: "nested more than 500 deep"},
		{name: "nested in JSON", body: `{"items": [{"a":` + strings.Repeat("[", 20000), detail: "invalid JSON"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				good := rss(item("<title>good</title>"))
				s := githubtest.NewInProcess(t, &githubtest.World{Files: map[string]string{"a.xml": good, "bad.xml": tt.body, "c.xml": good}})
				if tt.fault != nil {
					tt.fault.Path = "/files/bad.xml"
					s.Fail(*tt.fault)
				}
				client := s.Client()
				client.CheckRedirect = checkFeedRedirect
				f := collect(t, NewFeeds(client, []FeedSource{{URL: s.FileURL("a.xml")}, {URL: s.FileURL("bad.xml")}, {URL: s.FileURL("c.xml")}}))
				wantReceipt(t, f, 0, 1, nil, digest.Complete)
				wantReceipt(t, f, 1, tt.kept, nil, digest.Failed)
				wantReceipt(t, f, 2, 1, nil, digest.Complete)
				if got := f.Receipts[1].Detail.Unsafe(); !strings.Contains(got, tt.detail) {
					t.Errorf("detail %q, want %q in it", got, tt.detail)
				}
			})
		})
	}
}

// nested is a feed whose elements never end.
func nested(encoding, element string) string {
	return strings.Replace(`<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:x="urn:x"><channel>`, "UTF-8", encoding, 1) +
		strings.Repeat(element, 5000)
}

func TestFeedIsRetriedLikeGitHub(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault githubtest.Fault
		least time.Duration
	}{
		{"reset", githubtest.Fault{Reset: true, Times: 2}, time.Second},
		{"cut short", githubtest.Fault{Truncate: true}, 0},
		{"unavailable", githubtest.Fault{Status: 503, Times: 3}, 3 * time.Second},
		{"limited", githubtest.Fault{Status: 429, Header: http.Header{"Retry-After": {"60"}}}, time.Minute},
		{"unavailable until a date", githubtest.Fault{Status: 503, Header: http.Header{"Date": {"Sat, 01 Jan 2000 00:00:00 GMT"}, "Retry-After": {"Sat, 01 Jan 2000 00:00:30 GMT"}}}, 30 * time.Second},
		{"slow once", githubtest.Fault{Delay: time.Hour}, feedTimeout},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) { // which begins on 1 January 2000
				s := githubtest.NewInProcess(t, &githubtest.World{Files: map[string]string{"a.xml": rss(item("<title>x</title>"))}})
				tt.fault.Path, tt.fault.Times = "/files/a.xml", max(1, tt.fault.Times)
				s.Fail(tt.fault)
				start := time.Now()
				f := collect(t, NewFeeds(s.Client(), []FeedSource{{URL: s.FileURL("a.xml")}}))
				wantReceipt(t, f, 0, 1, nil, digest.Complete)
				if d := time.Since(start); d < tt.least || d > sourceTimeout {
					t.Errorf("took %s, want at least %s", d, tt.least)
				}
			})
		})
	}
}

func TestFeedIsNotRetriedInVain(t *testing.T) {
	for _, tt := range []struct {
		fault  githubtest.Fault
		detail string
	}{
		{githubtest.Fault{Status: 404}, "the server returned 404 Not Found"},
		{githubtest.Fault{Status: 403}, "the server returned 403 Forbidden"},
		{githubtest.Fault{Status: 429, Header: http.Header{"Retry-After": {"3600"}}}, "the server returned 429 Too Many Requests and asks to wait 1h0m0s"},
	} {
		bubble(t, func(t *testing.T) {
			s := githubtest.NewInProcess(t, &githubtest.World{Files: map[string]string{"a.xml": rss()}})
			tt.fault.Path = "/files/a.xml"
			s.Fail(tt.fault)
			f := collect(t, NewFeeds(s.Client(), []FeedSource{{URL: s.FileURL("a.xml")}}))
			wantReceipt(t, f, 0, 0, nil, digest.Failed)
			if got := f.Receipts[0].Detail.Unsafe(); got != tt.detail || len(s.Requests()) != 1 {
				t.Errorf("detail %q after %d requests, want %q", got, len(s.Requests()), tt.detail)
			}
		})
	}
}

func TestUnansweredFeedEndsWithinTwoMinutes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := githubtest.NewInProcess(t, &githubtest.World{Files: map[string]string{"a.xml": rss(item("<title>x</title>"))}})
		s.Fail(githubtest.Fault{Path: "/files/slow.xml", Delay: time.Hour, Times: -1})
		start := time.Now()
		f := collect(t, NewFeeds(s.Client(), []FeedSource{{URL: s.FileURL("slow.xml")}, {URL: s.FileURL("a.xml")}}))
		wantReceipt(t, f, 0, 0, nil, digest.Failed)
		wantReceipt(t, f, 1, 1, nil, digest.Complete)
		if d := time.Since(start); d > 2*time.Minute {
			t.Errorf("took %s", d)
		}
	})
}

// drip is a body that never ends, and never brings much.
type drip struct{}

func (drip) Read(p []byte) (int, error) {
	time.Sleep(time.Second)
	return copy(p, "<!-- -->"), nil
}

func TestDrippingFeedsEndInTime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		c := &http.Client{Transport: wire{look: func(r *http.Request) *http.Response {
			resp := respond(r, 200, "")
			resp.Body = io.NopCloser(io.MultiReader(strings.NewReader("<rss><channel>"), drip{}))
			return resp
		}}}
		start := time.Now()
		f := collect(t, NewFeeds(c, []FeedSource{{URL: "https://a.example/"}, {URL: "https://b.example/"}}))
		wantReceipt(t, f, 0, 0, nil, digest.Failed)
		wantReceipt(t, f, 1, 0, nil, digest.Failed)
		if d := time.Since(start); d > 2*time.Minute+2*time.Second {
			t.Errorf("took %s", d)
		}
	})
}

func TestCancelledRunReadsNoFeeds(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := githubtest.NewInProcess(t, &githubtest.World{})
		s.SetLatency(time.Minute)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		_, err := NewFeeds(s.Client(), []FeedSource{{URL: s.FileURL("a.xml")}}).Collect(ctx, week)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 2*time.Second {
			t.Errorf("error %v after %s", err, time.Since(start))
		}
	})
}

func TestReachIsThatOfTheEntriesInOrder(t *testing.T) {
	hourly := func(n int, from time.Time) (items []string) { // newest first
		for i := range n {
			items = append(items, itemAt(from.Add(-time.Duration(i)*time.Hour), fmt.Sprintf("<guid>%d-%d</guid><title>x</title>", from.Unix(), i)))
		}
		return items
	}
	news, old := hourly(12, in), hourly(1, before)
	reversed := slices.Clone(news)
	slices.Reverse(reversed)
	for _, tt := range []struct {
		name  string
		items []string
		want  digest.Outcome
	}{
		{"all new", news, digest.Truncated},
		{"the last one old", slices.Concat(news, old), digest.Complete},
		{"an old one pinned at the top", slices.Concat(old, news), digest.Truncated},
		{"an old one in the middle", slices.Concat(news[:3], old, news[3:]), digest.Truncated},
		{"two old ones pinned", slices.Concat(hourly(2, before), news), digest.Truncated},
		{"few entries", news[:9], digest.Complete},
		{"oldest first, all new", reversed, digest.Truncated},
		{"oldest first", slices.Concat(old, reversed), digest.Complete},
		{"oldest first, an old one pinned at the end", slices.Concat(reversed, old), digest.Truncated},
	} {
		f := collectFeed(t, rss(tt.items...))
		if r := f.Receipts[0]; r.Outcome != tt.want {
			t.Errorf("%s: %s (%s), want %s", tt.name, r.Outcome, r.Detail, tt.want)
		}
	}
}

func TestLargeFeedIsCutAfterItsLastWholeEntry(t *testing.T) {
	padding := "<x:pad>" + strings.Repeat("x ", 100<<10) + "</x:pad>"
	feedOf := func(step time.Duration) string {
		var items []string
		for i := range 60 { // 12 MB
			items = append(items, itemAt(in.Add(-time.Duration(i)*step), fmt.Sprintf("<guid>%d</guid><title>%[1]d</title>%s", i, padding)))
		}
		return rss(items...)
	}
	f := collectFeed(t, feedOf(24*time.Hour))
	wantReceipt(t, f, 0, 4, map[digest.DropReason]int{digest.OutsidePeriod: 47}, digest.Complete)
	f = collectFeed(t, feedOf(time.Minute))
	wantReceipt(t, f, 0, 51, nil, digest.Truncated)
	want := "larger than 10 MiB: what was read reaches back to 2023-12-13 only"
	if got := f.Receipts[0].Detail.Unsafe(); got != want {
		t.Errorf("detail %q, want %q", got, want)
	}
	if diff := cmp.Diff("50", f.Entries[50].Title.Unsafe()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestKeyInTheAddressOfAFeedIsNotPublished(t *testing.T) {
	s := githubtest.NewInProcess(t, &githubtest.World{Files: map[string]string{
		"a.xml": rss(item("<title>good</title><link>?p=1</link>")), "bad.xml": "no feed"}})
	for _, address := range []string{s.FileURL("a.xml") + "?key=s3cret", s.FileURL("bad.xml") + "?key=s3cret", "http://nowhere.invalid/feed?key=s3cret"} {
		f := collect(t, impatient(s.Client(), []FeedSource{{URL: address}}))
		data, err := digest.EncodeSnapshot(digest.Snapshot{Period: week, Findings: f})
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(data), "s3cret") {
			t.Errorf("%s: the key is in the snapshot:\n%s", address, data)
		}
	}
}

func TestPanicNamesTheFeed(t *testing.T) {
	c := &http.Client{Transport: wire{look: func(*http.Request) *http.Response { panic("bug") }}}
	defer func() {
		if got := fmt.Sprint(recover()); got != "feed https://a.example/feed: bug" {
			t.Errorf("panic %q", got)
		}
	}()
	_, _ = NewFeeds(c, []FeedSource{{URL: "https://a.example/feed?key=s3cret"}}).Collect(t.Context(), week)
}
