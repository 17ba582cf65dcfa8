// Package frontmatter finds and writes the front matter of Markdown pages: the block of
// metadata before the text. Everything that reads or writes a page uses it, so that no
// two parts of the program disagree about where a page's text begins.
//
// [Split] finds the block. [Encode] writes one that every reader understands alike
// (Hugo, Jekyll, gray-matter, YAML 1.1 and 1.2): strings are always double-quoted, so
// that none of them reads "no", "12:30" or "0123" as anything else, take one line, and
// contain no invisible characters.
package frontmatter

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// Field is a key and its value: a string, bool, int, float64 or [time.Time], a
// list of those ([]any), or fields of its own ([]Field), which may nest.
type Field struct {
	Key   string
	Value any
}

// maxDepth bounds nesting; front matter that people read has two or three levels.
const maxDepth = 16

// Encode returns YAML front matter, including the "---" lines, with the keys in the
// given order. Strings and keys are cleaned first, see [Clean]. Times are RFC 3339
// without quotes, as Hugo expects them.
func Encode(fields []Field) (string, error) {
	if len(fields) == 0 {
		return "---\n---\n", nil // an empty mapping would be written as {}
	}
	m, err := mapping(fields, 1, false)
	if err != nil {
		return "", fmt.Errorf("front matter: %w", err)
	}
	return "---\n" + m.String() + "\n---\n", nil
}

// mapping returns the node of fields at a nesting level, 1 being the outermost.
func mapping(fields []Field, level int, flow bool) (*ast.MappingNode, error) {
	if level > maxDepth {
		return nil, fmt.Errorf("more than %d levels", maxDepth)
	}
	m := ast.Mapping(tokenAt("", level), flow)
	seen := make(map[string]bool, len(fields))
	for _, f := range fields {
		key := Clean(f.Key)
		if key == "" {
			return nil, errors.New("empty key")
		}
		if seen[key] {
			return nil, fmt.Errorf("duplicate key %q", key)
		}
		seen[key] = true
		value, err := node(f.Value, level, flow)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		m.Values = append(m.Values, ast.MappingValue(tokenAt(":", level), keyNode(key, level), value))
	}
	return m, nil
}

// node returns the node of a value. Lists, and everything in them, are written in flow
// style on the line of their key.
func node(value any, level int, flow bool) (ast.Node, error) {
	switch v := value.(type) {
	case string:
		return quoted(Clean(v), level), nil
	case bool:
		return ast.Bool(tokenAt(strconv.FormatBool(v), level)), nil
	case int:
		return ast.Integer(tokenAt(strconv.Itoa(v), level)), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%v is not a number", v)
		}
		return plain(decimal(v), level), nil
	case time.Time:
		return plain(v.Format(time.RFC3339), level), nil
	case []any:
		return list(v, level)
	case []Field:
		return mapping(v, level+1, flow)
	default:
		return nil, fmt.Errorf("cannot write a %T", value)
	}
}

func list(items []any, level int) (ast.Node, error) {
	if level > maxDepth {
		return nil, fmt.Errorf("more than %d levels", maxDepth)
	}
	s := ast.Sequence(tokenAt("[", level), true)
	for i, item := range items {
		n, err := node(item, level+1, true)
		if err != nil {
			return nil, fmt.Errorf("item %d: %w", i+1, err)
		}
		s.Values = append(s.Values, n)
	}
	return s, nil
}

// keyNode quotes a key unless every reader takes it for a string without quotes.
func keyNode(key string, level int) *ast.StringNode {
	if bare(key) {
		return plain(key, level)
	}
	return quoted(key, level)
}

func bare(key string) bool {
	for i, r := range key {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_'
		if !letter && (i == 0 || !(r >= '0' && r <= '9' || r == '-')) {
			return false
		}
	}
	switch strings.ToLower(key) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null": // words of YAML 1.1
		return false
	}
	return true
}

// decimal formats a number with a point and without an exponent: YAML 1.1 and 1.2
// disagree on 1e6.
func decimal(v float64) string {
	s := strconv.FormatFloat(v, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

func plain(s string, level int) *ast.StringNode { return ast.String(tokenAt(s, level)) }

func quoted(s string, level int) *ast.StringNode {
	t := tokenAt(s, level)
	t.Type = token.DoubleQuoteType
	return ast.String(t)
}

// tokenAt returns a token at the column of a nesting level, by which the printer indents.
func tokenAt(s string, level int) *token.Token {
	column := 2*level - 1
	return token.String(s, s, &token.Position{Line: 1, Column: column, IndentNum: 2 * (level - 1), IndentLevel: 0})
}
