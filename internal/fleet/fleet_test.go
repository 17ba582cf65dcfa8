package fleet

import (
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river/rivertype"

	"github.com/community-digest/digest/internal/schedule"
)

func TestAddressQuotesNothingThatItRefuses(t *testing.T) {
	for _, text := range []string{
		"", "digest.db", "secret", "postgresql://digest:secret@db.example.org/digest", "host=db password=secret", "mysql://digest:secret@db/digest",
		"postgres://digest:secret@db:port/digest", "postgres://digest:sec%ret@db/digest", "postgres://digest:secret@db/digest?sslmode=secret",
		"postgres://digest:secret@[db/digest", "POSTGRES://digest:secret@db/digest",
	} {
		_, err := Address(text)
		if err == nil || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "want postgres://") {
			t.Errorf("%s: %v", text, err)
		}
	}
	c, err := Address("postgres://digest@db.example.org:6432/news")
	if err != nil || c.ConnConfig.Host != "db.example.org" || c.ConnConfig.Port != 6432 || c.ConnConfig.Database != "news" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestAJobIsRescuedAfterItsTimeout(t *testing.T) {
	for _, timeout := range []time.Duration{time.Second, 10 * time.Minute, time.Hour} {
		if after := RescueAfter(timeout); after <= timeout || after > 2*timeout {
			t.Errorf("%s: rescued after %s", timeout, after)
		}
	}
}

func TestDraftsAreCountedBySnoozes(t *testing.T) {
	for metadata, want := range map[string]int{`{}`: 1, `{"snoozes": 3}`: 4, `{"snoozes": 3, "output": []}`: 4} {
		if got := drafts(&rivertype.JobRow{Metadata: []byte(metadata)}); got != want {
			t.Errorf("%s: %d, want %d", metadata, got, want)
		}
	}
}

func daily(t *testing.T, name string) schedule.Digest {
	t.Helper()
	s, err := schedule.Parse("0 0 * * *", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return schedule.Digest{Name: name, Schedule: s}
}
