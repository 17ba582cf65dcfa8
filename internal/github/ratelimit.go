package github

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// limit is what a response says about having to wait.
// https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
type limit struct {
	reset time.Time     // end of the hourly limit; zero for a secondary limit or an unknown end
	after time.Duration // from Retry-After, if it is set
	said  bool          // there is a Retry-After
}

// Bounds on what servers claim. GitHub's windows are an hour, so a wait beyond a day is a mistake, and an hour is
// the honest time to advise.
const (
	absurdWait = 24 * time.Hour
	window     = time.Hour
)

// limitOf reports whether a response with these words refuses a request because of a limit. A 401 never
// does, though it carries "remaining: 0".
func limitOf(resp *http.Response, words string, now time.Time) (limit, bool) {
	h := resp.Header
	after, said := retryAfter(h, now)
	l := limit{after: after, said: said}
	words = strings.ToLower(words)
	switch {
	case resp.StatusCode != http.StatusForbidden && resp.StatusCode != http.StatusTooManyRequests:
		return limit{}, false
	case h.Get("Retry-After") != "" || saysSecondary(words):
		return l, true
	case h.Get("X-RateLimit-Remaining") == "0" && !saysForbidden(words),
		strings.Contains(words, "api rate limit exceeded"):
		if r := rateOf(h, now); r.Reset.After(now) {
			l.reset = r.Reset
		}
		return l, true
	}
	return l, resp.StatusCode == http.StatusTooManyRequests
}

func saysSecondary(words string) bool {
	return strings.Contains(words, "secondary rate limit") || strings.Contains(words, "abuse detection")
}

// saysForbidden recognises a missing permission in the response that happened to use up the limit.
func saysForbidden(words string) bool {
	for _, s := range []string{"not accessible by", "saml", "must have", "ip allow list"} {
		if strings.Contains(words, s) {
			return true
		}
	}
	return false
}

// retryAfter reads Retry-After in both its forms. Negative or malformed values count as unset; a date in the past is
// zero; an absurd one is an hour.
func retryAfter(h http.Header, now time.Time) (d time.Duration, ok bool) {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if n, err := strconv.ParseInt(v, 10, 64); err == nil {
		if n < 0 {
			return 0, false
		}
		return sane(time.Duration(min(n, int64(2*absurdWait/time.Second))) * time.Second), true
	}
	if t, err := http.ParseTime(v); err == nil {
		return sane(max(0, t.Sub(serverTime(h, now)))), true
	}
	return 0, false
}

func sane(d time.Duration) time.Duration {
	if d > absurdWait {
		return window
	}
	return d
}

// rateOf reads the x-ratelimit headers; Reset is zero where there is none. It is given in local time, by the server's
// own clock, plus the second that whole seconds can hide: a runner's clock may be minutes off.
func rateOf(h http.Header, now time.Time) Rate {
	var r Rate
	r.Limit, _ = strconv.Atoi(h.Get("X-RateLimit-Limit"))
	r.Remaining, _ = strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	reset, err := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64)
	if err != nil || reset <= 0 {
		return r
	}
	left := time.Unix(min(reset, 1<<40), 0).Sub(serverTime(h, now))
	r.Reset = now.Add(sane(left) + time.Second)
	return r
}

func serverTime(h http.Header, now time.Time) time.Time {
	if t, err := http.ParseTime(h.Get("Date")); err == nil {
		return t
	}
	return now
}
