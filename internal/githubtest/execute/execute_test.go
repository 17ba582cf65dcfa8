package execute

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

const testSchema = `
scalar DateTime
interface Named { name: String }
type Query { a: Thing  must: Thing!  list: [Named]  gone: Thing  odd: Thing }
type Thing implements Named { name: String  size: Int!  when: DateTime  kind: Kind  other: Thing }
type Place implements Named { name: String  street: String }
enum Kind { BIG SMALL }`

// object resolves fields from a map; an error is returned as such.
type object struct {
	typ    string
	fields map[string]any
}

func (o object) TypeName() string { return o.typ }

func (o object) Field(name string, _ Args) (any, error) {
	value, ok := o.fields[name]
	if !ok {
		return nil, ErrUnsupported
	}
	if err, ok := value.(error); ok {
		return nil, err
	}
	return value, nil
}

func execute(t *testing.T, query string, fields map[string]any) *Result {
	t.Helper()
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: testSchema})
	doc, errs := gqlparser.LoadQueryWithRules(schema, query, nil)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return Run(schema, doc.Operations[0], map[string]any{"yes": true}, object{"Query", fields})
}

func TestSelectionsOfOneKeyAreMerged(t *testing.T) {
	thing := object{"Thing", map[string]any{"name": "n", "size": 1, "when": time.Date(2023, 12, 11, 1, 2, 3, 4, time.FixedZone("", 3600))}}
	got := execute(t, `query($yes: Boolean!) { a { name } a { s: size when @include(if: $yes) } ...F b: a @skip(if: $yes) { name } }
		fragment F on Query { a { __typename } }`, map[string]any{"a": thing})
	want := map[string]any{"a": map[string]any{"name": "n", "s": 1, "when": "2023-12-11T00:02:03Z", "__typename": "Thing"}}
	if diff := cmp.Diff(want, got.Data); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestFragmentsApplyToTheirTypesOnly(t *testing.T) {
	list := []any{object{"Thing", map[string]any{"name": "t", "size": 1}}, nil, object{"Place", map[string]any{"name": "p", "street": "s"}}}
	got := execute(t, `{ list { ... on Named { name } ... on Thing { size } ... on Place { street } } }`, map[string]any{"list": list})
	want := map[string]any{"list": []any{map[string]any{"name": "t", "size": 1}, nil, map[string]any{"name": "p", "street": "s"}}}
	if diff := cmp.Diff(want, got.Data); diff != "" || len(got.Problems) > 0 {
		t.Errorf("%v (-want +got)\n%s", got.Problems, diff)
	}
}

func TestErrorLeavesTheRestInPlace(t *testing.T) {
	got := execute(t, `{ a { name } x: gone { name } }`, map[string]any{
		"a": object{"Thing", map[string]any{"name": "n"}}, "gone": &Error{Type: "NOT_FOUND", Message: "none"}})
	want := &Result{
		Data:   map[string]any{"a": map[string]any{"name": "n"}, "x": nil},
		Errors: []*Error{{Type: "NOT_FOUND", Path: []any{"x"}, Message: "none"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestNullTravelsUpToWhereItIsAllowed(t *testing.T) {
	inner := object{"Thing", map[string]any{"size": &Error{Message: "lost"}}}
	got := execute(t, `{ a { other { size } } }`, map[string]any{"a": object{"Thing", map[string]any{"other": inner}}})
	if diff := cmp.Diff(map[string]any{"a": map[string]any{"other": nil}}, got.Data); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := execute(t, `{ must { size } }`, map[string]any{"must": inner}); got.Data != nil {
		t.Errorf("got %v, want no data", got.Data)
	}
}

func TestAnswersThatTheSchemaForbidsAreProblems(t *testing.T) {
	for query, want := range map[string]string{
		`{ odd { name } }`:           "1 (int) for String",
		`{ odd { size } }`:           "null for Int!",
		`{ odd { kind } }`:           "HUGE (string) for Kind",
		`{ odd { when } }`:           "broken",
		`{ odd { other { name } } }`: "does not support",
	} {
		got := execute(t, query, map[string]any{"odd": object{"Thing", map[string]any{
			"name": 1, "size": nil, "kind": "HUGE", "when": errors.New("broken")}}})
		if len(got.Problems) != 1 || !strings.Contains(got.Problems[0], want) {
			t.Errorf("%s: %q, want %q", query, got.Problems, want)
		}
	}
}
