package edition

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/community-digest/digest/collectors"
	"github.com/community-digest/digest/internal/github"
	"github.com/community-digest/digest/internal/report"
)

// Progress says how far a run is. It may be read while the run writes it.
type Progress struct {
	collectors.Progress
	total      atomic.Int64 // sources, once they are known
	collecting atomic.Bool

	mu     sync.Mutex
	reason string // of the last wait
	until  time.Time
}

// Wait is what the client calls before every wait: see [github.Limits].
func (p *Progress) Wait(reason string, until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.reason, p.until = reason, until
}

// Line is a line such as
//
//	collecting: 12 of 40 sources, 87 requests (core: 4913 left, graphql: 4990 left), waiting until 09:30:00: …
//
// It is empty while nothing is collected.
func (p *Progress) Line(now time.Time, u github.Usage) string {
	if !p.collecting.Load() {
		return ""
	}
	line := fmt.Sprintf("collecting: %d of %s, %s", p.Done(), report.Count(int(p.total.Load()), "source"), report.Count(u.Requests(), "request"))
	var left []string
	for _, name := range []string{"core", "graphql"} {
		if r, ok := u.Rates[name]; ok {
			left = append(left, fmt.Sprintf("%s: %d left", name, r.Remaining))
		}
	}
	if len(left) > 0 {
		line += " (" + strings.Join(left, ", ") + ")"
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.Before(p.until) {
		line += fmt.Sprintf(", waiting until %s: %s", p.until.Format(time.TimeOnly), p.reason)
	}
	return line
}
