// Package execute answers a valid GraphQL query from objects that answer one field at a time: aliases, fragments,
// directives, lists, and errors that leave the rest of the response in place. It trusts the query (it has been
// validated) and distrusts the objects: a response that the schema does not allow is a problem, never a silent null.
package execute

import (
	"errors"
	"fmt"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// Object is a value with fields. Field returns nil, a leaf (text, number, boolean, time), an Object, or a list of
// these as []any or []Object; ErrUnsupported means that it does not know the field.
type Object interface {
	TypeName() string
	Field(name string, args Args) (any, error)
}

// ErrUnsupported is returned by an Object for a field that it cannot resolve.
var ErrUnsupported = errors.New("the fake does not support this field")

// Error is one entry of "errors" in a response, with the type that GitHub adds. As the error of a Field it may leave
// the path empty.
type Error struct {
	Type    string `json:"type,omitempty"`
	Path    []any  `json:"path,omitempty"`
	Message string `json:"message"`
}

func (e *Error) Error() string { return e.Message }

// Partial is a list with gaps: a nil element for each error, whose path is relative to the list.
type Partial struct {
	List   []any
	Errors []*Error
}

// Result is the response to a query. Problems are the fake's own shortcomings, which fail the test that met them.
type Result struct {
	Data     map[string]any
	Errors   []*Error
	Problems []string
}

// Run executes one operation from its root object.
func Run(schema *ast.Schema, op *ast.OperationDefinition, variables map[string]any, root Object) *Result {
	r := &run{schema: schema, variables: variables}
	data, ok := r.object(root, op.SelectionSet, nil)
	if !ok {
		data = nil
	}
	return &Result{Data: data, Errors: r.errors, Problems: r.problems}
}

type run struct {
	schema    *ast.Schema
	variables map[string]any
	errors    []*Error
	problems  []string
}

// object resolves the selected fields. It returns false when a field that may not be null has none, which makes the
// object itself null.
func (r *run) object(o Object, set ast.SelectionSet, path []any) (map[string]any, bool) {
	def := r.schema.Types[o.TypeName()]
	out := make(map[string]any, len(set))
	for _, group := range r.collect(def, set) {
		at := append(path[:len(path):len(path)], group.key)
		value, ok := r.field(o, group, at)
		if !ok {
			return nil, false
		}
		out[group.key] = value
	}
	return out, true
}

// field resolves one field and checks the value against its type.
func (r *run) field(o Object, g *group, at []any) (any, bool) {
	f := g.fields[0]
	if f.Name == "__typename" {
		return o.TypeName(), true
	}
	value, err := o.Field(f.Name, Args(f.ArgumentMap(r.variables)))
	if err != nil {
		r.fail(err, o, f, at)
		return nil, !f.Definition.Type.NonNull
	}
	return r.complete(value, f.Definition.Type, g.set(), at)
}

// fail notes the error of a field: GitHub's own kind for the client, a lack of ours for the test.
func (r *run) fail(err error, o Object, f *ast.Field, at []any) {
	var known *Error
	if !errors.As(err, &known) {
		r.problem(at, fmt.Errorf("%s.%s: %w", o.TypeName(), f.Name, err))
		known = &Error{Message: err.Error()}
	}
	r.report(known, at)
}

func (r *run) report(e *Error, at []any) {
	if len(e.Path) > 0 {
		at = append(at[:len(at):len(at)], e.Path...)
	}
	r.errors = append(r.errors, &Error{Type: e.Type, Path: at, Message: e.Message})
}

func (r *run) problem(at []any, err error) {
	r.problems = append(r.problems, fmt.Sprintf("at %v: %v", at, err))
}

// complete turns an object's value into JSON of the given type.
func (r *run) complete(value any, typ *ast.Type, set ast.SelectionSet, at []any) (any, bool) {
	if partial, ok := value.(Partial); ok {
		for _, e := range partial.Errors {
			r.report(e, at)
		}
		value = partial.List
	}
	if isNull(value) {
		if typ.NonNull {
			r.problem(at, fmt.Errorf("null for %s", typ))
		}
		return nil, !typ.NonNull
	}
	if typ.Elem != nil {
		return r.list(value, typ, set, at)
	}
	if o, ok := value.(Object); ok {
		data, ok := r.object(o, set, at)
		if !ok {
			return nil, !typ.NonNull
		}
		return data, true
	}
	return r.leaf(value, typ, at), true
}

func isNull(value any) bool {
	t, isTime := value.(time.Time)
	return value == nil || isTime && t.IsZero()
}

func (r *run) list(value any, typ *ast.Type, set ast.SelectionSet, at []any) (any, bool) {
	var list []any
	switch v := value.(type) {
	case []any:
		list = v
	case []Object:
		for _, o := range v {
			list = append(list, o)
		}
	case []string:
		for _, s := range v {
			list = append(list, s)
		}
	default:
		r.problem(at, fmt.Errorf("%T for %s", value, typ))
	}
	out := make([]any, len(list))
	for i, v := range list {
		element, ok := r.complete(v, typ.Elem, set, append(at[:len(at):len(at)], i))
		if !ok {
			return nil, !typ.NonNull
		}
		out[i] = element
	}
	return out, true
}

// leaf checks and writes a scalar or an enum value.
func (r *run) leaf(value any, typ *ast.Type, at []any) any {
	def := r.schema.Types[typ.NamedType]
	if t, ok := value.(time.Time); ok {
		value = t.UTC().Format("2006-01-02T15:04:05Z")
	}
	if !fits(value, def) {
		r.problem(at, fmt.Errorf("%v (%T) for %s", value, value, typ))
	}
	return value
}

// fits reports whether a value may stand for a leaf type. Own scalars (URI, DateTime, …) are texts.
func fits(value any, def *ast.Definition) bool {
	var ok bool
	switch {
	case def.Kind == ast.Enum:
		s, isText := value.(string)
		return isText && def.EnumValues.ForName(s) != nil
	case def.Kind != ast.Scalar:
		return false
	case def.Name == "Int":
		switch value.(type) {
		case int, int64:
			ok = true
		}
	case def.Name == "Float":
		switch value.(type) {
		case int, float64:
			ok = true
		}
	case def.Name == "Boolean":
		_, ok = value.(bool)
	default:
		_, ok = value.(string)
	}
	return ok
}
