package jobs

import (
	"testing"
	"time"

	"github.com/community-digest/digest/internal/schedule"
)

// clock moves slots as River does: Next says when, check is asked then.
type clock struct {
	slots
	at  time.Time
	got []time.Time // the rounds of the checks
}

func newClock(t *testing.T, expr, at string) *clock {
	t.Helper()
	s, err := schedule.Parse(expr, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	begin, err := time.Parse(time.RFC3339, at)
	if err != nil {
		t.Fatal(err)
	}
	c := &clock{at: begin}
	c.slots = slots{digest: "istio", schedule: s, now: func() time.Time { return c.at }, last: begin}
	c.ask()
	return c
}

func (c *clock) ask() {
	if args, _ := c.check(); args != nil {
		c.got = append(c.got, args.(checkArgs).Round)
	}
}

func (c *clock) run(until time.Time) {
	for next := c.Next(c.at); !next.After(until); next = c.Next(c.at) {
		c.at = next
		c.ask()
	}
	c.at = until
}

// rounds are the different ones.
func (c *clock) rounds() []string {
	var all []string
	for i, r := range c.got {
		if i == 0 || !r.Equal(c.got[i-1]) {
			all = append(all, r.Format(time.RFC3339))
		}
	}
	return all
}

func expect(t *testing.T, claim string, got []string, want ...string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: got %q, want %q", claim, got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("%s: got %q, want %q", claim, got, want)
		}
	}
}

func TestACheckIsMadeAtTheStartAndAtEverySlot(t *testing.T) {
	c := newClock(t, "17 9 * * 1", "2023-12-13T12:00:00Z")
	c.run(c.at.AddDate(0, 0, 14))
	expect(t, "two weeks", c.rounds(), "2023-12-13T12:00:00Z", "2023-12-18T09:17:00Z", "2023-12-25T09:17:00Z")
}

func TestNoSlotIsLostWhileTheMachineSleeps(t *testing.T) {
	c := newClock(t, "17 9 * * 1", "2023-12-13T12:00:00Z")
	c.run(c.at.Add(time.Hour))
	c.at = time.Date(2024, 1, 3, 0, 0, 0, 0, time.UTC) // River's timer knows nothing of it
	if next := c.Next(c.at); next.After(c.at) {
		t.Errorf("River is woken at %s", next)
	}
	c.ask()
	expect(t, "three weeks later", c.rounds(), "2023-12-13T12:00:00Z", "2024-01-01T09:17:00Z")
}

func TestRiverLooksAtTheClockEveryMinute(t *testing.T) {
	c := newClock(t, "17 9 * * 1", "2023-12-13T12:00:00Z")
	if next := c.Next(c.at); next.Sub(c.at) != tick {
		t.Errorf("it sleeps %s", next.Sub(c.at))
	}
}

// What River could not insert, it drops.
func TestTheCheckOfASlotIsAskedForAgain(t *testing.T) {
	c := newClock(t, "17 9 * * 1", "2023-12-18T09:00:00Z")
	c.run(c.at.Add(time.Hour))
	if n := len(c.got); n != 6 {
		t.Errorf("%d times, want at the start and five times for the slot", n)
	}
	expect(t, "an hour", c.rounds(), "2023-12-18T09:00:00Z", "2023-12-18T09:17:00Z")
}

func TestAClockThatIsPutBackRepeatsNoSlot(t *testing.T) {
	c := newClock(t, "17 9 * * 1", "2023-12-18T09:00:00Z")
	c.run(c.at.Add(18 * time.Minute))
	c.at = c.at.Add(-10 * time.Minute)
	c.run(c.at.Add(2 * time.Hour))
	expect(t, "two hours", c.rounds(), "2023-12-18T09:00:00Z", "2023-12-18T09:17:00Z")
}

func TestAClockThatRanYearsAheadIsForgotten(t *testing.T) {
	c := newClock(t, "17 9 * * 1", "2030-01-01T00:00:00Z")
	c.at = time.Date(2023, 12, 13, 12, 0, 0, 0, time.UTC)
	c.ask()
	c.run(c.at.AddDate(0, 0, 7))
	expect(t, "a week", c.rounds(), "2030-01-01T00:00:00Z", "2023-12-18T09:17:00Z")
}

func TestAScheduleWithoutSlotsIsCheckedAtTheStartOnly(t *testing.T) {
	c := newClock(t, "17 9 * * 1", "2023-12-13T12:00:00Z")
	c.schedule = schedule.Schedule{}
	c.run(c.at.Add(3 * time.Hour))
	expect(t, "three hours", c.rounds(), "2023-12-13T12:00:00Z")
}
