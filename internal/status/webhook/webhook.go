// Package webhook posts messages to an incoming webhook: an address of which the knowledge
// is the permission to write, as Slack, Mattermost, Rocket.Chat and others give out. The
// body is {"text": "…"}, see
// https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks.
//
// Its one idea: the address is a secret. It is nowhere in an error and cannot be printed.
package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	tryTime   = 10 * time.Second // for one attempt
	maxTries  = 6
	firstWait = 2 * time.Second
	maxWait   = time.Minute      // between two attempts
	allTime   = 10 * time.Minute // for all attempts and the waits between them
)

// Hook is a webhook; [New] makes one. It may be used by several goroutines.
type Hook struct {
	client *http.Client
	// Both hold the address. It is not in a field, as whatever prints a struct would print
	// that as well.
	request func(ctx context.Context, body []byte) (*http.Request, error)
	hide    func(error) error
}

// New returns the webhook of an address, http or https. Errors do not quote it.
func New(address string) (*Hook, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return nil, errors.New("the address of the webhook is malformed")
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, errors.New("the address of the webhook is neither http nor https")
	case u.Hostname() == "":
		return nil, errors.New("the address of the webhook has no host")
	}
	hidden := newHidden(address, u)
	return &Hook{
		client: &http.Client{Transport: transport(), Timeout: tryTime, CheckRedirect: stay},
		hide:   hidden.err,
		request: func(ctx context.Context, body []byte) (*http.Request, error) {
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
			if err != nil {
				return nil, hidden.err(err) // unreachable: the address was parsed
			}
			req.Header.Set("Content-Type", "application/json; charset=utf-8")
			req.Header.Set("User-Agent", "community-digest")
			return req, nil
		},
	}, nil
}

// transport keeps no connection: the next message is a day away.
func transport() http.RoundTripper {
	t := &http.Transport{Proxy: http.ProxyFromEnvironment, TLSHandshakeTimeout: tryTime, ForceAttemptHTTP2: true}
	t.DisableKeepAlives = true
	return t
}

// stay follows no redirect: the message is for the configured host only.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Post sends a text. What may pass (no connection, 408, 429, 5xx) is tried again, at most
// six times in ten minutes and as late as Retry-After asks. The message may arrive twice,
// when only the response was lost. The error of a context that ended is that of the context.
func (h *Hook) Post(ctx context.Context, text string) error {
	body, err := json.Marshal(map[string]string{"text": text})
	if err != nil {
		return fmt.Errorf("post to the webhook: %w", err) // unreachable: any text can be marshalled
	}
	waits := backoff.NewExponentialBackOff()
	waits.InitialInterval, waits.MaxInterval, waits.Multiplier = firstWait, maxWait, 3
	_, err = backoff.Retry(ctx, func() (struct{}, error) { return struct{}{}, h.try(ctx, body) },
		backoff.WithBackOff(waits), backoff.WithMaxTries(maxTries), backoff.WithMaxElapsedTime(allTime))
	if err != nil {
		return fmt.Errorf("post to the webhook: %w", err)
	}
	return nil
}

func (h *Hook) try(ctx context.Context, body []byte) error {
	req, err := h.request(ctx, body)
	if err != nil {
		return backoff.Permanent(err) // unreachable, see request
	}
	resp, err := h.client.Do(req)
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return h.hide(err)
	}
	defer resp.Body.Close()
	// The response is not quoted: it may repeat the address.
	if _, err := io.Copy(io.Discard, io.LimitReader(resp.Body, 4<<10)); err != nil && resp.StatusCode < 300 {
		return nil // the message was taken
	}
	return judge(resp)
}

// judge says whether the message was taken, and if not, whether to try again.
func judge(resp *http.Response) error {
	code := resp.StatusCode
	if code >= 200 && code < 300 {
		return nil
	}
	err := fmt.Errorf("status %d", code)
	if code >= 300 && code < 400 {
		err = fmt.Errorf("status %d: redirects are not followed", code)
	}
	if code != http.StatusRequestTimeout && code != http.StatusTooManyRequests && code < 500 {
		return backoff.Permanent(err)
	}
	// Only seconds: no service sends dates here, and without the header we wait all the same.
	if s, convErr := strconv.Atoi(resp.Header.Get("Retry-After")); convErr == nil && s > 0 && s < int(allTime/time.Second) {
		return fmt.Errorf("%w: %w", err, backoff.RetryAfter(s))
	}
	return err
}
