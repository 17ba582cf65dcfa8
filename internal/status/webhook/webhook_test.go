package webhook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// secret is an address all of whose parts are looked for in errors.
const secret = "https://user:passw0rd-xyz@hooks.secret.example/services/T0000AAAA/B0000BBBB/c0ffeec0ffeec0ffee?token=q9q9q9q9q9#frag"

// given is a transport that gives its responses in order, the last one for ever.
type given struct {
	responses []func(*http.Request) (*http.Response, error)
	at        []time.Time
}

func (g *given) RoundTrip(req *http.Request) (*http.Response, error) {
	g.at = append(g.at, time.Now())
	return g.responses[min(len(g.at), len(g.responses))-1](req)
}

func status(code int, headers ...string) func(*http.Request) (*http.Response, error) {
	return func(req *http.Request) (*http.Response, error) {
		h := make(http.Header)
		for i := 0; i+1 < len(headers); i += 2 {
			h.Set(headers[i], headers[i+1])
		}
		body := "cannot post to " + req.URL.String()
		return &http.Response{StatusCode: code, Header: h, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
	}
}

func quoting(text string) func(*http.Request) (*http.Response, error) {
	return func(*http.Request) (*http.Response, error) { return nil, errors.New(text) }
}

func broken(err error) func(*http.Request) (*http.Response, error) {
	return func(req *http.Request) (*http.Response, error) { return nil, fmt.Errorf("%s: %w", req.URL, err) }
}

func hook(t *testing.T, responses ...func(*http.Request) (*http.Response, error)) (*Hook, *given) {
	t.Helper()
	h, err := New(secret)
	if err != nil {
		t.Fatal(err)
	}
	g := &given{responses: responses}
	h.client.Transport = g
	return h, g
}

// quotesNothing fails if any part of the secret is in a text.
func quotesNothing(t *testing.T, what, text string) {
	t.Helper()
	for _, part := range []string{"secret", "services", "T0000AAAA", "B0000BBBB", "c0ffee", "q9q9q9", "user", "passw0rd", "frag"} {
		if strings.Contains(text, part) {
			t.Errorf("%s: %q is in %q", what, part, text)
		}
	}
}

func TestPost(t *testing.T) {
	var got []string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = append(got, r.Method, r.URL.Path, r.Header.Get("Content-Type"), string(body))
	}))
	defer server.Close()
	h, err := New(server.URL + "/services/x")
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Post(t.Context(), "周报 &lt;b&gt;\n\"two\""); err != nil {
		t.Fatal(err)
	}
	want := []string{"POST", "/services/x", "application/json; charset=utf-8", `{"text":"周报 \u0026lt;b\u0026gt;\n\"two\""}`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestWhatIsTriedAgain(t *testing.T) {
	ok := status(200)
	for _, tt := range []struct {
		claim     string
		responses []func(*http.Request) (*http.Response, error)
		tries     int
		err       string
		atLeast   time.Duration
	}{
		{"once is enough", []func(*http.Request) (*http.Response, error){ok}, 1, "", 0},
		{"204 is a success", []func(*http.Request) (*http.Response, error){status(204)}, 1, "", 0},
		{"a server that recovers", []func(*http.Request) (*http.Response, error){status(503), status(500), ok}, 3, "", 2 * time.Second},
		{"a network that recovers", []func(*http.Request) (*http.Response, error){broken(io.ErrUnexpectedEOF), ok}, 2, "", time.Second},
		{"a limit is waited for", []func(*http.Request) (*http.Response, error){status(429, "Retry-After", "90"), ok}, 2, "", 90 * time.Second},
		{"not for ever", []func(*http.Request) (*http.Response, error){status(429, "Retry-After", "590"), status(429, "Retry-After", "590"), ok}, 2, "post to the webhook: status 429: retry after 9m50s", 0},
		{"a server that is down", []func(*http.Request) (*http.Response, error){status(503)}, 6, "post to the webhook: status 503", time.Minute},
		{"a network that is down", []func(*http.Request) (*http.Response, error){broken(io.ErrUnexpectedEOF)}, 6, "post to the webhook: …: unexpected EOF", time.Minute},
		{"an address that was revoked", []func(*http.Request) (*http.Response, error){status(404)}, 1, "post to the webhook: status 404", 0},
		{"an address that moved", []func(*http.Request) (*http.Response, error){status(302, "Location", "https://evil.example/")}, 1, "post to the webhook: status 302: redirects are not followed", 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			h, g := hook(t, tt.responses...)
			start := time.Now()
			err := h.Post(t.Context(), "text")
			if got := fmt.Sprint(err); got != tt.err && (tt.err != "" || err != nil) {
				t.Errorf("%s: got %q, want %q", tt.claim, got, tt.err)
			}
			if len(g.at) != tt.tries {
				t.Errorf("%s: %d tries, want %d", tt.claim, len(g.at), tt.tries)
			}
			if d := time.Since(start); d < tt.atLeast || d > allTime {
				t.Errorf("%s: took %s", tt.claim, d)
			}
		})
	}
}

func TestATryThatHangsIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, g := hook(t, func(req *http.Request) (*http.Response, error) {
			<-req.Context().Done()
			return nil, req.Context().Err()
		}, status(200))
		start := time.Now()
		if err := h.Post(t.Context(), "text"); err != nil || len(g.at) != 2 || time.Since(start) < tryTime {
			t.Errorf("%d tries in %s: %v", len(g.at), time.Since(start), err)
		}
	})
}

func TestPostEndsWithItsContext(t *testing.T) {
	for tries := 1; tries <= maxTries; tries++ { // the last try, too
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			responses := slices.Repeat([]func(*http.Request) (*http.Response, error){status(503)}, tries-1)
			h, g := hook(t, append(responses, func(req *http.Request) (*http.Response, error) {
				cancel()
				return nil, req.Context().Err()
			})...)
			err := h.Post(ctx, "text")
			if !errors.Is(err, context.Canceled) || len(g.at) != tries {
				t.Errorf("after %d tries: %v", len(g.at), err)
			}
			quotesNothing(t, "the error", err.Error())
		})
	}
}

func TestPostEndsWhileItWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		h, _ := hook(t, status(429, "Retry-After", "300"))
		start := time.Now()
		if err := h.Post(ctx, "text"); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
	})
}

func TestErrorsDoNotQuoteTheAddress(t *testing.T) {
	lookup := &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "hooks.secret.example"}}
	for _, response := range []func(*http.Request) (*http.Response, error){
		broken(io.EOF), broken(lookup), quoting("nothing at B0000BBBB"), quoting("no token q9q9q9q9q9"), quoting("of passw0rd-xyz"), status(404), status(503), status(302, "Location", secret),
	} {
		synctest.Test(t, func(t *testing.T) {
			h, _ := hook(t, response)
			err := h.Post(t.Context(), "text")
			if err == nil {
				t.Fatal("no error")
			}
			for _, verb := range []string{"%v", "%+v", "%#v", "%q"} {
				quotesNothing(t, "the error", fmt.Sprintf(verb, err))
			}
			for e := err; e != nil; e = errors.Unwrap(e) {
				quotesNothing(t, "a cause of it", e.Error())
			}
		})
	}
	for _, address := range []string{"", "secret", "ftp://secret.example/", "https://", "https:///services/c0ffee", "http://[::secret", "https://secret.example/%zz", "https://secret.example:port/"} {
		_, err := New(address)
		if err == nil {
			t.Errorf("%q is taken", address)
			continue
		}
		quotesNothing(t, address, err.Error())
	}
}

func TestAHookCannotBePrinted(t *testing.T) {
	h, _ := hook(t)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		quotesNothing(t, verb, fmt.Sprintf(verb, h))
		quotesNothing(t, verb, fmt.Sprintf(verb, *h))
	}
}

func TestAddress(t *testing.T) {
	env := func(name string) string {
		return map[string]string{"HOOK": " https://a.example/secret \n", "EMPTY": " ", "TWO": "https://a.example/secret\nhttps://b.example/secret"}[name]
	}
	file := func(name string) ([]byte, error) {
		switch name {
		case "hook":
			return []byte("https://a.example/secret\n"), nil
		case "long":
			return []byte(strings.Repeat("secret", 1000)), nil
		}
		return nil, errors.New("open " + name + ": no such file")
	}
	for _, tt := range []struct{ env, file, want, err string }{
		{"", "", "", ""},
		{"HOOK", "", "https://a.example/secret", ""},
		{"", "hook", "https://a.example/secret", ""},
		{"HOOK", "hook", "", "the webhook is to come from an environment variable and from a file: want one of them"},
		{"EMPTY", "", "", "the environment variable EMPTY holds no address of a webhook"},
		{"NONE", "", "", "the environment variable NONE holds no address of a webhook"},
		{"TWO", "", "", "the environment variable TWO holds something else than one address"},
		{"", "long", "", "long holds something else than one address"},
		{"", "none", "", "read the address of the webhook: open none: no such file"},
		{"https://a.example/secret", "", "", "want the name of the environment variable that holds the address of the webhook, not the address"},
		{"", "https://a.example/secret", "", "want the path of the file that holds the address of the webhook, not the address"},
	} {
		got, err := Address(tt.env, tt.file, env, file)
		if got != tt.want || fmt.Sprint(err) != tt.err && (tt.err != "" || err != nil) {
			t.Errorf("%q %q: got %q, %v", tt.env, tt.file, got, err)
		}
	}
}
