package github

import (
	"bytes"
	"encoding/json"
	"errors"
)

// envelope is the body of a GraphQL answer.
type envelope struct {
	data   json.RawMessage // an object, or nil if there is none
	errors QueryErrors
}

// parseEnvelope reads a GraphQL answer. It is an error if the body is not one: GitHub and what stands before it answer
// 200 with a web page, nothing, half an answer, or a lone message, and githubv4 would take some of these for success.
func parseEnvelope(raw []byte, requestID string) (envelope, error) {
	var wire struct {
		Data    json.RawMessage
		Errors  []json.RawMessage
		Message string
	}
	if len(bytes.TrimSpace(raw)) == 0 {
		return envelope{}, errors.New("empty answer")
	}
	if err := json.Unmarshal(raw, &wire); err != nil {
		return envelope{}, errors.New("answer is not what it should be: " + clean(string(raw)))
	}
	var env envelope
	if holdsFields(wire.Data) {
		env.data = wire.Data
	}
	for _, e := range wire.Errors {
		env.errors = append(env.errors, parseQueryError(e, requestID))
	}
	if env.data == nil && len(env.errors) == 0 {
		return envelope{}, errors.New("answer without data: " + clean(wire.Message))
	}
	return env, nil
}

// holdsFields reports whether data is an object with something in it. githubv4 takes null, [] and {} for success.
func holdsFields(data json.RawMessage) bool {
	return len(data) > 2 && data[0] == '{' && len(bytes.TrimSpace(data[1:len(data)-1])) > 0
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
	e.Message = cleanAny(wire.Message)
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

// body is what githubv4 gets to decode: the data alone, as its own reading of errors loses most of them and fails on
// odd ones.
func (e envelope) body() []byte {
	data := e.data
	if data == nil {
		data = json.RawMessage("null")
	}
	return append(append([]byte(`{"data":`), data...), '}')
}
