package collectors

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/githubtest"
)

func TestFeedThatCannotBeReadIsAGapAndTheOthersAreKept(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		fault      *githubtest.Fault
		detail     string
	}{
		{"login page", "<!DOCTYPE html><html><body>Sign in</body></html>", nil, "failed to detect feed type"},
		{"nothing", "", nil, "failed to detect feed type"},
		{"cut off", rss(item("<title>x</title>"))[:150], nil, "unexpected EOF"},
		{"other format", `{"items":3}`, nil, "read feed"},
		{"missing", "", &githubtest.Fault{Status: 404}, "404 Not Found"},
		{"broken server", "", &githubtest.Fault{Status: 500}, "500 Internal Server Error"},
		{"nothing new to nobody", "", &githubtest.Fault{Status: 304}, "304 Not Modified"},
		{"broken connection", "", &githubtest.Fault{Reset: true}, "cut short"},
		{"half an answer", rss(item("<title>x</title>")), &githubtest.Fault{Truncate: true}, "cut short"},
		{"in circles", "", &githubtest.Fault{Redirect: "/files/bad.xml", Times: -1}, "more than 5 redirects"},
		{"too large", rss(strings.Repeat(" ", maxFeed)), nil, "larger than 10 MiB"},
		{"nested", nested("UTF-8", "<x:a>"), nil, "nested more than"},
		{"nested in another encoding", nested("ISO-8859-1", "<x:\xe9>"), nil, "nested more than"},
		{"nested between characters that are none", nested("UTF-8", "<x\x01:a>"), nil, "nested more than"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			good := rss(item("<title>good</title>"))
			s := githubtest.NewInProcess(t, &githubtest.World{Files: map[string]string{"a.xml": good, "bad.xml": tt.body, "c.xml": good}})
			if tt.fault != nil {
				tt.fault.Path = "/files/bad.xml"
				s.Fail(*tt.fault)
			}
			client := s.Client()
			client.CheckRedirect = checkFeedRedirect
			f := collect(t, NewFeeds(client, []FeedSource{{URL: s.FileURL("a.xml")}, {URL: s.FileURL("bad.xml")}, {URL: s.FileURL("c.xml")}}))
			if diff := cmp.Diff([]string{"good", "good"}, titles(f)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if tt.detail == "" {
				return
			}
			wantReceipt(t, f, 1, 0, nil, digest.Failed)
			if got := f.Receipts[1].Detail.Unsafe(); !strings.Contains(got, tt.detail) {
				t.Errorf("detail %q, want %q in it", got, tt.detail)
			}
		})
	}
}

// nested is a feed whose elements lie in each other: parsers go down with them, and a
// stack that overflows ends the program.
func nested(encoding, element string) string {
	return strings.Replace(`<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:x="urn:x"><channel>`, "UTF-8", encoding, 1) +
		strings.Repeat(element, 5000)
}

func TestFeedThatDecompressesToTooMuchIsRefused(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		defer z.Close()
		io.WriteString(z, "<rss><channel><title>")
		zeros := strings.Repeat("0", 1<<20)
		for range 12 { // MiB, of which some kilobytes travel
			if _, err := io.WriteString(z, zeros); err != nil {
				return
			}
		}
	}))
	defer srv.Close()
	sources := []FeedSource{{URL: srv.URL}}
	f := collect(t, NewFeeds(NewFeedClient(sources), sources))
	wantReceipt(t, f, 0, 0, nil, digest.Failed)
	if got := f.Receipts[0].Detail.Unsafe(); !strings.Contains(got, "larger than 10 MiB") {
		t.Errorf("detail %q", got)
	}
}

// endless is a body that counts what is read of it.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	if e.read += len(p); e.read > 4*maxFeed {
		return 0, errors.New("too much was read")
	}
	return len(p), nil
}

func TestFeedWithoutEndIsReadNoFurtherThanTheLimit(t *testing.T) {
	body := new(endless)
	c := &http.Client{Transport: wire{look: func(r *http.Request) *http.Response {
		resp := respond(r, 200, "")
		resp.Body = io.NopCloser(body)
		return resp
	}}}
	f := collect(t, NewFeeds(c, []FeedSource{{URL: "https://istio.io/feed.xml"}}))
	wantReceipt(t, f, 0, 0, nil, digest.Failed)
	if got := f.Receipts[0].Detail.Unsafe(); !strings.Contains(got, "larger than 10 MiB") {
		t.Errorf("detail %q after %d bytes", got, body.read)
	}
}

func TestFeedThatDoesNotAnswerIsGivenUpInTime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := githubtest.NewInProcess(t, &githubtest.World{Files: map[string]string{"a.xml": rss(item("<title>x</title>"))}})
		s.Fail(githubtest.Fault{Path: "/files/slow.xml", Delay: time.Hour})
		start := time.Now()
		f := collect(t, NewFeeds(s.Client(), []FeedSource{{URL: s.FileURL("slow.xml")}, {URL: s.FileURL("a.xml")}}))
		wantReceipt(t, f, 0, 0, nil, digest.Failed)
		wantReceipt(t, f, 1, 1, nil, digest.Complete)
		if d := time.Since(start); d != feedTimeout {
			t.Errorf("took %s, want %s", d, feedTimeout)
		}
	})
}

func TestCancelledRunReadsNoFeeds(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := githubtest.NewInProcess(t, &githubtest.World{})
		s.SetLatency(time.Minute)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := NewFeeds(s.Client(), []FeedSource{{URL: s.FileURL("a.xml")}}).Collect(ctx, week)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
	})
}

func TestFeedThatDoesNotReachBackToThePeriodIsAGap(t *testing.T) {
	entries := func(n int, last string) string {
		var items []string
		for i := range n {
			items = append(items, item("<guid>"+strings.Repeat("x", i+1)+"</guid><title>new</title>"))
		}
		return rss(append(items, last)...)
	}
	old := "<item><title>old</title><pubDate>" + before.Format(time.RFC1123Z) + "</pubDate></item>"
	for _, tt := range []struct {
		name, feed string
		want       digest.Outcome
	}{
		{"full page, all new", entries(10, ""), digest.Truncated},
		{"full page, the last one old", entries(10, old), digest.Complete},
		{"young feed", entries(9, ""), digest.Complete},
	} {
		f := feed(t, tt.feed)
		if r := f.Receipts[0]; r.Outcome != tt.want {
			t.Errorf("%s: %s (%s), want %s", tt.name, r.Outcome, r.Detail, tt.want)
		}
	}
}

func TestKeyInTheAddressOfAFeedIsNotPublished(t *testing.T) {
	s := githubtest.NewInProcess(t, &githubtest.World{Files: map[string]string{"a.xml": rss(item("<title>good</title>"))}})
	for _, address := range []string{s.FileURL("a.xml") + "?key=s3cret", "http://nowhere.invalid/feed?key=s3cret"} {
		f := collect(t, NewFeeds(s.Client(), []FeedSource{{URL: address}}))
		data, err := digest.EncodeSnapshot(digest.Snapshot{Period: week, Findings: f})
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(data), "s3cret") {
			t.Errorf("%s: the key is in the snapshot:\n%s", address, data)
		}
	}
}
