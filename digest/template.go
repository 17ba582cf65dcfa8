package digest

import (
	"context"
	"fmt"
	"strings"
	"text/template"
	"text/template/parse"
	"unicode/utf8"
)

// Template renders an edition in one language: a page, or a small text such as a path.
type Template struct {
	t *template.Template
}

// ParseTemplate parses a template for a language, a BCP 47 tag such as zh-CN,
// which decides how dates and lists are written. The name appears in error messages.
// What a template can use is described in docs/templates.md.
func ParseTemplate(name, text, language string) (*Template, error) {
	t, err := parseTemplate(name, text, language)
	if err != nil {
		return nil, err
	}
	eachTree(t, countWork)
	return &Template{t}, nil
}

func parseTemplate(name, text, language string) (*template.Template, error) {
	if !utf8.ValidString(text) {
		return nil, fmt.Errorf("template %s is not UTF-8", name)
	}
	return template.New(name).Option("missingkey=error").Funcs(funcs(language)).Parse(text)
}

// eachTree changes the trees of all templates that a template defines.
func eachTree(t *template.Template, change func(*parse.ListNode)) {
	for _, part := range t.Templates() {
		if part.Tree != nil {
			change(part.Root)
		}
	}
}

// ParseText parses a template of a plain text, such as a path or a value of the front
// matter. It is like [ParseTemplate], but as its output is not Markdown, untrusted text is
// printed as a plain line.
func ParseText(name, text, language string) (*Template, error) {
	t, err := parseTemplate(name, text, language)
	if err != nil {
		return nil, err
	}
	t.Funcs(template.FuncMap{plainFunc: plain})
	eachTree(t, func(root *parse.ListNode) {
		printPlain(root)
		countWork(root)
	})
	return &Template{t}, nil
}

// Execute renders the edition. The text ends as the template ends it; only a page
// is laid out, by [Template.Page].
func (t *Template) Execute(e Edition) (string, error) {
	return t.execute(func() error { return nil }, e)
}

// Page renders the edition as a Markdown page: never two blank lines in a row, no
// white space at the end of a line, one newline at the end. So a template can be laid
// out for its reader, and a section that is left out leaves no hole.
func (t *Template) Page(ctx context.Context, e Edition) (string, error) {
	page, err := t.execute(ctx.Err, e)
	if err != nil {
		return "", err
	}
	return layOut(page), nil
}

func (t *Template) execute(stopped func() error, e Edition) (string, error) {
	own, err := t.t.Clone() // the functions of an execution count its work
	if err != nil {
		return "", err
	}
	w := work{stopped: stopped}
	return w.execute(own, e)
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
