package httpcache

import (
	"io"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOnlyAnswersThatCanBeAskedAboutAreKept(t *testing.T) {
	const tag = `"1"`
	for _, tt := range []struct {
		name   string
		method string
		status int
		header http.Header
		want   bool
	}{
		{"a tag", "GET", 200, http.Header{"Etag": {tag}}, true},
		{"a time", "GET", 200, http.Header{"Last-Modified": {"Mon, 18 Dec 2023 00:00:00 GMT"}}, true},
		{"neither", "GET", 200, http.Header{"Cache-Control": {"max-age=60"}}, false},
		{"a write", "POST", 200, http.Header{"Etag": {tag}}, false},
		{"a head", "HEAD", 200, http.Header{"Etag": {tag}}, false},
		{"a failure", "GET", 404, http.Header{"Etag": {tag}}, false},
		{"a part", "GET", 206, http.Header{"Etag": {tag}}, false},
		{"private", "GET", 200, http.Header{"Etag": {tag}, "Cache-Control": {"private, max-age=60"}}, true},
		{"not to be kept", "GET", 200, http.Header{"Etag": {tag}, "Cache-Control": {"private, No-Store"}}, false},
		{"varies by headers", "GET", 200, http.Header{"Etag": {tag}, "Vary": {"Accept, Authorization", "Cookie"}}, true},
		{"varies by anything", "GET", 200, http.Header{"Etag": {tag}, "Vary": {"Accept, *"}}, false},
		{"its length", "GET", 200, http.Header{"Etag": {tag}, "Content-Length": {"4"}}, true},
		{"another length", "GET", 200, http.Header{"Etag": {tag}, "Content-Length": {"5"}}, false},
		{"still encoded", "GET", 200, http.Header{"Etag": {tag}, "Content-Encoding": {"br"}}, false},
	} {
		req := request(t, "https://api.example.com/x")
		req.Method = tt.method
		_, ok := NewEntry(req, &http.Response{StatusCode: tt.status, Header: tt.header}, []byte("body"))
		if ok != tt.want {
			t.Errorf("%s: kept %v, want %v", tt.name, ok, tt.want)
		}
	}
}

func TestATagIsAskedWithBeforeATime(t *testing.T) {
	const when = "Mon, 18 Dec 2023 00:00:00 GMT"
	for _, tt := range []struct{ have, want http.Header }{
		{http.Header{"Etag": {`W/"1"`}, "Last-Modified": {when}}, http.Header{"If-None-Match": {`W/"1"`}}},
		{http.Header{"Last-Modified": {when}}, http.Header{"If-Modified-Since": {when}}},
	} {
		req := request(t, "https://api.example.com/x")
		Entry{Header: tt.have}.Ask(req)
		if diff := cmp.Diff(tt.want, req.Header); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}

func TestARestoredAnswerHasWhatIsNewAndWhatWasKept(t *testing.T) {
	e := Entry{Body: []byte("body"), Header: http.Header{
		"Etag": {`"1"`}, "Content-Type": {"application/json"}, "Link": {`<old>; rel="next"`},
	}}
	for _, tt := range []struct{ name, link, want string }{
		{"a 304 without links", "", `<old>; rel="next"`},
		{"a 304 with links", `<new>; rel="next"`, `<new>; rel="next"`},
	} {
		resp := &http.Response{StatusCode: 304, Body: http.NoBody, Header: http.Header{
			"X-Ratelimit-Remaining": {"7"}, "Content-Type": {"text/plain"}, "Content-Length": {"0"},
		}}
		if tt.link != "" {
			resp.Header.Set("Link", tt.link)
		}
		e.Restore(resp)
		want := http.Header{
			"Etag": {`"1"`}, "Content-Type": {"application/json"}, "Link": {tt.want}, "X-Ratelimit-Remaining": {"7"},
		}
		if diff := cmp.Diff(want, resp.Header); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", tt.name, diff)
		}
		body, err := io.ReadAll(resp.Body)
		if resp.StatusCode != 200 || resp.Status != "200 OK" || string(body) != "body" || resp.ContentLength != 4 || err != nil {
			t.Errorf("%s: %s, %q, %d bytes, %v", tt.name, resp.Status, body, resp.ContentLength, err)
		}
	}
}
