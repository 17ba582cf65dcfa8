package githubtest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// transports are the two ways to a server, which must behave alike.
var transports = map[string]func(testing.TB, *World) (*Server, http.RoundTripper){
	"loopback": func(t testing.TB, w *World) (*Server, http.RoundTripper) {
		return NewServer(t, w), &http.Transport{DisableKeepAlives: true}
	},
	"in process": func(t testing.TB, w *World) (*Server, http.RoundTripper) {
		s := NewInProcess(t, w)
		return s, s.Transport()
	},
}

func TestFaultsLookAlikeWithAndWithoutASocket(t *testing.T) {
	for name, open := range transports {
		s, rt := open(t, smallWorld())
		get := func() (int, error) {
			resp, err := (&http.Client{Transport: rt, CheckRedirect: func(*http.Request, []*http.Request) error {
				return http.ErrUseLastResponse
			}}).Get(s.APIURL() + "/repos/istio/istio/releases")
			if err != nil {
				return 0, err
			}
			defer resp.Body.Close()
			_, err = io.ReadAll(resp.Body)
			return resp.StatusCode, err
		}
		for _, tt := range []struct {
			fault  Fault
			status int
			broken bool
		}{
			{Fault{Reset: true}, 0, true},
			{Fault{Truncate: true}, 200, true},
			{Fault{Status: 502, Body: "<html>"}, 502, false},
			{Fault{Redirect: "https://elsewhere.example/"}, 302, false},
			{Fault{Path: "/other", Status: 500}, 200, false},
			{Fault{Method: "POST", Status: 500}, 200, false},
		} {
			s.Fail(tt.fault)
			status, err := get()
			if status != tt.status || (err != nil) != tt.broken {
				t.Errorf("%s: %+v: got %d, %v", name, tt.fault, status, err)
			}
			if status, err := get(); status != 200 || err != nil {
				t.Errorf("%s: %+v was not used up: %d, %v", name, tt.fault, status, err)
			}
		}
	}
}

func TestFaultMeetsTheRequestsItCounts(t *testing.T) {
	s := NewInProcess(t, smallWorld())
	s.Fail(Fault{GraphQL: "repository(", Skip: 1, Times: 2, Status: http.StatusBadGateway, Body: `{"message":"bad"}`})
	var got []bool
	for range 4 {
		_, failed := ask(t, s, `{ repository(owner: "istio", name: "istio") { id } }`, nil)["message"]
		got = append(got, failed)
	}
	if diff := cmp.Diff([]bool{false, true, true, false}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestFaultNullsOnePlaceOfAnAnswer(t *testing.T) {
	s := NewInProcess(t, smallWorld())
	s.Fail(Fault{GraphQL: "discussions", NullPath: []any{"repository", "discussions", "nodes", 1}, ErrorType: "INTERNAL", Message: "broken"})
	got := ask(t, s, `{ repository(owner: "istio", name: "istio") { discussions(first: 3) { nodes { number } } } }`, nil)
	nodes := at(t, got, "data", "repository", "discussions", "nodes").([]any)
	if nodes[1] != nil || nodes[0] == nil || at(t, got, "errors", 0, "type") != "INTERNAL" {
		t.Errorf("got %v", got)
	}
}

func TestTokenSentToAFileIsAViolation(t *testing.T) {
	s := NewInProcess(t, smallWorld())
	for _, hc := range []*http.Client{s.Client(), signedClient(s)} {
		resp, err := hc.Get(s.FileURL("feed.xml"))
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if string(body) != "<rss/>" || !strings.Contains(resp.Header.Get("Content-Type"), "xml") {
			t.Errorf("got %q, %s", body, resp.Header.Get("Content-Type"))
		}
	}
	if got := s.Violations(); len(got) != 1 || !strings.Contains(got[0], "a token was sent") {
		t.Errorf("violations %q", got)
	}
	if requests := s.Requests(); requests[0].Token != "" || requests[1].Token != Token {
		t.Errorf("tokens %q, %q", requests[0].Token, requests[1].Token)
	}
}

func TestInProcessServerReachesNothingElse(t *testing.T) {
	s := NewInProcess(t, smallWorld())
	if _, err := s.Client().Get("http://elsewhere.example/"); err == nil || !strings.Contains(err.Error(), "no such host") {
		t.Errorf("got %v", err)
	}
}

func TestLatencyPassesInsideABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewInProcess(t, smallWorld())
		s.SetLatency(time.Minute)
		start := time.Now()
		resp, err := s.Client().Get(s.APIURL() + "/repos/istio/istio/releases")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if d := time.Since(start); d != time.Minute {
			t.Errorf("took %s", d)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		req, _ := http.NewRequestWithContext(ctx, "GET", s.APIURL()+"/repos/istio/istio/releases", nil)
		if _, err := s.Client().Do(req); err == nil {
			t.Error("a client that gave up got a response")
		}
	})
}

func TestWorldSurvivesAFileAndRefusesUnknownKeys(t *testing.T) {
	data, err := json.Marshal(smallWorld())
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{"world.json": {Data: data}, "bad.json": {Data: []byte(`{"repositories":[]}`)}}
	w, err := LoadWorld(files, "world.json")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(smallWorld(), w); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if _, err := LoadWorld(files, "bad.json"); err == nil || !strings.Contains(err.Error(), "repositories") {
		t.Errorf("got %v", err)
	}
}

// bigWorld has n discussions in one repository, in no order.
func bigWorld(n int) *World {
	r := &Repo{Owner: "o", Name: "big"}
	for i := range n {
		at := day(1).Add(time.Duration(i*7919%n) * time.Minute)
		r.Discussions = append(r.Discussions, Discussion{Number: i + 1, Title: fmt.Sprint("d", i), Author: "ann", CreatedAt: at})
	}
	return &World{Repos: []*Repo{r}, Limits: Limits{GraphQL: 1 << 30}}
}

const bigQuery = `query($after: String) { repository(owner: "o", name: "big") {
	discussions(first: 100, after: $after, orderBy: {field: UPDATED_AT, direction: DESC}) {
		totalCount pageInfo { endCursor hasNextPage } nodes { number title url updatedAt author { login } } } } }`

func TestManyClientsReadABigWorldAtOnce(t *testing.T) {
	s := NewInProcess(t, bigWorld(2000))
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			seen, variables := map[any]bool{}, map[string]any{}
			for {
				page := at(t, ask(t, s, bigQuery, variables), "data", "repository", "discussions")
				for _, n := range at(t, page, "nodes").([]any) {
					seen[at(t, n, "number")] = true
				}
				if at(t, page, "pageInfo", "hasNextPage") == false {
					break
				}
				variables["after"] = at(t, page, "pageInfo", "endCursor")
			}
			if len(seen) != 2000 {
				t.Errorf("%d discussions seen, want 2000", len(seen))
			}
		})
	}
	all.Wait()
}

func BenchmarkPageOfABigWorld(b *testing.B) {
	s := NewInProcess(b, bigWorld(100_000))
	hc := signedClient(s)
	body, _ := json.Marshal(map[string]any{"query": bigQuery})
	for b.Loop() {
		resp, err := hc.Post(s.GraphQLURL(), "application/json", strings.NewReader(string(body)))
		if err != nil {
			b.Fatal(err)
		}
		resp.Body.Close()
	}
}
