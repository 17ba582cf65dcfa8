package daemon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/githubtest"
	"github.com/community-digest/digest/internal/schedule"
	"github.com/community-digest/digest/internal/status"
)

// catchUp drafts what is missing of a digest.
func catchUp(t *testing.T, d *Daemon, name string) (drafted int) {
	t.Helper()
	for ; ; drafted++ {
		found, err := d.Work().DraftNext(t.Context(), name)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !found {
			return drafted
		}
	}
}

func TestEachMissingEditionIsDraftedOnceAndInOrder(t *testing.T) {
	t.Parallel()
	s := newSite(t, newGitHub(t), map[string]string{"files": weekly(3, ""), "pulls": weekly(3, publishing("pulls"))})
	d := s.daemon()
	for _, name := range []string{"files", "pulls"} {
		catchUp(t, d, name)
		if got, want := s.log.Runs(name), []string{"created 1", "created 2", "created 3"}; !slices.Equal(got, want) {
			t.Errorf("%s: runs %v, want %v", name, got, want)
		}
	}
	if got, want := s.Proposed(), []string{"pulls/1", "pulls/2", "pulls/3"}; !slices.Equal(got, want) {
		t.Errorf("pull requests %v, want %v", got, want)
	}
	files, writes := s.Files(), s.Writes()
	for n := range 3 {
		if text := files[fmt.Sprintf("files/weekly/%d.md", n+1)]; !strings.Contains(text, fmt.Sprintf("v1.%d.0", 97+n)) {
			t.Errorf("edition %d is not about its week:\n%s", n+1, text)
		}
	}
	for _, name := range []string{"files", "pulls"} { // the next process has only these to go by
		if n := catchUp(t, s.daemon(), name); n > 0 || s.Writes() != writes {
			t.Errorf("%s: a new process drafted %d editions, %d writes", name, n, s.Writes()-writes)
		}
	}
}

func TestTheBoardAndTheLogSayWhatADraftDid(t *testing.T) {
	t.Parallel()
	s := newSite(t, newGitHub(t), map[string]string{"files": weekly(1, ""), "pulls": weekly(1, publishing("pulls"))})
	d := s.daemon()
	for _, name := range []string{"files", "pulls"} {
		catchUp(t, d, name)
	}
	if got := s.log.Lines("drafting"); len(got) != 2 || got[0].Digest != "files" || got[0].Edition != 1 {
		t.Errorf("the log does not say what is being drafted: %+v", got)
	}
	runs := s.log.Lines("run")
	if want := s.Path("out/files/weekly/1.md"); runs[0].Draft != want || runs[0].Period != weeksAgo(1).Format(time.DateOnly)+".."+weeksAgo(1).AddDate(0, 0, 6).Format(time.DateOnly) {
		t.Errorf("%+v, want the draft %s", runs[0], want)
	}
	if !strings.HasPrefix(runs[1].Draft, "http") {
		t.Errorf("%+v, want the address of the pull request", runs[1])
	}
	for _, standing := range d.board.Standings() {
		if r := standing.Draft; r.Operation != status.Created || r.Items["releases"] != 1 || r.Requests == 0 || !standing.Missed.IsZero() {
			t.Errorf("%+v", standing)
		}
	}
	w := httptest.NewRecorder()
	status.Handler(d.board, func(context.Context) error { return nil }).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if !strings.Contains(w.Body.String(), `digest_github_rate_limit_remaining{resource="graphql"} `) {
		t.Errorf("what is left of the rate limits is not among the metrics:\n%s", w.Body)
	}
}

func TestARateLimitPostponesWhatWasBegun(t *testing.T) {
	t.Parallel()
	s := newSite(t, newGitHub(t), map[string]string{"files": weekly(2, ""), "pulls": weekly(2, publishing("pulls"))})
	reset := time.Now().Add(time.Hour).Truncate(time.Second)
	s.GitHub.Fail(githubtest.Fault{Path: "/graphql", Times: -1, Status: http.StatusForbidden, Header: http.Header{
		"X-RateLimit-Limit": {"5000"}, "X-RateLimit-Remaining": {"0"}, "X-RateLimit-Resource": {"graphql"}, "X-RateLimit-Reset": {fmt.Sprint(reset.Unix())},
	}, Body: `{"message": "API rate limit exceeded"}`})
	d := s.daemon()
	for _, name := range []string{"files", "pulls"} { // what is due of pulls is on GitHub, too
		_, err := d.Work().DraftNext(t.Context(), name)
		if p, ok := errors.AsType[*schedule.Postponed](err); !ok || p.Until.Before(reset) || p.Until.After(reset.Add(time.Minute)) {
			t.Errorf("%s: %v, want until %s", name, err, reset)
		}
	}
	for _, e := range s.log.Lines("postponed") {
		if (e.Digest == "files") != (e.Period != "") || !strings.Contains(e.Error, "limit") {
			t.Errorf("%+v", e)
		}
	}
	for _, standing := range d.board.Standings() {
		if standing.Last.Operation != "" || !standing.Running.Start.IsZero() {
			t.Errorf("it counts as a run: %+v", standing)
		}
	}
	if files := s.Files(); len(files) > 0 || s.Writes() > 0 {
		t.Errorf("something is half-written: %v, %d writes", files, s.Writes())
	}
}

func TestAFailureIsShownAndAnInterruptionIsNone(t *testing.T) {
	t.Parallel()
	s := newSite(t, newGitHub(t), map[string]string{"a": weekly(1, "")})
	s.GitHub.Fail(githubtest.Fault{Path: "/graphql", Times: -1, Status: http.StatusUnauthorized, Body: `{"message": "Bad credentials"}`})
	d := s.daemon()
	if _, err := d.Work().DraftNext(t.Context(), "a"); err == nil {
		t.Fatal("no error")
	}
	failed := d.board.Standings()[0].Last
	if failed.Operation != status.Failed || !strings.Contains(failed.Err, "Bad credentials") {
		t.Errorf("%+v", failed)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Work().DraftNext(ctx, "a"); err == nil {
		t.Error("no error")
	}
	if last := d.board.Standings()[0].Last; last.End != failed.End || len(s.log.Lines("interrupted")) != 1 {
		t.Errorf("an interruption is shown as %+v\n%s", last, s.log)
	}
}

func TestADigestThatIsGoneIsNotDrafted(t *testing.T) {
	t.Parallel()
	s := newSite(t, newGitHub(t), map[string]string{"a": weekly(1, "")})
	if _, err := s.daemon().Work().DraftNext(t.Context(), "b"); err == nil || !strings.Contains(err.Error(), `unknown digest "b"`) {
		t.Errorf("got %v", err)
	}
}

func TestAWrongClockIsLoggedOnceAndShown(t *testing.T) {
	t.Parallel()
	s := newSite(t, newGitHub(t), map[string]string{"a": weekly(1, publishing("a"))})
	s.GitHub.Fail(githubtest.Fault{Path: "/graphql", Times: -1, Header: http.Header{"Date": {time.Now().Add(3 * time.Hour).UTC().Format(http.TimeFormat)}}})
	d := s.daemon()
	catchUp(t, d, "a")
	if lines := s.log.Lines("clock differs from GitHub's: slots come at the wrong time"); len(lines) != 1 || !strings.HasPrefix(lines[0].Ahead, "3h0m") && !strings.HasPrefix(lines[0].Ahead, "2h59m") {
		t.Errorf("%+v", lines)
	}
}

// A snapshot that is years ahead, by its date or its number, must not stop a digest for ever.
func TestAPoisonedSnapshotStopsNoDigest(t *testing.T) {
	t.Parallel()
	year := time.Date(2099, time.January, 5, 0, 0, 0, 0, time.UTC)
	future := digest.Period{From: year, To: year.AddDate(0, 0, 7)}
	for number, want := range map[int][]string{
		2:    {"created 1", "created 3"}, // it counts as the edition of its number
		9999: {"created 1", "created 2", "created 3"},
	} {
		s := newSite(t, newGitHub(t), map[string]string{"a": weekly(3, "")})
		d := s.daemon()
		if found, err := d.Work().DraftNext(t.Context(), "a"); err != nil || !found {
			t.Fatalf("%t, %v", found, err)
		}
		s.store("a", number, future)
		catchUp(t, d, "a")
		if got := s.log.Runs("a"); !slices.Equal(got, want) {
			t.Errorf("%d: runs %v, want %v\n%s", number, got, want, s.log)
		}
		if lines := s.log.Lines("warning"); len(lines) == 0 || !strings.Contains(lines[0].Text, fmt.Sprintf("%04d/snapshot.json", number)) {
			t.Errorf("%d: the log does not name the file: %+v", number, lines)
		}
	}
}

// store writes the state of an edition into the output directory.
func (s *site) store(name string, number int, p digest.Period) {
	s.t.Helper()
	data, err := digest.EncodeSnapshot(digest.Snapshot{Version: digest.SnapshotVersion, Period: p})
	if err != nil {
		s.t.Fatal(err)
	}
	dir := s.Path(fmt.Sprintf("out/%s/.digest/%04d", name, number))
	if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, "snapshot.json"), data, 0o644)); err != nil {
		s.t.Fatal(err)
	}
}

// The time of a bubble begins at midnight UTC of Saturday, 1 January 2000.
func TestALateDigestIsReportedUntilItIsDrafted(t *testing.T) {
	t.Parallel()
	config := strings.NewReplacer(weeksAgo(1).Format(time.DateOnly), "1999-12-25", "0 0 * * 1", "17 1 * * 6").Replace(weekly(1, "week_start: saturday\n"))
	s := newSite(t, newGitHub(t), map[string]string{"a": config})
	synctest.Test(t, func(t *testing.T) {
		d := s.daemon()
		var mu sync.Mutex // a wait for the others orders what they did, not what they do next
		var heard []string
		watch := &status.Watch{Board: d.board, Log: d.log, Notify: func(_ context.Context, list []status.Notice) error {
			mu.Lock()
			defer mu.Unlock()
			heard = append(heard, status.Message(list))
			return nil
		}}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { watch.Run(ctx); close(done) }()
		due := func() []digest.Period {
			list, err := d.Work().Due(t.Context(), "a")
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		expect := func(when string, texts ...string) {
			t.Helper()
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			if len(heard) != len(texts) {
				t.Fatalf("%s: %q, want %q\n%s", when, heard, texts, s.log)
			}
			for i, text := range texts {
				if !strings.Contains(heard[i], text) {
					t.Errorf("%s: %q, want %q", when, heard[i], text)
				}
			}
			heard = nil
		}
		sleep := func(text string) {
			at, err := time.Parse("2006-01-02 15:04", text)
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Until(at))
		}

		if list := due(); len(list) != 0 {
			t.Fatalf("due before the slot: %v", list)
		}
		sleep("2000-01-01 01:17")
		week := due()[0]
		sleep("2000-01-01 03:16")
		expect("within the grace time")
		sleep("2000-01-01 03:23")
		expect("after the grace time", "no draft for the slot of Sat 2000-01-01 01:17")
		sleep("2000-01-02 03:26")
		expect("a day later", "still")
		s.store("a", 1, week) // by hand
		if list := due(); len(list) != 0 {
			t.Fatalf("due after it was drafted: %v", list)
		}
		sleep("2000-01-02 04:00")
		expect("after it was drafted", "drafted again")
		cancel()
		<-done
	})
}
