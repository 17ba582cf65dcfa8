package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/community-digest/digest/internal/githubtest/openapi"
)

// published is GitHub's description as it comes: our types, and parameters and responses that may be references.
type published struct {
	OpenAPI string                                   `json:"openapi"`
	Paths   map[string]map[string]publishedOperation `json:"paths"`
	Parts   struct {
		Schemas    map[string]*openapi.Shape    `json:"schemas"`
		Parameters map[string]openapi.Parameter `json:"parameters"`
		Responses  map[string]*openapi.Body     `json:"responses"`
	} `json:"components"`
}

type publishedOperation struct {
	Parameters  []json.RawMessage          `json:"parameters"`
	RequestBody *openapi.Body              `json:"requestBody"`
	Responses   map[string]json.RawMessage `json:"responses"`
}

// cutOpenAPI keeps the listed operations, their responses 200 and 201, and the shapes that these refer to. Reading
// into our own types is what drops descriptions and examples.
func (u *uses) cutOpenAPI(source []byte) ([]byte, error) {
	var p published
	if err := json.Unmarshal(source, &p); err != nil {
		return nil, err
	}
	out := &openapi.Document{OpenAPI: p.OpenAPI, Paths: map[string]map[string]*openapi.Operation{}}
	out.Components.Schemas = map[string]*openapi.Shape{}
	for _, use := range u.operations {
		op, err := p.operation(use)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", strings.ToUpper(use.method), use.path, err)
		}
		if out.Paths[use.path] == nil {
			out.Paths[use.path] = map[string]*openapi.Operation{}
		}
		out.Paths[use.path][use.method] = op
		op.Each(func(s *openapi.Shape) { p.keep(out, s) })
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", " ")
	enc.SetEscapeHTML(false)
	err := enc.Encode(out)
	return b.Bytes(), err
}

// operation returns one operation with its references to parameters and responses put in place.
func (p *published) operation(use operation) (*openapi.Operation, error) {
	src, ok := p.Paths[use.path][use.method]
	if !ok {
		return nil, fmt.Errorf("not in the description")
	}
	op := &openapi.Operation{RequestBody: src.RequestBody, Responses: map[string]*openapi.Body{}}
	for _, raw := range src.Parameters {
		param, err := inPlace(raw, p.Parts.Parameters)
		if err != nil {
			return nil, err
		}
		op.Parameters = append(op.Parameters, param)
	}
	for _, status := range []string{"200", "201"} {
		raw, ok := src.Responses[status]
		if !ok {
			continue
		}
		body, err := inPlace(raw, p.Parts.Responses)
		if err != nil {
			return nil, err
		}
		op.Responses[status] = jsonOnly(body)
	}
	return op, nil
}

// jsonOnly drops the forms of a response that no client asks for (raw files, HTML).
func jsonOnly(b *openapi.Body) *openapi.Body {
	media, ok := b.Content["application/json"]
	if !ok {
		return &openapi.Body{}
	}
	return &openapi.Body{Required: b.Required, Content: map[string]openapi.Media{"application/json": media}}
}

// inPlace decodes a part of an operation, which may be a reference to a shared one.
func inPlace[T any](raw json.RawMessage, shared map[string]T) (T, error) {
	var ref struct {
		Ref string `json:"$ref"`
	}
	var part T
	if err := json.Unmarshal(raw, &ref); err != nil {
		return part, err
	}
	if ref.Ref == "" {
		return part, json.Unmarshal(raw, &part)
	}
	part, ok := shared[ref.Ref[strings.LastIndex(ref.Ref, "/")+1:]]
	if !ok {
		return part, fmt.Errorf("%s is not in the description", ref.Ref)
	}
	return part, nil
}

// keep copies the shapes that s refers to, and those that they refer to.
func (p *published) keep(out *openapi.Document, s *openapi.Shape) {
	if name := s.RefName(); name != "" && out.Components.Schemas[name] == nil {
		shared := p.Parts.Schemas[name]
		out.Components.Schemas[name] = shared
		p.keep(out, shared)
	}
	s.Each(func(inner *openapi.Shape) { p.keep(out, inner) })
}
