package github

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	gogithub "github.com/google/go-github/v57/github"
	"golang.org/x/oauth2"
)

const testToken = "ghp_0123456789abcdefTESTONLY"

// response is what the fake does with one request.
type response func(*http.Request) (*http.Response, error)

// fake is a base transport that gives its responses in order, the last one for ever, and keeps what it was asked.
type fake struct {
	responses []response

	mu   sync.Mutex
	seen []*http.Request
	at   []time.Time
}

func (f *fake) RoundTrip(req *http.Request) (*http.Response, error) {
	f.mu.Lock()
	if req.Body != nil {
		b, _ := io.ReadAll(req.Body)
		req.Body = io.NopCloser(strings.NewReader(string(b)))
	}
	f.seen = append(f.seen, req)
	f.at = append(f.at, time.Now())
	a := f.responses[min(len(f.seen), len(f.responses))-1]
	f.mu.Unlock()
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	return a(req)
}

func (f *fake) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.seen)
}

// reply responses with a status, a body and headers given as "Name: value".
func reply(status int, body string, headers ...string) response {
	return func(req *http.Request) (*http.Response, error) {
		h := http.Header{"X-Github-Request-Id": {"AB:12"}}
		for _, s := range headers {
			k, v, _ := strings.Cut(s, ": ")
			h.Add(k, v)
		}
		return &http.Response{
			StatusCode: status, Header: h, Request: req, ProtoMajor: 1, ProtoMinor: 1,
			Body: io.NopCloser(strings.NewReader(body)),
		}, nil
	}
}

// fail responses with a transport error.
func fail(err error) response {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// slow responses after d, or with the context's error.
func slow(d time.Duration, then response) response {
	return func(req *http.Request) (*http.Response, error) {
		select {
		case <-time.After(d):
			return then(req)
		case <-req.Context().Done():
			return nil, req.Context().Err()
		}
	}
}

// in gives a reset header for d from now.
func in(d time.Duration) string {
	return "X-RateLimit-Reset: " + strconv.FormatInt(time.Now().Add(d).Unix(), 10)
}

func newTest(t *testing.T, l Limits, responses ...response) (*Client, *fake) {
	t.Helper()
	f := &fake{responses: responses}
	l.Transport = f
	e, err := ParseEndpoints("", "")
	if err != nil {
		t.Fatal(err)
	}
	return NewClient(e, oauth2.StaticTokenSource(&oauth2.Token{AccessToken: testToken}), l), f
}

// list is the REST read of most tests.
func list(ctx context.Context, c *Client) ([]*gogithub.RepositoryRelease, error) {
	got, _, err := c.REST.Repositories.ListReleases(ctx, "o", "r", nil)
	return got, err
}

// write is the REST write of most tests.
func write(ctx context.Context, c *Client) error {
	_, _, err := c.REST.PullRequests.Create(ctx, "o", "r", &gogithub.NewPullRequest{Title: gogithub.String("t")})
	return err
}

// viewer is the query of most tests.
type viewer struct{ Viewer struct{ Login string } }

func query(ctx context.Context, c *Client) (viewer, error) {
	var q viewer
	err := c.Query(ctx, &q, nil)
	return q, err
}

const (
	okREST = `[{"id":1}]`
	okQL   = `{"data":{"viewer":{"login":"mona"}}}`
)

func wantKind(t *testing.T, err error, want Kind) {
	t.Helper()
	if got := KindOf(err); got != want {
		t.Errorf("kind = %q, want %q (error: %v)", got, want, err)
	}
}

func wantSent(t *testing.T, f *fake, want int) {
	t.Helper()
	if got := f.count(); got != want {
		t.Errorf("requests sent = %d, want %d", got, want)
	}
}
