package markdown

import (
	"regexp"
	"strings"
	"unicode"
)

// opener returns the index of the rune that would make the line something else than text if the text stood at its
// start, or -1. Characters that are encoded in every place (` [ { | < and most * _ ~) need no mention here.
func opener(s string, in []rune) int {
	if len(in) == 0 {
		return -1
	}
	next := ' '
	if len(in) > 1 {
		next = in[1]
	}
	switch r := in[0]; {
	case isKeyword(s):
		return 0
	case r == '#', r == ':', r == '>':
		return 0
	case r == '-' && strings.ContainsRune(" -:|=", next): // list item, rule, underline, fence of YAML, table
		return 0
	case r == '+' && (next == ' ' || next == '+'): // list item, fence of TOML
		return 0
	case r == '=' && strings.Trim(s, "=- ") == "": // underline of a heading, which kramdown lets mix
		return 0
	case r == '/' && unicode.IsLetter(next): // command to a bot
		return 0
	case unicode.IsDigit(r):
		return listDot(in)
	}
	return trailerColon(s)
}

// listDot returns the index of the dot or parenthesis that makes leading digits the number of a list item, or -1.
func listDot(in []rune) int {
	i := 0
	for i < len(in) && '0' <= in[i] && in[i] <= '9' {
		i++
	}
	if i == 0 || i == len(in) || in[i] != '.' && in[i] != ')' {
		return -1
	}
	if i+1 < len(in) && in[i+1] != ' ' {
		return -1
	}
	return i
}

// keyword matches first words that are code to MDX or a command to a merge bot.
var keyword = regexp.MustCompile(`^(?:(?:import|export)(?: |$)|(?:\+1 )?bors )`)

func isKeyword(s string) bool {
	switch s[0] {
	case 'i', 'e', 'b', '+':
		return keyword.MatchString(s)
	}
	return false
}

// trailer matches what git and its robots read as a statement about the commit, should the text ever get into one.
var trailer = regexp.MustCompile(`(?i)^(?:[a-z]+(?:-[a-z]+)*-by|release-as|change-id|skip-checks|breaking[ -]change) ?:`)

func trailerColon(s string) int {
	if !strings.Contains(s, ":") {
		return -1
	}
	if end := trailer.FindStringIndex(s); end != nil {
		return end[1] - 1 // all ASCII up to here, so bytes and runes agree
	}
	return -1
}
