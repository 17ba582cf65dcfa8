package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/riverqueue/river/rivertype"
)

const long = 15 * time.Second

func TestMissingPeriodsAreDraftedInOrderOneByOneAndOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(4, "istio", "kube", "envoy")
	q := start(t, w.config(file(t)), named("istio", "kube", "envoy"))
	until(t, "all drafted", long, func() bool { return w.done() >= 12 })
	time.Sleep(quietFor)
	stop(t, q)
	w.check(t)
	if got := len(w.told(Started)); got != 12 {
		t.Errorf("%d runs started, want 12", got)
	}
}

func TestDigestsGoOnSideBySide(t *testing.T) {
	t.Parallel()
	w := newWorld(1, "istio", "kube", "envoy")
	var here atomic.Int32
	w.draft = func(ctx context.Context, _ Run) error {
		for here.Add(1); here.Load() < 3; time.Sleep(time.Millisecond) {
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
		return nil
	}
	q := start(t, w.config(file(t)), named("istio", "kube", "envoy"))
	until(t, "all drafted", long, func() bool { return w.done() == 3 })
	stop(t, q)
	w.check(t)
}

func TestNoMoreDraftsRunThanThereAreWorkers(t *testing.T) {
	t.Parallel()
	names := []string{"a", "b", "c", "d", "e", "f"}
	w := newWorld(1, names...)
	var here, most atomic.Int32
	w.draft = func(context.Context, Run) error {
		if n := here.Add(1); n > most.Load() {
			most.Store(n)
		}
		time.Sleep(20 * time.Millisecond)
		here.Add(-1)
		return nil
	}
	c := w.config(file(t))
	c.Workers = 2
	q := start(t, c, named(names...))
	until(t, "all drafted", long, func() bool { return w.done() == len(names) })
	stop(t, q)
	if most.Load() > 2 {
		t.Errorf("%d at the same time", most.Load())
	}
}

func TestADraftThatFailsIsTriedAgainAndTheNextPeriodWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(2, "istio")
	w.draft = func(_ context.Context, r Run) error {
		if r.Attempts != 3 {
			t.Errorf("%d attempts", r.Attempts)
		}
		if r.Period.String() == weeks(1)[0].String() && r.Attempt < 3 {
			return errors.New("no answer")
		}
		return nil
	}
	q := start(t, w.config(file(t)), named("istio"))
	until(t, "all drafted", long, func() bool { return w.done() == 2 })
	stop(t, q)
	w.check(t)
	want := []string{"failed istio 1/1", "failed istio 1/2", "done istio 1/3", "done istio 2/1"}
	if got := w.told(); !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
	for _, e := range w.events {
		if e.What == Failed && (e.Err.Error() != "no answer" || e.Next.IsZero() || e.Took <= 0) {
			t.Errorf("%+v", e)
		}
		if e.What == Done && e.Result != "the draft of istio" {
			t.Errorf("%+v", e)
		}
	}
}

func TestAPeriodWhoseAttemptsAreUsedUpMakesRoomAndHasAnotherTurnInTheNextRound(t *testing.T) {
	t.Parallel()
	w := newWorld(3, "istio")
	var mended atomic.Bool
	w.draft = func(_ context.Context, r Run) error {
		if r.Period.String() == weeks(1)[0].String() && !mended.Load() {
			return errors.New("no such repository")
		}
		return nil
	}
	c := w.config(file(t))
	q := start(t, c, named("istio"))
	until(t, "the others drafted", long, func() bool { return w.done() == 2 })
	time.Sleep(quietFor)
	want := []string{"failed istio 1/1", "failed istio 1/2", "gave up istio 1/3", "done istio 2/1", "done istio 3/1"}
	if got := w.told(); !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
	drafts, err := q.Overview(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(drafts) != 3 || drafts[0].State != GivenUp || drafts[0].Err != "no such repository" || drafts[0].Attempt != 3 || drafts[1].State != Drafted {
		t.Errorf("%+v", drafts)
	}
	stop(t, q)

	mended.Store(true)
	w.mu.Lock()
	w.over["istio"] = weeks(4)
	w.mu.Unlock()
	time.Sleep(time.Second) // rounds are told apart by the second
	q = start(t, c, named("istio"))
	until(t, "all drafted", long, func() bool { return w.done() == 4 })
	stop(t, q)
	want = append(want, "done istio 4/1", "done istio 1/1")
	if got := w.told(); !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}

func TestWhatSucceededIsNotDraftedAgainWhateverDueSays(t *testing.T) {
	t.Parallel()
	w := newWorld(3, "istio")
	w.forget = true
	c := w.config(file(t))
	for range 2 {
		q := start(t, c, []Digest{{"istio", each(time.Second)}})
		until(t, "all drafted", long, func() bool { return w.done() == 3 })
		time.Sleep(1500 * time.Millisecond)
		stop(t, q)
	}
	w.check(t)
}

func TestASlotFindsWhatCameDue(t *testing.T) {
	t.Parallel()
	w := newWorld(0, "istio")
	q := start(t, w.config(file(t)), []Digest{{"istio", each(time.Second)}})
	time.Sleep(quietFor)
	w.mu.Lock()
	w.over["istio"] = weeks(1)
	w.mu.Unlock()
	until(t, "drafted", long, func() bool { return w.done() == 1 })
	stop(t, q)
	w.check(t)
}

func TestAPanicIsAnError(t *testing.T) {
	t.Parallel()
	w := newWorld(1, "istio")
	w.draft = func(_ context.Context, r Run) error {
		if r.Attempt == 1 {
			panic("no map")
		}
		return nil
	}
	asked := 0
	w.dueErr = func() error {
		if asked++; asked == 1 {
			panic("no state")
		}
		return nil
	}
	q := start(t, w.config(file(t)), named("istio"))
	until(t, "drafted", long, func() bool { return w.done() == 1 })
	stop(t, q)
	want := []string{"check failed istio 0/1", "failed istio 1/1", "done istio 1/2"}
	if got := w.told(); !slices.Equal(got, want) {
		t.Fatalf("told %q, want %q", got, want)
	}
	var p *PanicError
	if !errors.As(w.events[0].Err, &p) || p.Value != "no state" || !strings.Contains(string(p.Stack), "queue_test.go") {
		t.Errorf("%v", w.events[0].Err)
	}
}

func TestARateLimitPostponesAndCostsNoAttempt(t *testing.T) {
	t.Parallel()
	w := newWorld(1, "istio")
	var runs atomic.Int32
	w.draft = func(_ context.Context, r Run) error {
		if r.Attempt != 1 {
			t.Errorf("attempt %d", r.Attempt)
		}
		if runs.Add(1) <= 2 {
			return fmt.Errorf("list releases: %w", &RetryError{At: time.Now().Add(1100 * time.Millisecond), Err: errors.New("rate limit")})
		}
		return nil
	}
	q := start(t, w.config(file(t)), named("istio"))
	began := time.Now()
	until(t, "drafted", long, func() bool { return w.done() == 1 })
	if took := time.Since(began); took < 2*time.Second {
		t.Errorf("after %s", took)
	}
	stop(t, q)
	want := []string{"postponed istio 1/1", "postponed istio 1/1", "done istio 1/1"}
	if got := w.told(); !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}

func TestAnAttemptThatTakesTooLongIsCancelledAndTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(1, "istio")
	w.draft = func(ctx context.Context, r Run) error {
		if r.Attempt == 1 {
			<-ctx.Done()
			return ctx.Err()
		}
		return nil
	}
	c := w.config(file(t))
	c.Timeout = 2 * time.Second // the check has to fit into it, too, on a slow machine
	q := start(t, c, named("istio"))
	until(t, "drafted", long, func() bool { return w.done() == 1 })
	stop(t, q)
	want := []string{"failed istio 1/1", "done istio 1/2"}
	if got := w.told(); !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}

func TestAnAbandonedDraftIsRescued(t *testing.T) {
	t.Parallel()
	w := newWorld(2, "istio")
	c := w.config(file(t))
	q := open(t, c)
	if err := q.store.offer(t.Context(), checkArgs{Digest: "istio"}, weeks(1), 100, 3); err != nil {
		t.Fatal(err)
	}
	q.exec(t, "UPDATE river_job SET state = 'running', attempt = 1, attempted_at = datetime('now', '-1 hour'), attempted_by = jsonb('[\"dead\"]')")
	if err := q.Start(t.Context(), named("istio")); err != nil {
		t.Fatal(err)
	}
	until(t, "drafted", long, func() bool { return w.done() == 2 })
	stop(t, q)
	w.check(t)
	if got := w.told(); !slices.Equal(got, []string{"done istio 1/2", "done istio 2/1"}) {
		t.Errorf("told %q", got)
	}
}

// A process that dies in its last attempt leaves a draft that River would discard without
// anybody going on.
func TestADraftThatWasAbandonedInItsLastAttemptDoesNotEndTheRound(t *testing.T) {
	t.Parallel()
	w := newWorld(2, "istio")
	w.draft = func(_ context.Context, r Run) error {
		if r.Period.String() == weeks(1)[0].String() {
			return errors.New("no answer")
		}
		return nil
	}
	c := w.config(file(t))
	q := open(t, c)
	if err := q.store.offer(t.Context(), checkArgs{Digest: "istio"}, weeks(1), 100, 3); err != nil {
		t.Fatal(err)
	}
	q.exec(t, "UPDATE river_job SET state = 'running', attempt = 3, attempted_at = datetime('now', '-1 hour'), attempted_by = jsonb('[\"dead\"]')")
	if err := q.Start(t.Context(), named("istio")); err != nil {
		t.Fatal(err)
	}
	until(t, "the second period drafted", long, func() bool { return w.done() == 1 })
	stop(t, q)
	if got := w.told(); !slices.Equal(got[:2], []string{"gave up istio 1/4", "done istio 2/1"}) {
		t.Errorf("told %q", got)
	}
}

// What if the process dies after it asked for the next check and before its draft ends?
func TestACheckWaitsForTheDraftThatItFollows(t *testing.T) {
	t.Parallel()
	w := newWorld(2, "istio")
	hold := make(chan struct{})
	w.draft = func(ctx context.Context, r Run) error {
		if r.Period.String() == weeks(1)[0].String() {
			<-hold
		}
		return nil
	}
	q := start(t, w.config(file(t)), named("istio"))
	until(t, "started", long, func() bool { return len(w.told(Started)) == 1 })
	drafts, err := q.store.list(t.Context(), listAll())
	if err != nil || len(drafts) != 1 {
		t.Fatalf("%d drafts: %v", len(drafts), err)
	}
	args, opts := followUp("istio", time.Now(), drafts[0].ID)
	q.insert(t, args, opts)
	time.Sleep(quietFor)
	if n := q.count(t, "kind = 'digest_check' AND state <> 'completed'"); n != 1 {
		t.Errorf("%d checks wait", n)
	}
	close(hold)
	until(t, "all drafted", long, func() bool { return w.done() == 2 })
	stop(t, q)
	w.check(t)
}

// The week may end with the slot, and the leader's clock may be a little ahead.
func TestACheckIsNotBeforeItsSlotOnAnyClock(t *testing.T) {
	t.Parallel()
	w := newWorld(1, "istio")
	q := open(t, w.config(file(t)))
	slot := time.Now().Add(2 * time.Second).Truncate(time.Second)
	args, opts := newCheck("istio", slot)
	q.insert(t, args, opts)
	w.dueErr = func() error {
		if time.Now().Before(slot) {
			t.Error("it was asked before the slot")
		}
		return nil
	}
	q.Reload(named("istio"))
	q.store.periodic().Clear() // no check at the start
	if err := q.store.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	until(t, "drafted", long, func() bool { return w.done() == 1 })
	stop(t, q)
}

func TestStopLetsARunEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(2, "istio")
	w.draft = func(context.Context, Run) error {
		time.Sleep(200 * time.Millisecond)
		return nil
	}
	c := w.config(file(t))
	q := start(t, c, named("istio"))
	until(t, "started", long, func() bool { return len(w.told(Started)) == 1 })
	stop(t, q)
	if got := w.told(); !slices.Equal(got, []string{"done istio 1/1"}) {
		t.Errorf("told %q", got)
	}
	q = start(t, c, named("istio"))
	until(t, "the rest drafted", long, func() bool { return w.done() == 2 })
	stop(t, q)
	w.check(t)
}

func TestStopCancelsWhatTakesTooLongAndLeavesItInTheQueue(t *testing.T) {
	t.Parallel()
	w := newWorld(2, "istio")
	var patient atomic.Bool
	w.draft = func(ctx context.Context, r Run) error {
		if patient.Load() {
			return nil
		}
		<-ctx.Done()
		return errors.New("list releases: the line went dead") // it does not even say why
	}
	c := w.config(file(t))
	q := start(t, c, named("istio"))
	until(t, "started", long, func() bool { return len(w.told(Started)) == 1 })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := q.Stop(ctx); err != nil {
		t.Fatal(err)
	}
	patient.Store(true)
	q = start(t, c, named("istio"))
	until(t, "drafted", long, func() bool { return w.done() == 2 })
	stop(t, q)
	w.check(t)
	want := []string{"interrupted istio 1/1", "done istio 1/1", "done istio 2/1"}
	if got := w.told(); !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}

func TestStopSaysIfSomethingWillNotStop(t *testing.T) {
	t.Parallel()
	w := newWorld(1, "istio")
	hold := make(chan struct{})
	w.draft = func(context.Context, Run) error {
		<-hold
		return nil
	}
	q := start(t, w.config(file(t)), named("istio"))
	until(t, "started", long, func() bool { return len(w.told(Started)) == 1 })
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := q.Stop(ctx); err == nil || !strings.Contains(err.Error(), "goes on") {
		t.Errorf("got %v", err)
	}
	close(hold)
	stop(t, q)
	w.check(t)
}

func TestAQueueThatWasNeverStartedStops(t *testing.T) {
	t.Parallel()
	stop(t, open(t, newWorld(0).config(file(t))))
}

func TestReloadReplacesTheDigests(t *testing.T) {
	t.Parallel()
	w := newWorld(1, "istio", "kube")
	q := start(t, w.config(file(t)), []Digest{{"istio", each(time.Second)}})
	until(t, "istio drafted", long, func() bool { return w.done() == 1 })
	q.Reload([]Digest{{"kube", each(time.Second)}})
	until(t, "kube drafted", long, func() bool { return w.done() == 2 })
	w.mu.Lock()
	w.over["istio"] = weeks(2)
	w.mu.Unlock()
	time.Sleep(1500 * time.Millisecond) // a slot of the digest that is gone
	stop(t, q)
	if got := w.told(); !slices.Equal(got, []string{"done istio 1/1", "done kube 1/1"}) {
		t.Errorf("told %q", got)
	}
}

func TestADraftWhoseDigestIsGoneWaitsForSomebodyWhoKnowsItThenEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(1, "istio")
	q := open(t, w.config(file(t)))
	for _, name := range []string{"old", "new"} {
		if err := q.store.offer(t.Context(), checkArgs{Digest: name}, weeks(1), 100, 3); err != nil {
			t.Fatal(err)
		}
	}
	q.exec(t, "UPDATE river_job SET created_at = datetime('now', '-1 hour') WHERE args ->> 'digest' = 'old'")
	if err := q.Start(t.Context(), named("istio")); err != nil {
		t.Fatal(err)
	}
	until(t, "the old one ends", long, func() bool { return len(w.told(GaveUp)) == 1 })
	until(t, "istio drafted", long, func() bool { return w.done() == 1 })
	want := []string{"istio drafted ", "new waiting ", `old given up there is no digest "old" any more`}
	until(t, "all written", long, func() bool {
		drafts, err := q.Overview(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range drafts {
			got = append(got, d.Digest+" "+string(d.State)+" "+d.Err)
		}
		return slices.Equal(got, want)
	})
	stop(t, q)
}

func TestOverviewShowsHowFarEachDraftIs(t *testing.T) {
	t.Parallel()
	w := newWorld(1, "failing", "running", "done", "waiting")
	c := w.config(file(t))
	c.Workers, c.pace.backoff = 4, func(int) time.Duration { return time.Hour }
	hold := make(chan struct{})
	w.draft = func(_ context.Context, r Run) error {
		switch r.Digest {
		case "failing":
			return errors.New("no answer")
		case "waiting":
			return &RetryError{At: time.Now().Add(time.Hour), Err: errors.New("rate limit")}
		case "running":
			<-hold
		}
		return nil
	}
	q := start(t, c, named("failing", "running", "done", "waiting"))
	until(t, "all looked at", long, func() bool { return len(w.told()) == 3 && len(w.told(Started)) == 4 })
	var got []string
	until(t, "all written", long, func() bool {
		drafts, err := q.Overview(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got = nil
		for _, d := range drafts {
			got = append(got, fmt.Sprintf("%s %s %s %d/%d %s", d.Digest, d.Period, d.State, d.Attempt, d.Attempts, d.Err))
			if ahead := time.Until(d.At) > 30*time.Minute; ahead != (d.State == Waiting) {
				t.Errorf("%s at %s", d.State, d.At)
			}
		}
		return slices.Equal(got, []string{
			"done 2023-12-11..2023-12-17 drafted 1/3 ",
			"failing 2023-12-11..2023-12-17 waiting 1/3 no answer",
			"running 2023-12-11..2023-12-17 running 1/3 ",
			"waiting 2023-12-11..2023-12-17 waiting 0/3 ",
		})
	})
	close(hold)
	stop(t, q)
}

func TestTwoClientsShareAFile(t *testing.T) {
	t.Parallel()
	names := []string{"a", "b", "c", "d", "e"}
	w := newWorld(4, names...)
	w.draft = func(context.Context, Run) error {
		time.Sleep(2 * time.Millisecond)
		return nil
	}
	c := w.config(file(t))
	c.Workers = 2
	opened := make(chan *Queue)
	for range 2 {
		go func() {
			q, err := Open(t.Context(), c)
			if err == nil {
				err = q.Start(t.Context(), named(names...))
			}
			if err != nil {
				t.Error(err)
			}
			opened <- q
		}()
	}
	one, two := <-opened, <-opened
	if one == nil || two == nil {
		t.FailNow()
	}
	until(t, "all drafted", long, func() bool { return w.done() >= 20 })
	time.Sleep(quietFor)
	stop(t, one)
	stop(t, two)
	w.check(t)
	if got := len(w.told(Started)); got != 20 {
		t.Errorf("%d runs started, want 20", got)
	}
}

func TestADraftIsUniqueByItsDigestOnly(t *testing.T) {
	t.Parallel()
	q := open(t, newWorld(0).config(file(t)))
	for _, p := range weeks(3) {
		args, opts := newDraft("istio", p, time.Now(), 3)
		q.insert(t, args, opts)
	}
	if n := q.count(t, "state = 'available'"); n != 1 {
		t.Errorf("%d drafts", n)
	}
	for _, state := range rivertype.JobStates() {
		finalized := "NULL"
		over := !slices.Contains(unfinished(), state)
		if over {
			finalized = "datetime('now')"
		}
		q.exec(t, fmt.Sprintf("UPDATE river_job SET state = '%s', finalized_at = %s", state, finalized))
		args, opts := newDraft("istio", weeks(1)[0], time.Now(), 3)
		q.insert(t, args, opts)
		if n := q.count(t, "id > 0"); (n == 2) != over {
			t.Errorf("%s: %d drafts", state, n)
		}
		q.exec(t, "DELETE FROM river_job WHERE id > (SELECT min(id) FROM river_job)")
	}
	stop(t, q)
}

func TestChecksThatAreOverAreSwept(t *testing.T) {
	t.Parallel()
	w := newWorld(1, "istio", "kube")
	q := start(t, w.config(file(t)), []Digest{{"istio", each(time.Second)}, {"kube", never{}}})
	time.Sleep(3500 * time.Millisecond)
	n := q.count(t, "kind = 'digest_check' AND args ->> 'digest' = 'istio'")
	stop(t, q)
	if n < 1 || n > 3 {
		t.Errorf("%d checks are left", n)
	}
	w.check(t)
}
