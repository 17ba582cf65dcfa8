package github

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	gogithub "github.com/google/go-github/v57/github"
	"golang.org/x/oauth2"
)

func TestRequestsCarryTokenAgentAndVersion(t *testing.T) {
	c, f := newTest(t, Limits{}, reply(200, okREST), reply(200, okQL))
	if _, err := list(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if _, err := query(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	for i, version := range []string{"2022-11-28", ""} {
		h := f.seen[i].Header
		if h.Get("Authorization") != "Bearer "+testToken || h.Get("User-Agent") != "digest" ||
			h.Get("X-GitHub-Api-Version") != version {
			t.Errorf("request %d: headers %v", i, h)
		}
	}
	if !c.Authenticated() {
		t.Error("Authenticated() = false with a token")
	}
}

func TestWithoutTokenNothingIsAuthorised(t *testing.T) {
	f := &fake{responses: []response{reply(200, okREST)}}
	e, _ := ParseEndpoints("", "")
	c := NewClient(e, nil, Limits{Transport: f})
	if _, err := list(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if f.seen[0].Header.Get("Authorization") != "" || c.Authenticated() {
		t.Error("a client without a token sent or claims one")
	}
}

func TestRenameIsFollowed(t *testing.T) {
	for _, status := range []int{301, 302, 307, 308} {
		c, f := newTest(t, Limits{},
			reply(status, "{}", "Location: https://api.github.com/repositories/7/releases"), reply(200, okREST))
		got, resp, err := c.REST.Repositories.ListReleases(t.Context(), "o", "r", nil)
		if err != nil || len(got) != 1 || f.seen[1].URL.Path != "/repositories/7/releases" {
			t.Errorf("%d: got %d releases, error %v", status, len(got), err)
		}
		if f.seen[1].Header.Get("Authorization") == "" {
			t.Errorf("%d: the second request has no token", status)
		}
		if resp.Request.Header.Get("Authorization") != "" {
			t.Errorf("%d: the response hands out the token", status)
		}
	}
}

func TestRedirectsElsewhereAreRefused(t *testing.T) {
	for _, to := range []string{
		"https://evil.example/x?" + testToken, "http://api.github.com/repos/o/r/releases",
		"https://api.github.com:444/", "https://api.github.com.evil.example/", "//evil.example/",
	} {
		c, f := newTest(t, Limits{}, reply(301, "{}", "Location: "+to), reply(200, okREST))
		_, err := list(t.Context(), c)
		wantKind(t, err, Refused)
		wantSent(t, f, 1)
		if s := fmt.Sprint(err); strings.Contains(s, testToken) || strings.Contains(s, "/x?") {
			t.Errorf("error quotes the address: %v", err)
		}
	}
}

func TestWritesAndQueriesAreNotRedirected(t *testing.T) {
	c, f := newTest(t, Limits{}, reply(307, "{}", "Location: https://api.github.com/other"))
	wantKind(t, write(t.Context(), c), Refused)
	_, err := query(t.Context(), c)
	wantKind(t, err, Refused)
	wantSent(t, f, 2)
}

func TestRedirectLoopEnds(t *testing.T) {
	c, f := newTest(t, Limits{}, reply(301, "{}", "Location: https://api.github.com/loop"))
	_, err := list(t.Context(), c)
	wantKind(t, err, Refused)
	wantSent(t, f, 6)
}

func TestOtherHostsAreNeverAsked(t *testing.T) {
	c, f := newTest(t, Limits{}, reply(200, okREST))
	req, err := c.REST.NewRequest("GET", "https://evil.example/x", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.REST.Do(t.Context(), req, nil)
	wantKind(t, err, Refused)
	wantSent(t, f, 0)
}

func TestQueryPastQueryIsRefused(t *testing.T) {
	c, f := newTest(t, Limits{}, reply(200, okQL))
	req, err := c.REST.NewRequest("POST", "graphql", map[string]string{"query": "{viewer{login}}"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.REST.Do(t.Context(), req, nil)
	wantKind(t, err, Refused)
	wantSent(t, f, 0)
}

func TestNextPageOnAnotherHostIsRefusedAndThisPageKept(t *testing.T) {
	c, f := newTest(t, Limits{}, reply(200, okREST, `Link: <https://evil.example/x?page=2>; rel="next"`))
	got, resp, err := c.REST.Repositories.ListReleases(t.Context(), "o", "r", nil)
	if err != nil || len(got) != 1 || resp.NextPage != 2 {
		t.Fatalf("first page: %d releases, next %d, error %v", len(got), resp.NextPage, err)
	}
	_, _, err = c.REST.Repositories.ListReleases(t.Context(), "o", "r", &gogithub.ListOptions{Page: 2, PerPage: 50})
	wantKind(t, err, Refused)
	wantSent(t, f, 1)
	if _, _, err = c.REST.Repositories.ListReleases(t.Context(), "o", "other", &gogithub.ListOptions{Page: 2}); err != nil {
		t.Errorf("another list is refused too: %v", err)
	}
}

func TestNextPageOnTheAPIHostIsAsked(t *testing.T) {
	for _, link := range []string{
		`<https://api.github.com/repositories/1/releases?page=2>; rel="next", <https://evil.example/>; rel="last"`,
		`<https://evil.example/?page=1>; rel="prev", </repos/o/r/releases?page=2>; rel="next"`,
	} {
		c, _ := newTest(t, Limits{}, reply(200, okREST, "Link: "+link))
		if _, err := list(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		if _, _, err := c.REST.Repositories.ListReleases(t.Context(), "o", "r", &gogithub.ListOptions{Page: 2}); err != nil {
			t.Errorf("%s: %v", link, err)
		}
	}
}

func TestTokenNeverReachesErrors(t *testing.T) {
	echo := `<pre>Authorization: Bearer ` + testToken + `</pre>`
	for name, a := range map[string]response{
		"proxy page":    reply(400, echo),
		"web page, 200": reply(200, echo),
		"502":           reply(502, echo),
		"header":        reply(403, "{}", "X-Accepted-GitHub-Permissions: "+testToken),
		"location":      reply(301, "", "Location: http://%zz"+testToken),
	} {
		synctest.Test(t, func(t *testing.T) {
			c, _ := newTest(t, Limits{}, a)
			_, errREST := list(t.Context(), c)
			_, errQL := query(t.Context(), c)
			for _, err := range []error{errREST, errQL, AsError(errREST)} {
				if err == nil || strings.Contains(fmt.Sprintf("%v %+v", err, err), testToken) {
					t.Errorf("%s: error %v", name, err)
				}
			}
		})
	}
}

type brokenSource struct{ token *oauth2.Token }

func (b brokenSource) Token() (*oauth2.Token, error) {
	if b.token != nil {
		return b.token, nil
	}
	return nil, errors.New("exchange of " + testToken)
}

func TestUnusableTokenIsUnauthorizedAndNotSent(t *testing.T) {
	for _, src := range []oauth2.TokenSource{
		brokenSource{}, brokenSource{&oauth2.Token{AccessToken: ""}}, brokenSource{&oauth2.Token{AccessToken: testToken + "\n"}},
	} {
		f := &fake{responses: []response{reply(200, okREST)}}
		e, _ := ParseEndpoints("", "")
		_, err := list(t.Context(), NewClient(e, src, Limits{Transport: f}))
		wantKind(t, err, Unauthorized)
		wantSent(t, f, 0)
		if strings.Contains(err.Error(), testToken) {
			t.Errorf("error holds the token: %v", err)
		}
	}
}

func TestMessagesAreOneSafeLine(t *testing.T) {
	c, _ := newTest(t, Limits{}, reply(http.StatusUnprocessableEntity,
		`{"message":"bad\r\n::error::x\u202e\u0007`+strings.Repeat("y", 500)+`","errors":[{"message":"a\nb"}]}`))
	err := write(t.Context(), c)
	wantKind(t, err, Invalid)
	if s := err.Error(); strings.ContainsAny(s, "\r\n\u202e\a") || len(s) > 600 {
		t.Errorf("error is %q", s)
	}
	var er *gogithub.ErrorResponse
	if !errors.As(err, &er) || er.Errors[0].Message != "a b" {
		t.Errorf("go-github's error is lost: %#v", err)
	}
}
