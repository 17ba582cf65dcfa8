package lint

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// maxHead is the most front matter that is read, in bytes. The parser's work grows with its
// square.
const maxHead = 32 << 10

// checkHead looks at the front matter.
func (c *checker) checkHead() {
	switch {
	case c.head.Fence == "":
		c.problem(0, Warning, ruleDraft, "no front matter: is this a draft? Its title and date are missing")
	case !c.head.Closed:
		c.problem(0, Error, ruleStructure, "front matter is not closed: end it with a line %s", c.head.Fence)
	case c.head.Fence == "+++":
		c.problem(0, Warning, ruleDraft, "front matter is TOML: its title, date and draft flag are not checked")
	case len(c.head.Text) > maxHead:
		c.problem(0, Error, ruleStructure, "front matter is larger than %d KiB", maxHead>>10)
	case nestsTooDeeply(c.head.Text):
		c.problem(0, Error, ruleStructure, "front matter is nested too deeply to be checked")
	default:
		c.checkYAML()
	}
}

func (c *checker) checkYAML() {
	file, err := parseYAML(c.head.Text)
	if err != nil {
		c.unreadable(err)
		return
	}
	var values []*ast.MappingValueNode
	if len(file.Docs) > 0 {
		switch n := file.Docs[0].Body.(type) {
		case nil, *ast.NullNode, *ast.CommentGroupNode:
		case *ast.MappingNode:
			values = n.Values
		default:
			c.problem(c.head.Start, Error, ruleStructure, "invalid front matter: want keys and values, such as title: My weekly")
			return
		}
	}
	c.checkFields(values)
}

// parseYAML returns an error if the parser panics: no input may end the program.
func parseYAML(s string) (file *ast.File, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("not YAML (%v)", p)
		}
	}()
	// The comment takes the line of the fence, so that the parser counts lines as the file does.
	return parser.ParseBytes([]byte("#\n"+s), 0)
}

func (c *checker) unreadable(err error) {
	var at yaml.Error
	if !errors.As(err, &at) || at.GetToken() == nil {
		c.problem(c.head.Start, Error, ruleStructure, "invalid front matter: %s", quote(err.Error()))
		return
	}
	where := at.GetToken().Position
	c.problem(c.inHead(where.Line, where.Column), Error, ruleStructure, "invalid front matter: %s", quote(at.GetMessage()))
}

// inHead returns the offset in the text of a position in the front matter, or the nearest
// one: the parser may report positions after the end.
func (c *checker) inHead(line, column int) int {
	offset, rest := c.head.Start, c.head.Text
	for ; line > 2; line-- { // it begins in the second line
		before, after, found := strings.Cut(rest, "\n")
		if !found || after == "" {
			break
		}
		offset, rest = offset+len(before)+1, after
	}
	own, _, _ := strings.Cut(rest, "\n")
	for i := range own {
		if column--; column < 1 {
			return offset + i
		}
	}
	return offset + len(own)
}

// checkFields looks at the fields that decide whether and how a page appears. As in Hugo,
// the case of their names does not matter.
func (c *checker) checkFields(values []*ast.MappingValueNode) {
	title, date := "", ""
	for _, v := range values {
		where := v.Value.GetToken().Position
		offset := c.inHead(where.Line, where.Column)
		switch strings.ToLower(v.Key.GetToken().Value) {
		case "title":
			title = scalar(v.Value)
		case "date":
			if date = scalar(v.Value); date != "" && !isDay(date) {
				c.problem(offset, Warning, ruleDraft, "invalid date %q: want 2006-01-02 or 2006-01-02T15:04:05+08:00", quote(date))
			}
		case "draft":
			if scalar(v.Value) == "true" {
				level := Warning
				if c.options.Ready {
					level = Error
				}
				c.problem(offset, level, ruleDraft, "marked as a draft, which sites leave out: set draft: false to publish")
			}
		}
	}
	if title == "" {
		c.problem(0, Warning, ruleDraft, "front matter has no title")
	}
	if date == "" {
		c.problem(0, Warning, ruleDraft, "front matter has no date")
	}
}

// scalar returns the text of a value that is neither a list nor a mapping.
func scalar(n ast.Node) string {
	switch n := n.(type) {
	case *ast.NullNode, *ast.MappingNode, *ast.SequenceNode:
		return ""
	case *ast.LiteralNode:
		return strings.TrimSpace(n.Value.Value)
	default:
		return strings.TrimSpace(n.GetToken().Value)
	}
}

// isDay reports whether a date begins with a day that all site generators understand.
func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s[:min(len(s), len(time.DateOnly))])
	return err == nil
}
