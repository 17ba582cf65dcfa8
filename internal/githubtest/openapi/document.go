// Package openapi reads the small part of an OpenAPI 3.0 description that tests need (routes, parameters and the
// shapes of bodies) and checks requests and responses against it. It knows names and types; lengths, patterns and
// number ranges are outside of it.
package openapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// Document is a description: every known operation by path and lower-case method, and the shapes they share.
type Document struct {
	OpenAPI    string                           `json:"openapi"`
	Paths      map[string]map[string]*Operation `json:"paths"`
	Components Components                       `json:"components"`
}

// Components holds the shapes that references point to.
type Components struct {
	Schemas map[string]*Shape `json:"schemas"`
}

// Operation is one method on one path.
type Operation struct {
	Parameters  []Parameter      `json:"parameters,omitempty"`
	RequestBody *Body            `json:"requestBody,omitempty"`
	Responses   map[string]*Body `json:"responses"`
}

// Parameter is a named value in the path or the query.
type Parameter struct {
	Name     string `json:"name"`
	In       string `json:"in"`
	Required bool   `json:"required,omitempty"`
	Schema   *Shape `json:"schema"`
}

// Body is what a request or a response carries, by media type.
type Body struct {
	Required bool             `json:"required,omitempty"`
	Content  map[string]Media `json:"content,omitempty"`
}

// Media is the shape of a body in one media type.
type Media struct {
	Schema *Shape `json:"schema"`
}

// JSON returns the shape of the body as JSON, or nil when it has none.
func (b *Body) JSON() *Shape {
	if b == nil {
		return nil
	}
	return b.Content["application/json"].Schema
}

// Shape is what a JSON value may look like.
type Shape struct {
	Ref        string            `json:"$ref,omitempty"`
	Type       string            `json:"type,omitempty"`
	Format     string            `json:"format,omitempty"`
	Nullable   bool              `json:"nullable,omitempty"`
	Enum       []any             `json:"enum,omitempty"`
	Items      *Shape            `json:"items,omitempty"`
	Properties map[string]*Shape `json:"properties,omitempty"`
	Required   []string          `json:"required,omitempty"`
	Additional *Additional       `json:"additionalProperties,omitempty"`
	OneOf      []*Shape          `json:"oneOf,omitempty"`
	AnyOf      []*Shape          `json:"anyOf,omitempty"`
	AllOf      []*Shape          `json:"allOf,omitempty"`
}

// Additional says whether an object may hold properties that its shape does not name. Shapes for such properties,
// which a description may also give, are read as "yes".
type Additional bool

// UnmarshalJSON reads a boolean, or a shape as true.
func (a *Additional) UnmarshalJSON(data []byte) error {
	*a = Additional(!bytes.Equal(bytes.TrimSpace(data), []byte("false")))
	return nil
}

const refPrefix = "#/components/schemas/"

// RefName returns the name of the shared shape that s points to, or "".
func (s *Shape) RefName() string {
	return strings.TrimPrefix(s.Ref, refPrefix)
}

// Each calls f for every shape directly inside s.
func (s *Shape) Each(f func(*Shape)) {
	if s.Items != nil {
		f(s.Items)
	}
	for _, p := range s.Properties {
		f(p)
	}
	for _, list := range [][]*Shape{s.OneOf, s.AnyOf, s.AllOf} {
		for _, p := range list {
			f(p)
		}
	}
}

// Parse reads a description.
func Parse(data []byte) (*Document, error) {
	d := new(Document)
	if err := json.Unmarshal(data, d); err != nil {
		return nil, fmt.Errorf("read OpenAPI description: %w", err)
	}
	return d, nil
}

// resolve follows references; a reference to nothing is a mistake in the description.
func (d *Document) resolve(s *Shape) *Shape {
	for s != nil && s.Ref != "" {
		s = d.Components.Schemas[s.RefName()]
	}
	return s
}

// Each calls f for every shape that the operation names: parameters, body and responses.
func (o *Operation) Each(f func(*Shape)) {
	for _, p := range o.Parameters {
		f(p.Schema)
	}
	bodies := []*Body{o.RequestBody}
	for _, b := range o.Responses {
		bodies = append(bodies, b)
	}
	for _, b := range bodies {
		if s := b.JSON(); s != nil {
			f(s)
		}
	}
}
