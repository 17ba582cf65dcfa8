package status

import (
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// metrics counts what happened since the daemon started. The names follow
// https://prometheus.io/docs/practices/naming/.
type metrics struct {
	registry *prometheus.Registry
	runs     *prometheus.CounterVec
	failures *prometheus.CounterVec
	requests *prometheus.CounterVec
	points   *prometheus.CounterVec
	duration *prometheus.HistogramVec
	notices  *prometheus.CounterVec
}

func newMetrics(b *Board, version string) *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	m := &metrics{
		registry: prometheus.NewRegistry(), // the default one is shared with every library
		runs:     counter("digest_runs_total", "Runs that ended, by how they ended.", "digest", "result"),
		failures: counter("digest_run_failures_total", "Runs that failed.", "digest"),
		requests: counter("digest_github_requests_total", "Requests that runs sent to GitHub.", "digest"),
		points:   counter("digest_graphql_points_total", "What the GraphQL requests of runs cost, in GitHub's points.", "digest"),
		notices:  counter("digest_notices_total", "Messages about late and recovered digests, by whether they were delivered.", "result"),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "digest_run_duration_seconds", Help: "How long runs took.",
			Buckets: []float64{1, 2, 5, 10, 20, 60, 120, 300, 600, 1800, 3600},
		}, []string{"digest"}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "digest_build_info", Help: "Always 1; the labels say what was built.",
		ConstLabels: prometheus.Labels{"version": version, "goversion": runtime.Version()},
	})
	build.Set(1)
	for _, result := range []string{noticeSent, noticeFailed} {
		m.notices.WithLabelValues(result)
	}
	m.registry.MustRegister(m.runs, m.failures, m.requests, m.points, m.notices, m.duration, build, gauges{b},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

const (
	noticeSent   = "sent"
	noticeFailed = "failed"
)

// begin makes the counters of a digest appear at 0: the first failure is then an increase.
func (m *metrics) begin(digest string) {
	for _, op := range operations {
		m.runs.WithLabelValues(digest, string(op))
	}
	for _, v := range []*prometheus.CounterVec{m.failures, m.requests, m.points} {
		v.WithLabelValues(digest)
	}
	m.duration.WithLabelValues(digest)
}

func (m *metrics) forget(digest string) {
	label := prometheus.Labels{"digest": digest}
	for _, v := range []*prometheus.CounterVec{m.runs, m.failures, m.requests, m.points} {
		v.DeletePartialMatch(label)
	}
	m.duration.DeletePartialMatch(label)
}

func (m *metrics) count(r Run) {
	m.runs.WithLabelValues(r.Digest, string(r.Operation)).Inc()
	if r.Operation == Failed {
		m.failures.WithLabelValues(r.Digest).Inc()
	}
	// A counter that is told to go down panics.
	m.requests.WithLabelValues(r.Digest).Add(float64(max(r.Requests, 0)))
	m.points.WithLabelValues(r.Digest).Add(float64(max(r.Points, 0)))
	m.duration.WithLabelValues(r.Digest).Observe(r.Duration().Seconds())
}

func (m *metrics) noticed(err error) {
	result := noticeSent
	if err != nil {
		result = noticeFailed
	}
	m.notices.WithLabelValues(result).Inc()
}

// gauges reads the board whenever it is asked.
type gauges struct{ board *Board }

func gauge(name, help, label string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, []string{label}, nil)
}

var (
	descNext      = gauge("digest_next_run_timestamp_seconds", "When the next slot is.", "digest")
	descSuccess   = gauge("digest_last_success_timestamp_seconds", "When the last run that did not fail ended.", "digest")
	descLate      = gauge("digest_late", "1 if a slot has passed without a draft for longer than the grace time, else 0.", "digest")
	descGaps      = gauge("digest_gaps", "Gaps in the last draft.", "digest")
	descRemaining = gauge("digest_github_rate_limit_remaining", "What is left of GitHub's limit, when last heard of.", "resource")
)

// Describe names the gauges.
func (g gauges) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descNext, descSuccess, descLate, descGaps, descRemaining} {
		ch <- d
	}
}

// Collect gives their values. What is not known has none: a time of 0 would be long ago.
func (g gauges) Collect(ch chan<- prometheus.Metric) {
	put := func(d *prometheus.Desc, v float64, label string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, label)
	}
	for _, s := range g.board.Standings() {
		if !s.Next.IsZero() {
			put(descNext, seconds(s.Next), s.Digest)
		}
		late := 0.0
		if s.Late {
			late = 1
		}
		put(descLate, late, s.Digest)
		if s.Success.happened() {
			put(descSuccess, seconds(s.Success.End), s.Digest)
		}
		if s.Draft.happened() {
			put(descGaps, float64(s.Draft.Gaps), s.Digest)
		}
	}
	for resource, n := range g.board.remaining() {
		put(descRemaining, float64(n), resource)
	}
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
