package feed

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
)

// jsonParser reads JSON Feed, https://www.jsonfeed.org/version/1.1/.
type jsonParser struct {
	d         *json.Decoder
	meter     *meter
	address   *url.URL
	mediaType string

	title   string
	home    *url.URL
	started bool
	inItems bool
	items   bool // there was a list of them
	members int
}

func newJSONParser(r io.Reader, address *url.URL, mediaType string) *jsonParser {
	m := &meter{r: r, left: maxJSON}
	return &jsonParser{d: json.NewDecoder(m), meter: m, address: address, mediaType: mediaType}
}

// meter bounds what is read for one value.
type meter struct {
	r    io.Reader
	left int
}

func (m *meter) Read(p []byte) (int, error) {
	if m.left <= 0 {
		return 0, &SizeError{fmt.Sprintf("%d MiB in one entry", maxJSON>>20)}
	}
	n, err := m.r.Read(p[:min(len(p), m.left)])
	m.left -= n
	return n, err
}

// lenient is a string that some feeds write as a number; anything else is left out.
type lenient string

func (s *lenient) UnmarshalJSON(data []byte) error {
	switch data[0] {
	case '"':
		return json.Unmarshal(data, (*string)(s))
	case '{', '[', 'n', 't', 'f':
		return nil
	}
	*s = lenient(data)
	return nil
}

type jsonItem struct {
	ID            lenient `json:"id"`
	URL           lenient `json:"url"`
	ExternalURL   lenient `json:"external_url"`
	Title         lenient `json:"title"`
	Summary       lenient `json:"summary"`
	ContentHTML   lenient `json:"content_html"`
	ContentText   lenient `json:"content_text"`
	DatePublished lenient `json:"date_published"`
	DateModified  lenient `json:"date_modified"`
	Tags          tags    `json:"tags"`
}

// tags are the first strings of a list; anything else is left out.
type tags []lenient

func (t *tags) UnmarshalJSON(data []byte) error {
	if data[0] != '[' {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(data))
	_, err := d.Token()
	for err == nil && d.More() && len(*t) < maxTags {
		var tag lenient
		err = d.Decode(&tag)
		*t = append(*t, tag)
	}
	return err
}

func (p *jsonParser) feedTitle() string { return p.title }

func (p *jsonParser) next() (*Entry, error) {
	e, err := p.read()
	if err == nil || err == io.EOF {
		return e, err
	}
	// The parser's own words quote the document; which error it is does not matter to callers.
	var (
		syntax *json.SyntaxError
		kind   *json.UnmarshalTypeError
	)
	switch {
	case errors.As(err, &syntax), errors.As(err, &kind):
		return nil, &SyntaxError{"invalid JSON"}
	}
	return nil, err
}

func (p *jsonParser) read() (*Entry, error) {
	if !p.started {
		p.started = true
		if _, err := p.d.Token(); err != nil { // the brace that was seen
			return nil, err
		}
	}
	for {
		p.meter.left = maxJSON
		if p.inItems {
			if p.d.More() {
				return p.item()
			}
			p.inItems = false
			if _, err := p.d.Token(); err != nil { // the closing bracket
				return nil, unfinished(err)
			}
		}
		if !p.d.More() {
			if _, err := p.d.Token(); err != nil {
				return nil, unfinished(err)
			}
			if !p.items {
				return nil, &FormatError{p.mediaType}
			}
			return nil, io.EOF
		}
		if err := p.member(); err != nil {
			return nil, unfinished(err)
		}
	}
}

// member reads a key of the feed and, unless it is the list of items, its value.
func (p *jsonParser) member() error {
	if p.members++; p.members > maxMembers {
		return &SizeError{fmt.Sprintf("%d members", maxMembers)}
	}
	key, err := p.d.Token()
	if err != nil {
		return err
	}
	var value lenient
	switch key {
	case "items":
		token, err := p.d.Token()
		if err != nil {
			return err
		}
		if token != json.Delim('[') {
			return &FormatError{p.mediaType}
		}
		p.inItems, p.items = true, true
		return nil
	case "title":
		err = p.d.Decode(&value)
		p.title = cut(string(value), maxField)
	case "home_page_url":
		err = p.d.Decode(&value)
		p.home, _ = url.Parse(resolve(string(value), p.address))
	default:
		var skipped json.RawMessage
		err = p.d.Decode(&skipped)
	}
	return err
}

func (p *jsonParser) item() (*Entry, error) {
	var it jsonItem
	if err := p.d.Decode(&it); err != nil {
		return nil, unfinished(err)
	}
	link := resolve(string(it.URL), p.home, p.address)
	if link == "" {
		link = resolve(string(it.ExternalURL), p.home, p.address)
	}
	content := it.ContentHTML
	if content == "" {
		content = it.ContentText
	}
	e := &Entry{
		ID: cut(string(it.ID), maxField), Link: link, Title: cut(string(it.Title), maxField),
		Published: cut(string(it.DatePublished), maxField), Updated: cut(string(it.DateModified), maxField),
		Summary: cut(string(it.Summary), maxContent), Content: cut(string(content), maxContent), base: p.home,
	}
	if e.base == nil {
		e.base = p.address
	}
	for _, tag := range it.Tags {
		e.addCategory(string(tag))
	}
	return e, nil
}

// unfinished makes the end of the document inside a value an error.
func unfinished(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
