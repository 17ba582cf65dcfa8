package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/community-digest/digest/internal/githubtest"
)

// atClock puts a proxy before the fake whose clock is ahead of ours.
func atClock(t *testing.T, srv *githubtest.Server, getenv func(string) string, ahead time.Duration) func(string) string {
	t.Helper()
	to, err := url.Parse(srv.URL())
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.ModifyResponse = func(r *http.Response) error {
		r.Header.Set("Date", time.Now().Add(ahead).UTC().Format(http.TimeFormat))
		return nil
	}
	front := httptest.NewServer(proxy)
	t.Cleanup(front.Close)
	return func(name string) string {
		if name == "GITHUB_REPOSITORY" {
			return home
		}
		return strings.Replace(getenv(name), srv.URL(), front.URL, 1)
	}
}

func TestGitHubsClockDecidesWhichPeriodIsOver(t *testing.T) {
	t.Parallel()
	const hour = time.Hour
	monday := monday(t)
	for _, tt := range []struct {
		claim  string
		github time.Time
		ahead  time.Duration // GitHub's clock of ours
		args   []string
		code   int
		want   string // in the messages
		drafts string
	}{
		{"minutes are nothing", monday, 4 * time.Minute, nil, exitOK, "", "edition 1, "},
		{"over at GitHub only", monday, 20 * hour, nil, exitOK, "warning: the clock of this machine is 20h0m0s behind GitHub's", "edition 1, "},
		{"over here only", monday.Add(6*24*hour + 6*hour), -20 * hour, nil, exitOK, "20h0m0s ahead of GitHub's", "edition 1, "},
		{"not over at GitHub", monday.Add(-16 * hour), -20 * hour, []string{"--week", "2023-W50"}, exitOK, "draft is provisional", "edition 1, "},
		{"days are refused", monday, 30 * hour, nil, exitFailed, "the clock of this machine is 30h0m0s behind GitHub's\nhint: ", ""},
		{"or wanted", monday, -30 * hour, []string{"--anyway"}, exitOK, "30h0m0s ahead of GitHub's", "edition 1, "},
	} {
		for _, command := range []string{"digest", "publish"} {
			srv, getenv, config := fake(t)
			out := t.TempDir()
			args := append([]string{"--config", config}, tt.args...)
			if command == "publish" {
				args = append([]string{"publish"}, args...)
			} else {
				args = append(args, "--output", out)
			}
			var stdout, stderr bytes.Buffer
			code := run(t.Context(), args, atClock(t, srv, getenv, tt.ahead), &stdout, &stderr, tt.github.Add(-tt.ahead))
			got := stderr.String()
			if code != tt.code || !strings.Contains(got, tt.want) || strings.Count(got, "clock of this machine") > 1 {
				t.Errorf("%s: %s: exit code %d, %s", tt.claim, command, code, got)
			}
			if tt.want == "" && strings.Contains(got, "clock") || tt.drafts != "" && !strings.Contains(got, tt.drafts) {
				t.Errorf("%s: %s: %s", tt.claim, command, got)
			}
			if tt.drafts == "" && (len(filesBelow(t, out)) > 0 || len(srv.Pulls(home)) > 0) {
				t.Errorf("%s: %s: something was written", tt.claim, command)
			}
		}
	}
}
