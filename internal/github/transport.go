package github

import (
	"net/http"
	"time"

	"golang.org/x/oauth2"
)

// newTransport builds the chain every request passes, outermost first:
//
//	guard   refuses other hosts and adds the headers GitHub asks for; outermost, so nothing below sees a foreign URL
//	pager   refuses to go on where a list pointed to another host
//	tidy    makes GitHub's words in failed answers safe to print; outside retry, as most answers never leave it
//	retry   judges every answer, repeats reads, tells the ledger about limits
//	gate    waits for limits, a free slot and the time budget; inside retry, so that every attempt passes it
//	auth    adds the token; inside gate, so that no token grows old while a request waits
//	body    bounds and buffers the answer; innermost, so that all above see whole answers or errors
func newTransport(e Endpoints, tokens oauth2.TokenSource, l Limits, u *usage) http.RoundTripper {
	w := &waiter{onWait: l.OnWait, usage: u, told: map[string]time.Time{}}
	led := newLedger(l, w)

	var rt http.RoundTripper = &body{next: l.Transport, max: l.MaxBody, timeout: l.RequestTimeout}
	if tokens != nil {
		rt = &auth{next: rt, tokens: tokens}
	}
	rt = &gate{
		next: rt, ledger: led, waiter: w, usage: u,
		slots:  make(chan struct{}, l.MaxInFlight),
		budget: newBudget(l.CPUSecondsPerMinute),
	}
	rt = &retry{next: rt, limits: l, ledger: led, waiter: w}
	rt = &tidy{next: rt}
	rt = &pager{next: rt, endpoints: e, foreign: map[string]string{}}
	return &guard{next: rt, endpoints: e}
}
