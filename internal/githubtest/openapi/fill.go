package openapi

import "slices"

// Fill completes the facts about an object with empty values for the properties that its shape requires: null
// where that is allowed, else "", 0, false or an empty list. Facts always win; objects among them are completed too.
func (d *Document) Fill(name string, facts map[string]any) map[string]any {
	d.fill(d.Components.Schemas[name], facts)
	return facts
}

func (d *Document) fill(s *Shape, object map[string]any) {
	for _, name := range s.Required {
		if _, ok := object[name]; !ok {
			object[name] = d.empty(s.Properties[name])
		}
	}
	for name, value := range object {
		d.fillInside(d.resolve(s.Properties[name]), value)
	}
}

func (d *Document) fillInside(s *Shape, value any) {
	if s == nil {
		return
	}
	switch v := value.(type) {
	case map[string]any:
		d.fill(s, v)
	case []map[string]any:
		for _, element := range v {
			d.fillInside(d.resolve(s.Items), element)
		}
	}
}

// empty is the smallest value of a shape.
func (d *Document) empty(s *Shape) any {
	s = d.resolve(s)
	switch {
	case s == nil || s.Nullable:
		return nil
	case len(s.Enum) > 0:
		return s.Enum[0]
	}
	if choice := slices.Concat(s.AllOf, s.OneOf, s.AnyOf); len(choice) > 0 {
		return d.empty(choice[0])
	}
	switch s.Type {
	case "string":
		return emptyText(s.Format)
	case "integer", "number":
		return 0
	case "boolean":
		return false
	case "array":
		return []any{}
	}
	object := map[string]any{}
	d.fill(s, object)
	return object
}

// emptyText is a text that readers of the format accept.
func emptyText(format string) string {
	if format == "date-time" {
		return "1970-01-01T00:00:00Z"
	}
	return ""
}
