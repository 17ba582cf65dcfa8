package github

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
)

const (
	// maxBody is the largest response accepted, in bytes after decompression.
	maxBody = 10 << 20
	// requestTimeout is how long one attempt may take, the whole response included.
	requestTimeout = 30 * time.Second
)

// body reads every response whole, within a time and a size. The size counts decompressed bytes: net/http decompresses
// on the way, so a small bomb is caught as well as a large response.
type body struct{ next http.RoundTripper }

type maxBodyKey struct{}

// WithMaxBody returns a context whose requests accept responses of up to n bytes instead of 10 MiB.
func WithMaxBody(ctx context.Context, n int64) context.Context {
	return context.WithValue(ctx, maxBodyKey{}, n)
}

// errSlow marks an attempt that timed out, unlike one whose caller gave up.
var errSlow = errors.New("no complete response in time")

func (b *body) RoundTrip(req *http.Request) (*http.Response, error) {
	limit := int64(maxBody)
	if n, ok := req.Context().Value(maxBodyKey{}).(int64); ok {
		limit = n
	}
	ctx, cancel := context.WithTimeoutCause(req.Context(), min(requestTimeout, callOf(req.Context()).left()), errSlow)
	defer cancel()
	resp, err := b.next.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return nil, b.explain(ctx, req, err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return nil, b.explain(ctx, req, err)
	}
	if int64(len(raw)) > limit {
		return nil, &Error{
			Kind: Unavailable, Status: resp.StatusCode, RequestID: requestID(resp.Header),
			Message: fmt.Sprintf("response larger than %d bytes", limit),
		}
	}
	if resp.Header == nil {
		resp.Header = http.Header{}
	}
	setBody(resp, raw)
	return resp, nil
}

// explain distinguishes a caller that gave up from a server that did not respond, and says where it was looked for.
func (b *body) explain(ctx context.Context, req *http.Request, err error) error {
	if cause := req.Context().Err(); cause != nil {
		return cause
	}
	if context.Cause(ctx) == errSlow {
		err = errSlow
	}
	where := address(req.URL)
	if isDial(err) {
		where = "connect to " + (&url.URL{Scheme: req.URL.Scheme, Host: req.URL.Host}).String()
	}
	if p := proxyOf(b.next, req); p != "" {
		where += " through proxy " + p
	}
	return &noResponse{where: where, err: err}
}

// noResponse is an attempt that got no complete response.
type noResponse struct {
	where string
	err   error
}

func (e *noResponse) Error() string { return e.where + ": " + Reason(e.err) }
func (e *noResponse) Unwrap() error { return e.err }

func isDial(err error) bool {
	if op, ok := errors.AsType[*net.OpError](err); ok && (op.Op == "dial" || op.Op == "proxyconnect") {
		return true
	}
	_, ok := errors.AsType[*net.DNSError](err)
	return ok
}

// address is the part of a URL that is safe to print.
func address(u *url.URL) string {
	return clean((&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String())
}

// proxyOf returns the proxy that a request goes through, without its password, or "".
func proxyOf(rt http.RoundTripper, req *http.Request) string {
	t, ok := rt.(*http.Transport)
	if !ok || t.Proxy == nil {
		return ""
	}
	u, err := t.Proxy(req)
	if err != nil || u == nil {
		return ""
	}
	return clean((&url.URL{Scheme: u.Scheme, Host: u.Host}).String())
}

// buffered is a response body in memory, which the rest of the chain can read without consuming it.
type buffered struct {
	*bytes.Reader
	raw []byte
}

func (*buffered) Close() error { return nil }

func setBody(resp *http.Response, raw []byte) {
	resp.Body = &buffered{bytes.NewReader(raw), raw}
	resp.ContentLength = int64(len(raw))
}

// bytesOf returns the body of a response that passed the body transport.
func bytesOf(resp *http.Response) []byte {
	b, _ := resp.Body.(*buffered)
	if b == nil {
		return nil // unreachable: body buffers every response
	}
	return b.raw
}

// sanitize rewrites the body of refused requests, so that go-github's error, which prints it, is one safe line. A body
// that is not JSON, such as a proxy's page, becomes a message; otherwise go-github would show nothing of it.
type sanitize struct{ next http.RoundTripper }

func (t *sanitize) RoundTrip(req *http.Request) (*http.Response, error) {
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

const (
	maxMessage = 200 // characters of a server's text that an error repeats
	maxListed  = 20  // entries of a list in a failed response that are kept
)

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

// clean makes text from a server safe to print in an error: one line, printable characters only (no controls, no
// bidirectional or invisible formatting), at most maxMessage of them.
func clean(s string) string {
	// A page of megabytes needs no whole pass: at four bytes a character this keeps enough.
	if len(s) > 16*maxMessage {
		s = s[:16*maxMessage]
	}
	var b strings.Builder
	n, space := 0, false
	for _, r := range s { // invalid UTF-8 arrives as U+FFFD
		if unicode.IsSpace(r) {
			space = n > 0
			continue
		}
		if !unicode.IsPrint(r) {
			continue
		}
		if n >= maxMessage-1 {
			b.WriteRune('…')
			break
		}
		if space {
			b.WriteByte(' ')
			n, space = n+1, false
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}
