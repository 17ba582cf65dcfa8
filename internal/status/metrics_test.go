package status

import (
	"bytes"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// scraped returns what /metrics serves, without the metrics of Go and of the process.
func scraped(t *testing.T, b *Board) string {
	t.Helper()
	w := httptest.NewRecorder()
	Handler(b, nil).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	body := w.Body.String()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	if _, err := parser.TextToMetricFamilies(strings.NewReader(body)); err != nil || w.Code != 200 {
		t.Fatalf("status %d, %v", w.Code, err)
	}
	var lines []string
	for line := range strings.Lines(body) {
		if strings.Contains(line, "digest_") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

func TestMetrics(t *testing.T) {
	b, c := weekly(t, "2023-12-11 12:00")
	run := ended(t, "2023-12-18 09:19", Updated)
	run.Gaps, run.Requests, run.Points = 2, 51, 7
	b.Finished(run)
	b.Finished(ended(t, "2023-12-18 10:19", Failed))
	b.Limits(map[string]int{"core": 4949, "graphql": 4993})
	b.Clock(-90 * time.Second)
	c.Time = at(t, "2023-12-18 12:00")
	got := scraped(t, b)
	// The only line that differs between builds.
	i := strings.Index(got, `goversion="`)
	j := strings.Index(got[i+11:], `"`) + i + 11
	golden(t, "metrics.txt", []byte(got[:i+11]+"go"+got[j:]))
}

func TestMetricsKeepPrometheusConventions(t *testing.T) {
	b, _ := weekly(t, "2023-12-11 12:00")
	b.Finished(ended(t, "2023-12-18 09:19", Created))
	b.Limits(map[string]int{"core": 1})
	problems, err := promlint.New(bytes.NewReader(b.scrape())).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

func TestMetricsOfADigestThatIsGoneGo(t *testing.T) {
	b, _ := weekly(t, "2023-12-11 12:00")
	b.Finished(ended(t, "2023-12-18 09:19", Created))
	b.Configure([]Digest{{Name: "envoy"}})
	if got := scraped(t, b); strings.Contains(got, "istio") || !strings.Contains(got, `digest_runs_total{digest="envoy",result="failed"} 0`) {
		t.Errorf("got\n%s", got)
	}
}

func TestHostileNamesStayInTheirLabels(t *testing.T) {
	for _, name := range []string{"\"} 1\nup 0\n#", "\xff\xfe", "", "\x00", `back\slash`, strings.Repeat("長", 10_000)} {
		b := NewBoard(name, (&clock{at(t, "2023-12-11 12:00")}).now)
		b.Configure([]Digest{{Name: name, Schedule: parsed(t, "17 9 * * 1", "UTC")}})
		run := ended(t, "2023-12-18 09:19", Created)
		run.Digest, run.Requests, run.Points = name, -1, -1
		b.Finished(run)
		b.Limits(map[string]int{name: 1})
		got := scraped(t, b)
		for line := range strings.Lines(got) {
			if !strings.HasPrefix(line, "digest_") && !strings.HasPrefix(line, "# ") {
				t.Errorf("%.20q: a line of its own: %.80q", name, line)
			}
		}
		if bytes.Count([]byte(got), []byte(`result="created"} 1`)) != 1 {
			t.Errorf("%.20q: the run was not counted", name)
		}
	}
}
