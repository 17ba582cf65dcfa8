package webhook

import (
	"cmp"
	"errors"
	"net/url"
	"slices"
	"strings"
)

// hidden is an address that must not be seen, and its parts.
type hidden struct{ parts *strings.Replacer }

// shortest is how long a part of a path is at least to be hidden by itself: shorter ones
// are words such as "services".
const shortest = 9

func newHidden(address string, u *url.URL) hidden {
	parts := []string{
		address, u.String(), u.Redacted(), u.RequestURI(), u.EscapedPath(), u.Path, u.RawQuery, u.Fragment,
		u.User.String(), u.Host, u.Hostname(),
	}
	for _, segment := range strings.FieldsFunc(u.Path+"/"+u.RawQuery, func(r rune) bool { return strings.ContainsRune("/?&=", r) }) {
		if len(segment) >= shortest {
			parts = append(parts, segment)
		}
	}
	if password, ok := u.User.Password(); ok {
		parts = append(parts, password)
	}
	// The longest first, or a part would be left of what contains another.
	slices.SortFunc(parts, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	var pairs []string
	for _, p := range slices.Compact(parts) {
		if p != "" && p != "/" {
			pairs = append(pairs, p, "…")
		}
	}
	return hidden{strings.NewReplacer(pairs...)}
}

// err says an error of net/http, which quotes the address, without it and its causes.
func (h hidden) err(err error) error {
	if quoting, ok := errors.AsType[*url.Error](err); ok {
		err = quoting.Err
	}
	return errors.New(h.parts.Replace(err.Error()))
}
