package notes

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxTokens is how many tags and texts of HTML are read.
const maxTokens = 20_000

// readHTML returns the blocks of HTML. It reads tokens and builds no tree, so that unclosed
// elements, which notes are full of, cost nothing.
func readHTML(source string) []block {
	h := &htmlReader{}
	z := html.NewTokenizer(strings.NewReader(source))
	for range maxTokens {
		switch z.Next() {
		case html.ErrorToken:
			h.end()
			return h.out
		case html.StartTagToken, html.SelfClosingTagToken:
			h.start(z.Token())
		case html.EndTagToken:
			h.close(z.Token().DataAtom)
		case html.TextToken:
			if h.hidden == 0 {
				h.text.WriteString(string(z.Text()))
			}
		}
	}
	h.end()
	return h.out
}

type htmlReader struct {
	out    []block
	text   strings.Builder
	links  []reference
	kind   blockKind
	level  int
	hidden int // elements around that show no prose
}

// isHidden reports elements whose text is not prose: scripts, code, navigation, forms.
func isHidden(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Template, atom.Pre, atom.Nav, atom.Form, atom.Button, atom.Select, atom.Svg, atom.Footer, atom.Aside, atom.Iframe, atom.Noscript:
		return true
	}
	return false
}

func headingLevel(a atom.Atom) int {
	switch a {
	case atom.H1:
		return 1
	case atom.H2:
		return 2
	case atom.H3:
		return 3
	case atom.H4:
		return 4
	case atom.H5:
		return 5
	case atom.H6, atom.Summary:
		return 6
	}
	return 0
}

func (h *htmlReader) start(t html.Token) {
	switch a := t.DataAtom; {
	case isHidden(a):
		if t.Type != html.SelfClosingTagToken {
			h.hidden++
		}
	case headingLevel(a) > 0:
		h.begin(headingBlock, headingLevel(a))
	case a == atom.Li || a == atom.Tr || a == atom.Dd:
		h.begin(itemBlock, 0)
	case a == atom.P || a == atom.Div || a == atom.Ul || a == atom.Ol || a == atom.Table || a == atom.Details || a == atom.Section || a == atom.Article || a == atom.Blockquote:
		if h.kind != itemBlock || a != atom.P {
			h.begin(paragraphBlock, 0)
		}
	case a == atom.Td || a == atom.Th:
		h.text.WriteString(" ")
	case a == atom.Br:
		h.text.WriteString("\n")
	case a == atom.A:
		for _, attr := range t.Attr {
			if attr.Key == "href" && h.hidden == 0 {
				h.links = append(h.links, reference{address: attr.Val})
			}
		}
	}
}

func (h *htmlReader) close(a atom.Atom) {
	switch {
	case isHidden(a):
		h.hidden = max(0, h.hidden-1)
	case headingLevel(a) > 0, a == atom.Li, a == atom.Tr, a == atom.P && h.kind != itemBlock, a == atom.Div, a == atom.Ul, a == atom.Ol, a == atom.Details:
		h.begin(paragraphBlock, 0)
	}
}

// begin ends the block before and begins another.
func (h *htmlReader) begin(kind blockKind, level int) {
	h.end()
	h.kind, h.level = kind, level
}

func (h *htmlReader) end() {
	raw := html.UnescapeString(h.text.String())
	if line := strings.Join(strings.Fields(raw), " "); line != "" {
		kind := h.kind
		if kind == 0 {
			kind = paragraphBlock
		}
		h.out = append(h.out, block{kind: kind, level: h.level, text: line, lines: strings.Split(raw, "\n"), links: h.links})
		h.links = nil
	}
	h.text.Reset()
}
