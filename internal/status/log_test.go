package status

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func logged(t *testing.T, r Run) map[string]any {
	t.Helper()
	var out strings.Builder
	r.Log(t.Context(), slog.New(LogHandler(&out, false, false, slog.LevelInfo)))
	if strings.Count(out.String(), "\n") != 1 || strings.ContainsAny(out.String(), "\x1b\x00\u202e") || strings.Contains(out.String(), `\u001b`) {
		t.Fatalf("not one line: %q", &out)
	}
	var line map[string]any
	if err := json.Unmarshal([]byte(out.String()), &line); err != nil {
		t.Fatal(err)
	}
	delete(line, "time")
	return line
}

func TestARunIsOneLine(t *testing.T) {
	r := ended(t, "2023-12-18 09:19", Updated)
	r.Period, r.Edition, r.Gaps, r.Requests, r.Points = "2023-12-11..2023-12-17", 1, 2, 51, 7
	r.Items, r.Draft = map[string]int{"releases": 3, "discussions": 12}, "https://github.com/istio/community/pull/1"
	want := map[string]any{
		"level": "WARN", "msg": "run", "digest": "istio", "operation": "updated", "period": "2023-12-11..2023-12-17", "edition": 1.0,
		"items": map[string]any{"releases": 3.0, "discussions": 12.0}, "gaps": 2.0, "requests": 51.0, "points": 7.0, "seconds": 120.0,
		"draft": "https://github.com/istio/community/pull/1",
	}
	if diff := cmp.Diff(want, logged(t, r)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestTheLevelOfARun(t *testing.T) {
	gaps := ended(t, "2023-12-18 09:19", Created)
	gaps.Gaps = 1
	for want, r := range map[string]Run{
		"INFO":  ended(t, "2023-12-18 09:19", None),
		"WARN":  gaps,
		"ERROR": ended(t, "2023-12-18 09:19", Failed),
	} {
		if got := logged(t, r)["level"]; got != want {
			t.Errorf("%s: %v, want %s", r.Operation, got, want)
		}
	}
}

func TestHostileTextsStayInTheirLine(t *testing.T) {
	for _, text := range hostile {
		r := ended(t, "2023-12-18 09:19", Failed)
		r.Digest, r.Err, r.Draft, r.Period, r.Items = text, text+"\nlevel=INFO", text, text, map[string]int{text: 1}
		logged(t, r)
		var out strings.Builder
		r.Log(t.Context(), slog.New(LogHandler(&out, true, false, slog.LevelInfo)))
		if strings.Count(out.String(), "\n") != 1 || strings.ContainsAny(out.String(), "\x1b\x00\u202e") {
			t.Errorf("%.40q: got %q", text, &out)
		}
	}
}

func TestATerminalGetsColoursIfTheyAreWanted(t *testing.T) {
	for _, colours := range []bool{true, false} {
		var out strings.Builder
		ended(t, "2023-12-18 09:19", None).Log(t.Context(), slog.New(LogHandler(&out, true, colours, slog.LevelInfo)))
		if got := strings.Contains(out.String(), "\x1b["); got != colours || strings.HasPrefix(out.String(), "{") {
			t.Errorf("colours %t: %q", colours, &out)
		}
	}
}
