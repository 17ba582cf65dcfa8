package feed

import (
	"io"
	"strings"
)

const (
	maxRun   = maxContent + 8 // bytes of a text: enough to see that it is cut
	maxValue = 32 << 10       // bytes of an attribute
)

// trimmer drops from XML what is longer than anybody reads, such as the pictures that some
// pages have inside, so that an entry which has one can still be read. It need not agree
// with a tokenizer on malformed input: whatever it lets through is still bounded there.
type trimmer struct {
	r       io.Reader
	in, out []byte
	err     error

	step  func(c byte)
	run   int    // bytes of the text, section or value so far
	start []byte // what came after "<"
	end   string // of the section
	seen  int    // how much of the end
	last  byte   // of the tag, but for white space
	quote byte   // that ends the value
}

func newTrimmer(r io.Reader) *trimmer {
	t := &trimmer{r: r, in: make([]byte, 4096)}
	t.step = t.text
	return t
}

func (t *trimmer) Read(p []byte) (int, error) {
	for len(t.out) == 0 {
		if t.err != nil {
			return 0, t.err
		}
		var n int
		n, t.err = t.r.Read(t.in)
		t.out = t.out[:0]
		for _, c := range t.in[:n] {
			t.step(c)
		}
	}
	n := copy(p, t.out)
	t.out = t.out[n:]
	return n, nil
}

func (t *trimmer) enter(step func(byte)) {
	t.step, t.run, t.start, t.seen, t.last = step, 0, t.start[:0], 0, 0
}

func (t *trimmer) text(c byte) {
	if t.run++; t.run <= maxRun || c == '<' {
		t.out = append(t.out, c)
	}
	if c == '<' {
		t.enter(t.markup)
	}
}

// markup finds out what begins with "<".
func (t *trimmer) markup(c byte) {
	const cdata, comment = "![CDATA[", "!--"
	t.out = append(t.out, c)
	t.start = append(t.start, c)
	switch start := string(t.start); {
	case start == cdata:
		t.enter(t.section)
		t.end = "]]>"
	case start == comment:
		t.enter(t.section)
		t.end = "-->"
	case strings.HasPrefix(cdata, start), strings.HasPrefix(comment, start):
	case c == '>':
		t.enter(t.text)
	case start[0] == '!', start[0] == '?':
		t.enter(t.declaration)
	default:
		t.enter(t.tag)
	}
}

// section is a comment or CDATA. The rest of a long one is dropped after an end of its own.
func (t *trimmer) section(c byte) {
	if t.run++; t.run <= maxRun {
		t.out = append(t.out, c)
	} else if t.run == maxRun+1 {
		t.out = append(t.out, t.end...)
	}
	switch {
	case c == t.end[2] && t.seen == 2:
		t.enter(t.text)
	case c == t.end[0]:
		t.seen = min(t.seen+1, 2)
	default:
		t.seen = 0
	}
}

func (t *trimmer) declaration(c byte) {
	t.out = append(t.out, c)
	if c == '>' {
		t.enter(t.text)
	}
}

func (t *trimmer) tag(c byte) {
	t.out = append(t.out, c)
	switch {
	case c == '>':
		t.enter(t.text)
	case t.last == '=' && (c == '"' || c == '\''):
		t.enter(t.value)
		t.quote = c
	case c > ' ':
		t.last = c
	}
}

func (t *trimmer) value(c byte) {
	if t.run++; t.run <= maxValue || c == t.quote {
		t.out = append(t.out, c)
	}
	if c == t.quote {
		t.enter(t.tag)
	}
}
