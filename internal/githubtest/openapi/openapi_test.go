package openapi

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const description = `{
 "paths": {
  "/r/{name}/latest": {"get": {"responses": {}}},
  "/r/{name}/{ref}": {"get": {"responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/item"}}}}}}}
 },
 "components": {"schemas": {
  "item": {"type": "object", "required": ["id", "when", "owner", "kind", "tags", "note"], "additionalProperties": false, "properties": {
   "id": {"type": "integer"}, "when": {"type": "string", "format": "date-time"}, "note": {"type": "string", "nullable": true},
   "kind": {"type": "string", "enum": ["a", "b"]}, "tags": {"type": "array", "items": {"type": "string"}},
   "owner": {"anyOf": [{"$ref": "#/components/schemas/who"}]}, "size": {"oneOf": [{"type": "string"}, {"type": "number"}]}}},
  "who": {"type": "object", "required": ["login"], "properties": {"login": {"type": "string"}}}
 }}}`

func parse(t *testing.T) *Document {
	t.Helper()
	d, err := Parse([]byte(description))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestFixedSegmentsWinOverParameters(t *testing.T) {
	d := parse(t)
	for path, want := range map[string]string{
		"/r/x/latest": "/r/{name}/latest", "/r/x/heads/a/b": "/r/{name}/{ref}", "/r/x": "", "/r//latest": "",
	} {
		got := ""
		if route, err := d.Match("GET", path); err == nil {
			got = route.Pattern
		}
		if got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	route, _ := d.Match("GET", "/r/x/heads/a/b")
	if diff := cmp.Diff(map[string]string{"name": "x", "ref": "heads/a/b"}, route.Path); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if _, err := d.Match("PUT", "/r/x/latest"); err == nil || !strings.Contains(err.Error(), "the method is not described") {
		t.Errorf("PUT: %v", err)
	}
}

func TestFilledObjectSatisfiesItsShape(t *testing.T) {
	d := parse(t)
	body, err := json.Marshal(d.Fill("item", map[string]any{"id": 7}))
	if err != nil {
		t.Fatal(err)
	}
	route, _ := d.Match("GET", "/r/x/1")
	if err := d.CheckAnswer(route, 200, body); err != nil {
		t.Errorf("%s: %v", body, err)
	}
}

func TestAnswersThatBreakTheShapeAreNamed(t *testing.T) {
	d := parse(t)
	route, _ := d.Match("GET", "/r/x/1")
	for change, want := range map[string]string{
		`"id": "7"`: "id: 7 is not of type integer", `"id": 7.5`: "id: 7.5", `"when": "monday"`: "when: monday",
		`"kind": "c"`: "kind: c is none of", `"tags": [1]`: "tags: [0]: 1", `"owner": {}`: "owner: property login is missing",
		`"more": 1`: "property more is not described", `"size": true`: "size: true", `"note": 1`: "note: 1",
	} {
		facts := d.Fill("item", map[string]any{})
		if err := json.Unmarshal([]byte("{"+change+"}"), &facts); err != nil {
			t.Fatal(err)
		}
		body, _ := json.Marshal(facts)
		if err := d.CheckAnswer(route, 200, body); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", change, err, want)
		}
	}
	if err := d.CheckAnswer(route, 202, nil); err == nil {
		t.Error("a success that is not described was not refused")
	}
	if err := d.CheckAnswer(route, 404, nil); err != nil {
		t.Errorf("404: %v", err)
	}
}
