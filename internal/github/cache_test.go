package github

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	gogithub "github.com/google/go-github/v57/github"
	"golang.org/x/oauth2"

	"github.com/community-digest/digest/internal/githubtest"
	"github.com/community-digest/digest/internal/httpcache"
)

// run returns a client as one run of the program has it, on a cache that earlier runs may have filled.
func run(t *testing.T, dir, token string, f *fake, l Limits) *Client {
	t.Helper()
	l.Transport = f
	return runAt(t, "", dir, token, l)
}

func runAt(t *testing.T, apiURL, dir, token string, l Limits) *Client {
	t.Helper()
	store, err := httpcache.Open(dir, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Errorf("cache: %v", err)
		}
	})
	e, err := ParseEndpoints(apiURL, "")
	if err != nil {
		t.Fatal(err)
	}
	l.Cache = store
	var tokens oauth2.TokenSource
	if token != "" {
		tokens = oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token})
	}
	return NewClient(e, tokens, l)
}

// tagged answers as GitHub does when the body has this tag.
func tagged(body, tag string, headers ...string) answer {
	return func(req *http.Request) (*http.Response, error) {
		if req.Header.Get("If-None-Match") == tag {
			return reply(304, "", "ETag: "+tag)(req)
		}
		return reply(200, body, append(headers, "ETag: "+tag)...)(req)
	}
}

func wantList(t *testing.T, c *Client, n int) {
	t.Helper()
	if got, err := list(t.Context(), c); err != nil || len(got) != n {
		t.Errorf("%d releases, error %v; want %d", len(got), err, n)
	}
}

// asked tells the validators that came with the requests.
func (f *fake) asked() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var tags []string
	for _, req := range f.seen {
		tags = append(tags, req.Header.Get("If-None-Match"))
	}
	return tags
}

func wantAsked(t *testing.T, f *fake, want ...string) {
	t.Helper()
	if got := f.asked(); !slices.Equal(got, want) {
		t.Errorf("asked with %q, want %q", got, want)
	}
}

func entries(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestSecondRunIsFreeAndReadsTheSame(t *testing.T) {
	var releases []githubtest.Release
	for i := range 5 {
		day := time.Date(2023, 12, 11+i, 9, 0, 0, 0, time.UTC)
		releases = append(releases, githubtest.Release{TagName: "v1." + string(rune('0'+i)), PublishedAt: day})
	}
	s := githubtest.NewInProcess(t, &githubtest.World{Repos: []*githubtest.Repo{{Owner: "o", Name: "r", Releases: releases}}})
	dir := t.TempDir()
	var first []string
	for pass := range 2 {
		c := runAt(t, s.URL(), dir, githubtest.Token, Limits{Transport: s.Transport()})
		var tags []string
		opts := &gogithub.ListOptions{PerPage: 2}
		for {
			page, resp, err := c.REST.Repositories.ListReleases(t.Context(), "o", "r", opts)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page {
				tags = append(tags, r.GetTagName())
			}
			if resp.NextPage == 0 {
				break
			}
			opts.Page = resp.NextPage
		}
		u := c.Usage()
		if pass == 0 {
			first = tags
		}
		if len(tags) != 5 || !slices.Equal(tags, first) {
			t.Errorf("run %d: releases %v, want %v", pass+1, tags, first)
		}
		if u.REST != 3 || u.NotModified != 3*pass || s.NotModified() != 3*pass || u.Rates["core"].Remaining != 4997 {
			t.Errorf("run %d: %d requests, %d (by the server %d) not modified, %d remain; want 3, %d, 4997",
				pass+1, u.REST, u.NotModified, s.NotModified(), u.Rates["core"].Remaining, 3*pass)
		}
	}
}

func TestAnotherTokenNeitherSendsNorGetsWhatWasKept(t *testing.T) {
	dir := t.TempDir()
	f := &fake{answers: []answer{tagged(`[{"id":1},{"id":2}]`, `"mine"`), tagged(okREST, `"theirs"`)}}
	wantList(t, run(t, dir, testToken, f, Limits{}), 2)
	other := run(t, dir, "ghp_another_one_TESTONLY", f, Limits{})
	wantList(t, other, 1)
	wantList(t, other, 1)
	wantList(t, run(t, dir, "", f, Limits{}), 1)
	wantAsked(t, f, "", "", `"theirs"`, "")
	if n := len(entries(t, dir)); n != 2 {
		t.Errorf("%d entries, want 2: nothing is kept without a token", n)
	}
}

func TestAnswersThatAreNotWholeAreNotKept(t *testing.T) {
	const tag = `ETag: "1"`
	full := "[" + strings.Repeat(`{"id":1},`, 29) + `{"id":1}]`
	for _, tt := range []struct {
		name string
		a    answer
		kept int
	}{
		{"whole", reply(200, okREST, tag), 1},
		{"no tag", reply(200, okREST), 0},
		{"a time only", reply(200, okREST, "Last-Modified: Mon, 18 Dec 2023 00:00:00 GMT"), 0},
		{"cut off", reply(200, okREST[:5], tag), 0},
		{"a web page", reply(200, "<html>", tag), 0},
		{"another length", reply(200, okREST, tag, "Content-Length: 100"), 0},
		{"too large", reply(200, `["`+strings.Repeat("x", 2000)+`"]`, tag), 0},
		{"not to be kept", reply(200, okREST, tag, "Cache-Control: no-store"), 0},
		{"varies by anything", reply(200, okREST, tag, "Vary: *"), 0},
		{"varies by the token", reply(200, okREST, tag, "Vary: Accept, Authorization, Cookie"), 1},
		{"a full page, and no next one yet", reply(200, full, tag), 0},
		{"a full page with a next one", reply(200, full, tag, `Link: <https://api.github.com/x?page=2>; rel="next"`), 1},
		{"a failure", reply(500, okREST, tag), 0},
	} {
		dir := t.TempDir()
		f := &fake{answers: []answer{tt.a}}
		list(t.Context(), run(t, dir, testToken, f, Limits{MaxTries: 1, MaxBody: 1000}))
		if n := len(entries(t, dir)); n != tt.kept {
			t.Errorf("%s: %d entries, want %d", tt.name, n, tt.kept)
		}
	}
}

// GitHub's tag of a page does not change when a page after it begins.
func TestAListThatGrowsOntoItsSecondPageIsSeenToGrow(t *testing.T) {
	day := time.Date(2023, 12, 11, 9, 0, 0, 0, time.UTC)
	add := func(w *githubtest.World, tag string) { // at the end of the list
		day = day.Add(-time.Hour)
		w.Repos[0].Releases = append(w.Repos[0].Releases, githubtest.Release{TagName: tag, PublishedAt: day})
	}
	w := &githubtest.World{Repos: []*githubtest.Repo{{Owner: "o", Name: "r"}}}
	add(w, "v2")
	add(w, "v1")
	s := githubtest.NewInProcess(t, w)
	c := runAt(t, s.URL(), t.TempDir(), githubtest.Token, Limits{Transport: s.Transport()})
	for _, want := range []int{0, 2} {
		_, resp, err := c.REST.Repositories.ListReleases(t.Context(), "o", "r", &gogithub.ListOptions{PerPage: 2})
		if err != nil || resp.NextPage != want {
			t.Errorf("next page %d, error %v; want %d", resp.NextPage, err, want)
		}
		s.Update(func(w *githubtest.World) { add(w, "v0") })
	}
}

func TestWhatChangedReplacesWhatWasKept(t *testing.T) {
	f := &fake{answers: []answer{
		tagged(okREST, `"1"`), tagged(`[{"id":1},{"id":2}]`, `"2"`), tagged("", `"2"`),
		reply(503, "down"), tagged("", `"2"`), // trouble that passes takes nothing away
		reply(404, `{"message":"Not Found"}`), tagged(okREST, `"3"`), // and what may not be seen any more goes
	}}
	c := run(t, t.TempDir(), testToken, f, Limits{MaxTries: 1})
	wantList(t, c, 1)
	wantList(t, c, 2)
	wantList(t, c, 2)
	_, err := list(t.Context(), c)
	wantKind(t, err, Unavailable)
	wantList(t, c, 2)
	_, err = list(t.Context(), c)
	wantKind(t, err, NotFound)
	wantList(t, c, 1)
	wantAsked(t, f, "", `"1"`, `"2"`, `"2"`, `"2"`, `"2"`, "")
	if got := c.Usage().NotModified; got != 2 {
		t.Errorf("%d not modified, want 2", got)
	}
}

func TestDamagedEntriesAreFetchedAgain(t *testing.T) {
	dir := t.TempDir()
	f := &fake{answers: []answer{tagged(okREST, `"1"`)}}
	wantList(t, run(t, dir, testToken, f, Limits{}), 1)
	for _, name := range entries(t, dir) {
		if err := os.Truncate(name, 60); err != nil {
			t.Fatal(err)
		}
	}
	store, err := httpcache.Open(dir, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	c, _ := newTest(t, Limits{Cache: store}, tagged(okREST, `"1"`))
	wantList(t, c, 1)
	if err := store.Close(); err == nil || !strings.Contains(err.Error(), "thrown away") {
		t.Errorf("the cache says %v", err)
	}
	wantList(t, run(t, dir, testToken, f, Limits{}), 1)
	wantAsked(t, f, "", `"1"`)
}

func TestAnEntryThatVanishesWhileGitHubIsAskedIsStillThere(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "digest")
	vanish := func(req *http.Request) (*http.Response, error) {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
		return tagged(okREST, `"1"`)(req)
	}
	f := &fake{answers: []answer{tagged(okREST, `"1"`), vanish}}
	c := run(t, dir, testToken, f, Limits{})
	wantList(t, c, 1)
	wantList(t, c, 1)
	wantList(t, c, 1)
	wantAsked(t, f, "", `"1"`, "")
}

func TestA304ForAnotherVersionIsNotBelieved(t *testing.T) {
	for _, tt := range []struct {
		name, kept, answered string
		asked                []string
	}{
		{"the same", `W/"1"`, `W/"1"`, []string{"", `W/"1"`}},
		{"the same, strong", `W/"1"`, `"1"`, []string{"", `W/"1"`}},
		{"none", `"1"`, "", []string{"", `"1"`}},
		{"another", `"1"`, `"2"`, []string{"", `"1"`, ""}},
	} {
		synctest.Test(t, func(t *testing.T) {
			f := &fake{answers: []answer{
				reply(200, okREST, "ETag: "+tt.kept), reply(304, "", "ETag: "+tt.answered), reply(200, okREST, "ETag: "+tt.answered),
			}}
			c := run(t, t.TempDir(), testToken, f, Limits{})
			wantList(t, c, 1)
			wantList(t, c, 1)
			if got := f.asked(); !slices.Equal(got, tt.asked) {
				t.Errorf("%s: asked with %q, want %q", tt.name, got, tt.asked)
			}
		})
	}
}

func TestOnlyPlainReadsOfRESTAreKept(t *testing.T) {
	dir := t.TempDir()
	f := &fake{answers: []answer{
		reply(200, okQL, `ETag: "1"`), reply(201, `{"id":1}`, `ETag: "1"`),
		reply(304, ""), reply(200, `{"id":1}`, `ETag: "1"`),
	}}
	c := run(t, dir, testToken, f, Limits{})
	if _, err := query(t.Context(), c); err != nil {
		t.Error(err)
	}
	if err := write(t.Context(), c); err != nil {
		t.Error(err)
	}
	for _, want := range []int{304, 200, 200} { // the caller's own question gets its own answer
		req, err := c.REST.NewRequest("GET", "repos/o/r", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("If-None-Match", `"own"`)
		if resp, err := c.REST.Do(t.Context(), req, nil); resp == nil || resp.StatusCode != want {
			t.Errorf("got %v, error %v; want %d", resp, err, want)
		}
	}
	wantAsked(t, f, "", "", `"own"`, `"own"`, `"own"`)
	if n := len(entries(t, dir)); n != 0 {
		t.Errorf("%d entries, want none", n)
	}
}

func TestLimitsAreWhatA304Says(t *testing.T) {
	f := &fake{answers: []answer{
		reply(200, okREST, `ETag: "1"`, "X-RateLimit-Remaining: 2", "X-RateLimit-Limit: 5000", in(time.Hour)),
		reply(304, "", `ETag: "1"`, "X-RateLimit-Remaining: 0", "X-RateLimit-Limit: 5000", in(time.Hour)),
	}}
	c := run(t, t.TempDir(), testToken, f, Limits{})
	wantList(t, c, 1)
	wantList(t, c, 1)
	if got := c.Usage().Rates["core"]; got.Remaining != 0 || got.Limit != 5000 {
		t.Errorf("rate %+v", got)
	}
	_, err := list(t.Context(), c)
	wantKind(t, err, RateLimited)
	wantSent(t, f, 2)
}

func TestATokenInAnAnswerIsNeitherReadableOnDiskNorHandedOn(t *testing.T) {
	dir := t.TempDir()
	f := &fake{answers: []answer{tagged(`[{"id":1,"name":"`+testToken+`"}]`, `"1"`)}}
	c := run(t, dir, testToken, f, Limits{})
	for range 2 {
		got, err := list(t.Context(), c)
		if err != nil || got[0].GetName() != "***" {
			t.Errorf("got %v, error %v", got, err)
		}
	}
	for _, name := range entries(t, dir) {
		if data, err := os.ReadFile(name); err != nil || strings.Contains(string(data), testToken) || strings.Contains(name, testToken) {
			t.Errorf("the token can be read in %s: %v", name, err)
		}
	}
}

func TestABodyFromTheCacheIsHeldToTheSameSize(t *testing.T) {
	dir := t.TempDir()
	f := &fake{answers: []answer{tagged(okREST, `"1"`)}}
	wantList(t, run(t, dir, testToken, f, Limits{}), 1)
	_, err := list(t.Context(), run(t, dir, testToken, f, Limits{MaxBody: 5}))
	wantKind(t, err, Unavailable)
	wantAsked(t, f, "", "")
}

func TestConcurrentCallsShareTheCache(t *testing.T) {
	f := &fake{answers: []answer{tagged(okREST, `"1"`)}}
	c := run(t, t.TempDir(), testToken, f, Limits{})
	wantList(t, c, 1)
	errs := make(chan error)
	for range 20 {
		go func() {
			_, err := list(t.Context(), c)
			errs <- err
		}()
	}
	for range 20 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if got := c.Usage().NotModified; got != 20 {
		t.Errorf("%d not modified, want 20", got)
	}
}
