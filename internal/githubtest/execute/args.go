package execute

import "encoding/json"

// Args are the arguments of a field, or an input object among them.
type Args map[string]any

// Text returns a text argument, or "" when it is absent or null.
func (a Args) Text(name string) string {
	s, _ := a[name].(string)
	return s
}

// True reports whether a boolean argument is given and true.
func (a Args) True(name string) bool {
	return a[name] == true
}

// Int returns a whole number and whether it is given.
func (a Args) Int(name string) (int, bool) {
	switch v := a[name].(type) {
	case int64:
		return int(v), true
	case int:
		return v, true
	case float64:
		return int(v), true
	case json.Number:
		n, err := v.Int64()
		return int(n), err == nil
	}
	return 0, false
}

// Texts returns a list of texts, or nil.
func (a Args) Texts(name string) []string {
	var out []string
	switch list := a[name].(type) {
	case string: // a single value is a list of one
		return []string{list}
	case []string:
		return list
	case []any:
		for _, v := range list {
			s, _ := v.(string)
			out = append(out, s)
		}
	}
	return out
}

// Object returns an input object, or an empty one.
func (a Args) Object(name string) Args {
	m, _ := a[name].(map[string]any)
	return m
}

// Objects returns a list of input objects.
func (a Args) Objects(name string) []Args {
	var out []Args
	list, _ := a[name].([]any)
	for _, v := range list {
		m, _ := v.(map[string]any)
		out = append(out, m)
	}
	return out
}
