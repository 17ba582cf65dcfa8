package markdown

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// maxURL is the longest link target taken, as given and as printed; browsers and feeds stay far below it.
const maxURL = 2048

var errTooLong = fmt.Errorf("parse URL: longer than %d bytes", maxURL)

// URL is a link target that has been checked. Its zero value means no link.
type URL struct {
	printed string
	host    string
}

// ParseURL takes an absolute http or https address with a host and without a user. Whatever could be syntax to a
// renderer in the target of a link is percent-encoded. The printed form of a URL parses to the same URL.
func ParseURL(s string) (URL, error) {
	if host, ok := hostOfPlain(s); ok {
		return URL{printed: s, host: host}, nil
	}
	switch {
	case s == "":
		return URL{}, errors.New("parse URL: empty")
	case len(s) > maxURL:
		return URL{}, errTooLong
	case !utf8.ValidString(s):
		return URL{}, errors.New("parse URL: not UTF-8")
	case strings.ContainsFunc(s, func(r rune) bool { return isInvisible(r) || isJoiner(r) || r != ' ' && isSpace(r) }):
		return URL{}, errors.New("parse URL: control or invisible character")
	}
	u, err := url.Parse(s)
	if err != nil {
		// The error of net/url quotes the whole text, and with it what may be a password.
		return URL{}, errors.New("parse URL: malformed")
	}
	scheme := strings.ToLower(u.Scheme)
	switch {
	case scheme != "http" && scheme != "https":
		return URL{}, errors.New("parse URL: neither http nor https")
	case u.User != nil:
		return URL{}, errors.New("parse URL: names a user")
	}
	host, err := checkHost(u)
	if err != nil {
		return URL{}, err
	}
	_, rest, _ := strings.Cut(s, "//")
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = escapeTarget(rest[i:])
	} else {
		rest = ""
	}
	printed := scheme + "://" + host + rest
	if len(printed) > maxURL {
		return URL{}, errTooLong
	}
	return URL{printed: printed, host: host}, nil
}

// hostOfPlain returns the host of an address as most are: one with nothing in it that could need a second look. It finds
// nothing that ParseURL would not, but finds it many times faster.
func hostOfPlain(s string) (host string, ok bool) {
	rest, ok := strings.CutPrefix(s, "https://")
	if !ok || len(s) > maxURL {
		return "", false
	}
	host, target, _ := strings.Cut(rest, "/")
	return host, strings.Trim(host, ".-") != "" && consistsOf(host, &plainHost) && consistsOf(target, &plainTarget)
}

var (
	plainHost   = asciiSet("abcdefghijklmnopqrstuvwxyz0123456789.-")
	plainTarget = asciiSet("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/")
)

// checkHost returns the host as browsers will read it, in lower case, with the port if one is given. Addresses of IPv6
// are refused: their brackets are syntax, and renderers disagree on how to print them.
func checkHost(u *url.URL) (string, error) {
	name := strings.ToLower(u.Hostname())
	if strings.ContainsFunc(name, func(r rune) bool { return r >= 128 }) {
		ascii, err := idna.Lookup.ToASCII(name)
		if err != nil {
			return "", errors.New("parse URL: malformed host")
		}
		name = ascii
	}
	if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789.-_") != "" || strings.Trim(name, ".-_") == "" {
		return "", errors.New("parse URL: malformed host")
	}
	if port := u.Port(); port != "" {
		return name + ":" + port, nil
	}
	return name, nil
}

// escapeTarget percent-encodes what is not plain in path, query and fragment. Existing escapes stay as they are.
func escapeTarget(s string) string {
	var b strings.Builder
	fragment := false
	for i := range len(s) {
		c := s[i]
		switch {
		case c == '%' && isHex(s, i+1) && isHex(s, i+2),
			c == '#' && !fragment,
			c == ';' && !endsReference(b.String()),
			strings.IndexByte("-._~/?&=+,:@!", c) >= 0,
			c < 128 && isWord(rune(c)):
			b.WriteByte(c)
			fragment = fragment || c == '#'
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func isHex(s string, i int) bool {
	return i < len(s) && strings.IndexByte("0123456789abcdefABCDEF", s[i]) >= 0
}

// endsReference reports whether a semicolon after s would end a character reference, which renderers decode in targets.
func endsReference(s string) bool {
	return strings.LastIndexByte(s, '&') > strings.LastIndexAny(s, "/?=,@;%")
}

// String returns the address as written in "[label](address)".
func (u URL) String() string { return u.printed }

// Host returns the host, with the port if the address names one.
func (u URL) Host() string { return u.host }

// IsZero reports whether the address is missing.
func (u URL) IsZero() bool { return u.printed == "" }

// MarshalText returns the printed form.
func (u URL) MarshalText() ([]byte, error) { return []byte(u.printed), nil }

// UnmarshalText checks the address again: a snapshot is a file that people can edit. Empty text is the zero URL.
func (u *URL) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*u = URL{}
		return nil
	}
	parsed, err := ParseURL(string(b))
	if err != nil {
		return err
	}
	*u = parsed
	return nil
}
