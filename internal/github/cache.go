package github

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/community-digest/digest/internal/httpcache"
)

// cache asks GitHub whether an answer of an earlier run still holds, which costs nothing of the hourly limit, and hands
// that answer on as if it came anew. It stands behind auth, because GitHub's ETags and answers are one token's: it sees
// the token each request really carries. It is not there for calls without a token, of which a 304 counts as any answer.
// https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate
type cache struct {
	next  http.RoundTripper
	store *httpcache.Cache
	max   int64 // of a body, as for one that comes anew
	usage *usage
}

// errOtherTag is repeated by retry, and then asked without the entry.
var errOtherTag = errors.New("answer 304 for another version than the one asked about")

func (c *cache) RoundTrip(req *http.Request) (*http.Response, error) {
	if !repeatable(req) {
		return c.next.RoundTrip(req)
	}
	key := httpcache.NewKey(req.Header.Get("Authorization"), req)
	have, known := c.store.Get(key)
	known = known && int64(len(have.Body)) <= c.max
	if known {
		req = req.Clone(req.Context())
		have.Ask(req)
	}
	resp, err := c.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	switch resp.StatusCode {
	case http.StatusNotModified:
		if !known {
			return resp, nil
		}
		if !sameTag(have.Header, resp.Header) {
			c.store.Delete(key)
			return nil, errOtherTag
		}
		c.usage.notModified()
		have.Restore(resp)
		setBody(resp, have.Body)
	case http.StatusOK:
		if e, ok := worthKeeping(req, resp); ok {
			c.store.Put(key, e)
		} else {
			c.store.Delete(key)
		}
	case http.StatusNotFound, http.StatusGone, http.StatusUnavailableForLegalReasons:
		c.store.Delete(key) // what the token may not see any more
	}
	return resp, nil
}

// repeatable reports whether a request can be asked as a question. One that holds a condition is somebody else's question.
func repeatable(req *http.Request) bool {
	for name := range req.Header {
		if name == "Range" || strings.HasPrefix(name, "If-") {
			return false
		}
	}
	return req.Method == http.MethodGet
}

// worthKeeping returns what is to be kept of an answer.
func worthKeeping(req *http.Request, resp *http.Response) (httpcache.Entry, bool) {
	raw := bytesOf(resp)
	// GitHub answers If-Modified-Since with 304 though something was added since, so only a tag is good enough.
	// https://github.com/hub4j/github-api/issues/669
	if resp.Header.Get("Etag") == "" || !json.Valid(raw) || mayGrow(req, resp, raw) {
		return httpcache.Entry{}, false
	}
	return httpcache.NewEntry(req, resp, raw)
}

// mayGrow reports whether a list just fills its page. The tag is made of the page alone: when a second page begins,
// GitHub still answers 304 for the first, without the link to the next one, and what is there would be missed.
// https://github.com/app-sre/github-mirror/pull/57
func mayGrow(req *http.Request, resp *http.Response, raw []byte) bool {
	var items []json.RawMessage
	if nextLink.MatchString(strings.Join(resp.Header.Values("Link"), ", ")) || json.Unmarshal(raw, &items) != nil {
		return false // there is a next page already, or it is no list
	}
	size, err := strconv.Atoi(req.URL.Query().Get("per_page"))
	if err != nil || size < 1 {
		size = 30
	}
	return len(items) >= min(size, 100)
}

// sameTag compares as If-None-Match does. GitHub has left the tag out of its 304.
func sameTag(asked, answered http.Header) bool {
	tag := func(h http.Header) string { return strings.TrimPrefix(h.Get("Etag"), "W/") }
	return tag(answered) == "" || tag(answered) == tag(asked)
}
