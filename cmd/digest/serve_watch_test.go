package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	"github.com/community-digest/digest/internal/jobs"
	"github.com/community-digest/digest/internal/status"
)

// chat is where a webhook leads.
type chat struct {
	*httptest.Server
	mu   sync.Mutex
	said []string
}

func newChat(t *testing.T) *chat {
	c := new(chat)
	c.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var message struct{ Text string }
		if err != nil || json.Unmarshal(body, &message) != nil {
			t.Errorf("not a message: %q %v", body, err)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.said = append(c.said, message.Text)
	}))
	t.Cleanup(c.Close)
	return c
}

// heard returns what was said since it was asked last.
func (c *chat) heard() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	said := c.said
	c.said = nil
	return said
}

// The time of a bubble begins at midnight of Saturday, 1 January 2000.
func TestServeCallsTheWebhookWhenASlotPassesWithoutADraft(t *testing.T) {
	t.Parallel()
	room := newChat(t)
	config := func(first, start, cron string) string {
		return strings.NewReplacer(weeksAgo(1).Format(time.DateOnly), first, "0 0 * * 1", cron).Replace(weekly(1, "week_start: "+start+"\n"))
	}
	s := newSite(t, newsroom(t), map[string]string{
		"a": config("1999-12-25", "saturday", "17 1 * * 6"),
		"b": config("1999-12-26", "sunday", "17 1 * * 0"),
	})
	synctest.Test(t, func(t *testing.T) {
		d, log := s.daemon(t)
		tell, err := notifier(d.env, serveFlags{webhookFile: s.hook(room.URL)})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var parts sync.WaitGroup
		watch := &status.Watch{Board: d.board, Log: d.log, Tell: tell}
		parts.Go(func() { watch.Run(ctx) })
		parts.Go(func() { d.keepUp(ctx) })

		check := func(name string, want int) []digest.Period {
			t.Helper()
			due, err := d.due(ctx, name)
			if err != nil || len(due) != want {
				t.Fatalf("due: %v %v, want %d", due, err, want)
			}
			return due
		}
		expect := func(when string, texts ...string) {
			t.Helper()
			synctest.Wait()
			said := room.heard()
			if len(said) != len(texts) {
				t.Fatalf("%s: the chat heard %q, want %q\n%s", when, said, texts, log)
			}
			for i, text := range texts {
				if !strings.Contains(said[i], text) || strings.Contains(said[i], "`b`") {
					t.Errorf("%s: the chat heard %q, want %q and nothing of b", when, said[i], text)
				}
			}
		}

		check("a", 0) // at the start: its slot is to come
		check("b", 0)
		sleepUntil("2000-01-01 01:17")
		week := check("a", 1)[0]
		d.tell(ctx, jobs.Event{What: jobs.Started, Digest: "a", Period: week})
		d.tell(ctx, jobs.Event{What: jobs.Failed, Digest: "a", Period: week, Err: errors.New("no answer")})
		sleepUntil("2000-01-01 03:16")
		expect("within the grace time")
		sleepUntil("2000-01-01 03:23")
		expect("after the grace time", "Digest `a` has no draft for the slot of Sat 2000-01-01 01:17")

		sleepUntil("2000-01-02 01:20") // another process drafts this one
		s.drafted(t, "b", 1, digest.Period{From: week.From.AddDate(0, 0, 1), To: week.To.AddDate(0, 0, 1)})
		sleepUntil("2000-01-02 03:21")
		expect("a day later", "`a` still has no draft")

		s.drafted(t, "a", 1, week) // by hand
		sleepUntil("2000-01-02 04:31")
		expect("after it was drafted", "Digest `a` is drafted again.")
		sleepUntil("2000-01-02 05:00")
		expect("when all is well")

		cancel()
		parts.Wait()
		if err := d.stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// daemon is one that does nothing by itself.
func (s *site) daemon(t *testing.T) (*daemon, *journal) {
	t.Helper()
	log := new(journal)
	p := env{getenv: s.getenv, stdout: io.Discard, stderr: newVoice(log), now: time.Now()}
	digests, err := loadDigests(p, []string{s.path("configs")})
	if err != nil {
		t.Fatal(err)
	}
	d := newDaemon(p, serveFlags{database: s.path("digest.db"), output: s.path("out"), catchUp: 4, workers: 4, stopTimeout: time.Second}, time.Now)
	if err := d.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.configure(digests)
	return d, log
}

// hook writes the address of a webhook into a file.
func (s *site) hook(address string) string {
	s.t.Helper()
	if err := os.WriteFile(s.path("hook"), []byte(address+"\n"), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return s.path("hook")
}

// drafted leaves the state of an edition in the output folder.
func (s *site) drafted(t *testing.T, name string, number int, p digest.Period) {
	t.Helper()
	data, err := digest.EncodeSnapshot(digest.Snapshot{Version: digest.SnapshotVersion, Period: p})
	if err != nil {
		t.Fatal(err)
	}
	dir := s.path(fmt.Sprintf("out/%s/.digest/%04d", name, number))
	if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, "snapshot.json"), data, 0o644)); err != nil {
		t.Fatal(err)
	}
}

func sleepUntil(text string) {
	at, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		panic(err)
	}
	time.Sleep(time.Until(at))
}

// What a daemon shows after a restart is what its database remembers.
func TestServeRemembersItsLastRuns(t *testing.T) {
	srv := newsroom(t)
	s := newSite(t, srv, map[string]string{"a": weekly(1, "")})
	d := s.start()
	until(t, d.journal, "drafted", func() bool { return len(d.lines(t, "run")) == 1 })
	d.stop()
	d = s.start()
	const success = `digest_last_success_timestamp_seconds{digest="a"} 1`
	until(t, d.journal, "it remembers", func() bool {
		_, metrics := d.get("/metrics")
		return strings.Contains(metrics, success)
	})
	if _, page := d.get("/"); !strings.Contains(page, weeksAgo(1).Format(time.DateOnly)) {
		t.Errorf("the page does not show the last period:\n%s", page)
	}
	if _, metrics := d.get("/metrics"); !strings.Contains(metrics, `digest_runs_total{digest="a",result="created"} 0`) {
		t.Errorf("what an earlier process did is counted:\n%s", metrics)
	}
	d.stop()
	if slices.ContainsFunc(d.lines(t, "run"), func(entry) bool { return true }) {
		t.Error("it was drafted again")
	}
}
