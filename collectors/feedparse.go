package collectors

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"

	"github.com/mmcdole/gofeed"
	"golang.org/x/net/html/charset"
)

// maxDepth is how deeply the elements of a feed may be nested. Real ones stay below 20,
// and below 100 with a page in their content.
const maxDepth = 1000

// parseFeed reads whatever a stranger sends. A panic of the parser becomes an error; a
// stack that overflows would end the program, so what is nested too deeply is not parsed.
func parseFeed(data []byte) (feed *gofeed.Feed, err error) {
	defer func() {
		if r := recover(); r != nil {
			feed, err = nil, errors.New("read feed: it is malformed")
		}
	}()
	if tooDeep(data) {
		return nil, fmt.Errorf("read feed: its elements are nested more than %d deep", maxDepth)
	}
	feed, err = gofeed.NewParser().Parse(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("read feed: %w", err)
	}
	return feed, nil
}

// tooDeep reports whether the parser would have to go down deeper than maxDepth. It
// reads XML as gofeed does, forgiving what gofeed forgives; where it fails, gofeed does
// so too and goes no deeper. A feed in JSON has no elements, and encoding/json a limit
// of its own.
func tooDeep(data []byte) bool {
	d := xml.NewDecoder(bytes.NewReader(withoutControls(data)))
	d.Strict = false
	d.CharsetReader = charset.NewReaderLabel
	for depth := 0; depth <= maxDepth; {
		token, err := d.Token()
		if err != nil {
			return false
		}
		switch token.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		}
	}
	return true
}

// withoutControls leaves out the characters that XML does not allow, as gofeed does.
func withoutControls(data []byte) []byte {
	out := make([]byte, 0, len(data))
	for _, b := range data {
		if b >= ' ' || b == '\t' || b == '\n' || b == '\r' {
			out = append(out, b)
		}
	}
	return out
}
