package schedule

import (
	"strings"
	"testing"
	"time"
)

func TestParseTakesWhatCronTakes(t *testing.T) {
	for expr, want := range map[string]string{
		"17 9 * * 1":               "17 9 * * 1",
		" 17\t9  * *  1 ":          "17 9 * * 1",
		"0 9 * jan-mar mon,WED":    "0 9 * jan-mar mon,WED",
		"*/5 8-18/2 ? * 1-5":       "*/5 8-18/2 ? * 1-5",
		"@weekly":                  "@weekly",
		"@monthly":                 "@monthly",
		"@yearly":                  "@yearly",
		"@midnight":                "@midnight",
		"@hourly":                  "@hourly",
		"0 9 29 2 *":               "0 9 29 2 *", // every fourth year is a day
		"0 9 30 2 1":               "0 9 30 2 1", // either: the Mondays of February
		minutes() + " 0-23 * * *":  minutes() + " 0-23 * * *",
		"0 9 31 1,3,5,7,8,10,12 *": "0 9 31 1,3,5,7,8,10,12 *",
	} {
		s, err := Parse(expr, time.UTC)
		if err != nil {
			t.Errorf("Parse(%q): %v", expr, err)
			continue
		}
		if s.String() != want {
			t.Errorf("Parse(%q) is %q, want %q", expr, s, want)
		}
		if s.Next(time.Unix(0, 0)).IsZero() {
			t.Errorf("%q never comes", expr)
		}
	}
}

// minutes lists all of them.
func minutes() string {
	var b strings.Builder
	for i := range 60 {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte(byte('0' + i/10))
		b.WriteByte(byte('0' + i%10))
	}
	return b.String()
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	for _, tt := range []struct{ expr, want string }{
		{"", "empty"},
		{"  ", "empty"},
		{"9 * * 1", "expected exactly 5 fields, found 4"},
		{"0 17 9 * * 1", "expected exactly 5 fields, found 6"},
		{"60 9 * * 1", "above maximum"},
		{"0 9 * * 7", "0 is Sunday"},
		{"0 9 * * 1#1", "want minute, hour"},
		{"0 9 L * *", "want minute, hour"},
		{"@fortnightly", "want minute, hour"},
		{"0 9 30 2 *", "no year has such a day"},
		{"0 9 31 4,6,9,11 *", "no year has such a day"},
		{", 9 * * 1", "a field of it names nothing"},
		{"0 9 1 * ,", "a field of it names nothing"},
		{"@every 168h", "not a schedule"},
		{"@every", "not a schedule"},
		{"TZ=0", "the key timezone says it"},
		{"CRON_TZ=UTC", "the key timezone says it"},
		{"CRON_TZ=UTC 0 9 * * 1", "the key timezone says it"},
		{"0 9 * * 1 TZ=UTC", "the key timezone says it"},
		{"0 9 * * \x1b[31m", "is not a cron specification"},
		{"0 9 * * \xff", "is not a cron specification"},
		{strings.Repeat("1,", 300) + "1 9 * * 1", "too many for a cron expression"},
	} {
		if s, err := Parse(tt.expr, time.UTC); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Parse(%q) = %q, %v, want an error with %q", tt.expr, s, err, tt.want)
		}
	}
	if _, err := Parse("@weekly", nil); err == nil {
		t.Error("a schedule without a zone is accepted")
	}
}

// The library divides expressions where it finds "=" and a blank, or else panics. Parse
// refuses these, and its net is tried here.
func TestAPanicOfTheLibraryIsAnError(t *testing.T) {
	if spec, err := parse("TZ=0"); err == nil || spec != nil {
		t.Errorf("got %v, %v", spec, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, expr := range []string{"17 9 * * 1", "@weekly", "*/15 * * * *", "30 2 * * 0", "0 9 30 2 *", "0 9 29 2 *", "TZ=0", "CRON_TZ=UTC", "@every 1h", ",", "0 0 1-31/7 jan,DEC ?", "0/9223372036854775807 * * * *"} {
		for i := range zones {
			f.Add(expr, i, int64(1_667_000_000))
		}
	}
	f.Fuzz(func(t *testing.T, expr string, place int, after int64) {
		loc := zone(t, zones[(place%len(zones)+len(zones))%len(zones)])
		s, err := Parse(expr, loc)
		if err != nil {
			return
		}
		const years = 365 * 24 * 60 * 60
		at := time.Unix(after%(300*years), 0)
		for range 10 {
			next := s.Next(at)
			if !next.After(at) {
				t.Fatalf("%q in %s: after %s comes %s", expr, loc, at, next)
			}
			if again := s.Next(next.Add(-time.Nanosecond)); again.After(next) {
				t.Fatalf("%q in %s: %s is left out, asked just before", expr, loc, next)
			}
			at = next
		}
		same, err := Parse(s.String(), loc)
		if err != nil || same.String() != s.String() {
			t.Errorf("%q is read as %q, and that as %q, %v", expr, s, same, err)
		}
	})
}
