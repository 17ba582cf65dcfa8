package github

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// QueryErrors are the errors of a GraphQL response, beside whatever data came with it. There is at least one.
type QueryErrors []QueryError

// QueryError is one error of a GraphQL response. Its texts are safe to print.
type QueryError struct {
	Type      string // GitHub's code, as NOT_FOUND; may be empty
	Message   string // at most 200 characters
	Path      []any  // where in the response: field names and aliases (string) and list positions (int)
	RequestID string // of the response
}

// Error is the first error and how many more there are.
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

// Error is GitHub's message. The path stays out of it: it is made of aliases that say nothing to a reader.
func (e QueryError) Error() string {
	return cmp.Or(e.Message, strings.ToLower(strings.ReplaceAll(e.Type, "_", " ")), "query failed")
}

// Alias returns the top-level field or alias the error belongs to, or "" if it concerns the whole query.
func (e QueryError) Alias() string {
	if len(e.Path) == 0 {
		return ""
	}
	s, _ := e.Path[0].(string)
	return s
}

// incompleteType is the code of errors that GitHub did not report; see incomplete.
const incompleteType = "INCOMPLETE"

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
	incompleteType:             Unavailable,
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

// bySeverity is the order in which one error of a kind decides for the whole response: first what stops a run, then what
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

// at returns the errors of err that concern a place in the response: those at it, inside it or around it, with their
// paths from there. An error that names no place, or of a response that could not be read whole, concerns every place.
// It returns nil if none does.
func at(err error, place ...any) error {
	var all QueryErrors
	if AsError(err) != nil || !errors.As(err, &all) {
		return err
	}
	var here QueryErrors
	for _, e := range all {
		n := min(len(e.Path), len(place))
		if slices.Equal(e.Path[:n], place[:n]) {
			e.Path = e.Path[n:]
			here = append(here, e)
		}
	}
	if len(here) == 0 {
		return nil
	}
	return here
}

// parseQueryError keeps what it understands and never fails: an odd error is still an error.
func parseQueryError(raw json.RawMessage, requestID string) QueryError {
	var wire struct {
		Type, Message any
		Path          []any
		Extensions    struct{ Code, Type any }
	}
	e := QueryError{RequestID: requestID}
	if json.Unmarshal(raw, &wire) != nil {
		e.Message = clean(string(raw))
		return e
	}
	for _, v := range []any{wire.Type, wire.Extensions.Code, wire.Extensions.Type} {
		if s, ok := v.(string); ok && e.Type == "" {
			e.Type = clean(s)
		}
	}
	if wire.Message != nil {
		e.Message = cleanAny(wire.Message)
	}
	for _, p := range wire.Path {
		e.Path = append(e.Path, pathElement(p))
	}
	return e
}

func cleanAny(v any) string {
	if s, ok := v.(string); ok {
		return clean(s)
	}
	b, _ := json.Marshal(v) // unreachable error: v came from JSON
	return clean(string(b))
}

// pathElement gives list positions as int and everything else as safe text.
func pathElement(v any) any {
	if n, ok := v.(float64); ok {
		return int(n)
	}
	return cleanAny(v)
}
