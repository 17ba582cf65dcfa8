package githubtest

import (
	"encoding/base64"
	"strings"

	"github.com/community-digest/digest/internal/githubtest/execute"
)

// connection is a list that is read page by page. Its cursors name keys, not positions: after "the item with this
// key" keeps its meaning when items move, so that a moved item is skipped or seen twice just as on GitHub.
type connection struct {
	typ    string // of the nodes, "Discussion"
	order  *order
	keep   func(item int) bool // nil keeps all
	node   func(item int) execute.Object
	args   execute.Args
	extras map[string]any // fields of this connection only
	name   string         // of a connection that is not named after its nodes

	cut     *page
	cutFail error
}

// page is the part of an order that was asked for, as positions in it.
type page struct {
	at                   []int
	hasPrevious, hasNext bool
}

const cursorPrefix = "cursor:v2:"

func cursorOf(key string) string {
	return base64.StdEncoding.EncodeToString([]byte(cursorPrefix + key))
}

func keyOf(cursor string) (string, error) {
	text, err := base64.StdEncoding.DecodeString(cursor)
	key, ok := strings.CutPrefix(string(text), cursorPrefix)
	if err != nil || !ok {
		return "", &execute.Error{Type: "INVALID_CURSOR_ARGUMENTS", Message: "`" + cursor + "` does not appear to be a valid cursor."}
	}
	return key, nil
}

// TypeName implements execute.Object.
func (c *connection) TypeName() string { return firstOf(c.name, c.typ+"Connection") }

// Field implements execute.Object.
func (c *connection) Field(name string, _ execute.Args) (any, error) {
	if name == "totalCount" {
		return c.count(), nil
	}
	if value, ok := c.extras[name]; ok {
		return value, nil
	}
	if c.cut == nil && c.cutFail == nil {
		c.cut, c.cutFail = c.page()
	}
	if c.cutFail != nil {
		return nil, c.cutFail
	}
	out := make([]any, 0, len(c.cut.at))
	switch name {
	case "nodes":
		for _, at := range c.cut.at {
			out = append(out, c.node(c.order.items[at]))
		}
		return out, nil
	case "pageInfo":
		return &pageInfo{c}, nil
	}
	return nil, execute.ErrUnsupported
}

func (c *connection) kept(at int) bool { return c.keep == nil || c.keep(c.order.items[at]) }

func (c *connection) count() int {
	if c.keep == nil {
		return len(c.order.items)
	}
	n := 0
	for at := range c.order.items {
		if c.kept(at) {
			n++
		}
	}
	return n
}

// page cuts out what first, last, after and before ask for.
func (c *connection) page() (*page, error) {
	low, high := 0, len(c.order.items)
	if cursor := c.args.Text("after"); cursor != "" {
		key, err := keyOf(cursor)
		if err != nil {
			return nil, err
		}
		low = c.order.from(key, true)
	}
	if cursor := c.args.Text("before"); cursor != "" {
		key, err := keyOf(cursor)
		if err != nil {
			return nil, err
		}
		high = c.order.from(key, false)
	}
	first, _ := c.args.Int("first")
	return c.forward(low, high, first), nil
}

func (c *connection) forward(low, high, n int) *page {
	p := &page{hasPrevious: low > 0, hasNext: high < len(c.order.items)}
	for at := low; at < high; at++ {
		if !c.kept(at) {
			continue
		}
		if len(p.at) == n {
			p.hasNext = true
			break
		}
		p.at = append(p.at, at)
	}
	return p
}

// pageInfo says where a page lies.
type pageInfo struct{ c *connection }

// TypeName implements execute.Object.
func (p *pageInfo) TypeName() string { return "PageInfo" }

// Field implements execute.Object.
func (p *pageInfo) Field(name string, _ execute.Args) (any, error) {
	cut := p.c.cut
	switch name {
	case "hasNextPage":
		return cut.hasNext, nil
	case "startCursor", "endCursor":
		if len(cut.at) == 0 {
			return nil, nil
		}
		at := cut.at[0]
		if name == "endCursor" {
			at = cut.at[len(cut.at)-1]
		}
		return cursorOf(p.c.order.keys[at]), nil
	}
	return nil, execute.ErrUnsupported
}

// listOf is a connection over a list in the order it has.
func listOf[T any](typ string, list []T, args execute.Args, node func(T) execute.Object) *connection {
	return &connection{
		typ: typ, order: orderBy(len(list), false, placeKey), args: args,
		node: func(i int) execute.Object { return node(list[i]) },
	}
}

// descending reads the direction of an orderBy argument.
func descending(orderBy execute.Args, usual bool) bool {
	if d := orderBy.Text("direction"); d != "" {
		return d == "DESC"
	}
	return usual
}
