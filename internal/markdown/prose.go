package markdown

import (
	"bufio"
	"bytes"
	"html"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	goldhtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
)

const (
	// maxBody is how much of a body is read: a parser of Markdown can take quadratic time, so this is far below what
	// cleaning takes in, and far above what an excerpt shows.
	maxBody = 8 << 10
	// maxProse is how much of its prose is kept, in bytes: thousands of bodies lie in a snapshot.
	maxProse = 3 << 10
)

// Prose reads a body as Markdown and returns the beginning of its text, without markup, headings, code blocks, tables,
// HTML, images and quotes. It is still untrusted.
func Prose(body string) Text {
	return UntrustedBody(head(clean(prose(head(strings.ToValidUTF8(body, "\uFFFD"), maxBody))), maxProse))
}

// reader reads Markdown as GitHub does, but for bare links, which are text to an excerpt. It is never used to render.
var reader = goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.TaskList)).Parser()

// prose returns the plain text of the paragraphs and list items of a Markdown body. The body's own escapes and character
// references are resolved: that is safe here, because cleaning and encoding come after.
func prose(body string) string {
	source := []byte(body)
	p := collector{source: source}
	// Walking cannot fail: the visitor returns no error.
	_ = ast.Walk(reader.Parse(text.NewReader(source)), p.visit)
	return p.out.String()
}

// collector gathers text while the tree is walked.
type collector struct {
	source []byte
	out    strings.Builder
	item   bool // the paragraph to come begins an item of a list
}

func (c *collector) visit(n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	switch n := n.(type) {
	case *ast.Heading, *ast.CodeBlock, *ast.FencedCodeBlock, *ast.HTMLBlock, *ast.Blockquote, *ast.Image, *ast.RawHTML, *extast.Table:
		return ast.WalkSkipChildren, nil
	case *ast.ListItem:
		c.item = true
	case *ast.Paragraph, *ast.TextBlock:
		if isNavigation(n, c.source) {
			return ast.WalkSkipChildren, nil
		}
		c.part()
	case *ast.AutoLink:
		c.out.Write(n.Label(c.source))
	case *ast.Text:
		c.text(n)
	}
	return ast.WalkContinue, nil
}

func (c *collector) text(n *ast.Text) {
	value := n.Segment.Value(c.source)
	if n.Parent().Kind() == ast.KindCodeSpan {
		c.out.Write(value) // code knows no escapes
	} else {
		c.out.WriteString(Resolve(value))
	}
	if n.SoftLineBreak() || n.HardLineBreak() {
		c.out.WriteByte(' ')
	}
}

// isNavigation reports whether a paragraph is nothing but links and images: badges, "Artifacts", "Release notes".
// Without their targets they say nothing.
func isNavigation(paragraph ast.Node, source []byte) bool {
	links := false
	for n := paragraph.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Link, *ast.Image:
			links = true
		case *ast.Text:
			if strings.ContainsFunc(string(n.Segment.Value(source)), isWordRune) {
				return false
			}
		default:
			return false
		}
	}
	return links
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// part puts a space between two paragraphs, and a semicolon between two items that end in no mark of their own.
func (c *collector) part() {
	item := c.item
	c.item = false
	s := c.out.String()
	if s == "" {
		return
	}
	last, _ := utf8.DecodeLastRuneInString(strings.TrimRight(s, " "))
	if item && !unicode.IsPunct(last) {
		c.out.WriteByte(';')
	}
	c.out.WriteByte(' ')
}

// Resolve returns what a renderer shows for a stretch of Markdown text: the renderer's own writer reads escapes and references,
// and what it had to escape for HTML is taken back.
func Resolve(value []byte) string {
	if !bytes.ContainsAny(value, `\&`) {
		return string(value)
	}
	var b strings.Builder
	w := bufio.NewWriterSize(&b, len(value)+16)
	goldhtml.DefaultWriter.Write(w, value)
	_ = w.Flush() // a strings.Builder cannot fail
	return html.UnescapeString(b.String())
}
