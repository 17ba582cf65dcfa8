package github

import (
	"maps"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Usage is what a client has used so far.
type Usage struct {
	REST    int           // REST requests sent, repeated ones included
	GraphQL int           // GraphQL requests sent, repeated ones included
	Retries int           // how many of both were repeated
	Points  int           // what GraphQL cost; a lower bound while another program uses the same token
	Waited  time.Duration // summed over all calls, concurrent or not
	Rates   map[string]Rate
	Skew    time.Duration // how far GitHub's clock is ahead of ours; see Client.Clock
}

// Requests returns the number of requests sent to either API.
func (u Usage) Requests() int { return u.REST + u.GraphQL }

// Rate is the state of one of GitHub's hourly limits (core, graphql, search, …) as last reported.
type Rate struct {
	Limit, Remaining int
	Reset            time.Time // zero if GitHub did not say
}

type usage struct {
	mu      sync.Mutex
	now     Usage
	points  points
	clockOK bool // now.Skew is known
}

func (u *usage) snapshot() Usage {
	u.mu.Lock()
	defer u.mu.Unlock()
	out := u.now
	out.Rates = maps.Clone(u.now.Rates)
	return out
}

func (u *usage) clock() (ahead time.Duration, known bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.now.Skew, u.clockOK
}

// sent counts an attempt.
func (u *usage) sent(c *call) {
	c.attempts++
	u.mu.Lock()
	defer u.mu.Unlock()
	if c.graphql {
		u.now.GraphQL++
	} else {
		u.now.REST++
	}
	if c.attempts > 1 {
		u.now.Retries++
	}
}

func (u *usage) waited(d time.Duration) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.now.Waited += d
}

// responded keeps what the headers say of GitHub's clock and limits.
func (u *usage) responded(c *call, resp *http.Response) {
	h, now := resp.Header, time.Now()
	u.mu.Lock()
	defer u.mu.Unlock()
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		u.now.Skew, u.clockOK = date.Sub(now), true
	}
	if h.Get("X-RateLimit-Remaining") == "" || resp.StatusCode == http.StatusUnauthorized {
		return // a server without limits, or a limit that is not ours
	}
	name := h.Get("X-RateLimit-Resource")
	if name == "" {
		name = c.resource
	}
	u.now.Rates[name] = rateOf(h, now)
	if c.graphql {
		used, _ := strconv.Atoi(h.Get("X-RateLimit-Used"))
		reset, _ := strconv.Atoi(h.Get("X-RateLimit-Reset"))
		u.now.Points += u.points.add(used, reset)
	}
}

// points turns the running total GitHub reports into what each response added to it.
type points struct {
	reset int // the end that identifies the hour, in Unix seconds
	used  int // highest total seen in it
}

// add returns the cost of the response that reported a total of used. Of the first response in an hour only its least
// possible cost is known; responses that overtook each other are accounted for by the later total.
func (p *points) add(used, reset int) int {
	if reset-p.reset > 60 { // the reset time of one hour varies by a second or two
		*p = points{reset: reset, used: used}
		return min(used, 1)
	}
	cost := max(0, used-p.used)
	p.used += cost
	return cost
}
