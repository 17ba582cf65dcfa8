package digest

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/template"
	"unicode/utf8"
)

// Template renders an edition in one language: a page, or a small text such as a path.
type Template struct {
	t *template.Template
}

// maxRendered bounds what a template may produce: a template that ranges for ever
// is an error, not a full disk.
const maxRendered = 64 << 20 // bytes

var errTooLarge = errors.New("the template produces more than 64 MiB")

// ParseTemplate parses a template for a language, a BCP 47 tag such as zh-CN,
// which decides how dates and lists are written. The name stands in error
// messages. What a template can use is described in docs/templates.md.
func ParseTemplate(name, text, language string) (*Template, error) {
	if !utf8.ValidString(text) {
		return nil, fmt.Errorf("template %s is not UTF-8", name)
	}
	t, err := template.New(name).Option("missingkey=error").Funcs(funcs(language)).Parse(text)
	if err != nil {
		return nil, err
	}
	return &Template{t}, nil
}

// ParseText parses a template of a plain text, such as a path or a value of the front
// matter. It is as [ParseTemplate] has it, but what it makes is no Markdown, and so text
// from outside is printed in it as a plain line.
func ParseText(name, text, language string) (*Template, error) {
	t, err := ParseTemplate(name, text, language)
	if err != nil {
		return nil, err
	}
	t.t.Funcs(template.FuncMap{plainFunc: plain})
	for _, part := range t.t.Templates() {
		if part.Tree != nil {
			printPlain(part.Root)
		}
	}
	return t, nil
}

// Execute renders the edition. The text ends as the template ends it; only a page
// is laid out, by [Template.Page].
func (t *Template) Execute(e Edition) (string, error) {
	var b strings.Builder
	if err := t.t.Execute(&bounded{Writer: &b}, e); err != nil {
		return "", err
	}
	return b.String(), nil
}

// Page renders the edition as a Markdown page: never two blank lines in a row, no
// white space at the end of a line, one newline at the end. So a template can be laid
// out for its reader, and a section that is left out leaves no hole.
func (t *Template) Page(e Edition) (string, error) {
	page, err := t.Execute(e)
	if err != nil {
		return "", err
	}
	return layOut(page), nil
}

// Check renders a sample edition that has everything, then one that has nothing, so
// that a misspelt field is found before anything is collected.
func (t *Template) Check() error {
	for _, e := range []Edition{Sample(), {Period: Sample().Period}} {
		if _, err := t.Execute(e); err != nil {
			return err
		}
	}
	return nil
}

// bounded writes no more than maxRendered.
type bounded struct {
	io.Writer
	written int // bytes
}

func (w *bounded) Write(p []byte) (int, error) {
	if w.written += len(p); w.written > maxRendered {
		return 0, errTooLarge
	}
	return w.Writer.Write(p)
}

// layOut lays a page out: never two blank lines in a row, none at the top, no white space
// at the end of a line, one newline at the end.
func layOut(page string) string {
	var b strings.Builder
	b.Grow(len(page))
	blank := false
	for line := range strings.Lines(page) {
		line = strings.TrimRight(line, " \t\r\n")
		if line == "" {
			blank = b.Len() > 0
			continue
		}
		if blank {
			b.WriteByte('\n')
			blank = false
		}
		b.WriteString(line)
		b.WriteByte('\n')
	}
	return b.String()
}
