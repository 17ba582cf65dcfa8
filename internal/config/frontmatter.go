package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/frontmatter"
)

// Field is a key of the front matter and its value, in which texts are templates.
type Field struct {
	Key string
	// value is a *digest.Template, bool, int or float64, or a []any or []Field of those.
	value any
}

// Fields returns the front matter of an edition: title, draft and date, then the
// other keys as configured. The date is the end of the period where none is
// configured. The draft is always a draft: publishing it changes that.
func (e Edition) Fields(ed digest.Edition) ([]frontmatter.Field, error) {
	var title, rest []frontmatter.Field
	when := frontmatter.Field{Key: "date", Value: ed.Period.To}
	for _, f := range e.FrontMatter {
		x := frontmatter.Field{Key: f.Key}
		var err error
		switch f.Key {
		case "date":
			x.Value, err = date(f, ed)
			when = x
		case "title":
			x.Value, err = expand(f.value, ed)
			title = append(title, x)
		default:
			x.Value, err = expand(f.value, ed)
			rest = append(rest, x)
		}
		if err != nil {
			return nil, fmt.Errorf("front matter of the %s edition: %s: %w", e.Language, f.Key, err)
		}
	}
	head := append(title, frontmatter.Field{Key: "draft", Value: true}, when)
	return append(head, rest...), nil
}

// expand executes the templates in a value.
func expand(value any, ed digest.Edition) (any, error) {
	switch v := value.(type) {
	case *digest.Template:
		return v.Execute(ed)
	case []any:
		items := make([]any, 0, len(v))
		for _, item := range v {
			x, err := expand(item, ed)
			if err != nil {
				return nil, err
			}
			items = append(items, x)
		}
		return items, nil
	case []Field:
		fields := make([]frontmatter.Field, 0, len(v))
		for _, f := range v {
			x, err := expand(f.value, ed)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", f.Key, err)
			}
			fields = append(fields, frontmatter.Field{Key: f.Key, Value: x})
		}
		return fields, nil
	default:
		return value, nil
	}
}

// date expands a field to a time. A day begins at midnight in the editorial zone.
func date(f Field, ed digest.Edition) (time.Time, error) {
	v, err := expand(f.value, ed)
	if err != nil {
		return time.Time{}, err
	}
	s, _ := v.(string)
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateTime, time.DateOnly} {
		if t, err := time.ParseInLocation(layout, s, ed.Period.Location()); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a time: want YYYY-MM-DD or an RFC 3339 time", s)
}

// decodeFrontMatter reads the keys of the page's head. Generators ignore the case of
// these keys, so that Draft would undo draft.
func decodeFrontMatter(v value, language string) []Field {
	m := v.mapping()
	for _, e := range m.entries {
		folded := strings.ToLower(e.name)
		first := slices.IndexFunc(m.entries, func(o entry) bool { return strings.ToLower(o.name) == folded })
		switch {
		case folded == "draft":
			m.r.problem(e.line, e.column, e.value.key, "cannot be set: a draft always has draft: true, and editors change it when they publish")
		case e.name != folded && (folded == "title" || folded == "date"):
			m.r.problem(e.line, e.column, e.value.key, "write %q", folded)
		case m.entries[first].name != e.name:
			m.r.problem(e.line, e.column, e.value.key, "same as %q: site generators ignore case", m.entries[first].name)
		}
	}
	fields := decodeFields(m, language)
	for _, f := range fields {
		if f.Key == "date" {
			if _, err := date(f, digest.Sample()); err != nil {
				m.get("date").problem("%v", err)
			}
		}
	}
	return fields
}

// decodeFields reads keys and values of any names.
func decodeFields(m *mapping, language string) []Field {
	fields := make([]Field, 0, len(m.entries))
	for _, e := range m.entries {
		if name := frontmatter.Clean(e.name); name == "" || name != e.name {
			m.r.problem(e.line, e.column, m.key, "the key %q is empty or contains invisible characters", shorten(e.name))
			continue
		}
		if e.value.absent() {
			e.value.problem(`no value: set one ("" for an empty text) or remove the key`)
			continue
		}
		if x := e.value.templated(language); x != nil {
			fields = append(fields, Field{e.name, x})
		}
	}
	return fields
}

// templated reads a value of any shape; nil when a problem was found.
func (v value) templated(language string) any {
	switch n := v.node.(type) {
	case *ast.BoolNode:
		return n.Value
	case *ast.FloatNode:
		return n.Value
	case *ast.IntegerNode:
		if i, ok := integer(n); ok {
			return i
		}
		v.problem("the number %s is too large: quote it", n.GetToken().Value)
	case *ast.SequenceNode:
		items := []any{}
		for _, item := range v.list() {
			if x := item.templated(language); x != nil {
				items = append(items, x)
			}
		}
		return items
	case *ast.MappingNode:
		return decodeFields(v.mapping(), language)
	case *ast.StringNode:
		return v.templateOrNil(n.Value, language)
	case *ast.LiteralNode:
		return v.templateOrNil(n.Value.Value, language)
	default:
		v.problem("want a text, a number, true, false, a list, or keys and values")
	}
	return nil
}

// templateOrNil keeps a nil pointer out of an interface.
func (v value) templateOrNil(text, language string) any {
	if t := v.template(text, language); t != nil {
		return t
	}
	return nil
}
