package github

import (
	"bytes"
	"net/http"
	"strings"

	"golang.org/x/oauth2"
)

// auth adds the token. It is reached by requests to the API's hosts only (guard), so redirects cannot carry the token
// away, and it takes the token out of whatever comes back, should a proxy repeat the request in its error page.
type auth struct {
	next   http.RoundTripper
	tokens oauth2.TokenSource
}

func (a *auth) RoundTrip(req *http.Request) (*http.Response, error) {
	t, err := a.tokens.Token()
	if err != nil {
		closeBody(req)
		// The cause stays out: token endpoints repeat secrets in their errors.
		return nil, &Error{Kind: Unauthorized, Message: "no token could be obtained"}
	}
	if !wellFormed(t.AccessToken) {
		closeBody(req)
		return nil, &Error{Kind: Unauthorized, Message: "the token is empty or holds a space or line break"}
	}
	out := req.Clone(req.Context())
	t.SetAuthHeader(out)
	resp, err := a.next.RoundTrip(out)
	if err != nil {
		return nil, err
	}
	redact(resp, t.AccessToken)
	return resp, nil
}

// wellFormed keeps a token net/http would refuse, or a header split by it, from ever being sent.
func wellFormed(token string) bool {
	return token != "" && strings.IndexFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// minSecret keeps redact from tearing words out of answers where a test's token is a word; GitHub's are far longer.
const minSecret = 12

func redact(resp *http.Response, token string) {
	if len(token) < minSecret {
		return
	}
	if raw := bytesOf(resp); bytes.Contains(raw, []byte(token)) {
		setBody(resp, bytes.ReplaceAll(raw, []byte(token), []byte("***")))
	}
	for _, values := range resp.Header {
		for i, v := range values {
			values[i] = strings.ReplaceAll(v, token, "***")
		}
	}
}
