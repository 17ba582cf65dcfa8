package github

import (
	"net/http"
	"time"
)

// Limits bound what a client does. The zero value of every field means the default named beside it.
type Limits struct {
	// MaxWait is the longest wait for the hourly limit to reset. The default, 0, is not to wait: calls then fail with
	// RateLimited and the time to run again.
	MaxWait time.Duration
	// MaxPause is the longest single wait GitHub can impose by a secondary limit or Retry-After: 2 minutes.
	MaxPause time.Duration
	// MaxElapsed is the longest time one call may spend waiting between attempts, the wait for the hourly limit not
	// counted: 5 minutes.
	MaxElapsed time.Duration
	// MaxTries is how often a read is sent at most: 4.
	MaxTries int

	// MaxInFlight is how many requests may be under way at once, REST and GraphQL together: 8.
	MaxInFlight int
	// CPUSecondsPerMinute bounds the sum of response times within any 60 seconds, which GitHub limits to 90 seconds of
	// its own computing time: 90.
	CPUSecondsPerMinute int

	// MaxBody is the largest answer accepted, in bytes after decompression: 10 MiB.
	MaxBody int64
	// RequestTimeout is how long one attempt may take, the whole answer included: 30 seconds.
	RequestTimeout time.Duration

	// OnWait is told about every wait as it begins, by any goroutine; one wait shared by many calls is told once.
	OnWait func(reason string, until time.Time)
	// Transport carries the requests: a copy of http.DefaultTransport. Tests put a fake here.
	Transport http.RoundTripper
}

func (l Limits) withDefaults() Limits {
	orDefault(&l.MaxPause, 2*time.Minute)
	orDefault(&l.MaxElapsed, 5*time.Minute)
	orDefault(&l.MaxTries, 4)
	orDefault(&l.MaxInFlight, 8)
	orDefault(&l.CPUSecondsPerMinute, 90)
	orDefault(&l.MaxBody, 10<<20)
	orDefault(&l.RequestTimeout, 30*time.Second)
	if l.Transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.MaxIdleConnsPerHost = l.MaxInFlight
		l.Transport = t
	}
	return l
}

// orDefault also replaces negative values: a limit below nothing is no limit anyone meant.
func orDefault[T int | int64 | time.Duration](v *T, d T) {
	if *v <= 0 {
		*v = d
	}
}
