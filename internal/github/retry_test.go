package github

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// readFaults are the ways an attempt can fail that another attempt may mend, for both APIs.
func readFaults() map[string]response {
	return map[string]response{
		"500":              reply(500, `{"message":"Server Error"}`),
		"503":              reply(503, `{"message":"Service Unavailable"}`),
		"connection reset": fail(syscall.ECONNRESET),
		"end of stream":    fail(io.EOF),
		"name resolution":  fail(errors.New("lookup api.github.com: no such host")),
		"truncated body": func(*http.Request) (*http.Response, error) {
			resp, err := reply(200, `[{"id":`)(nil)
			resp.Body = io.NopCloser(io.MultiReader(resp.Body, errReader{}))
			return resp, err
		},
		"empty body":    reply(200, ""),
		"blank body":    reply(200, " \n"),
		"null":          reply(200, "null"),
		"web page":      reply(200, "<!DOCTYPE html><title>Unicorn!</title>"),
		"JSON cut":      reply(200, `{"data":{"viewer":{"login":"mo`),
		"JSON and more": reply(200, `{"data":{}}{}`),
	}
}

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestReadsAreRepeatedUntilTheySucceed(t *testing.T) {
	for name, a := range readFaults() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, f := newTest(t, Limits{}, a, a, a, reply(200, okREST))
				got, err := list(t.Context(), c)
				if err != nil || len(got) != 1 {
					t.Errorf("REST: %d releases, error %v", len(got), err)
				}
				wantSent(t, f, 4)

				c, f = newTest(t, Limits{}, a, a, a, reply(200, okQL))
				q, err := query(t.Context(), c)
				if err != nil || q.Viewer.Login != "mona" {
					t.Errorf("GraphQL: got %+v, error %v", q, err)
				}
				wantSent(t, f, 4)
				if u := c.Usage(); u.GraphQL != 4 || u.Retries != 3 || u.Waited < 3*time.Second || u.Waited > 12*time.Second {
					t.Errorf("usage %+v", u)
				}
			})
		})
	}
}

func TestReadsGiveUpAsUnavailable(t *testing.T) {
	for name, a := range readFaults() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, f := newTest(t, Limits{}, a)
				_, err := list(t.Context(), c)
				wantKind(t, err, Unavailable)
				wantSent(t, f, 4)
				if e := AsError(err); e == nil || e.Attempts != 4 {
					t.Errorf("error %+v", e)
				}
				_, err = query(t.Context(), c)
				wantKind(t, err, Unavailable)
				wantSent(t, f, 8)
			})
		})
	}
}

func TestWritesAreSentOnce(t *testing.T) {
	faults := readFaults()
	faults["502"] = reply(502, "{}")
	faults["secondary limit"] = reply(403, `{"message":"You have exceeded a secondary rate limit."}`)
	faults["went wrong"] = reply(200, `{"data":null,"errors":[{"message":"Something went wrong while executing your query."}]}`)
	for name, a := range faults {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				want := Unavailable
				if name == "secondary limit" {
					want = RateLimited
				}
				if name != "went wrong" && name != "JSON and more" { // good JSON for REST, or read up to its end
					c, f := newTest(t, Limits{}, a)
					wantKind(t, write(t.Context(), c), want)
					wantSent(t, f, 1)
				}
				c, f := newTest(t, Limits{}, a)
				var m struct {
					CreateRef struct{ ClientMutationID string } `graphql:"createRef(input: $input)"`
				}
				wantKind(t, c.Mutate(t.Context(), &m, map[string]any{}, nil), want)
				wantSent(t, f, 1)
			})
		})
	}
}

func TestRefusalsAreNotRepeated(t *testing.T) {
	for status, want := range map[int]Kind{
		400: Invalid, 401: Unauthorized, 403: Forbidden, 404: NotFound, 409: Invalid, 410: NotFound,
		422: Invalid, 451: NotFound, 501: Unavailable,
	} {
		c, f := newTest(t, Limits{}, reply(status, `{"message":"no"}`, "X-RateLimit-Remaining: 5"))
		_, err := list(t.Context(), c)
		wantKind(t, err, want)
		_, err = query(t.Context(), c)
		message := "no"
		if status == 404 { // of the address itself: a missing repository is an error in a 200
			want, message = Unavailable, "this is not GitHub's API, check GITHUB_API_URL and GITHUB_GRAPHQL_URL"
		}
		wantKind(t, err, want)
		wantSent(t, f, 2)
		if e := AsError(err); e.Status != status || e.Message != message || e.RequestID != "AB:12" {
			t.Errorf("%d: error %+v", status, e)
		}
	}
}

func TestResponsesWithoutBodyPass(t *testing.T) {
	for _, status := range []int{204, 205, 304} {
		c, f := newTest(t, Limits{}, reply(status, ""))
		req, _ := c.REST.NewRequest("GET", "x", nil)
		resp, err := c.REST.Do(t.Context(), req, nil)
		if resp == nil || resp.StatusCode != status || (err != nil) != (status == 304) {
			t.Errorf("%d: response %v, error %v", status, resp, err)
		}
		wantSent(t, f, 1)
	}
}

func TestHeavyQueriesAreTriedTwiceThenHandedToTheCaller(t *testing.T) {
	wrong := `{"data":null,"errors":[{"message":"Something went wrong while executing your query. This may be the result of a timeout."}]}`
	for name, tc := range map[string]struct {
		a    response
		sent int
	}{
		"502 web page":    {reply(502, "<html>502 Bad Gateway</html>"), 2},
		"502 errors":      {reply(502, wrong), 2},
		"504":             {reply(504, `{"message":"We couldn't respond to your request in time."}`), 2},
		"200 wrong":       {reply(200, wrong), 2},
		"no response":     {slow(time.Hour, reply(200, okQL)), 2},
		"resource limits": {reply(200, `{"data":null,"errors":[{"type":"RESOURCE_LIMITS_EXCEEDED","message":"Resource limits for this query exceeded."}]}`), 2},
		"by words":        {reply(200, `{"data":null,"errors":[{"message":"This query has exceeded resource limits."}]}`), 2},
		"node limit":      {reply(200, `{"errors":[{"type":"MAX_NODE_LIMIT_EXCEEDED","message":"This query requests up to 1,010,000 possible nodes which exceeds the maximum limit of 500,000."}]}`), 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, f := newTest(t, Limits{}, tc.a)
				_, err := query(t.Context(), c)
				wantKind(t, err, TooHeavy)
				wantSent(t, f, tc.sent)
			})
		})
	}
}

func TestSlowRESTResponseIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newTest(t, Limits{}, slow(time.Hour, reply(200, okREST)), reply(200, okREST))
		start := time.Now()
		if _, err := list(t.Context(), c); err != nil {
			t.Error(err)
		}
		wantSent(t, f, 2)
		if d := time.Since(start); d > requestTimeout+5*time.Second {
			t.Errorf("took %v", d)
		}
	})
}

func TestRetryAfterOfAFailureIsObeyed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newTest(t, Limits{}, reply(503, "{}", "Retry-After: 30"), reply(200, okREST))
		if _, err := list(t.Context(), c); err != nil {
			t.Error(err)
		}
		if d := f.at[1].Sub(f.at[0]); d != 30*time.Second {
			t.Errorf("waited %v, want 30s", d)
		}
	})
}

func TestRetriesStopBeforeTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		c, f := newTest(t, Limits{}, reply(503, `{"message":"later"}`, "Retry-After: 30"))
		start := time.Now()
		_, err := list(ctx, c)
		if e := AsError(err); e == nil || e.Message != "later" || time.Since(start) != 0 {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		wantSent(t, f, 1)
	})
}

func TestCancelledCallStopsWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		c, f := newTest(t, Limits{}, reply(403, `{"message":"secondary rate limit"}`))
		go func() { time.Sleep(5 * time.Second); cancel() }()
		start := time.Now()
		_, err := query(ctx, c)
		wantKind(t, err, Cancelled)
		wantSent(t, f, 1)
		if d := time.Since(start); d != 5*time.Second {
			t.Errorf("returned after %v", d)
		}
	})
}

func TestErrorTextSaysWhatHappened(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := newTest(t, Limits{}, reply(200, "<h1>Sign in\nto proxy</h1>"))
		_, err := query(t.Context(), c)
		want := "invalid response from https://api.github.com/graphql: not a GraphQL response: <h1>Sign in to proxy</h1> (4 attempts) [request AB:12]"
		if err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
		c, _ = newTest(t, Limits{}, reply(403, `{"message":"Resource not accessible by integration"}`,
			"X-Accepted-GitHub-Permissions: discussions=read"))
		_, err = query(t.Context(), c)
		want = "GitHub returned 403 Forbidden (needs discussions=read): Resource not accessible by integration [request AB:12]"
		if err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
		_, err = list(t.Context(), c)
		if e := AsError(err); e == nil || e.AcceptedPermissions != "discussions=read" || !strings.Contains(e.Error(), "integration") {
			t.Errorf("REST: %v", e)
		}
	})
}

// hang never responds.
func hang(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

func TestServerThatNeverRespondsIsGivenUpWithinTwoMinutes(t *testing.T) {
	for name, ask := range map[string]func(ctx context.Context, c *Client) error{
		"REST":  func(ctx context.Context, c *Client) error { _, err := list(ctx, c); return err },
		"query": func(ctx context.Context, c *Client) error { _, err := query(ctx, c); return err },
		"write": write,
		"batch": func(ctx context.Context, c *Client) error {
			pages := make([]RepoPage, 50)
			for i := range pages {
				pages[i] = RepoPage{Owner: "o", Name: "r", Vars: map[string]any{"after": Cursor("")}}
			}
			responses, err := QueryRepos[shelf](ctx, c, pages, 100)
			if err != nil {
				return err
			}
			return responses[49].Err
		},
		"100 sources": func(ctx context.Context, c *Client) error {
			return each(100, func(int) error { _, _ = list(ctx, c); return nil })
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			c, _ := newTest(t, Limits{}, hang)
			start := time.Now()
			err := ask(t.Context(), c)
			if d := time.Since(start); d > patience {
				t.Errorf("%s: given up after %v", name, d)
			}
			if name == "100 sources" {
				return
			}
			if s := fmt.Sprint(err); KindOf(err) == "" || !strings.Contains(s, "no complete response within ") {
				t.Errorf("%s: error %v", name, err)
			}
		})
	}
}

func TestClientRecoversFromAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		responses := make([]response, 40, 41)
		for i := range responses {
			responses[i] = fail(syscall.ECONNREFUSED)
		}
		c, _ := newTest(t, Limits{}, append(responses, reply(200, okREST))...)
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if _, err := list(t.Context(), c); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}

func TestErrorNamesTheAddressAndTheProxy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refuse := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
		c, _ := newTest(t, Limits{}, fail(refuse))
		_, err := query(t.Context(), c)
		if got, want := fmt.Sprint(err), "connect to https://api.github.com: connection refused (4 attempts)"; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
	proxy, _ := url.Parse("http://user:secret@proxy.example:3128")
	e, _ := ParseEndpoints("https://api.github.com", "")
	closed := &http.Transport{Proxy: http.ProxyURL(proxy), DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}}
	synctest.Test(t, func(t *testing.T) {
		_, err := list(t.Context(), NewClient(e, nil, Limits{Transport: closed}))
		if got, want := fmt.Sprint(AsError(err)), "connect to https://api.github.com through proxy http://proxy.example:3128: connection refused (4 attempts)"; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
}

func TestWrongAddressIsNotTakenForAMissingRepository(t *testing.T) {
	page := reply(404, "<html>Not Found</html>")
	c, f := newTest(t, Limits{}, page)
	_, errREST := list(t.Context(), c)
	_, errQL := query(t.Context(), c)
	for address, err := range map[string]error{"https://api.github.com/repos/o/r/releases": errREST, "https://api.github.com/graphql": errQL} {
		wantKind(t, err, Unavailable)
		if s := fmt.Sprint(err); !strings.Contains(s, address+" returned 404 Not Found: this is not GitHub's API, check GITHUB_API_URL") {
			t.Errorf("error %s", s)
		}
	}
	wantSent(t, f, 2)
}
