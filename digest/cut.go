package digest

import (
	"bytes"
	"io"
	"slices"
	"strings"
)

// stretch is a stretch of one of the lists of a JSON object: some elements, with the
// commas between them.
type stretch struct{ key, elements []byte }

// reader reads an object of JSON that has nothing but the stretch.
func (s stretch) reader() io.Reader {
	return io.MultiReader(strings.NewReader(`{"`), bytes.NewReader(s.key), strings.NewReader(`":[`), bytes.NewReader(s.elements), strings.NewReader(`]}`))
}

// cut takes the lists out of an object of JSON, in stretches of about that many bytes,
// which can be read side by side; what is left is the object with empty lists. It sees
// strings and brackets only: if the data is no JSON, one of the parts is none either. It
// gives up where the parts might not mean what the whole does: keys that stand twice, or
// are not written as they are.
func cut(data []byte, size int) (rest []byte, lists []stretch, ok bool) {
	c := cutter{data: data, list: -1}
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case '"':
			n := stringLen(data[i:])
			if n == 0 {
				return nil, nil, false
			}
			if c.depth == 1 && !c.meet(data[i+1:i+n-1]) {
				return nil, nil, false
			}
			i += n - 1
		case '{', '[':
			c.open(i)
		case '}', ']':
			if ok := c.close(i); !ok || c.depth == 0 {
				return append(c.rest, data[c.copied:]...), c.lists, ok
			}
		case ',':
			if c.inList() && i-c.list >= size {
				if !c.take(i) {
					return nil, nil, false
				}
				c.list = i + 1
			}
		}
	}
	return nil, nil, false
}

// cutter is how far cut has come.
type cutter struct {
	data   []byte
	depth  int      // of brackets
	keys   [][]byte // of the object, so far
	list   int      // where the stretch begins, or -1 outside of lists
	lists  []stretch
	rest   []byte
	copied int // how much of the data is in rest, or taken
}

func (c *cutter) inList() bool { return c.depth == 2 && c.list >= 0 }

// maxKeys is how many keys are remembered; a snapshot has fewer.
const maxKeys = 100

// meet remembers a key, or a text that is the value of one.
func (c *cutter) meet(key []byte) (ok bool) {
	same := func(k []byte) bool { return bytes.EqualFold(k, key) } // to encoding/json they are
	if len(c.keys) == maxKeys || bytes.IndexByte(key, '\\') >= 0 || slices.ContainsFunc(c.keys, same) {
		return false
	}
	c.keys = append(c.keys, key)
	return true
}

func (c *cutter) open(i int) {
	c.depth++
	if c.depth == 2 && c.data[i] == '[' && len(c.keys) > 0 {
		c.rest = append(c.rest, c.data[c.copied:i+1]...)
		c.list = i + 1
	}
}

func (c *cutter) close(i int) (ok bool) {
	if c.inList() {
		if !c.take(i) {
			return false
		}
		c.copied, c.list = i, -1
	}
	c.depth--
	return true
}

// take takes the stretch up to i. An empty one is refused where it follows a comma.
func (c *cutter) take(i int) (ok bool) {
	elements := c.data[c.list:i]
	if len(bytes.TrimSpace(elements)) == 0 {
		return c.data[c.list-1] == '['
	}
	c.lists = append(c.lists, stretch{c.keys[len(c.keys)-1], elements})
	return true
}

// stringLen returns the length of the string that data begins with, with its quotes, or 0
// if it does not end.
func stringLen(data []byte) int {
	for i := 1; i < len(data); i++ {
		n := bytes.IndexByte(data[i:], '"')
		if n < 0 {
			return 0
		}
		i += n
		before := data[:i]
		if backslashes := len(before) - len(bytes.TrimRight(before, `\`)); backslashes%2 == 0 {
			return i + 1
		}
	}
	return 0
}
