package config

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// The parser is recursive, also over the keys of a mapping, and its work grows with
// their square: these limits are far above any real file and far below any harm.
const (
	maxSize   = 1 << 20 // bytes
	maxTokens = 20_000
	maxDepth  = 20
)

// reader gathers the problems of one file.
type reader struct {
	file     string
	lines    []string
	problems Problems
	repeated Problems // names that successive editions share
}

func newReader(file string, data []byte) *reader {
	text := strings.ToValidUTF8(string(data[:min(len(data), maxSize)]), "\uFFFD")
	text = strings.ReplaceAll(strings.TrimPrefix(text, "\uFEFF"), "\r\n", "\n")
	return &reader{file: file, lines: strings.Split(text, "\n")}
}

// problem records what is wrong at a position. A position that the file does not
// have, which the parser may give at its end, is moved to the nearest one.
func (r *reader) problem(line, column int, key, format string, args ...any) {
	r.problems = append(r.problems, r.at(line, column, key, format, args...))
}

// at is a problem at a position.
func (r *reader) at(line, column int, key, format string, args ...any) Problem {
	line = max(1, min(line, len(r.lines)))
	source := r.lines[line-1]
	column = max(1, min(column, utf8.RuneCountInString(source)+1))
	return Problem{
		File: r.file, Line: line, Column: column, Key: key,
		Message: withoutPasswords(fmt.Sprintf(format, args...)), Source: withoutPasswords(strings.TrimRight(source, "\r")),
	}
}

// parse returns the mapping that the file is, or records why it is none.
func (r *reader) parse(data []byte) (value, bool) {
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	if !r.isText(data) {
		return value{}, false
	}
	tokens := lexer.Tokenize(string(data))
	if !r.isSimple(tokens) {
		return value{}, false
	}
	file, err := parseTokens(tokens)
	if err != nil {
		r.syntaxError(err)
		return value{}, false
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		r.problem(1, 1, "", "the file is empty: title, sources and editions are required")
		return value{}, false
	}
	if len(file.Docs) > 1 {
		r.problem(r.secondDocument(tokens), 1, "", "a second YAML document starts here: only one is supported")
		return value{}, false
	}
	root := value{r: r, node: file.Docs[0].Body}
	root.line, root.column = position(root.node)
	if _, ok := root.node.(*ast.MappingNode); !ok {
		root.problem("want keys and values, such as title: My weekly, not %s", describe(root.node))
		return value{}, false
	}
	return root, true
}

// isText reports whether the data is text of a sane size.
func (r *reader) isText(data []byte) bool {
	if len(data) > maxSize {
		r.problem(1, 1, "", "the file is larger than 1 MiB: is this a configuration file?")
		return false
	}
	line, column := 1, 1
	for len(data) > 0 {
		c, size := utf8.DecodeRune(data)
		switch {
		case c == utf8.RuneError && size == 1:
			r.problem(line, column, "", "the file is not UTF-8 text: save it as UTF-8")
			return false
		case c < ' ' && c != '\t' && c != '\n' && c != '\r', c == 0x7F:
			r.problem(line, column, "", "unexpected control character %U: is this a configuration file?", c)
			return false
		}
		column++
		if c == '\n' {
			line, column = line+1, 1
		}
		data = data[size:]
	}
	return true
}

// isSimple reports whether the file keeps to the YAML that a configuration needs,
// and is flat enough to be parsed. It records every place where it is not.
func (r *reader) isSimple(tokens token.Tokens) bool {
	before := len(r.problems)
	flow, entries, line := 0, 0, 0
	for i, t := range tokens {
		p := t.Position
		if p.Line != line {
			entries, line = 0, p.Line
		}
		switch t.Type {
		case token.AnchorType, token.AliasType:
			r.problem(p.Line, p.Column, "", "anchors (&name) and aliases (*name) are not supported: repeat the value, or quote the text")
		case token.MergeKeyType:
			r.problem(p.Line, p.Column, "", "merge keys (<<) are not supported: repeat the keys")
		case token.TagType:
			r.problem(p.Line, p.Column, "", "tags (%s) are not supported: remove the tag, or quote the text", t.Value)
		case token.DirectiveType:
			r.problem(p.Line, p.Column, "", "directives (%%) are not supported: quote the text")
		case token.MappingKeyType:
			r.problem(p.Line, p.Column, "", "keys with ? are not supported: quote the text")
		case token.MappingStartType, token.SequenceStartType:
			flow++
		case token.MappingEndType, token.SequenceEndType:
			flow--
		case token.SequenceEntryType:
			entries++
		}
		tooWide := flow == 0 && p.Column > 100*maxDepth && t.Type == token.MappingValueType
		if flow > maxDepth || entries > maxDepth || tooWide {
			r.problem(p.Line, p.Column, "", "nested more than %d levels deep", maxDepth)
			return false
		}
		if i == maxTokens {
			r.problem(p.Line, p.Column, "", "the file is too long: is this a configuration file?")
			return false
		}
	}
	return len(r.problems) == before
}

// parseTokens guards against a panic of the parser: no input may end the program.
func parseTokens(tokens token.Tokens) (file *ast.File, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("this is not YAML (%v)", p)
		}
	}()
	return parser.Parse(tokens, 0, parser.AllowDuplicateMapKey()) // duplicates are found by the decoder, all of them
}

func (r *reader) syntaxError(err error) {
	var at yaml.Error
	if !errors.As(err, &at) || at.GetToken() == nil {
		r.problem(1, 1, "", "%v", err)
		return
	}
	p, message := at.GetToken().Position, at.GetMessage()
	line := r.lines[max(1, min(p.Line, len(r.lines)))-1]
	switch {
	case strings.Contains(message, "\t"):
		message = "tabs cannot be used for indentation: use spaces"
	case strings.Contains(line, "{{"):
		message += ": put text that contains {{ in single quotes, '{{.Number}}'"
	case strings.Contains(message, "mapping value is not allowed"):
		message += `: check the indentation, and quote text that contains ": "`
	case strings.Contains(message, "reserved character"):
		message += ": quote the text"
	}
	r.problem(p.Line, p.Column, "", "%s", message)
}

// secondDocument finds the line of the delimiter that begins a second document.
func (r *reader) secondDocument(tokens token.Tokens) int {
	content := false
	for _, t := range tokens {
		switch t.Type {
		case token.CommentType:
		case token.DocumentHeaderType, token.DocumentEndType:
			if content {
				return t.Position.Line
			}
		default:
			content = true
		}
	}
	return 1
}
