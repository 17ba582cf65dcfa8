package status

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestNotices(t *testing.T) {
	slot, now := at(t, "2023-12-18 09:17"), at(t, "2023-12-25 12:00")
	lateSince := func(sent time.Time) reported {
		m := make(reported)
		m.keep(sent, []Notice{{Kind: Missed, Digest: "istio", Slot: slot}})
		return m
	}
	good, missed, late := Standing{}, Standing{Missed: slot}, Standing{Missed: slot, Late: true}
	for _, tt := range []struct {
		claim string
		sent  reported
		s     Standing
		want  Kind
	}{
		{"nothing is reported of what is good", reported{}, good, ""},
		{"nor of a slot within the grace time", reported{}, missed, ""},
		{"what is late is reported", reported{}, late, Missed},
		{"but not again at once", lateSince(now), late, ""},
		{"nor before a day is over", lateSince(now.Add(-24*time.Hour + time.Second)), late, ""},
		{"but once a day", lateSince(now.Add(-24 * time.Hour)), late, StillLate},
		{"a recovery is reported", lateSince(now.Add(-time.Minute)), good, Recovered},
		{"a week later, too", lateSince(now.AddDate(0, 0, -7)), good, Recovered},
		{"no recovery while another slot waits", lateSince(now.Add(-time.Minute)), missed, ""},
		{"nor a reminder while none is late", lateSince(now.AddDate(0, 0, -7)), missed, ""},
	} {
		tt.s.Digest = "istio"
		list := tt.sent.notices(now, []Standing{tt.s})
		var got Kind
		if len(list) == 1 {
			got = list[0].Kind
			if !list[0].Slot.Equal(slot) {
				t.Errorf("%s: the slot is %s", tt.claim, list[0].Slot)
			}
		}
		if got != tt.want || len(list) > 1 {
			t.Errorf("%s: got %v, want %q", tt.claim, list, tt.want)
		}
	}
}

func TestARecoveryIsReportedOnceAndADigestThatIsGoneNever(t *testing.T) {
	now := at(t, "2023-12-25 12:00")
	m := make(reported)
	m.keep(now, []Notice{{Kind: Missed, Digest: "a", Slot: now}, {Kind: Missed, Digest: "b", Slot: now}})
	first := m.notices(now, []Standing{{Digest: "a"}})
	m.keep(now, first)
	if again := m.notices(now, []Standing{{Digest: "a"}, {Digest: "b"}}); len(first) != 1 || len(again) != 0 {
		t.Errorf("first %v, then %v", first, again)
	}
}

// A year of a weekly, 2024 with its 53 Mondays: what happens in some weeks, and all that is reported.
func TestWatchOverAYear(t *testing.T) {
	loc := zone(t, "Asia/Shanghai")
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.Sleep(time.Until(time.Date(2024, 1, 1, 0, 0, 0, 0, loc)))
		b := NewBoard("", time.Now)
		sched := parsed(t, "17 9 * * 1", "Asia/Shanghai")
		b.Configure([]Digest{{Name: "istio", Schedule: sched}})
		var sent []string
		w := &Watch{Board: b, Log: discard, Notify: func(_ context.Context, list []Notice) error {
			for _, n := range list {
				sent = append(sent, fmt.Sprintf("%s: %s %s", time.Now().In(loc).Format("01-02 15:04"), n.Kind, n.Slot.Format("01-02")))
			}
			return nil
		}}
		done := make(chan struct{})
		go func() { w.Run(ctx); close(done) }()

		// How long after its slot each week is drafted.
		delays := map[int]time.Duration{
			9:  119 * time.Minute,            // in time, just
			10: 130 * time.Minute,            // late by ten minutes
			20: 3*24*time.Hour + 6*time.Hour, // late for days
			30: 13 * 24 * time.Hour,          // not before the next week's slot has passed, too
			31: 6 * 24 * time.Hour,
		}
		for week := 1; week <= 53; week++ {
			slot := sched.Next(time.Now())
			if week == 31 {
				slot = time.Date(2024, 7, 29, 9, 17, 0, 0, loc)
			}
			delay, ok := delays[week]
			if !ok {
				delay = 3 * time.Minute
			}
			time.Sleep(time.Until(slot.Add(delay + 30*time.Second))) // between two looks
			b.Looked("istio", time.Now(), time.Time{})
		}
		time.Sleep(time.Until(time.Date(2025, 1, 1, 0, 0, 0, 0, loc)))
		cancel()
		<-done
		want := []string{
			"03-04 11:20: no draft for a slot 03-04",
			"03-04 11:30: drafted again 03-04",
			"05-13 11:20: no draft for a slot 05-13",
			"05-14 11:20: still no draft for a slot 05-13",
			"05-15 11:20: still no draft for a slot 05-13",
			"05-16 11:20: still no draft for a slot 05-13",
			"05-16 15:20: drafted again 05-13",
			"07-22 11:20: no draft for a slot 07-22",
		}
		for day := 23; day <= 31; day++ {
			want = append(want, fmt.Sprintf("07-%d 11:20: still no draft for a slot 07-22", day))
		}
		for day := 1; day <= 3; day++ {
			want = append(want, fmt.Sprintf("08-%02d 11:20: still no draft for a slot 07-22", day))
		}
		want = append(want, "08-04 09:20: drafted again 07-22")
		if diff := cmp.Diff(want, sent); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

func TestWhatWasNotDeliveredIsReportedLaterIfStillTrue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		b := NewBoard("", time.Now)
		hourly := parsed(t, "@hourly", "UTC")
		b.Configure([]Digest{{Name: "a", Schedule: hourly}, {Name: "b", Schedule: hourly}})
		var tries []string
		var log strings.Builder
		ctx, cancel := context.WithCancel(t.Context())
		w := &Watch{Board: b, Log: slog.New(slog.NewJSONHandler(&log, nil)), Notify: func(_ context.Context, list []Notice) error {
			try := time.Since(start).String()
			for _, n := range list {
				try += " " + n.Digest
			}
			tries = append(tries, try)
			if len(tries) < 3 {
				return errors.New("status 503")
			}
			return nil
		}}
		done := make(chan struct{})
		go func() { w.Run(ctx); close(done) }()
		time.Sleep(3*time.Hour + 20*time.Minute)
		b.Looked("a", time.Now(), time.Time{}) // recovers before anything was delivered
		time.Sleep(2 * time.Hour)
		cancel()
		<-done
		if diff := cmp.Diff([]string{"3h0m0s a b", "3h15m0s a b", "3h30m0s b"}, tries[:3]); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		if got := scraped(t, b); !strings.Contains(got, `digest_notices_total{result="failed"} 2`) {
			t.Errorf("got\n%s", got)
		}
		if n := strings.Count(log.String(), `"notice not delivered","digests":2,"error":"status 503"`); n != 2 {
			t.Errorf("%d lines in the log say that nothing was delivered:\n%s", n, &log)
		}
	})
}

func TestWatchStopsWhileItReports(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBoard("", time.Now)
		b.Configure([]Digest{{Name: "a", Schedule: parsed(t, "@hourly", "UTC")}})
		ctx, cancel := context.WithCancel(t.Context())
		var log strings.Builder
		w := &Watch{Board: b, Log: slog.New(slog.NewJSONHandler(&log, nil)), Notify: func(ctx context.Context, _ []Notice) error {
			<-ctx.Done()
			return ctx.Err()
		}}
		done := make(chan struct{})
		go func() { w.Run(ctx); close(done) }()
		time.Sleep(4 * time.Hour)
		cancel()
		<-done
		if strings.Contains(log.String(), "not delivered") {
			t.Errorf("the stop was taken for a failure:\n%s", &log)
		}
	})
}

func TestAWatchWithoutAWebhookLogs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBoard("", time.Now)
		b.Configure([]Digest{{Name: "a", Schedule: parsed(t, "@weekly", "UTC")}})
		var log strings.Builder
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			(&Watch{Board: b, Log: slog.New(slog.NewJSONHandler(&log, nil))}).Run(ctx)
			close(done)
		}()
		time.Sleep(3 * 24 * time.Hour)
		cancel()
		<-done
		var line struct{ Msg, Level, Digest string }
		if err := json.Unmarshal([]byte(strings.SplitAfter(log.String(), "\n")[0]), &line); err != nil {
			t.Fatalf("%v in %q", err, &log)
		}
		if line.Msg != string(Missed) || line.Level != "ERROR" || line.Digest != "a" {
			t.Errorf("got %+v", line)
		}
	})
}

func TestMessage(t *testing.T) {
	slot := at(t, "2023-12-18 09:17")
	var many []Notice
	for range 25 {
		many = append(many, Notice{Kind: Recovered, Digest: "istio", Slot: slot, At: slot.Add(5 * time.Hour)})
	}
	lines := strings.Split(Message(many), "\n")
	if len(lines) != 21 || lines[20] != "… and 5 more; the status page has them all" {
		t.Errorf("got %d lines, the last is %q", len(lines), lines[len(lines)-1])
	}
	golden(t, "message.txt", []byte(Message([]Notice{
		{Kind: Missed, Digest: "istio", Slot: slot, At: slot.Add(2 * time.Hour), LastSuccess: at(t, "2023-12-11 09:19")},
		{Kind: Missed, Digest: "envoy", Slot: slot, At: slot.Add(2 * time.Hour), Running: true},
		{Kind: StillLate, Digest: "cilium", Slot: slot, At: slot.Add(50 * time.Hour), LastSuccess: at(t, "2023-12-11 09:19").UTC(),
			Err: "list releases of cilium/cilium: Get \"https://api.github.com/repos\": 502 <html> & `more` of @octocat"},
		{Kind: Recovered, Digest: "helm", Slot: slot, At: slot.Add(5 * time.Hour)},
	})+"\n"))
}

func TestAMessageNotifiesNoOne(t *testing.T) {
	slot := at(t, "2023-12-18 09:17")
	for _, text := range []string{
		"<!channel>", "<!here|here>", "<@U024BE7LR>", "<#C024BE7LR>", "<!subteam^S1>", "@here", "@channel", "@everyone", "@all", "＠here", "a@b",
		"` @here `", "```\n@here", "&lt;!channel&gt;", "<https://evil.example|click>", "https://evil.example/", "slack://x", "@\x00here", "@\u200bhere",
		"line\n@here", "<<!channel>", strings.Repeat("@here ", 1000),
	} {
		got := Message([]Notice{{Kind: Missed, Digest: text, Slot: slot, At: slot, Err: text}})
		for _, bad := range []string{"<", ">", "\n", "://", "@h", "@c", "@e", "@a", "@b", "@U", "＠h", "\x00"} {
			if strings.Contains(got, bad) {
				t.Errorf("%q: %q is in %q", text, bad, got)
			}
		}
		if n := strings.Count(got, "`"); n != 6 { // the name, the zone and the error
			t.Errorf("%q: %d backticks in %q", text, n, got)
		}
	}
}
