package config

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// value is a place in the file: a node, or the lack of one, with its key path.
type value struct {
	r            *reader
	key          string
	node         ast.Node // nil when the key is absent or has no value
	line, column int
}

func (v value) problem(format string, args ...any) {
	v.r.problem(v.line, v.column, v.key, format, args...)
}

// absent reports that there is nothing to read: the default holds.
func (v value) absent() bool { return v.node == nil }

// text reads a text, or returns the default when there is none.
func (v value) text(def string) string {
	switch n := v.node.(type) {
	case nil:
		return def
	case *ast.StringNode:
		return v.some(n.Value)
	case *ast.LiteralNode:
		return v.some(n.Value.Value)
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		v.problem("want text, not %s: quote it, %q", describe(n), n.GetToken().Value)
	default:
		v.problem("want text, not %s", describe(n))
	}
	return def
}

// some reports a text without anything in it.
func (v value) some(s string) string {
	if s == "" {
		v.problem("empty: set a text or remove the key")
	}
	return s
}

// optional reads a text that may be empty.
func (v value) optional() string {
	if n, ok := v.node.(*ast.StringNode); ok && n.Value == "" {
		return ""
	}
	return v.text("")
}

// flag reads true or false.
func (v value) flag(def bool) bool {
	switch n := v.node.(type) {
	case nil:
		return def
	case *ast.BoolNode:
		return n.Value
	default:
		v.problem("want true or false, not %s", describe(n))
		return def
	}
}

// natural reads a whole number that is not negative.
func (v value) natural(def int) int {
	if v.absent() {
		return def
	}
	n, ok := v.node.(*ast.IntegerNode)
	if !ok {
		v.problem("want a number, not %s", describe(v.node))
		return def
	}
	i, ok := integer(n)
	if !ok || i < 0 || i > math.MaxInt32 {
		v.problem("want a whole number from 0 to %d, not %s", math.MaxInt32, n.GetToken().Value)
		return def
	}
	return i
}

// maxDuration is more than any wait that makes sense: GitHub's limits are hourly.
const maxDuration = 24 * time.Hour

// duration reads a span of time such as 90s, 10m or 1h30m; 0 where there is none.
func (v value) duration() time.Duration {
	s := v.text("")
	if s == "" {
		return 0
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 || d > maxDuration {
		v.problem("%q is not a duration: want for example 90s, 10m or 1h, at most 24h", shorten(s))
		return 0
	}
	return d
}

var sizeForm = regexp.MustCompile(`^(\d{1,6})(KB|MB)$`)

// size reads a number of bytes: 500KB, 2MB, or 0 for no limit.
func (v value) size(def int) int {
	switch n := v.node.(type) {
	case nil:
		return def
	case *ast.IntegerNode:
		if i, ok := integer(n); ok && i == 0 {
			return 0
		}
	case *ast.StringNode:
		if parts := sizeForm.FindStringSubmatch(n.Value); parts != nil {
			i, _ := strconv.Atoi(parts[1]) // digits, as the form demands
			if parts[2] == "MB" {
				i <<= 10
			}
			return i << 10
		}
	}
	v.problem("want a size such as 500KB or 2MB, or 0 for no limit")
	return def
}

func integer(n *ast.IntegerNode) (int, bool) {
	switch i := n.Value.(type) {
	case int64:
		return int(i), int64(int(i)) == i
	case uint64:
		return int(i), i <= math.MaxInt
	}
	return 0, false
}

// list reads the items of a list; no list has no items.
func (v value) list() []value {
	n, ok := v.node.(*ast.SequenceNode)
	if !ok {
		if !v.absent() {
			v.problem("want a list, not %s", describe(v.node))
		}
		return nil
	}
	items := make([]value, 0, len(n.Values))
	for i, node := range n.Values {
		item := v.child(fmt.Sprintf("%s[%d]", v.key, i), node)
		if item.absent() {
			item.problem("empty item: write a value after the dash or remove it")
			continue
		}
		items = append(items, item)
	}
	return items
}

// isEmptyList reports a list without items; that no list is there is another matter.
func isEmptyList(v value) bool {
	l, ok := v.node.(*ast.SequenceNode)
	return ok && len(l.Values) == 0
}

// texts reads a list of texts that pass a check, none of them twice whatever the case.
func (v value) texts(check func(s string) error) []string {
	var texts []string
	for _, item := range v.list() {
		s := item.text("")
		if s == "" {
			continue
		}
		if err := check(s); err != nil {
			item.problem("%v", err)
		}
		if slices.ContainsFunc(texts, func(o string) bool { return strings.EqualFold(s, o) }) {
			item.problem("duplicate %q", shorten(s))
		}
		texts = append(texts, s)
	}
	return texts
}

// child returns the value of a node below v.
func (v value) child(key string, node ast.Node) value {
	c := value{r: v.r, key: key, node: node}
	c.line, c.column = position(node)
	if _, ok := node.(*ast.NullNode); ok || node == nil {
		c.node = nil
	}
	return c
}

// position is where a node begins: a mapping begins with its first key, though its
// token is the colon behind it.
func position(node ast.Node) (line, column int) {
	if m, ok := node.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		return position(m.Values[0].Key)
	}
	if node == nil || node.GetToken() == nil || node.GetToken().Position == nil {
		return 1, 1
	}
	p := node.GetToken().Position
	return p.Line, p.Column
}

// describe names what a node is, for messages.
func describe(node ast.Node) string {
	switch n := node.(type) {
	case *ast.MappingNode:
		return "keys and values"
	case *ast.SequenceNode:
		return "a list"
	case *ast.StringNode:
		return fmt.Sprintf("the text %q", shorten(n.Value))
	case *ast.LiteralNode:
		return "a block of text"
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return "the number " + n.GetToken().Value
	case *ast.BoolNode:
		return n.GetToken().Value
	}
	return "this"
}

func shorten(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
