package github

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// errSlow marks an attempt that ran into Limits.RequestTimeout, unlike one whose caller gave up.
var errSlow = errors.New("no complete answer in time")

// body reads every answer whole, within a time and a size. The size counts decompressed bytes: net/http decompresses
// on the way, so a small bomb is caught as well as a large answer.
type body struct {
	next    http.RoundTripper
	max     int64
	timeout time.Duration
}

func (b *body) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeoutCause(req.Context(), b.timeout, errSlow)
	defer cancel()
	resp, err := b.next.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return nil, b.explain(ctx, req, err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, b.max+1))
	if err != nil {
		return nil, b.explain(ctx, req, err)
	}
	if int64(len(raw)) > b.max {
		return nil, &Error{
			Kind: Unavailable, Status: resp.StatusCode, RequestID: requestID(resp.Header),
			Message: fmt.Sprintf("answer larger than %d bytes", b.max),
		}
	}
	if resp.Header == nil {
		resp.Header = http.Header{}
	}
	setBody(resp, raw)
	return resp, nil
}

// explain tells a caller that gave up from an answer that was too slow.
func (b *body) explain(ctx context.Context, req *http.Request, err error) error {
	if cause := req.Context().Err(); cause != nil {
		return cause
	}
	if context.Cause(ctx) == errSlow {
		return fmt.Errorf("%w (%v)", errSlow, b.timeout)
	}
	return err
}

// buffered is a body that is all there, which the rest of the chain can read without using it up.
type buffered struct {
	*bytes.Reader
	raw []byte
}

func (*buffered) Close() error { return nil }

func setBody(resp *http.Response, raw []byte) {
	resp.Body = &buffered{bytes.NewReader(raw), raw}
	resp.ContentLength = int64(len(raw))
}

// bytesOf returns the body of an answer that passed the body transport.
func bytesOf(resp *http.Response) []byte {
	b, _ := resp.Body.(*buffered)
	if b == nil {
		return nil // unreachable: body buffers every answer
	}
	return b.raw
}
