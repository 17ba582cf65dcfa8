package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/goccy/go-yaml/ast"
)

// mapping is keys and values. A decoder asks for the keys it knows, then closes the
// mapping; a key that it never asked for is a problem.
type mapping struct {
	value
	entries []entry
	asked   []string
}

type entry struct {
	name         string
	line, column int // of the key
	value        value
}

// mapping reads keys and values; an absent value is one without keys.
func (v value) mapping() *mapping {
	m := &mapping{value: v}
	n, ok := v.node.(*ast.MappingNode)
	if !ok {
		if !v.absent() {
			v.problem("want keys and values, not %s", describe(v.node))
			m.node = nil // said once; what is missing in it is not reported
		}
		return m
	}
	for _, kv := range n.Values {
		e := entry{name: kv.Key.GetToken().Value}
		e.line, e.column = position(kv.Key)
		if i := slices.IndexFunc(m.entries, func(o entry) bool { return o.name == e.name }); i >= 0 {
			v.r.problem(e.line, e.column, v.key, "duplicate key %q, first defined on line %d", e.name, m.entries[i].line)
			continue
		}
		e.value = v.child(v.below(e.name), kv.Value)
		if e.value.absent() {
			e.value.line, e.value.column = e.line, e.column
		}
		m.entries = append(m.entries, e)
	}
	return m
}

func (v value) below(name string) string {
	if v.key == "" {
		return name
	}
	return v.key + "." + name
}

// get returns the value of a key. Where the key is absent the position is that of
// the mapping.
func (m *mapping) get(name string) value {
	m.asked = append(m.asked, name)
	if i := slices.IndexFunc(m.entries, func(e entry) bool { return e.name == name }); i >= 0 {
		return m.entries[i].value
	}
	return value{r: m.r, key: m.below(name), line: m.line, column: m.column}
}

// require is get for a key without a default; what says what to write.
func (m *mapping) require(name, what string) value {
	v := m.get(name)
	if v.absent() && !m.absent() {
		v.problem("required: %s", what)
	}
	return v
}

// has reports whether the file has the key, even without a value.
func (m *mapping) has(name string) bool {
	return slices.ContainsFunc(m.entries, func(e entry) bool { return e.name == name })
}

// close reports the keys that were not read.
func (m *mapping) close() {
	for _, e := range m.entries {
		if !slices.Contains(m.asked, e.name) {
			m.r.problem(e.line, e.column, m.key, "unknown key %q, %s", shorten(e.name), suggest(e.name, m.asked))
		}
	}
}

// suggest names the known word that was probably meant, or all of them.
func suggest(word string, known []string) string {
	if near := nearest(word, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "want " + oneOf(known)
}

// nearest returns the known word that differs least from one, or "" where all differ much:
// in more than a third of the letters, and more than one.
func nearest(word string, known []string) string {
	best, least := "", len(word)/3+1
	for _, k := range known {
		if len(word) > 2*len(k)+2 {
			continue
		}
		if d := levenshtein.ComputeDistance(strings.ToLower(word), strings.ToLower(k)); d <= least {
			best, least = k, d-1
		}
	}
	return best
}

// oneOf lists words: "a, b or c".
func oneOf(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// choose reads one word out of several.
func (v value) choose(def string, words ...string) string {
	s := v.text(def)
	if v.absent() || s == "" || slices.Contains(words, s) {
		return s
	}
	if i := slices.IndexFunc(words, func(w string) bool { return strings.EqualFold(w, s) }); i >= 0 {
		return words[i]
	}
	if _, isText := v.node.(*ast.StringNode); isText {
		v.problem("unknown value %q, %s", shorten(s), suggest(s, words))
	}
	return def
}
