package github

import (
	"errors"
	"fmt"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRunStopsForWhatEveryFurtherCallWouldMeet(t *testing.T) {
	for kind, want := range map[Kind]bool{
		Unauthorized: true, RateLimited: true, Cancelled: true,
		Forbidden: false, NotFound: false, TooHeavy: false, Unavailable: false, Refused: false, Invalid: false,
	} {
		if got := Stops(fmt.Errorf("list: %w", &Error{Kind: kind})); got != want {
			t.Errorf("%s: stops %t, want %t", kind, got, want)
		}
	}
	if Stops(nil) || Stops(errors.New("odd")) {
		t.Error("an error of no kind, or none, stops the run")
	}
}

func TestErrorAtTellsWhatConcernsOneElement(t *testing.T) {
	at := func(path ...any) QueryError { return QueryError{Type: "INTERNAL", Path: path} }
	all := QueryErrors{at("nodes", 1), at("nodes", 3, "author"), at("nodes", 3), at("edges", 2), at("rateLimit", "cost")}
	for i, want := range []error{nil, all[:1], nil, QueryErrors{all[1], all[2]}, nil} {
		if diff := cmp.Diff(want, ErrorAt(fmt.Errorf("read: %w", all), "nodes", i)); diff != "" {
			t.Errorf("element %d (-want +got)\n%s", i, diff)
		}
	}
	for _, everywhere := range []QueryErrors{{at()}, {at("nodes")}} {
		if ErrorAt(everywhere, "nodes", 7) == nil {
			t.Errorf("%v does not concern every element", everywhere)
		}
	}
	if ErrorAt(nil, "nodes", 0) != nil {
		t.Error("no error concerns an element")
	}
}

func TestErrorOfTheWholeAnswerConcernsEveryElement(t *testing.T) {
	plain := errors.New("no answer")
	if got := ErrorAt(plain, "nodes", 3); got != plain {
		t.Errorf("got %v", got)
	}
	// An answer that does not fit is of no use anywhere, whatever else it says about one place.
	both := &Error{Kind: Unavailable, cause: errors.Join(QueryErrors{{Path: []any{"nodes", 1}}}, plain)}
	if got := ErrorAt(both, "nodes", 3); got != error(both) {
		t.Errorf("got %v, want %v", got, both)
	}
}

func TestWebHostOfATestServerIsThatOfGitHub(t *testing.T) {
	for rest, want := range map[string]string{
		"https://api.github.com/": "github.com", "https://github.acme.com/api/v3/": "github.acme.com",
		"https://api.acme.ghe.com/": "acme.ghe.com", "http://127.0.0.1:8080/api/v3/": "github.com",
		"http://localhost:1/": "github.com", "https://proxy.example/": "github.com",
	} {
		u, err := url.Parse(rest)
		if err != nil {
			t.Fatal(err)
		}
		c := NewClient(Endpoints{REST: u, GraphQL: u}, nil, Limits{})
		if got := c.WebHost(); got != want {
			t.Errorf("%s: %s, want %s", rest, got, want)
		}
	}
}
