package report

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestAClockThatIsFarOffIsReported(t *testing.T) {
	for skew, want := range map[time.Duration]bool{
		0: false, 5 * time.Minute: false, -4 * time.Minute: false, 6 * time.Minute: true, -2 * time.Hour: true,
	} {
		got := slices.ContainsFunc(Report{Skew: skew}.Messages(), func(m Message) bool { return strings.Contains(m.Text, "clock") })
		if got != want {
			t.Errorf("%s apart: %t", skew, got)
		}
	}
}
