package github

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

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
	c := newReal(t, Limits{MaxBody: 1 << 20}, func(w http.ResponseWriter, r *http.Request) {
		sent++
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(bomb.Bytes())
	})
	_, err := list(t.Context(), c)
	wantKind(t, err, Unavailable)
	if sent != 1 || !strings.Contains(err.Error(), "larger than 1048576 bytes") {
		t.Errorf("%d requests, error %v", sent, err)
	}
}

func TestBodyOfExactlyTheLimitPasses(t *testing.T) {
	c, _ := newTest(t, Limits{MaxBody: int64(len(okREST))}, reply(200, okREST))
	if _, err := list(t.Context(), c); err != nil {
		t.Error(err)
	}
}

func TestDrippingAnswerEndsWithTheRequestTimeout(t *testing.T) {
	c := newReal(t, Limits{RequestTimeout: 50 * time.Millisecond, MaxTries: 1}, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			w.Write([]byte(" "))
			w.(http.Flusher).Flush()
			time.Sleep(5 * time.Millisecond)
		}
	})
	_, err := list(t.Context(), c)
	wantKind(t, err, Unavailable)
	if err == nil || !strings.Contains(err.Error(), "no complete answer in time") {
		t.Errorf("error %v", err)
	}
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
