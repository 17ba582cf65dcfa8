package main

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// What is left waits for the next slot or start, so that a first edition that was long ago
// does not open a hundred pull requests.
func TestServeCatchesUpWithSoManyEditionsAtATime(t *testing.T) {
	t.Parallel()
	s := newSite(t, newsroom(t), map[string]string{"a": weekly(3, "")})
	for _, want := range [][]string{{"created 1", "created 2"}, {"created 3"}} {
		d := s.start("--catch-up", "2")
		until(t, d.journal, "caught up", func() bool { return len(d.lines(t, "run")) >= len(want) })
		time.Sleep(2500 * time.Millisecond) // the next one would begin within two seconds
		d.stop()
		if got := d.runs(t, "a"); !slices.Equal(got, want) {
			t.Errorf("runs %v, want %v", got, want)
		}
	}
}

// Editors move drafts out of the folder: they are not drafted again, and those to come are.
func TestServeGoesOnWhereDraftedEditionsAreGone(t *testing.T) {
	t.Parallel()
	aWeekAgo := "0 0 " + weeksAgo(1).Format("2 1") + " *" // the last slot: one edition was due then
	s := newSite(t, newsroom(t), map[string]string{"a": strings.Replace(weekly(2, ""), "0 0 * * 1", aWeekAgo, 1)})
	d := s.start("--catch-up", "1")
	until(t, d.journal, "the first edition", func() bool { return slices.Equal(d.runs(t, "a"), []string{"created 1"}) })
	d.stop()
	if err := os.RemoveAll(s.path("out")); err != nil {
		t.Fatal(err)
	}
	s.write("a", weekly(2, ""))
	d = s.start("--catch-up", "1")
	until(t, d.journal, "the second edition", func() bool { return len(d.lines(t, "run")) > 0 })
	d.stop()
	if got := d.runs(t, "a"); !slices.Equal(got, []string{"created 2"}) {
		t.Errorf("runs %v, want the second edition's", got)
	}
}
