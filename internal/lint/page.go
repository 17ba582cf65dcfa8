package lint

import (
	"cmp"
	"html"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"github.com/community-digest/digest/internal/frontmatter"
	"github.com/community-digest/digest/internal/textfile"
)

// page is a draft that was parsed.
type page struct {
	text   string // without a byte order mark, which editors do not count
	starts []int  // offset of each line
	head   frontmatter.Head
	body   int    // where the Markdown begins
	source []byte // the Markdown
	root   ast.Node
	last   place // the last position that was asked for
}

// place is an offset in the text with its line, from 0, and its column, from 1.
type place struct{ offset, line, column int }

// reader parses Markdown as GitHub does, as far as links go: tables and tasks are
// paragraphs here. It is never used to render.
var reader = goldmark.New(goldmark.WithExtensions(extension.Linkify)).Parser()

// parse parses a draft. The error is a [*textfile.Error] for one that cannot be read or
// would take too long.
func parse(s string) (*page, error) {
	if err := textfile.Check(s); err != nil {
		return nil, err
	}
	if s = strings.TrimPrefix(s, "\uFEFF"); strings.TrimSpace(s) == "" {
		return nil, &textfile.Error{Reason: "empty file"}
	}
	p := &page{text: s, starts: []int{0}}
	for i := range len(s) {
		if s[i] == '\n' {
			p.starts = append(p.starts, i+1)
		}
	}
	p.head = frontmatter.Split(s)
	p.body = p.head.Body
	if err := checkMarkdown(s[p.body:], p.line(p.body)); err != nil {
		return nil, err
	}
	p.source = []byte(s[p.body:])
	p.root = reader.Parse(text.NewReader(p.source))
	return p, nil
}

// position returns the line and the column, in characters, of an offset in the text. It
// counts on from the last position if it can, because a line can be long.
func (p *page) position(offset int) (line, column int) {
	offset = max(0, min(offset, len(p.text)))
	i, found := slices.BinarySearch(p.starts, offset)
	if !found {
		i--
	}
	from := place{p.starts[i], i, 1}
	if p.last.column > 0 && p.last.line == i && p.last.offset <= offset {
		from = p.last
	}
	p.last = place{offset, i, from.column + utf8.RuneCountInString(p.text[from.offset:offset])}
	return i + 1, p.last.column
}

// line returns the number of the line at an offset in the text.
func (p *page) line(offset int) int {
	line, _ := p.position(offset)
	return line
}

// walk visits all nodes of the Markdown in order.
func (p *page) walk(visit func(n ast.Node)) {
	walkNode(p.root, func(n ast.Node, entering bool) {
		if entering {
			visit(n)
		}
	})
}

// walkNode visits a node and those in it, each when it is entered and when it is left.
func walkNode(n ast.Node, visit func(n ast.Node, entering bool)) {
	// Walking cannot fail: the visitor returns no error.
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		visit(n, entering)
		return ast.WalkContinue, nil
	})
}

// at is where a node of the Markdown begins in the text.
func (p *page) at(n ast.Node) int { return p.body + max(0, n.Pos()) }

// headings are those of the page itself, without those in quotes and lists.
func (p *page) headings() []*ast.Heading {
	var found []*ast.Heading
	for n := p.root.FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok {
			found = append(found, h)
		}
	}
	return found
}

// plain returns the text of a node's inline content, without markup, on one line.
func (p *page) plain(n ast.Node) string {
	var b strings.Builder
	walkNode(n, func(n ast.Node, entering bool) {
		if !entering {
			return
		}
		switch n := n.(type) {
		case *ast.Text:
			b.WriteString(html.UnescapeString(string(util.UnescapePunctuations(n.Value(p.source)))))
			if n.SoftLineBreak() || n.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.AutoLink:
			b.Write(n.Label(p.source))
		}
	})
	return strings.Join(strings.Fields(b.String()), " ")
}

// proseLine is a line of a paragraph, a list item or a heading.
type proseLine struct {
	offset int // in the text
	text   string
	hidden [][2]int // parts that are code or HTML, as offsets in the text, in order
}

// shows reports whether an offset in the text is prose.
func (l proseLine) shows(offset int) bool {
	i, found := slices.BinarySearchFunc(l.hidden, offset, func(h [2]int, at int) int { return cmp.Compare(h[0], at) })
	return !found && (i == 0 || l.hidden[i-1][1] <= offset)
}

// prose returns all lines that readers read as text.
func (p *page) prose() []proseLine {
	var found []proseLine
	p.walk(func(n ast.Node) {
		switch n.(type) {
		case *ast.Paragraph, *ast.TextBlock, *ast.Heading:
		default:
			return
		}
		hidden := p.hidden(n)
		for i := range n.Lines().Len() {
			s := n.Lines().At(i)
			found = append(found, proseLine{p.body + s.Start, string(p.source[s.Start:s.Stop]), hidden})
		}
	})
	return found
}

// hidden returns the parts of a block that are code or HTML.
func (p *page) hidden(block ast.Node) [][2]int {
	var found [][2]int
	add := func(s text.Segment) { found = append(found, [2]int{p.body + s.Start, p.body + s.Stop}) }
	walkNode(block, func(n ast.Node, entering bool) {
		if !entering {
			return
		}
		switch n := n.(type) {
		case *ast.Text:
			if n.Parent().Kind() == ast.KindCodeSpan {
				add(n.Segment)
			}
		case *ast.RawHTML:
			for i := range n.Segments.Len() {
				add(n.Segments.At(i))
			}
		}
	})
	return found
}
