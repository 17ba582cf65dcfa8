package github

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/shurcooL/githubv4"
)

// block is one repository of a batched query.
type block struct{ Name string }

// batch builds the struct of a query for n repositories, as collectors do.
func batch(n int) any {
	var fields []reflect.StructField
	for i := range n {
		d := string(rune('0' + i))
		fields = append(fields, reflect.StructField{
			Name: "R" + d, Type: reflect.TypeFor[*block](),
			Tag: reflect.StructTag(`graphql:"r` + d + `: repository(owner: $o` + d + `, name: $n` + d + `)"`),
		})
	}
	return reflect.New(reflect.StructOf(fields)).Interface()
}

func TestPartialResponseFillsTheStructAndNamesWhatIsMissing(t *testing.T) {
	c, f := newTest(t, Limits{}, reply(200, `{"errors":[
		{"type":"NOT_FOUND","path":["r1"],"locations":"odd","message":"Could not resolve to a Repository\nwith the name 'o/gone'."},
		{"type":"FORBIDDEN","path":["r2"],"extensions":{"saml_failure":true},"message":"Resource protected by organization SAML enforcement."}],
		"data":{"r0":{"name":"here"},"r1":null,"r2":null}}`))
	q := batch(3)
	vars := map[string]any{"o0": githubv4.String("o"), "n0": githubv4.String("here"), "o1": githubv4.String("o"),
		"n1": githubv4.String("gone"), "o2": githubv4.String("o"), "n2": githubv4.String("shut")}
	err := c.Query(t.Context(), q, vars)
	var got QueryErrors
	if !errors.As(err, &got) {
		t.Fatalf("error %v", err)
	}
	want := QueryErrors{
		{Type: "NOT_FOUND", Message: "Could not resolve to a Repository with the name 'o/gone'.", Path: []any{"r1"}, RequestID: "AB:12"},
		{Type: "FORBIDDEN", Message: "Resource protected by organization SAML enforcement.", Path: []any{"r2"}, RequestID: "AB:12"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("errors (-want +got):\n%s", d)
	}
	if got[0].Alias() != "r1" || got[0].Kind() != NotFound || got[1].Kind() != Forbidden || KindOf(err) != Forbidden {
		t.Errorf("aliases or kinds: %v %v %v, all %v", got[0].Alias(), got[0].Kind(), got[1].Kind(), KindOf(err))
	}
	if s := err.Error(); s != "Could not resolve to a Repository with the name 'o/gone'. (and 1 more error)" {
		t.Errorf("text %q", s)
	}
	v := reflect.ValueOf(q).Elem()
	if r0 := v.Field(0).Interface().(*block); r0 == nil || r0.Name != "here" || !v.Field(1).IsNil() {
		t.Errorf("data: %+v", q)
	}
	wantSent(t, f, 1)
	if b := sentBody(t, f, 0); !strings.Contains(b, "r1: repository(owner: $o1, name: $n1){name}") || !strings.Contains(b, `"n1":"gone"`) {
		t.Errorf("sent %s", b)
	}
}

func sentBody(t *testing.T, f *fake, i int) string {
	t.Helper()
	b := make([]byte, 4096)
	n, _ := f.seen[i].Body.Read(b)
	return string(b[:n])
}

func TestPartFailedIsTriedOnceMoreThenKept(t *testing.T) {
	for _, typ := range []string{"SERVICE_UNAVAILABLE", "RESOURCE_LIMITS_EXCEEDED", ""} {
		synctest.Test(t, func(t *testing.T) {
			c, f := newTest(t, Limits{}, reply(200, `{"data":{"viewer":{"login":"mona"}},"errors":[{"type":"`+typ+`","path":["viewer","x",4],
				"message":"Something went wrong while executing your query."}]}`))
			q, err := query(t.Context(), c)
			var qe QueryErrors
			if !errors.As(err, &qe) || q.Viewer.Login != "mona" {
				t.Errorf("%q: data %+v, error %v", typ, q, err)
			}
			want := Unavailable
			if typ == "RESOURCE_LIMITS_EXCEEDED" {
				want = TooHeavy
			}
			wantKind(t, err, want)
			wantSent(t, f, 2)
			if d := cmp.Diff([]any{"viewer", "x", 4}, qe[0].Path); d != "" {
				t.Errorf("path (-want +got):\n%s", d)
			}
		})
	}
}

func TestResponseThatMendsItselfHasNoErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := newTest(t, Limits{}, reply(200, `{"data":{"viewer":null},"errors":[{"type":"SERVICE_UNAVAILABLE","path":["viewer"]}]}`), reply(200, okQL))
		if q, err := query(t.Context(), c); err != nil || q.Viewer.Login != "mona" {
			t.Errorf("data %+v, error %v", q, err)
		}
	})
}

func TestErrorsWithoutDataAreReturnedWhole(t *testing.T) {
	c, f := newTest(t, Limits{}, reply(200, `{"data":null,"errors":[{"extensions":{"code":"undefinedField"},"message":"Field 'x' doesn't exist"}, "odd", {"message":{"a":1}}]}`))
	_, err := query(t.Context(), c)
	var qe QueryErrors
	if !errors.As(err, &qe) || len(qe) != 3 || qe[0].Type != "undefinedField" || qe[1].Message != `"odd"` || qe[2].Message != `{"a":1}` {
		t.Errorf("error %#v", err)
	}
	wantKind(t, err, Invalid)
	wantSent(t, f, 1)
}

func TestDataThatDoesNotFitReportsBothErrors(t *testing.T) {
	c, _ := newTest(t, Limits{}, reply(200, `{"data":{"viewer":{"login":["x"]}},"errors":[{"type":"NOT_FOUND","path":["other"],"message":"gone"}]}`))
	_, err := query(t.Context(), c)
	var qe QueryErrors
	if !errors.As(err, &qe) || KindOf(err) != NotFound || !strings.Contains(err.Error(), "does not fit") || !strings.Contains(err.Error(), "gone") {
		t.Errorf("error %v", err)
	}
	for body, sent := range map[string]int{`{"data":{"viewer":{"login":7}}}`: 1, `{"data":{"surprise":1}}`: 2} {
		synctest.Test(t, func(t *testing.T) {
			c, f := newTest(t, Limits{}, reply(200, body))
			_, err := query(t.Context(), c)
			wantKind(t, err, Unavailable)
			wantSent(t, f, sent)
		})
	}
}

func TestMessageWithoutDataIsNotSuccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, body := range []string{`{"message":"This endpoint is asleep"}`, `{}`, `{"data":null}`, `{"data":"x"}`, `{"data":[]}`, `{"data":{ }}`, `{"errors":[]}`, `[]`, `null`, `{"errors":"x"}`} {
			c, f := newTest(t, Limits{}, reply(200, body))
			_, err := query(t.Context(), c)
			wantKind(t, err, Unavailable)
			wantSent(t, f, 4)
		}
	})
}

func TestMutateLeavesTheCallersVariablesAlone(t *testing.T) {
	c, f := newTest(t, Limits{}, reply(200, `{"data":{"createRef":{"clientMutationId":"x"}}}`))
	var m struct {
		CreateRef struct {
			ClientMutationID string
		} `graphql:"createRef(input: $input)"`
	}
	vars := map[string]any{}
	in := githubv4.CreateRefInput{RepositoryID: "R_1", Name: "refs/heads/x", Oid: "0123"}
	if err := c.Mutate(t.Context(), &m, in, vars); err != nil || m.CreateRef.ClientMutationID != "x" || len(vars) != 0 {
		t.Errorf("got %+v, variables %v, error %v", m, vars, err)
	}
	if b := sentBody(t, f, 0); !strings.HasPrefix(b, `{"query":"mutation($input:CreateRefInput!)`) {
		t.Errorf("sent %s", b)
	}
}

func TestQueriesOfAnythingButStructsAreNotSent(t *testing.T) {
	c, f := newTest(t, Limits{}, reply(200, okQL))
	for _, q := range []any{nil, viewer{}, &map[string]any{}, new(int)} {
		if err := c.Query(t.Context(), q, nil); err == nil || KindOf(err) != "" {
			t.Errorf("%T: error %v", q, err)
		}
	}
	var q viewer
	if err := c.Query(t.Context(), &q, map[string]any{"f": func() {}}); err == nil || KindOf(err) != "" {
		t.Errorf("variable that cannot be written: error %v", err)
	}
	wantSent(t, f, 0)
}

func TestResourceIsGuessedAsGitHubNamesIt(t *testing.T) {
	for path, want := range map[string]string{
		"/repos/o/search/releases":    "core",
		"/search/issues":              "search",
		"/api/v3/search/repositories": "search",
		"/search/code":                "code_search",
	} {
		if got := resourceOf(path); got != want {
			t.Errorf("resourceOf(%q) = %q, want %q", path, got, want)
		}
	}
}

func FuzzEnvelopeNeverPanicsNorHidesErrors(f *testing.F) {
	for _, s := range []string{okQL, limitedQL, `{"errors":[null,1,{"path":[{}]}]}`, `{"data":null,"errors":[{}]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		env, err := parseEnvelope(raw, "")
		if err == nil && env.data == nil && len(env.errors) == 0 {
			t.Error("neither data nor error")
		}
		if err == nil && !json.Valid(env.body()) {
			t.Errorf("body %q", env.body())
		}
		_ = env.errors.Error()
	})
}
