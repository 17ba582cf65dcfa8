package feed

import (
	"context"
	"io"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// The bounds of what is taken out of an entry's text.
const (
	maxText      = 3 << 10 // bytes; what a reader is shown is shorter
	maxLinks     = 20
	maxLinkBytes = 4 << 10 // of all of them
	maxBlocks    = 1000
)

// Text is what the body of an entry says.
type Text struct {
	Paragraphs []string // the first ones, without navigation, buttons and tables
	Links      []string // absolute addresses, in the order of the text
}

// Text reads the body of the entry: its summary, or its content where that says more.
func (e *Entry) Text(ctx context.Context) Text {
	summary, content := readBody(ctx, e.Summary), readBody(ctx, e.Content)
	var t Text
	t.Paragraphs = summary.paragraphs()
	if n := len(t.Paragraphs); n == 0 || isTeaser(t.Paragraphs[n-1]) {
		if whole := content.paragraphs(); len(whole) > 0 {
			t.Paragraphs = whole
		}
	}
	size := 0
	for _, link := range append(summary.links, content.links...) {
		link = resolve(link, e.base)
		if link == "" || link == e.Link || slices.Contains(t.Links, link) {
			continue
		}
		if size += len(link); len(t.Links) == maxLinks || size > maxLinkBytes {
			break
		}
		t.Links = append(t.Links, link)
	}
	return t
}

// isTeaser reports whether a text breaks off to make people follow a link.
func isTeaser(s string) bool {
	s = strings.TrimRight(s, " ]")
	return strings.HasSuffix(s, "…") || strings.HasSuffix(s, "...")
}

// body is the text of an entry in blocks.
type body struct {
	blocks []block
	links  []string
}

type block struct {
	text    string
	linked  int // bytes of it that are the text of links
	heading bool
	aside   bool // in navigation, a table, a form
}

// paragraphs returns the first real paragraphs: those outside of navigation and tables
// that say something, else whatever there is.
func (b body) paragraphs() []string {
	for _, fits := range []func(block) bool{
		func(k block) bool { return !k.aside && k.isProse() },
		block.isProse,
		func(block) bool { return true },
	} {
		var texts []string
		size := 0
		for _, k := range b.blocks {
			if !fits(k) {
				continue
			}
			if size+len(k.text) > maxText {
				if size == 0 {
					texts = append(texts, cut(k.text, maxText))
				}
				break
			}
			size += len(k.text) + 2
			texts = append(texts, k.text)
		}
		if len(texts) > 0 {
			return texts
		}
	}
	return nil
}

// isProse reports whether a block reads like a paragraph: not like a heading, a label, a
// row of links, or what blogs add to each of their entries.
func (k block) isProse() bool {
	if k.heading || 2*k.linked > len(k.text) || strings.HasPrefix(k.text, "The post ") && strings.Contains(k.text, " appeared first on ") {
		return false
	}
	end := strings.TrimRight(k.text, `"')]”’»`)
	return len(k.text) >= 80 || strings.HasSuffix(end, ".") || strings.HasSuffix(end, "!") || strings.HasSuffix(end, "?") ||
		strings.HasSuffix(end, ":") || strings.HasSuffix(end, "…") || strings.HasSuffix(end, "。") || strings.HasSuffix(end, "！") || strings.HasSuffix(end, "？")
}

// bareLink is an address that is written as text.
var bareLink = regexp.MustCompile(`https?://[^\s<>"'()\[\]{}]+[^\s<>"'()\[\]{}.,:;!?]`)

func readBody(ctx context.Context, s string) body {
	r := bodyReader{tokens: newTokens(ctx, strings.NewReader(s)), markup: strings.Contains(s, "<")}
	for kind := r.tokens.next(); kind != html.ErrorToken; kind = r.tokens.next() {
		r.read(kind)
	}
	if r.tokens.err == io.EOF {
		r.text.Write(r.tokens.Raw()) // a tag that never ends, which the tokenizer drops
	}
	r.flush()
	return r.body
}

type bodyReader struct {
	body
	tokens *tokens
	markup bool // newlines mean nothing
	text   strings.Builder
	linked int // bytes of it in links

	// How many elements are open, and whether a heading or a link is.
	hidden, aside, menu int
	heading, inLink     bool
}

func (r *bodyReader) read(kind html.TokenType) {
	switch kind {
	case html.TextToken:
		text := string(r.tokens.Text())
		if r.markup {
			text = strings.ReplaceAll(text, "\n", " ")
		}
		r.addText(text)
	case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
		raw := string(r.tokens.Raw()) // before the name is read, which changes it
		name, _ := r.tokens.TagName()
		element := atom.Lookup(name)
		role, known := roles[element]
		switch {
		case !known:
			r.addText(raw)
			return
		case element == atom.A:
			r.inLink = kind == html.StartTagToken
			r.addHref()
		case element == atom.Br:
			r.text.WriteByte('\n')
		case role&inline == 0:
			r.flush()
		}
		switch kind {
		case html.StartTagToken:
			r.nest(role, 1)
		case html.EndTagToken:
			r.nest(role, -1)
		}
	}
}

func (r *bodyReader) nest(role role, step int) {
	if role&hidden != 0 {
		r.hidden = max(0, r.hidden+step)
	}
	if role&aside != 0 {
		r.aside = max(0, r.aside+step)
	}
	if role&menu != 0 {
		r.menu = max(0, r.menu+step)
	}
	if role&heading != 0 {
		r.heading = step > 0
	}
}

func (r *bodyReader) addText(s string) {
	if r.hidden > 0 {
		return
	}
	r.text.WriteString(s)
	if r.inLink {
		r.linked += len(s)
		return
	}
	for _, link := range bareLink.FindAllString(s, maxLinks) {
		r.addLink(link)
	}
}

func (r *bodyReader) addHref() {
	for more := true; more; {
		var key, value []byte
		if key, value, more = r.tokens.TagAttr(); string(key) == "href" {
			r.addLink(string(value))
		}
	}
}

func (r *bodyReader) addLink(link string) {
	if r.hidden == 0 && r.menu == 0 && len(r.links) < 10*maxLinks {
		r.links = append(r.links, cut(link, maxField))
	}
}

// flush ends a block. An empty line in it is the border between two.
func (r *bodyReader) flush() {
	var words []string
	end := func() {
		if len(words) > 0 && len(r.blocks) < maxBlocks {
			text := strings.Join(words, " ")
			r.blocks = append(r.blocks, block{text, min(r.linked, len(text)), r.heading, r.aside > 0})
		}
		words = nil
	}
	for line := range strings.SplitSeq(r.text.String(), "\n") {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			end()
		}
		words = append(words, fields...)
	}
	end()
	r.text.Reset()
	r.linked = 0
}

// PlainText returns the text of a title without its markup, as one line. Feeds do not say
// reliably whether a text is HTML, so only the names of real elements count as markup:
// "Vec<T>" and "a < b" stay as they are.
func PlainText(ctx context.Context, s string) string {
	if !strings.ContainsAny(s, "<&") {
		return cut(strings.Join(strings.Fields(s), " "), maxName)
	}
	var texts []string
	for _, b := range readBody(ctx, cut(s, maxField)).blocks {
		texts = append(texts, b.text)
	}
	return cut(strings.Join(texts, " "), maxName)
}

// role is what an element means for the text around it.
type role int

const (
	inline role = 1 << iota // does not end a paragraph
	hidden                  // its content is not shown
	aside                   // its content is not part of the prose
	menu                    // its links lead around in the site
	heading
	other role = 0
)

// roles are the elements that count as markup.
var roles = func() map[atom.Atom]role {
	m := make(map[atom.Atom]role)
	for r, elements := range map[role][]atom.Atom{
		inline: {
			atom.A, atom.Abbr, atom.B, atom.Br, atom.Cite, atom.Code, atom.Del, atom.Em, atom.Font, atom.I, atom.Ins, atom.Kbd, atom.Mark,
			atom.S, atom.Samp, atom.Small, atom.Span, atom.Strike, atom.Strong, atom.Sub, atom.Sup, atom.Time, atom.Tt, atom.U, atom.Var,
		},
		hidden: {atom.Script, atom.Style, atom.Template, atom.Noscript, atom.Iframe, atom.Head, atom.Svg},
		aside: {
			atom.Button, atom.Caption, atom.Colgroup, atom.Figcaption, atom.Figure, atom.Table, atom.Tbody, atom.Td, atom.Tfoot, atom.Th,
			atom.Thead, atom.Tr,
		},
		aside | menu: {atom.Aside, atom.Footer, atom.Form, atom.Header, atom.Nav},
		heading:      {atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6},
		other: {
			atom.Article, atom.Audio, atom.Blockquote, atom.Body, atom.Center, atom.Col, atom.Dd, atom.Details, atom.Div, atom.Dl, atom.Dt,
			atom.Embed, atom.Hr, atom.Html, atom.Img, atom.Input, atom.Li, atom.Link, atom.Main, atom.Meta, atom.Object, atom.Ol, atom.P,
			atom.Picture, atom.Pre, atom.Section, atom.Source, atom.Summary, atom.Title, atom.Ul, atom.Video,
		},
	} {
		for _, e := range elements {
			m[e] = r
		}
	}
	return m
}()
