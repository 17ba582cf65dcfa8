package githubtest

import (
	"reflect"
	"strings"
	"sync"
	"unicode"

	"github.com/community-digest/digest/internal/githubtest/execute"
)

// webURL is the root of the web pages that answers link to.
const webURL = "https://github.com/"

// factIndexes remembers, for each struct of facts, which field has which JSON name.
var factIndexes sync.Map // reflect.Type → map[string]int

// fact answers a GraphQL field from the fact of the same name (isDraft is not: draft is), so that only what differs
// between the two interfaces needs code. An empty text is not a fact: it is null.
func fact(facts any, field string) (any, error) {
	v := reflect.ValueOf(facts).Elem()
	i, ok := indexesOf(v.Type())[snake(field)]
	if !ok {
		return nil, execute.ErrUnsupported
	}
	value := v.Field(i).Interface()
	if value == "" {
		return nil, nil
	}
	return value, nil
}

func indexesOf(t reflect.Type) map[string]int {
	if known, ok := factIndexes.Load(t); ok {
		return known.(map[string]int)
	}
	names := map[string]int{}
	for i := range t.NumField() {
		names[t.Field(i).Tag.Get("json")] = i
	}
	factIndexes.Store(t, names)
	return names
}

// snake writes lastEditedAt as last_edited_at.
func snake(camel string) string {
	var b strings.Builder
	for _, r := range camel {
		if unicode.IsUpper(r) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// recordNode is an object whose few fields are all known beforehand.
type recordNode struct {
	typ    string
	fields map[string]any
}

func record(typ string, fields map[string]any) *recordNode { return &recordNode{typ, fields} }

// TypeName implements execute.Object.
func (n *recordNode) TypeName() string { return n.typ }

// Field implements execute.Object.
func (n *recordNode) Field(name string, _ execute.Args) (any, error) {
	value, ok := n.fields[name]
	if !ok {
		return nil, execute.ErrUnsupported
	}
	return value, nil
}
