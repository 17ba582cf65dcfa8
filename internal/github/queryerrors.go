package github

import (
	"fmt"
	"slices"
	"strings"
)

// QueryErrors are the errors of a GraphQL answer, beside whatever data came with it. There is at least one.
type QueryErrors []QueryError

// QueryError is one error of a GraphQL answer. Its texts are safe to print.
type QueryError struct {
	Type      string // GitHub's code, as NOT_FOUND; may be empty
	Message   string // at most 200 characters
	Path      []any  // where in the answer: field names and aliases (string) and list positions (int)
	RequestID string // of the answer
}

// Error tells the first error and how many more there are.
func (e QueryErrors) Error() string {
	switch len(e) {
	case 0:
		return "query failed"
	case 1:
		return e[0].Error()
	case 2:
		return e[0].Error() + " (and 1 more error)"
	}
	return fmt.Sprintf("%s (and %d more errors)", e[0].Error(), len(e)-1)
}

// Error is the message with its code and place.
func (e QueryError) Error() string {
	var notes []string
	if e.Type != "" {
		notes = append(notes, e.Type)
	}
	if len(e.Path) > 0 {
		notes = append(notes, "at "+e.place())
	}
	msg := e.Message
	if msg == "" {
		msg = "query failed"
	}
	if len(notes) == 0 {
		return msg
	}
	return msg + " (" + strings.Join(notes, " ") + ")"
}

// place shortens deep paths: their beginning tells which part of the query it was.
func (e QueryError) place() string {
	var b strings.Builder
	for i, p := range e.Path {
		if i == 8 {
			b.WriteString("…")
			break
		}
		if i > 0 {
			b.WriteByte('.')
		}
		fmt.Fprint(&b, p)
	}
	return clean(b.String())
}

// Alias returns the top-level field or alias the error belongs to, or "" if it concerns the whole query.
func (e QueryError) Alias() string {
	if len(e.Path) == 0 {
		return ""
	}
	s, _ := e.Path[0].(string)
	return s
}

// Kind returns what the error means for the part of the query it belongs to.
func (e QueryError) Kind() Kind {
	msg := strings.ToLower(e.Message)
	k, ok := kindOfType[strings.ToUpper(e.Type)]
	if (!ok || k == Unavailable) && len(e.Path) == 0 && strings.Contains(msg, "something went wrong") {
		return TooHeavy // GitHub's usual way to say that the whole query took too long
	}
	if ok {
		return k
	}
	for _, w := range kindOfWords {
		if strings.Contains(msg, w.words) {
			return w.kind
		}
	}
	return Invalid
}

var kindOfType = map[string]Kind{
	"NOT_FOUND":                NotFound,
	"FORBIDDEN":                Forbidden,
	"INSUFFICIENT_SCOPES":      Forbidden,
	"UNAUTHENTICATED":          Unauthorized,
	"UNAUTHORIZED":             Unauthorized,
	"RATE_LIMITED":             RateLimited,
	"RATE_LIMIT":               RateLimited,
	"RESOURCE_LIMITS_EXCEEDED": TooHeavy,
	"MAX_NODE_LIMIT_EXCEEDED":  TooHeavy,
	"TIMEOUT":                  TooHeavy,
	"SERVICE_UNAVAILABLE":      Unavailable,
	"INTERNAL":                 Unavailable,
}

// kindOfWords is for errors without a code, in the order to try.
var kindOfWords = []struct {
	words string
	kind  Kind
}{
	{"secondary rate limit", RateLimited},
	{"abuse detection", RateLimited},
	{"api rate limit", RateLimited},
	{"bad credentials", Unauthorized},
	{"not accessible by", Forbidden},
	{"saml enforcement", Forbidden},
	{"could not resolve to a", NotFound},
	{"exceeded resource limits", TooHeavy},
	{"resource limits for this query exceeded", TooHeavy},
	{"possible nodes which exceeds", TooHeavy},
	{"something went wrong", Unavailable},
}

// bySeverity is the order in which one error of a kind decides for the whole answer: first what stops a run, then what
// another attempt can mend, then what concerns one part.
var bySeverity = []Kind{RateLimited, Unauthorized, TooHeavy, Unavailable, Forbidden, NotFound}

func (e QueryErrors) kind() Kind {
	for _, k := range bySeverity {
		if slices.ContainsFunc(e, func(x QueryError) bool { return x.Kind() == k }) {
			return k
		}
	}
	return Invalid
}

// hopeless reports whether the same query must fail again: its size is judged before it runs.
func (e QueryErrors) hopeless() bool {
	return slices.ContainsFunc(e, func(x QueryError) bool { return x.Type == "MAX_NODE_LIMIT_EXCEEDED" })
}
