package status

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/community-digest/digest/internal/schedule"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// golden compares a text with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s mismatch (-want +got):\n%s\nif this is right: go test ./internal/status -update", file, diff)
	}
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func parsed(t testing.TB, expr, zoneName string) schedule.Schedule {
	t.Helper()
	s, err := schedule.Parse(expr, zone(t, zoneName))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// at reads a wall time in Shanghai, where most digests of these tests are.
func at(t testing.TB, text string) time.Time {
	t.Helper()
	v, err := time.ParseInLocation("2006-01-02 15:04", text, zone(t, "Asia/Shanghai"))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// clock is a time that a test sets.
type clock struct{ time.Time }

func (c *clock) now() time.Time { return c.Time }

// weekly is a board with one digest that runs on Mondays at 09:17 in Shanghai, at the
// time given.
func weekly(t testing.TB, now string) (*Board, *clock) {
	c := &clock{at(t, now)}
	b := NewBoard("v1.2.3", c.now)
	b.Configure([]Digest{{Name: "istio", Schedule: parsed(t, "17 9 * * 1", "Asia/Shanghai")}})
	return b, c
}

func only(t testing.TB, b *Board) Standing {
	t.Helper()
	s := b.Standings()
	if len(s) != 1 {
		t.Fatalf("%d standings, want 1", len(s))
	}
	return s[0]
}

// ended is a run that took two minutes.
func ended(t testing.TB, end string, op Operation) Run {
	r := Run{Digest: "istio", Start: at(t, end).Add(-2 * time.Minute), End: at(t, end), Operation: op}
	if op == Failed {
		r.Err = "list releases of istio/istio: 502"
	}
	return r
}
