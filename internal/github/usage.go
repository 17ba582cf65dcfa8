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
	Waited  time.Duration // summed over all calls, at once or not
	Rates   map[string]Rate
	Skew    time.Duration // how far GitHub's clock is ahead of ours, as the last answer told; it includes the way there
}

// Requests returns the number of requests sent to either API.
func (u Usage) Requests() int { return u.REST + u.GraphQL }

// Rate is the state of one of GitHub's hourly limits (core, graphql, search, …) when last heard of.
type Rate struct {
	Limit, Remaining int
	Reset            time.Time // zero if GitHub did not say
}

type usage struct {
	mu     sync.Mutex
	now    Usage
	points points
}

func newUsage() *usage { return &usage{now: Usage{Rates: map[string]Rate{}}} }

func (u *usage) snapshot() Usage {
	u.mu.Lock()
	defer u.mu.Unlock()
	out := u.now
	out.Rates = maps.Clone(u.now.Rates)
	return out
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

// answered keeps what the headers say of the limits. Servers without limits say nothing.
func (u *usage) answered(c *call, h http.Header) {
	u.clock(h)
	if h.Get("X-RateLimit-Remaining") == "" {
		return
	}
	name := h.Get("X-RateLimit-Resource")
	if name == "" {
		name = c.resource
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	r := rateOf(h, time.Now())
	u.now.Rates[name] = r
	if c.graphql {
		used, _ := strconv.Atoi(h.Get("X-RateLimit-Used"))
		reset, _ := strconv.Atoi(h.Get("X-RateLimit-Reset"))
		u.now.Points += u.points.add(used, reset)
	}
}

// clock compares GitHub's clock with ours.
func (u *usage) clock(h http.Header) {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return // no clock to compare with
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.now.Skew = time.Until(date)
}

// points turns the running total GitHub reports into what each answer added to it.
type points struct {
	reset int // the end that identifies the hour, in Unix seconds
	used  int // highest total seen in it
}

// add returns the cost of the answer that reported a total of used. Of the first answer in an hour only its least
// possible cost is known; answers that overtook each other are accounted for by the later total.
func (p *points) add(used, reset int) int {
	if reset-p.reset > 60 { // the reset time of one hour varies by a second or two
		*p = points{reset: reset, used: used}
		return min(used, 1)
	}
	cost := max(0, used-p.used)
	p.used += cost
	return cost
}
