package collectors

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// plainText returns the text of HTML without its markup. Feeds do not say reliably whether
// a text is HTML, so only the names of real elements are taken for markup: "Vec<T>" and
// "a < b" stay as they are. What comes out is text from outside like any other.
func plainText(s string) string {
	if !strings.ContainsAny(s, "<&") {
		return s
	}
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(s))
	hidden := 0
	for {
		kind := z.Next()
		raw := string(z.Raw()) // before the name is read, which changes it
		switch kind {
		case html.ErrorToken:
			b.WriteString(raw) // a tag that does not end: the tokenizer drops it
			return strings.Join(strings.Fields(b.String()), " ")
		case html.TextToken:
			if hidden == 0 {
				b.Write(z.Text())
			}
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			element := atom.Lookup(name)
			switch {
			case !isElement(element):
				b.WriteString(raw)
				continue
			case hides(element) && kind == html.StartTagToken:
				hidden++
			case hides(element) && kind == html.EndTagToken:
				hidden = max(0, hidden-1)
			}
			b.WriteByte(' ')
		}
	}
}

// isElement reports whether a word is an element that feeds have in their texts.
func isElement(a atom.Atom) bool { return slices.Contains(elements, a) }

var elements = []atom.Atom{
	atom.A, atom.Abbr, atom.Article, atom.Aside, atom.Audio, atom.B, atom.Blockquote, atom.Body, atom.Br, atom.Button, atom.Caption, atom.Center,
	atom.Cite, atom.Code, atom.Col, atom.Colgroup, atom.Dd, atom.Del, atom.Details, atom.Div, atom.Dl, atom.Dt, atom.Em, atom.Embed,
	atom.Figcaption, atom.Figure, atom.Font, atom.Footer, atom.Form, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Head,
	atom.Header, atom.Hr, atom.Html, atom.I, atom.Iframe, atom.Img, atom.Input, atom.Ins, atom.Kbd, atom.Li, atom.Link, atom.Main, atom.Mark,
	atom.Meta, atom.Nav, atom.Noscript, atom.Object, atom.Ol, atom.P, atom.Picture, atom.Pre, atom.S, atom.Samp, atom.Script,
	atom.Section, atom.Small, atom.Source, atom.Span, atom.Strike, atom.Strong, atom.Style, atom.Sub, atom.Summary, atom.Sup, atom.Svg, atom.Table,
	atom.Tbody, atom.Td, atom.Template, atom.Tfoot, atom.Th, atom.Thead, atom.Time, atom.Title, atom.Tr, atom.Tt, atom.U, atom.Ul, atom.Var, atom.Video,
}

// hides reports whether the content of an element is no text for readers.
func hides(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Template, atom.Noscript, atom.Iframe, atom.Head, atom.Svg:
		return true
	}
	return false
}
