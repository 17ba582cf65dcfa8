package markdown

import (
	"regexp"
	"strings"
)

// Link returns [label](u), or only the label without an address. A label with nothing to see gives way to the host,
// and a label that is the address of another host is preceded by the host the link really leads to.
func Link(label Text, u URL) string {
	if u.IsZero() {
		return label.String()
	}
	if label.raw != "" && isPlain(label.raw) { // plain text has no dots: it cannot be an address either
		return "[" + label.raw + "](" + u.printed + ")"
	}
	shown := clip(clean(label.raw), maxTitle)
	switch {
	case label.Empty():
		shown = u.host
	case claimsOtherHost(shown, u.host):
		shown = u.host + ": " + shown
	}
	return "[" + encode(shown, inLabel) + "](" + u.printed + ")"
}

// address matches a label that starts like an address, up to the end of its host.
var address = regexp.MustCompile(`(?i)^[^\pL\pN]*(?:https?:/*|www\.)([^/\s]+)`)

func claimsOtherHost(label, host string) bool {
	if !strings.ContainsAny(label, ":.") {
		return false
	}
	m := address.FindStringSubmatch(label)
	return m != nil && !strings.EqualFold(strings.TrimPrefix(m[1], "www."), strings.TrimPrefix(host, "www."))
}
