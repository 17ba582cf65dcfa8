package openapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (d *Document) checkQuery(route *Route, query url.Values) error {
	var problems []error
	known := map[string]*Shape{}
	for _, p := range route.Parameters {
		if p.In != "query" {
			continue
		}
		known[p.Name] = p.Schema
		if p.Required && !query.Has(p.Name) {
			problems = append(problems, fmt.Errorf("parameter %s is missing", p.Name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		shape := known[strings.TrimSuffix(name, "[]")]
		if shape == nil {
			problems = append(problems, fmt.Errorf("parameter %s is not described", name))
			continue
		}
		if len(query[name]) > 1 && !strings.HasSuffix(name, "[]") {
			problems = append(problems, fmt.Errorf("parameter %s is given %d times", name, len(query[name])))
		}
		for _, v := range query[name] {
			if err := d.checkParameter(shape, v); err != nil {
				problems = append(problems, fmt.Errorf("parameter %s: %w", name, err))
			}
		}
	}
	return errors.Join(problems...)
}

// checkParameter reads the text of a parameter as its shape asks before checking it. Lists are left alone: they
// come as comma-separated text.
func (d *Document) checkParameter(s *Shape, text string) error {
	s = d.resolve(s)
	var value any = text
	var err error
	switch s.Type {
	case "integer", "number":
		value, err = strconv.ParseFloat(text, 64)
	case "boolean":
		value, err = strconv.ParseBool(text)
	case "array":
		return nil
	}
	if err != nil {
		return fmt.Errorf("%q is not of type %s", text, s.Type)
	}
	return d.Check(s, value)
}

func (d *Document) checkBody(route *Route, body []byte) error {
	if route.RequestBody == nil {
		if len(body) > 0 {
			return errors.New("body: none is described")
		}
		return nil
	}
	if len(body) == 0 && !route.RequestBody.Required {
		return nil
	}
	if err := d.checkJSON(route.RequestBody.JSON(), body); err != nil {
		return fmt.Errorf("body: %w", err)
	}
	return d.unknownKeys(route.RequestBody.JSON(), body)
}

// unknownKeys refuses properties that the description of a request's body does not name: GitHub ignores them, so
// that a typing mistake would go unseen.
func (d *Document) unknownKeys(s *Shape, body []byte) error {
	var sent map[string]json.RawMessage
	s = d.resolve(s)
	if json.Unmarshal(body, &sent) != nil || len(s.Properties) == 0 {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		if s.Properties[name] == nil {
			return fmt.Errorf("body: property %s is not described", name)
		}
	}
	return nil
}

func (d *Document) checkJSON(s *Shape, body []byte) error {
	if s == nil {
		return nil
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return err
	}
	return d.Check(s, value)
}

// Check holds a decoded JSON value against a shape. The error names the first place that differs.
func (d *Document) Check(s *Shape, value any) error {
	s = d.resolve(s)
	if s == nil || value == nil && s.Nullable {
		return nil
	}
	if len(s.Enum) > 0 && !slices.ContainsFunc(s.Enum, func(e any) bool { return reflect.DeepEqual(e, value) }) {
		return fmt.Errorf("%v is none of %v", value, s.Enum)
	}
	for _, part := range s.AllOf {
		if err := d.Check(part, value); err != nil {
			return err
		}
	}
	for _, choice := range [][]*Shape{s.OneOf, s.AnyOf} {
		if err := d.checkChoice(choice, value); err != nil {
			return err
		}
	}
	return d.checkType(s, value)
}

// checkChoice wants one of several shapes. "Exactly one", which oneOf asks for, is not held: several of GitHub's
// own alternatives overlap once lengths and patterns are left out.
func (d *Document) checkChoice(choice []*Shape, value any) error {
	var errs []error
	for _, s := range choice {
		err := d.Check(s, value)
		if err == nil {
			return nil
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (d *Document) checkType(s *Shape, value any) error {
	ok := true
	switch v := value.(type) {
	case nil:
		ok = s.Type == ""
	case bool:
		ok = s.Type == "" || s.Type == "boolean"
	case float64:
		ok = s.Type == "" || s.Type == "number" || s.Type == "integer" && v == math.Trunc(v)
	case string:
		ok = s.Type == "" || s.Type == "string" && formatted(s.Format, v)
	case []any:
		if s.Type == "array" {
			return d.checkItems(s, v)
		}
		ok = s.Type == ""
	case map[string]any:
		if s.Type == "object" || len(s.Properties) > 0 {
			return d.checkObject(s, v)
		}
		ok = s.Type == ""
	}
	if !ok {
		return fmt.Errorf("%v is not of type %s %s", value, s.Type, s.Format)
	}
	return nil
}

// formatted checks the one format that programs read: a date-time.
func formatted(format, text string) bool {
	if format != "date-time" {
		return true
	}
	_, err := time.Parse(time.RFC3339, text)
	return err == nil
}

func (d *Document) checkItems(s *Shape, list []any) error {
	for i, v := range list {
		if err := d.Check(s.Items, v); err != nil {
			return fmt.Errorf("[%d]: %w", i, err)
		}
	}
	return nil
}

func (d *Document) checkObject(s *Shape, object map[string]any) error {
	for _, name := range s.Required {
		if _, ok := object[name]; !ok {
			return fmt.Errorf("property %s is missing", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		p := s.Properties[name]
		if p == nil && s.Additional != nil && !bool(*s.Additional) {
			return fmt.Errorf("property %s is not described", name)
		}
		if err := d.Check(p, object[name]); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}
