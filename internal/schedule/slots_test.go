package schedule

import (
	"slices"
	"testing"
	"time"
)

func TestSlots(t *testing.T) {
	loc := zone(t, "Europe/Berlin")
	s := parsed(t, "30 2 * * 0", loc)
	for _, tt := range []struct {
		claim, watermark, now string
		want                  []string
	}{
		{"a slot has passed when it is now", "2026-03-15 02:30", "2026-03-22 02:30", []string{"03-22 02:30"}},
		{"a slot that is still to come has not", "2026-03-15 02:30", "2026-03-22 02:29", nil},
		{"the watermark itself was handled", "2026-03-15 02:30", "2026-03-15 02:30", nil},
		{"three weeks asleep: three slots, in order, one of them moved", "2026-03-15 02:30", "2026-04-05 12:00",
			[]string{"03-22 02:30", "03-29 03:00", "04-05 02:30"}},
		{"a watermark that is no slot", "2026-03-16 12:00", "2026-03-22 12:00", []string{"03-22 02:30"}},
		{"a clock that was put back repeats nothing", "2026-03-22 02:30", "2026-03-15 02:30", nil},
		{"the repeated hour repeats nothing", "2026-10-18 02:30", "2026-10-25 12:00", []string{"10-25 02:30"}},
	} {
		var got []string
		for slot := range s.Slots(local(t, tt.watermark, loc), local(t, tt.now, loc)) {
			got = append(got, slot.Format("01-02 15:04"))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.claim, got, tt.want)
		}
	}
}

// A daemon that looks every minute, sleeps now and then, and whose clock is put back and
// forward, handles each slot once.
func TestAnUnsteadyClockHandlesEverySlotOnce(t *testing.T) {
	loc := zone(t, "America/Havana")
	s := parsed(t, "15 0 * * *", loc)
	start := local(t, "2023-02-01 12:00", loc)
	steps := []time.Duration{time.Minute, time.Minute, -3 * time.Hour, 26 * time.Hour, time.Second, 9 * 24 * time.Hour, -25 * time.Hour, 0}
	var got []time.Time
	watermark, now := start, start
	for i := range 800 {
		now = now.Add(steps[i%len(steps)])
		for slot := range s.Slots(watermark, now) {
			got = append(got, slot)
			watermark = slot
		}
	}
	want := slices.Collect(s.Slots(start, watermark))
	if !slices.Equal(got, want) || len(got) < 800 {
		t.Errorf("%d slots were handled, want %d", len(got), len(want))
	}
	for i, slot := range got {
		if first := day(start).AddDate(0, 0, i+1); !day(slot).Equal(first) {
			t.Fatalf("slot %d is %s, want one on %s", i, slot, first.Format(time.DateOnly))
		}
	}
}

func TestWithoutAWatermarkNothingWasMissed(t *testing.T) {
	for slot := range parsed(t, "@hourly", time.UTC).Slots(time.Time{}, time.Unix(1e9, 0)) {
		t.Fatalf("got %s", slot)
	}
}

func TestSlotsMayBeLeftEarly(t *testing.T) {
	n := 0
	for range parsed(t, "* * * * *", time.UTC).Slots(time.Unix(0, 0), time.Unix(1e9, 0)) {
		if n++; n == 3 {
			break
		}
	}
	if n != 3 {
		t.Errorf("%d slots, want 3", n)
	}
}
