package feed

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// xmlParser reads RSS 0.9 to 2.0, RDF and Atom. Its tokenizer is one for HTML: that accepts
// what feeds do to XML (bare ampersands, named entities, elements that are never closed),
// reads a stream in linear time, and bounds its buffer.
type xmlParser struct {
	tokens    *tokens
	address   *url.URL
	mediaType string

	prefix string          // of the root element, such as "atom:"
	atom   map[string]bool // other prefixes that stand for Atom
	open   []element       // from the root to the innermost
	entry  *Entry          // the one being read
	at     int             // its place among the open elements
	link   links           // what it links to
	field  *field          // the element whose text is being read
	ready  []*Entry
	done   bool // the root was closed

	title string
	home  *url.URL // the site of the feed
}

type element struct {
	name string
	base *url.URL // what xml:base says, here or further out
}

type field struct {
	name  string // without the prefix of the format
	attrs map[string]string
	at    int // its place among the open elements
	text  strings.Builder
}

// links are the addresses of an entry: of <link>, of a link that is an alternate, and of
// the identifier, in the order of preference.
type links [3]string

func newXMLParser(ctx context.Context, r io.Reader, address *url.URL, mediaType string) *xmlParser {
	z := newTokens(ctx, newTrimmer(r))
	z.AllowCDATA(true)
	return &xmlParser{tokens: z, address: address, mediaType: mediaType, atom: map[string]bool{}}
}

func (p *xmlParser) feedTitle() string { return p.title }

func (p *xmlParser) next() (*Entry, error) {
	for {
		if len(p.ready) > 0 {
			e := p.ready[0]
			p.ready = p.ready[1:]
			return e, nil
		}
		if p.done {
			return nil, io.EOF
		}
		switch kind := p.tokens.next(); kind {
		case html.ErrorToken:
			switch {
			case p.tokens.err != io.EOF:
				return nil, p.tokens.err
			case len(p.open) == 0:
				return nil, &FormatError{p.mediaType}
			}
			return nil, io.ErrUnexpectedEOF
		case html.TextToken:
			p.addText()
		case html.StartTagToken, html.SelfClosingTagToken:
			p.tokens.NextIsNotRawText() // in XML <title> and <script> are elements like any other
			if err := p.start(kind == html.SelfClosingTagToken); err != nil {
				return nil, err
			}
		case html.EndTagToken:
			raw := p.tokens.Raw()
			name, _ := p.tokens.TagName()
			p.end(string(name), raw)
		}
	}
}

// addText adds character data to the field. Text inside of markup is kept as it is written.
func (p *xmlParser) addText() {
	if p.field == nil {
		return
	}
	raw := p.tokens.Raw()
	if data, ok := strings.CutPrefix(string(raw), "<![CDATA["); ok {
		p.field.add(strings.TrimSuffix(data, "]]>"))
	} else if len(p.open)-1 > p.field.at {
		p.field.add(string(raw))
	} else {
		p.field.add(string(p.tokens.Text()))
	}
}

func (f *field) add(s string) { f.text.WriteString(cut(s, maxContent-f.text.Len())) }

func (p *xmlParser) start(empty bool) error {
	if len(p.open) >= maxDepth {
		return &SyntaxError{fmt.Sprintf("elements nested more than %d deep", maxDepth)}
	}
	if p.field != nil {
		p.field.add(string(p.tokens.Raw()))
		if name, _ := p.tokens.TagName(); !empty {
			p.open = append(p.open, element{string(name), p.base()})
		}
		return nil
	}
	tag, attrs := p.tag()
	if len(p.open) == 0 && !p.isRoot(tag) {
		return &FormatError{p.mediaType}
	}
	opened := element{tag, p.base()}
	for key, value := range attrs {
		if prefix, ok := strings.CutPrefix(key, "xmlns:"); ok && value == "http://www.w3.org/2005/Atom" {
			p.atom[prefix] = true
		}
	}
	if base, ok := attrs["xml:base"]; ok {
		if u, err := url.Parse(resolve(base, p.base(), p.address)); err == nil && u.Host != "" {
			opened.base = u
		}
	}
	name := p.canonical(tag)
	switch parent := len(p.open) - 1; {
	case (name == "item" || name == "entry") && p.beginsEntry():
		p.entry, p.at, p.link = &Entry{}, len(p.open), links{}
	case p.entry != nil && parent == p.at, p.entry == nil && parent >= 0 && p.isFeed(parent):
		p.field = &field{name: name, attrs: attrs, at: len(p.open)}
	}
	p.open = append(p.open, opened)
	if empty {
		p.end(tag, nil)
	}
	return nil
}

// tag returns the name and the attributes of the tag that was read.
func (p *xmlParser) tag() (string, map[string]string) {
	name, more := p.tokens.TagName()
	tag := string(name)
	if !more {
		return tag, nil
	}
	attrs := make(map[string]string)
	for more {
		var key, value []byte
		key, value, more = p.tokens.TagAttr()
		attrs[string(key)] = cut(string(value), maxField)
	}
	return tag, attrs
}

func (p *xmlParser) isRoot(tag string) bool {
	prefix, name := "", tag
	if i := strings.IndexByte(tag, ':') + 1; i > 0 {
		prefix, name = tag[:i], tag[i:]
	}
	switch name {
	case "rss", "feed":
		p.prefix = prefix
		return true
	}
	return name == "rdf" // whose prefix is its own, not that of the entries
}

// canonical is the name of an element without the prefix of the feed's format.
func (p *xmlParser) canonical(tag string) string {
	if name, ok := strings.CutPrefix(tag, p.prefix); ok && p.prefix != "" {
		return name
	}
	if prefix, name, ok := strings.Cut(tag, ":"); ok && p.atom[prefix] {
		return "atom:" + name
	}
	return tag
}

// isFeed reports whether an open element is the one that describes the feed.
func (p *xmlParser) isFeed(at int) bool {
	name := p.canonical(p.open[at].name)
	return name == "channel" || name == "feed" && at == 0
}

// beginsEntry reports whether an entry may begin here: in the root or a channel, or in an
// entry that was not closed and ends with that.
func (p *xmlParser) beginsEntry() bool {
	if p.entry == nil {
		return len(p.open) == 1 || len(p.open) > 1 && p.isFeed(len(p.open)-1)
	}
	if len(p.open)-1 != p.at {
		return false
	}
	p.finish()
	p.open = p.open[:p.at]
	return true
}

// base is the xml:base in force.
func (p *xmlParser) base() *url.URL {
	if len(p.open) == 0 {
		return nil
	}
	return p.open[len(p.open)-1].base
}

// end closes the innermost element of that name and whatever was not closed in it. Without
// such an element the tag means nothing.
func (p *xmlParser) end(tag string, raw []byte) {
	at := len(p.open) - 1
	for at >= 0 && p.open[at].name != tag {
		at--
	}
	if at < 0 {
		return
	}
	if p.field != nil && at > p.field.at {
		p.field.add(string(raw))
	} else if p.field != nil {
		base := p.open[p.field.at].base
		if p.entry != nil {
			p.takeOfEntry(base)
		} else {
			p.takeOfFeed(base)
		}
		p.field = nil
	}
	if p.entry != nil && at <= p.at {
		p.finish()
	}
	p.open = p.open[:at]
	p.done = at == 0
}

func (p *xmlParser) takeOfFeed(base *url.URL) {
	switch p.field.name {
	case "title":
		if p.title == "" {
			p.title = cut(p.field.text.String(), maxField)
		}
	case "link", "atom:link":
		if link, _ := p.linked(base); link != "" && p.home == nil {
			p.home, _ = url.Parse(link)
		}
	}
}

func (p *xmlParser) takeOfEntry(base *url.URL) {
	e, f := p.entry, p.field
	text := strings.TrimSpace(f.text.String())
	set := func(to *string, limit int) {
		if *to == "" {
			*to = cut(text, limit)
		}
	}
	switch f.name {
	case "title":
		set(&e.Title, maxField)
	case "guid", "id":
		set(&e.ID, maxField)
		permalink := f.attrs["ispermalink"]
		if f.name == "guid" && permalink != "false" && (permalink != "" || strings.Contains(text, "://")) {
			p.link[2] = resolve(text, base, p.home, p.address)
		}
	case "link", "atom:link":
		if link, rank := p.linked(base); link != "" && p.link[rank] == "" {
			p.link[rank] = link
		}
	case "pubdate", "published", "atom:published", "issued", "created":
		set(&e.Published, maxField)
	case "dc:date", "dcterms:issued", "dcterms:created":
		set(&e.Published, maxField)
	case "updated", "atom:updated", "modified", "dcterms:modified":
		set(&e.Updated, maxField)
	case "category", "atom:category", "dc:subject":
		for _, name := range []string{text, f.attrs["term"], f.attrs["label"]} {
			e.addCategory(name)
		}
	case "description", "summary", "atom:summary":
		set(&e.Summary, maxContent)
	case "content", "content:encoded", "atom:content":
		set(&e.Content, maxContent)
		if base != nil {
			e.base = base
		}
	}
}

// linked returns where a link element leads, and its place among the links of an entry.
func (p *xmlParser) linked(base *url.URL) (address string, rank int) {
	if rel := p.field.attrs["rel"]; rel != "" && rel != "alternate" {
		return "", 0
	}
	target, rank := p.field.text.String(), 0
	if href, ok := p.field.attrs["href"]; ok {
		target, rank = href, 1
	}
	return resolve(target, base, p.home, p.address), rank
}

// finish hands out the entry that was read.
func (p *xmlParser) finish() {
	e := p.entry
	e.Link = cmp.Or(p.link[:]...)
	e.base = cmp.Or(e.base, p.open[p.at].base, p.home, p.address)
	p.ready = append(p.ready, e)
	p.entry = nil
}
