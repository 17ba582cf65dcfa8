package lint

import (
	"regexp"
	"strings"
)

// todo is the mark that the house templates leave where only a person can write. Text
// from outside cannot forge it: its asterisks are encoded. The colon may have moved out
// of the bold text or become a wide one, as people and formatters do.
var todo = regexp.MustCompile(`(?:\*\*|__)TODO(?:[ ]?[:：](?:\*\*|__)|(?:\*\*|__)[ ]?[:：])`)

// notes are what the house templates write about a draft that is not whole. They stand
// at the beginning of a line.
var notes = []struct {
	mark    *regexp.Regexp
	message string
}{
	{note("Missing here|此处有缺失"), "something is missing here: collect again, or take the note out"},
	{note("Provisional|暂定稿"), "the period was not over when this was collected: collect again"},
}

func note(words string) *regexp.Regexp {
	return regexp.MustCompile(`^(?:\*\*|__)(?:` + words + `)(?:[ ]?[:：](?:\*\*|__)|(?:\*\*|__)[ ]?[:：])`)
}

// Placeholder is a place of a draft that a person still has to fill.
type Placeholder struct {
	// Line counts from 1.
	Line int
	// Text is what the template asks for, as it stands in the rest of the line: Markdown
	// of a file that anybody may have edited. It may be empty.
	Text string
	// Section is the text of the nearest heading above; empty when there is none. It may
	// come from outside.
	Section string
}

// Placeholders lists the places of a draft that a person still has to fill, in order.
func Placeholders(text string) []Placeholder {
	var found []Placeholder
	for _, m := range parse(text).placeholders() {
		found = append(found, m.Placeholder)
	}
	return found
}

// placeholderAt is a placeholder and where its mark begins.
type placeholderAt struct {
	Placeholder
	offset int
}

func (p *page) placeholders() []placeholderAt {
	var found []placeholderAt
	headings := p.headings()
	section := ""
	for _, l := range p.prose() {
		for len(headings) > 0 && p.at(headings[0]) <= l.offset {
			section = p.plain(headings[0])
			headings = headings[1:]
		}
		for _, at := range todo.FindAllStringIndex(l.text, -1) {
			if !l.shows(l.offset + at[0]) {
				continue
			}
			asked := Placeholder{p.line(l.offset + at[0]), strings.TrimSpace(l.text[at[1]:]), section}
			found = append(found, placeholderAt{asked, l.offset + at[0]})
		}
	}
	return found
}

// checkMarks looks for what the templates left for people to do.
func (c *checker) checkMarks() {
	for _, m := range c.placeholders() {
		message := "still to be written"
		if m.Text != "" {
			message += ": " + quote(m.Text)
		}
		c.problem(m.offset, Error, rulePlaceholder, "%s", message)
	}
	for _, l := range c.prose() {
		for _, n := range notes {
			if n.mark.MatchString(l.text) && l.shows(l.offset) {
				c.problem(l.offset, Warning, ruleGap, "%s", n.message)
			}
		}
	}
}
