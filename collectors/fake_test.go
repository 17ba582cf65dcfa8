package collectors

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/oauth2"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/githubtest"
	"github.com/community-digest/digest/internal/markdown"
)

// week is the model week in a zone eight hours ahead of GitHub's timestamps.
var week = func() digest.Period {
	loc, err := digest.LoadZone("Asia/Shanghai")
	if err != nil {
		panic(err)
	}
	return digest.Period{
		From: time.Date(2023, 12, 11, 0, 0, 0, 0, loc),
		To:   time.Date(2023, 12, 18, 0, 0, 0, 0, loc),
	}
}()

const (
	second = time.Second
	days   = 24 * time.Hour
)

// before and after are a long way from the period, in is in it.
var (
	before = week.From.Add(-30 * days).UTC()
	in     = week.From.Add(3 * days).UTC()
	after  = week.To.Add(3 * days).UTC()
)

// inside lets cmp look into texts and addresses.
var inside = gocmp.AllowUnexported(markdown.Text{}, markdown.URL{})

var text = markdown.Untrusted

func link(t *testing.T, s string) markdown.URL {
	t.Helper()
	u, err := markdown.ParseURL(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func repos(names ...string) []digest.Repo {
	var out []digest.Repo
	for _, n := range names {
		owner, name, _ := strings.Cut(n, "/")
		out = append(out, digest.Repo{Owner: owner, Name: name})
	}
	return out
}

// istio is a world of one repository, whose discussions need not say what they are not about.
func istio(r githubtest.Repo) *githubtest.World {
	r.Owner, r.Name = "istio", "istio"
	fill(r.Discussions)
	return &githubtest.World{Repos: []*githubtest.Repo{&r}}
}

func fill(list []githubtest.Discussion) {
	for i := range list {
		list[i].Title = cmp.Or(list[i].Title, fmt.Sprint("Discussion ", list[i].Number))
		list[i].Category = cmp.Or(list[i].Category, "general")
	}
}

// wire carries requests to the fake. Look sees each of them first, and may respond in
// the fake's place.
type wire struct {
	next http.RoundTripper
	look func(*http.Request) *http.Response
}

func (w wire) RoundTrip(r *http.Request) (*http.Response, error) {
	if resp := w.look(r); resp != nil {
		return resp, nil
	}
	return w.next.RoundTrip(r)
}

// respond makes the response that look returns.
func respond(r *http.Request, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Header: http.Header{}, Request: r, ProtoMajor: 1, ProtoMinor: 1,
		Body: io.NopCloser(strings.NewReader(body)),
	}
}

// query is a GraphQL request on its way.
type query struct {
	Query     string
	Variables map[string]any
}

// peek reads a request and leaves it as it was.
func peek(r *http.Request) query {
	var q query
	if r.Body == nil {
		return q
	}
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	_ = json.Unmarshal(body, &q) // a REST request has no query
	return q
}

func client(t *testing.T, s *githubtest.Server, token string, carrier http.RoundTripper) *github.Client {
	t.Helper()
	// Not the address of an Enterprise Server: the pages of this one are on github.com.
	e, err := github.ParseEndpoints(s.URL(), s.GraphQLURL())
	if err != nil {
		t.Fatal(err)
	}
	var tokens oauth2.TokenSource
	if token != "" {
		tokens = oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token})
	}
	return github.NewClient(e, tokens, github.Limits{Transport: carrier})
}

// signed is a client with the token that the fake accepts.
func signed(t *testing.T, s *githubtest.Server) *github.Client {
	t.Helper()
	return client(t, s, githubtest.Token, s.Transport())
}

// anonymous is a client without a token: it reads by REST alone.
func anonymous(t *testing.T, s *githubtest.Server) *github.Client {
	t.Helper()
	return client(t, s, "", s.Transport())
}

// intercepted is one whose requests look sees first.
func intercepted(t *testing.T, s *githubtest.Server, look func(*http.Request) *http.Response) *github.Client {
	t.Helper()
	return client(t, s, githubtest.Token, wire{s.Transport(), look})
}

// collect runs a collector over the week and checks its books.
func collect(t *testing.T, c digest.Collector) digest.Findings {
	t.Helper()
	f, err := c.Collect(t.Context(), week)
	if err != nil {
		t.Fatal(err)
	}
	checkBooks(t, f)
	return f
}

// checkBooks holds what every receipt promises: nothing is missing in silence.
func checkBooks(t *testing.T, f digest.Findings) {
	t.Helper()
	kept := 0
	for _, r := range f.Receipts {
		kept += r.Kept
		sum := r.Kept
		for _, n := range r.Dropped {
			sum += n
		}
		if r.Seen != sum && !r.Gap() || r.Seen < sum {
			t.Errorf("receipt of %s: seen %d, accounted for %d", r.Source, r.Seen, sum)
		}
		if r.Gap() && r.Outcome != digest.Disabled && r.Outcome != digest.NeedsToken && r.Detail.Empty() {
			t.Errorf("receipt of %s: %s, and not a word why", r.Source, r.Outcome)
		}
	}
	if found := len(f.Discussions) + len(f.Releases) + len(f.Advisories) + len(f.Entries) + len(f.Late.Releases) + len(f.Late.Advisories); found != kept {
		t.Errorf("%d items in the findings, %d on the receipts", found, kept)
	}
}

// wantReceipt compares the receipt at a place by what it counts and how it ended.
func wantReceipt(t *testing.T, f digest.Findings, i int, kept int, dropped map[digest.DropReason]int, o digest.Outcome) {
	t.Helper()
	if i >= len(f.Receipts) {
		t.Fatalf("%d receipts, want one at %d", len(f.Receipts), i)
	}
	r := f.Receipts[i]
	if diff := gocmp.Diff(dropped, r.Dropped); diff != "" || r.Kept != kept || r.Outcome != o {
		t.Errorf("receipt of %s: kept %d, want %d; %s, want %s (%s); dropped (-want +got)\n%s",
			r.Source, r.Kept, kept, r.Outcome, o, r.Detail, diff)
	}
}

func numbers(f digest.Findings) []int {
	var out []int
	for _, d := range f.Discussions {
		out = append(out, d.Number)
	}
	return out
}

// asked counts the requests whose path or GraphQL text contains something.
func asked(s *githubtest.Server, what string) int {
	n := 0
	for _, q := range s.Requests() {
		if strings.Contains(q.Path, what) || strings.Contains(q.GraphQL, what) {
			n++
		}
	}
	return n
}
