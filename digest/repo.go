package digest

import (
	"fmt"
	"strings"
)

// Repo names a repository. Its text form is "owner/name".
type Repo struct {
	Owner, Name string
}

// maxName is the longest name of an owner or a repository.
const maxName = 100

// isName reports whether s has none but the characters that GitHub allows; anything else
// must never reach a URL.
func isName(s, marks string) bool {
	for i := range len(s) {
		letter := s[i]|0x20 >= 'a' && s[i]|0x20 <= 'z'
		if !letter && !isDigit(s[i]) && strings.IndexByte(marks, s[i]) < 0 {
			return false
		}
	}
	return s != "" && len(s) <= maxName
}

// ParseRepo reads "owner/name".
func ParseRepo(s string) (Repo, error) {
	owner, name, _ := strings.Cut(s, "/")
	if !isName(owner, "_-") || strings.IndexByte("_-", owner[0]) >= 0 || !isName(name, "._-") || name == "." || name == ".." {
		return Repo{}, fmt.Errorf("%q is not a repository: want owner/name, for example istio/istio", s)
	}
	return Repo{owner, name}, nil
}

// String gives "owner/name", or nothing for the zero Repo.
func (r Repo) String() string {
	if r == (Repo{}) {
		return ""
	}
	return r.Owner + "/" + r.Name
}

// Same reports whether both name the same repository; GitHub ignores case.
func (r Repo) Same(o Repo) bool {
	return strings.EqualFold(r.Owner, o.Owner) && strings.EqualFold(r.Name, o.Name)
}

// Key is the name in lower case, for maps and for comparing.
func (r Repo) Key() string { return strings.ToLower(r.String()) }

// MarshalText gives the text form.
func (r Repo) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the text form; empty text is the zero repository.
func (r *Repo) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*r = Repo{}
		return nil
	}
	p, err := ParseRepo(string(b))
	*r = p
	return err
}
