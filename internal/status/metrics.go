package status

import (
	"bytes"
	"cmp"
	"maps"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// metrics counts what happened since the daemon started. Names follow
// https://prometheus.io/docs/practices/naming/.
type metrics struct {
	version string
	started time.Time

	mu        sync.Mutex
	runs      series // labels digest and result
	failures  series // label digest
	requests  series // label digest
	points    series // label digest
	notices   series // label result
	durations map[string]*histogram
}

func newMetrics(version string, started time.Time) *metrics {
	return &metrics{
		version: version, started: started,
		runs: make(series), failures: make(series), requests: make(series), points: make(series),
		notices:   series{labels("result", noticeSent): 0, labels("result", noticeFailed): 0},
		durations: make(map[string]*histogram),
	}
}

const (
	noticeSent   = "sent"
	noticeFailed = "failed"
)

// begin makes the counters of a digest appear at 0, so that the first failure is an increase.
func (m *metrics) begin(digest string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, op := range operations {
		m.runs[labels("digest", digest, "result", string(op))] = 0
	}
	for _, s := range []series{m.failures, m.requests, m.points} {
		s[labels("digest", digest)] = 0
	}
	m.durations[digest] = new(histogram)
}

func (m *metrics) forget(digest string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, op := range operations {
		delete(m.runs, labels("digest", digest, "result", string(op)))
	}
	for _, s := range []series{m.failures, m.requests, m.points} {
		delete(s, labels("digest", digest))
	}
	delete(m.durations, digest)
}

// count counts a run of a digest that has begun.
func (m *metrics) count(r Run) {
	m.mu.Lock()
	defer m.mu.Unlock()
	digest := labels("digest", r.Digest)
	m.runs[labels("digest", r.Digest, "result", string(r.Operation))]++
	if r.Operation == Failed {
		m.failures[digest]++
	}
	m.requests[digest] += float64(max(r.Requests, 0))
	m.points[digest] += float64(max(r.Points, 0))
	m.durations[r.Digest].observe(r.Duration().Seconds())
}

func (m *metrics) noticed(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	result := noticeSent
	if err != nil {
		result = noticeFailed
	}
	m.notices[labels("result", result)]++
}

// buckets are the upper bounds of the histogram, in seconds.
var buckets = []float64{1, 2, 5, 10, 20, 60, 120, 300, 600, 1800, 3600, math.Inf(1)}

// histogram counts runs by how long they took.
type histogram struct {
	below [12]float64 // how many took at most as long as each bucket says
	sum   float64
}

func (h *histogram) observe(seconds float64) {
	for i, most := range buckets {
		if seconds <= most {
			h.below[i]++
		}
	}
	h.sum += seconds
}

// scrape writes all metrics in the text format of Prometheus.
func (b *Board) scrape() []byte {
	families := append(b.gauges(), b.metrics.counters()...)
	slices.SortFunc(families, func(a, b family) int { return cmp.Compare(a.name, b.name) })
	var buf bytes.Buffer
	for _, f := range families {
		f.write(&buf)
	}
	return buf.Bytes()
}

// counters returns what was counted.
func (m *metrics) counters() []family {
	m.mu.Lock()
	defer m.mu.Unlock()
	count := func(name, help string, s series) family { return family{name, help, "counter", s.lines(name)} }
	durations := family{"digest_run_duration_seconds", "How long runs took.", "histogram", nil}
	for _, digest := range slices.Sorted(maps.Keys(m.durations)) {
		durations.add(digest, m.durations[digest])
	}
	return []family{
		count("digest_runs_total", "Runs that ended, by how they ended.", m.runs),
		count("digest_run_failures_total", "Runs that failed.", m.failures),
		count("digest_github_requests_total", "Requests that runs sent to GitHub.", m.requests),
		count("digest_graphql_points_total", "What the GraphQL requests of runs cost, in GitHub's points.", m.points),
		count("digest_notices_total", "Messages about late and recovered digests, by whether they were delivered.", m.notices),
		durations,
	}
}

// gauges reads the board. What is not known has no series: a time of 0 would be long ago.
func (b *Board) gauges() []family {
	next, success, late, gaps, remaining, clock := make(series), make(series), make(series), make(series), make(series), make(series)
	for _, s := range b.Standings() {
		digest := labels("digest", s.Digest)
		if !s.Next.IsZero() {
			next[digest] = seconds(s.Next)
		}
		late[digest] = 0
		if s.Late {
			late[digest] = 1
		}
		if s.Success.happened() {
			success[digest] = seconds(s.Success.End)
		}
		if s.Draft.happened() {
			gaps[digest] = float64(s.Draft.Gaps)
		}
	}
	limits, ahead := b.github()
	for resource, n := range limits {
		remaining[labels("resource", resource)] = float64(n)
	}
	if ahead != nil {
		clock[""] = ahead.Seconds()
	}
	m := b.metrics
	gauge := func(name, help string, s series) family { return family{name, help, "gauge", s.lines(name)} }
	return []family{
		gauge("digest_next_run_timestamp_seconds", "When the next slot is.", next),
		gauge("digest_last_success_timestamp_seconds", "When the last run that did not fail ended.", success),
		gauge("digest_late", "1 if a slot has passed without a draft for longer than the grace time, else 0.", late),
		gauge("digest_gaps", "Gaps in the last draft.", gaps),
		gauge("digest_github_rate_limit_remaining", "What is left of GitHub's rate limit, as of the last response.", remaining),
		gauge("digest_github_clock_ahead_seconds", "How far GitHub's clock is ahead of this machine's.", clock),
		gauge("digest_build_info", "Always 1; the labels say what was built.", series{labels("goversion", runtime.Version(), "version", m.version): 1}),
		gauge("process_start_time_seconds", "When the daemon started.", series{"": seconds(m.started)}),
		gauge("go_goroutines", "Goroutines that exist.", series{"": float64(runtime.NumGoroutine())}),
	}
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

// series are the values of a metric by their labels, as [labels] writes them.
type series map[string]float64

// labels writes pairs of a name and a value.
func labels(pairs ...string) string {
	var b strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(pairs[i] + `="` + labelEscapes.Replace(pairs[i+1]) + `"`)
	}
	return b.String()
}

var labelEscapes = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)

// lines are the lines of a metric, in the order of their labels.
func (s series) lines(name string) (lines []string) {
	for _, l := range slices.Sorted(maps.Keys(s)) {
		lines = append(lines, line(name, l, s[l]))
	}
	return lines
}

func line(name, labels string, value float64) string {
	if labels != "" {
		name += "{" + labels + "}"
	}
	return name + " " + number(value)
}

func number(v float64) string {
	if math.IsInf(v, 1) {
		return "+Inf"
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// family is a metric with its series, ready to be written.
type family struct {
	name, help, kind string
	lines            []string
}

// add adds the lines of a histogram.
func (f *family) add(digest string, h *histogram) {
	for i, most := range buckets {
		f.lines = append(f.lines, line(f.name+"_bucket", labels("digest", digest, "le", number(most)), h.below[i]))
	}
	f.lines = append(f.lines,
		line(f.name+"_sum", labels("digest", digest), h.sum),
		line(f.name+"_count", labels("digest", digest), h.below[len(buckets)-1]))
}

// write writes a family, unless it has no series. The format is that of
// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format.
func (f family) write(buf *bytes.Buffer) {
	if len(f.lines) == 0 {
		return
	}
	buf.WriteString("# HELP " + f.name + " " + f.help + "\n# TYPE " + f.name + " " + f.kind + "\n")
	for _, line := range f.lines {
		buf.WriteString(line + "\n")
	}
}
