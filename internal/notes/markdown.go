package notes

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"

	"github.com/community-digest/digest/internal/markdown"
)

// block is a piece of a document of its own.
type block struct {
	kind     blockKind
	level    int    // of a heading
	label    string // of an alert
	text     string // on one line, without markup
	lines    []string
	links    []reference
	children []block // entries under an entry of a list
}

type blockKind int

const (
	headingBlock blockKind = iota + 1
	paragraphBlock
	itemBlock
	alertBlock
)

// reference is a link.
type reference struct{ address string }

// reader reads Markdown as GitHub does. It is never used to render.
var reader = goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.TaskList,
	extension.NewLinkify(extension.WithLinkifyURLRegexp(bareURL)))).Parser()

// bareURL is goldmark's own pattern without the bound of 256 characters on the host, which makes matching slow.
var bareURL = regexp.MustCompile(`^(?:http|https|ftp)://[-a-zA-Z0-9@:%._\+~#=]+\.[a-z]+(?::\d+)?(?:[/#?][-a-zA-Z0-9@:%_+.~#$!?&/=\(\);,'">\^{}\[\]` + "`" + `]*)?`)

// The parser takes time that grows with the square of some inputs: nested quotations and lists, and links that never
// close. Real notes have few of either.
const (
	maxNesting  = 12
	maxBrackets = 4000
	maxStars    = 8000
)

var nesting = regexp.MustCompile(`(?m)^[ \t>*+-]{40,}`)

// hasNesting reports what most documents lack, without the cost of matching.
func hasNesting(source string) bool {
	run := 0
	for i := range len(source) {
		if strings.IndexByte(" \t>*+-", source[i]) < 0 {
			run = 0
		} else if run++; run == 40 {
			return true
		}
	}
	return false
}

// readMarkdown returns the blocks of a Markdown document.
func readMarkdown(source string) []block {
	if strings.Count(source, "[") > maxBrackets {
		source = strings.ReplaceAll(source, "[", "")
	}
	if strings.Count(source, "*")+strings.Count(source, "_") > maxStars {
		source = strings.NewReplacer("*", "", "_", "").Replace(source)
	}
	if hasNesting(source) {
		source = nesting.ReplaceAllString(source, "")
	}
	m := &markdownReader{source: []byte(source)}
	root := reader.Parse(text.NewReader(m.source))
	m.blocks(root, 0)
	return m.out
}

type markdownReader struct {
	source []byte
	out    []block
}

func (m *markdownReader) blocks(parent ast.Node, depth int) {
	if depth > maxNesting {
		return
	}
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Heading:
			in := m.inline(n)
			m.out = append(m.out, block{kind: headingBlock, level: n.Level, text: in.line(), links: in.links})
		case *ast.Paragraph, *ast.TextBlock:
			in := m.inline(n)
			m.out = append(m.out, block{kind: paragraphBlock, text: in.line(), lines: in.lines(), links: in.links})
		case *ast.List:
			for it := n.FirstChild(); it != nil; it = it.NextSibling() {
				m.out = append(m.out, m.item(it, depth+1))
			}
		case *ast.Blockquote:
			m.quote(n, depth)
		case *extast.Table:
			m.table(n)
		case *ast.HTMLBlock:
			m.out = append(m.out, readHTML(m.raw(n))...)
		}
	}
}

// item reads an entry of a list with the entries under it.
func (m *markdownReader) item(n ast.Node, depth int) block {
	bl := block{kind: itemBlock}
	for c := n.FirstChild(); c != nil && depth <= maxNesting; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Paragraph, *ast.TextBlock:
			in := m.inline(c)
			if bl.text == "" {
				bl.text = in.line()
			}
			bl.links = append(bl.links, in.links...)
		case *ast.List:
			for it := c.FirstChild(); it != nil; it = it.NextSibling() {
				bl.children = append(bl.children, m.item(it, depth+1))
			}
		case *ast.Heading:
			if in := m.inline(c); bl.text == "" {
				bl.text = in.line()
			}
		}
	}
	return bl
}

var alertMark = regexp.MustCompile(`^\[!(\w+)\]\s*`)

// quote reads a quotation: one that begins with a mark such as [!WARNING] is an alert, any other is someone else's words.
func (m *markdownReader) quote(n *ast.Blockquote, depth int) {
	inner := &markdownReader{source: m.source}
	inner.blocks(n, depth+1)
	if len(inner.out) == 0 {
		return
	}
	mark := alertMark.FindStringSubmatch(inner.out[0].text)
	if mark == nil {
		return
	}
	bl := block{kind: alertBlock, label: mark[1]}
	inner.out[0].text = strings.TrimPrefix(inner.out[0].text, mark[0])
	var parts []string
	for _, b := range inner.out {
		parts = append(parts, b.text)
		bl.links = append(bl.links, b.links...)
	}
	bl.text = strings.TrimSpace(strings.Join(parts, " "))
	m.out = append(m.out, bl)
}

// table reads a row as an entry: what its cells say, one after the other.
func (m *markdownReader) table(n *extast.Table) {
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		if _, head := row.(*extast.TableHeader); head {
			continue
		}
		bl := block{kind: itemBlock}
		var cells []string
		for c := row.FirstChild(); c != nil; c = c.NextSibling() {
			in := m.inline(c)
			if t := in.line(); t != "" {
				cells = append(cells, t)
			}
			bl.links = append(bl.links, in.links...)
		}
		bl.text = strings.Join(cells, ": ")
		m.out = append(m.out, bl)
	}
}

func (m *markdownReader) raw(n *ast.HTMLBlock) string {
	var b bytes.Buffer
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		b.Write(line.Value(m.source))
	}
	if n.HasClosure() {
		b.Write(n.ClosureLine.Value(m.source))
	}
	return b.String()
}

// inlineText is the text and the links of a paragraph.
type inlineText struct {
	out   strings.Builder
	links []reference
}

// line is the text on one line.
func (t *inlineText) line() string { return strings.Join(strings.Fields(t.out.String()), " ") }

// lines are the lines of the source.
func (t *inlineText) lines() []string { return strings.Split(t.out.String(), "\n") }

func (m *markdownReader) inline(n ast.Node) *inlineText {
	t := &inlineText{}
	// Walking cannot fail: the visitor returns no error.
	_ = ast.Walk(n, func(c ast.Node, entering bool) (ast.WalkStatus, error) {
		switch c := c.(type) {
		case *ast.Image, *ast.RawHTML:
			return ast.WalkSkipChildren, nil
		case *ast.Link:
			if !entering {
				t.links = append(t.links, reference{address: string(c.Destination)})
			}
		case *ast.AutoLink:
			if entering {
				t.out.Write(c.Label(m.source))
				t.links = append(t.links, reference{address: string(c.URL(m.source))})
			}
		case *ast.Text:
			if entering {
				m.text(t, c)
			}
		}
		return ast.WalkContinue, nil
	})
	return t
}

func (m *markdownReader) text(t *inlineText, n *ast.Text) {
	value := n.Segment.Value(m.source)
	if n.Parent().Kind() == ast.KindCodeSpan {
		t.out.Write(value) // code knows no escapes
	} else {
		t.out.WriteString(markdown.Resolve(value))
	}
	if n.SoftLineBreak() || n.HardLineBreak() {
		t.out.WriteByte('\n')
	}
}
