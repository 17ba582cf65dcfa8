package github

import (
	"bytes"
	"encoding/json"
	"reflect"
	"regexp"
	"strings"

	"github.com/shurcooL/githubv4"
)

// incomplete compares the data of a response with the query that it answers, a struct of type t. It returns an error
// for each field that was asked for and is missing, and for each object or list that is null where the struct has no
// pointer, unless GitHub's own errors explain it. GitHub leaves things out when it runs out of time, and not always with
// an error; githubv4 would take a list that was left out for an empty one.
func incomplete(t reflect.Type, vars map[string]any, env envelope) QueryErrors {
	w := &walk{vars: vars, env: env}
	w.value(t, env.data)
	return w.found
}

type walk struct {
	vars  map[string]any
	env   envelope
	path  []any
	found QueryErrors
}

// value checks one value of the response against its type.
func (w *walk) value(t reflect.Type, raw json.RawMessage) {
	null := bytes.Equal(raw, []byte("null"))
	if t.Kind() == reflect.Pointer {
		if null {
			return
		}
		t = t.Elem()
	}
	switch {
	case isScalar(t):
	case null:
		w.report("null")
	case t.Kind() == reflect.Struct:
		var fields map[string]json.RawMessage
		if json.Unmarshal(raw, &fields) == nil { // else githubv4 reports the mismatch
			w.object(t, fields)
		}
	case t.Kind() == reflect.Slice:
		var items []json.RawMessage
		if json.Unmarshal(raw, &items) == nil {
			for i, item := range items {
				w.in(i, func() { w.value(t.Elem(), item) })
			}
		}
	}
}

// object checks the fields of an object. Those of a fragment may all be missing, as the object can be of another type.
func (w *walk) object(t reflect.Type, fields map[string]json.RawMessage) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, tagged := f.Tag.Lookup("graphql")
		if fragment := strings.HasPrefix(strings.TrimSpace(tag), "..."); fragment || f.Anonymous && !tagged {
			if !fragment || hasAny(f.Type, fields) {
				w.object(f.Type, fields)
			}
			continue
		}
		if !w.included(tag) {
			continue
		}
		name, raw, ok := field(f, fields)
		w.in(name, func() {
			if ok {
				w.value(f.Type, raw)
			} else {
				w.report("missing")
			}
		})
	}
}

func hasAny(t reflect.Type, fields map[string]json.RawMessage) bool {
	for i := range t.NumField() {
		if _, _, ok := field(t.Field(i), fields); ok {
			return true
		}
	}
	return false
}

// field finds the value of a struct's field by its name in the response, as githubv4 does.
func field(f reflect.StructField, fields map[string]json.RawMessage) (name string, raw json.RawMessage, ok bool) {
	if tag, tagged := f.Tag.Lookup("graphql"); tagged {
		name = tag
		if i := strings.IndexAny(tag, "(:@"); i >= 0 {
			name = tag[:i]
		}
		name = strings.TrimSpace(name)
		raw, ok = fields[name]
		return name, raw, ok
	}
	for key, raw := range fields {
		if strings.EqualFold(key, f.Name) {
			return key, raw, true
		}
	}
	return strings.ToLower(f.Name[:1]) + f.Name[1:], nil, false
}

var includeIf = regexp.MustCompile(`@include\(if:\s*\$(\w+)\)`)

// included reports whether a field with an @include directive was asked for.
func (w *walk) included(tag string) bool {
	m := includeIf.FindStringSubmatch(tag)
	if m == nil {
		return true
	}
	asked, _ := w.vars[m[1]].(githubv4.Boolean)
	return bool(asked)
}

func (w *walk) in(name any, check func()) {
	w.path = append(w.path, name)
	check()
	w.path = w.path[:len(w.path)-1]
}

// report records what is wrong at the present place, unless GitHub has said why.
func (w *walk) report(what string) {
	if len(w.env.errors) > 0 && at(w.env.errors, w.path...) != nil {
		return
	}
	name := "the response"
	for _, p := range w.path {
		if s, ok := p.(string); ok && !alias.MatchString(s) {
			name = s
		}
	}
	w.found = append(w.found, QueryError{
		Type: incompleteType, Message: "incomplete response: " + name + " is " + what,
		Path: append([]any(nil), w.path...), RequestID: w.env.requestID,
	})
}

// isScalar reports whether a value of the type is written without a selection of fields.
func isScalar(t reflect.Type) bool {
	if reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return true
	}
	return t.Kind() != reflect.Struct && t.Kind() != reflect.Slice
}
