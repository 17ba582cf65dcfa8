package github

import (
	"encoding/json"
	"net/http"
)

// maxListed is how many entries of a list in a failed answer are kept.
const maxListed = 20

// tidy rewrites the body of refused requests, so that go-github's error, which prints it, is one safe line. A body
// that is not JSON, such as a proxy's page, becomes a message; otherwise go-github would show nothing of it.
type tidy struct{ next http.RoundTripper }

func (t *tidy) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(req)
	if err != nil || resp.StatusCode < 400 {
		return resp, err
	}
	var v any
	raw := bytesOf(resp)
	if json.Unmarshal(raw, &v) != nil {
		v = map[string]any{"message": string(raw)}
	}
	// unreachable error: v holds only what JSON can say
	safe, _ := json.Marshal(cleanJSON(v))
	setBody(resp, safe)
	return resp, nil
}

func cleanJSON(v any) any {
	switch v := v.(type) {
	case string:
		return clean(v)
	case []any:
		v = v[:min(len(v), maxListed)]
		for i := range v {
			v[i] = cleanJSON(v[i])
		}
		return v
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			out[clean(k)] = cleanJSON(x)
		}
		return out
	}
	return v
}
