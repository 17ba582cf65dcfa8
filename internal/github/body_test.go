package github

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"golang.org/x/oauth2"
)

// newReal returns a client of a server on the loopback interface.
func newReal(t *testing.T, l Limits, h http.HandlerFunc) *Client {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	e, err := ParseEndpoints(srv.URL, "")
	if err != nil {
		t.Fatal(err)
	}
	return NewClient(e, oauth2.StaticTokenSource(&oauth2.Token{AccessToken: testToken}), l)
}

func TestCompressedBombIsRefusedOnce(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	z.Write([]byte(`["` + strings.Repeat("a", 4<<20) + `"]`))
	z.Close()
	sent := 0
	c := newReal(t, Limits{}, func(w http.ResponseWriter, r *http.Request) {
		sent++
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(bomb.Bytes())
	})
	_, err := list(WithMaxBody(t.Context(), 1<<20), c)
	wantKind(t, err, Unavailable)
	if sent != 1 || !strings.Contains(err.Error(), "larger than 1048576 bytes") {
		t.Errorf("%d requests, error %v", sent, err)
	}
}

func TestBodyOfExactlyTheLimitPasses(t *testing.T) {
	c, _ := newTest(t, Limits{}, reply(200, okREST))
	if _, err := list(WithMaxBody(t.Context(), int64(len(okREST))), c); err != nil {
		t.Error(err)
	}
}

// drip is a body that never ends and never stops.
type drip struct{ done <-chan struct{} }

func (d drip) Read(b []byte) (int, error) {
	select {
	case <-time.After(time.Second):
		return copy(b, " "), nil
	case <-d.done:
		return 0, context.Canceled
	}
}

func TestDrippingResponseTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := newTest(t, Limits{}, func(req *http.Request) (*http.Response, error) {
			resp, err := reply(200, "")(req)
			resp.Body = io.NopCloser(drip{req.Context().Done()})
			return resp, err
		})
		start := time.Now()
		_, err := list(t.Context(), c)
		wantKind(t, err, Unavailable)
		if d := time.Since(start); d > patience || !strings.Contains(fmt.Sprint(err), "https://api.github.com/repos/o/r/releases: no complete response within ") {
			t.Errorf("after %v: %v", d, err)
		}
	})
}

func TestCutConnectionIsMendedByAnotherAttempt(t *testing.T) {
	n := 0
	c := newReal(t, Limits{}, func(w http.ResponseWriter, r *http.Request) {
		if n++; n == 1 {
			w.Header().Set("Content-Length", "1000")
			w.Write([]byte(`[{"id":1`))
			panic(http.ErrAbortHandler)
		}
		w.Write([]byte(okREST))
	})
	if got, err := list(t.Context(), c); err != nil || len(got) != 1 || n != 2 {
		t.Errorf("%d releases after %d requests, error %v", len(got), n, err)
	}
}

func TestLongListsInRefusalsAreCut(t *testing.T) {
	c, _ := newTest(t, Limits{}, reply(422, `{"message":"no","errors":[`+strings.Repeat(`"x",`, 5000)+`"x"]}`))
	if s := write(t.Context(), c).Error(); len(s) > 1000 {
		t.Errorf("error of %d bytes", len(s))
	}
}

func FuzzCleanIsOneSafeShortLine(f *testing.F) {
	for _, s := range []string{"", "a\r\n b", "\x00\x1b[31mred", "\u202eevil", strings.Repeat("界", 300), "\xff\xfe", "a\u2028b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := clean(s)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > maxMessage {
			t.Errorf("clean(%q) = %q", s, got)
		}
		if strings.ContainsAny(got, "\r\n\t\x00\x1b\u202e\u2028\u200b") || strings.TrimSpace(got) != got {
			t.Errorf("clean(%q) = %q", s, got)
		}
	})
}
