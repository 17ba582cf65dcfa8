package github

import (
	"sync"
	"time"
)

// budget keeps the sum of response times within any 60 seconds under a limit, as GitHub asks for the computing time it
// spends on a client, which is not told but cannot be longer than the response took.
type budget struct {
	max time.Duration

	mu      sync.Mutex
	spent   []span // ended within the last minute, oldest first
	running map[*span]bool
}

type span struct{ start, end time.Time }

func newBudget(secondsPerMinute int) *budget {
	return &budget{max: time.Duration(secondsPerMinute) * time.Second, running: map[*span]bool{}}
}

// delay returns how long to wait before asking again whether a request may be sent; 0 is now.
func (b *budget) delay() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	b.forget(now)
	var sum time.Duration
	for s := range b.running {
		sum += now.Sub(s.start)
	}
	for _, s := range b.spent {
		sum += s.end.Sub(s.start)
	}
	if sum < b.max {
		return 0
	}
	for _, s := range b.spent {
		if sum -= s.end.Sub(s.start); sum < b.max {
			return s.end.Add(time.Minute).Sub(now)
		}
	}
	return time.Second // all spent on requests still running
}

func (b *budget) forget(now time.Time) {
	i := 0
	for i < len(b.spent) && now.Sub(b.spent[i].end) >= time.Minute {
		i++
	}
	b.spent = b.spent[i:]
}

// begin starts the clock for one request; the function it returns stops it.
func (b *budget) begin() (end func()) {
	s := &span{start: time.Now()}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.running[s] = true
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.running, s)
		s.end = time.Now()
		b.spent = append(b.spent, *s)
	}
}
