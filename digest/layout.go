package digest

import (
	"bytes"
	"strings"
)

// layout lays a page out while it is written: never two blank lines in a row, none at the
// top, no blanks at the end of a line, one newline at the end.
type layout struct {
	full  [][]byte // blocks: a page that grows need not be copied again and again
	block []byte
	size  int    // of all blocks
	line  []byte // as far as it has been written
	gap   bool   // a blank line is due before the next line
}

const blockSize = 256 << 10

func (l *layout) Write(p []byte) (int, error) {
	for rest := p; ; {
		line, after, ended := bytes.Cut(rest, []byte("\n"))
		if !ended {
			l.line = append(l.line, line...)
			return len(p), nil
		}
		if len(l.line) > 0 {
			l.line = append(l.line, line...)
			line = l.line
		}
		l.add(line)
		l.line = l.line[:0]
		rest = after
	}
}

func (l *layout) add(line []byte) {
	line = bytes.TrimRight(line, " \t\r")
	if len(line) == 0 {
		l.gap = l.size > 0
		return
	}
	if l.gap {
		l.put('\n')
		l.gap = false
	}
	l.put(line...)
	l.put('\n')
}

func (l *layout) put(p ...byte) {
	if len(l.block)+len(p) > cap(l.block) {
		l.full = append(l.full, l.block)
		l.block = make([]byte, 0, max(blockSize, len(p)))
	}
	l.block = append(l.block, p...)
	l.size += len(p)
}

// String ends the last line and returns the page.
func (l *layout) String() string {
	l.add(l.line)
	var page strings.Builder
	page.Grow(l.size)
	for _, block := range append(l.full, l.block) {
		page.Write(block)
	}
	return page.String()
}
