// Package feed reads RSS, Atom and JSON Feed documents that untrusted servers send.
//
// A document is read as a stream, one entry at a time, and never held as a whole: what a
// document costs depends on the bounds below, not on what its author put into it. Reading
// stops with an error where a bound is reached, and the entries before it are good.
//
// The package is lenient in syntax, as feeds in the wild need it, and strict in meaning: a
// date or an address that leaves doubt is reported as such and not guessed.
package feed

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// The bounds of one document. Real feeds stay far below all of them but the first.
const (
	MaxBytes   = 10 << 20 // after decompression
	MaxEntries = 2000
	maxTokens  = 500_000 // tags, texts and comments
	maxMembers = 1000    // of the feed itself in JSON
	maxToken   = 1 << 20 // bytes of one of these
	maxJSON    = 4 << 20 // bytes of one entry in JSON
	maxDepth   = 500
	maxAttrs   = 256 // of one tag

	maxName    = 1 << 10   // bytes of a title or a category
	maxField   = 8 << 10   // bytes of an identifier, an address or a date
	maxContent = 256 << 10 // bytes of HTML in an entry that are looked at
	maxTags    = 50        // categories of an entry
)

// A SizeError says which bound a document exceeded.
type SizeError struct{ Limit string }

func (e *SizeError) Error() string { return "larger than " + e.Limit }

// A SyntaxError says what is wrong with a document that cannot be read any further.
type SyntaxError struct{ Text string }

func (e *SyntaxError) Error() string { return e.Text }

// A FormatError says that a document is not a feed at all.
type FormatError struct{ ContentType string }

func (e *FormatError) Error() string {
	if e.ContentType == "" {
		return "not RSS, Atom or JSON Feed"
	}
	return "not RSS, Atom or JSON Feed (the server returned " + e.ContentType + ")"
}

// Entry is one entry of a feed.
type Entry struct {
	ID         string // as the feed gives it: possibly empty, long, or not unique
	Link       string // absolute, possibly empty
	Title      string // HTML, or text
	Published  string // dates as they are written: see [ParseTime]
	Updated    string
	Categories []string

	Summary string // HTML, or text
	Content string

	base *url.URL // what links in the texts are relative to
}

func (e *Entry) addCategory(name string) {
	name = cut(strings.TrimSpace(name), maxName)
	if name != "" && len(e.Categories) < maxTags && !slices.Contains(e.Categories, name) {
		e.Categories = append(e.Categories, name)
	}
}

// Reader reads the entries of a document.
type Reader struct {
	parser interface {
		next() (*Entry, error)
		feedTitle() string
	}
	entries int
	err     error
}

// NewReader returns a reader of the document that r holds. The address of the document is
// what its relative links are resolved against in the end; contentType is the header of
// its response. Reading stops when ctx ends.
func NewReader(ctx context.Context, r io.Reader, address *url.URL, contentType string) (*Reader, error) {
	mediaType, charset := splitContentType(contentType)
	text := bufio.NewReader(decode(&boundedReader{ctx: ctx, r: r, left: MaxBytes}, charset))
	first, err := firstByte(text)
	switch {
	case errors.Is(err, io.EOF):
		return nil, &FormatError{"an empty document"}
	case err != nil:
		return nil, err
	case first == '{':
		return &Reader{parser: newJSONParser(text, address, mediaType)}, nil
	case first == '<':
		return &Reader{parser: newXMLParser(ctx, text, address, mediaType)}, nil
	}
	return nil, &FormatError{mediaType}
}

// Next returns the next entry, or [io.EOF] after the last. Any other error says why the
// document was not read to its end; it is a [*FormatError] when the document is not a feed.
func (r *Reader) Next() (*Entry, error) {
	if r.err != nil {
		return nil, r.err
	}
	e, err := r.parser.next()
	if err == nil && r.entries == MaxEntries {
		err = &SizeError{fmt.Sprintf("%d entries", MaxEntries)}
	}
	if err != nil {
		r.err = err
		return nil, err
	}
	r.entries++
	return e, nil
}

// Title returns the title of the feed as far as it has been read.
func (r *Reader) Title() string { return r.parser.feedTitle() }

// boundedReader ends with an error when the context ends or a bound is reached.
type boundedReader struct {
	ctx  context.Context
	r    io.Reader
	left int64
}

func (b *boundedReader) Read(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.r.Read(p)
	if int64(n) > b.left {
		n, err = int(b.left), &SizeError{fmt.Sprintf("%d MiB", MaxBytes>>20)}
	}
	b.left -= int64(n)
	return n, err
}

// firstByte skips white space and returns the byte after it without consuming it.
func firstByte(r *bufio.Reader) (byte, error) {
	for {
		b, err := r.ReadByte()
		if err != nil {
			return 0, err
		}
		if !bytes.ContainsRune([]byte(" \t\r\n\x00\uFEFF"), rune(b)) {
			return b, r.UnreadByte()
		}
	}
}

// cut bounds a text to n bytes without splitting a character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// wrapped takes out what an address may be broken by, as browsers do.
var wrapped = strings.NewReplacer("\n", "", "\r", "", "\t", "")

// resolve makes a link absolute: bases are tried in order of nearness. An empty text, and
// one that is not a web address, give an empty link.
func resolve(link string, bases ...*url.URL) string {
	link = wrapped.Replace(strings.TrimSpace(link))
	if link == "" || len(link) > maxField {
		return ""
	}
	u, err := url.Parse(link)
	if err != nil {
		return ""
	}
	for _, base := range bases {
		if u.IsAbs() || base == nil {
			continue
		}
		u = base.ResolveReference(u)
		link = u.String()
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	return link
}
