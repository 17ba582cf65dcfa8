package config

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Problem is one thing that is wrong in a configuration file.
type Problem struct {
	// File is the name of the file; Line and Column count from 1, Column in characters.
	File         string
	Line, Column int
	// Key is the path of the key, sources.releases[0].repos[1]; empty for the whole file.
	Key     string
	Message string
	// Source is the line of the file, without what looks like a password in a URL.
	Source string
}

// Problems is all that is wrong in a configuration file, sorted by position.
type Problems []Problem

// Error gives every problem with the line it concerns.
func (ps Problems) Error() string {
	texts := make([]string, 0, len(ps))
	for _, p := range ps {
		texts = append(texts, p.String())
	}
	return strings.Join(texts, "\n")
}

// String gives the problem on one line, then the line of the file, then a caret.
func (p Problem) String() string {
	key := ""
	if p.Key != "" {
		key = p.Key + ": "
	}
	head := fmt.Sprintf("%s:%d:%d: %s%s", p.File, p.Line, p.Column, key, p.Message)
	if p.Source == "" {
		return head
	}
	line, column := excerpt([]rune(p.Source), p.Column)
	return fmt.Sprintf("%s\n%5d | %s\n      | %s^", head, p.Line, line, indent(line, column))
}

func (ps Problems) sorted() Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return ps
}

// excerpt returns the part of a line that fits a terminal, and the column in it.
// What would move the cursor becomes a blank.
func excerpt(line []rune, column int) (string, int) {
	const before, most = 60, 100
	first := 0
	if column > most {
		first = column - before
	}
	part := line[min(first, len(line)):min(first+most, len(line))]
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, string(part)), column - first
}

// indent returns the blanks that put a caret under a column: two for the
// characters that take two columns of a terminal.
func indent(line string, column int) string {
	var b strings.Builder
	for _, r := range line {
		if column--; column < 1 {
			break
		}
		b.WriteByte(' ')
		if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
			b.WriteByte(' ')
		}
	}
	for ; column > 1; column-- { // past the end of the line
		b.WriteByte(' ')
	}
	return b.String()
}

// userinfo is the part of a URL that may hold a password.
var userinfo = regexp.MustCompile(`//[^/@\s"']*@`)

// secrets is what GitHub's tokens look like, and what follows the name of one.
var secrets = regexp.MustCompile(`\b(?:gh[a-z]_|github_pat_)\w+|((?i:token|password|secret)\s*[=:]\s*)\S+`)

// withoutPasswords hides what must not reach a log.
func withoutPasswords(line string) string {
	return secrets.ReplaceAllString(userinfo.ReplaceAllLiteralString(line, "//***@"), "${1}***")
}
