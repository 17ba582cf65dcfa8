package lint

import (
	"regexp"
	"strings"
)

// todo is the mark that the house templates leave where only a person can write. Untrusted
// text cannot forge it, because its asterisks are encoded. People and formatters may have
// moved the colon out of the bold text, or made it a wide one.
var todo = regexp.MustCompile(`(?:\*\*|__)TODO(?:[ ]?[:：](?:\*\*|__)|(?:\*\*|__)[ ]?[:：])`)

// notes are what the house templates write about a draft that is incomplete, at the
// beginning of a line.
var notes = []struct {
	mark    *regexp.Regexp
	message string
}{
	{note("Missing here|此处有缺失"), "a source could not be read: run digest again, or delete the note"},
	{note("Provisional|暂定稿"), "the period was not over when this was collected: run digest again"},
}

func note(words string) *regexp.Regexp {
	return regexp.MustCompile(`^(?:\*\*|__)(?:` + words + `)(?:[ ]?[:：](?:\*\*|__)|(?:\*\*|__)[ ]?[:：])`)
}

// Placeholder is a place of a draft that a person still has to fill.
type Placeholder struct {
	// Line counts from 1.
	Line int
	// Text is what the template asks for: the rest of the line, which is untrusted
	// Markdown. It may be empty.
	Text string
	// Section is the text of the nearest heading above, or empty. It is untrusted, too.
	Section string
}

// Placeholders returns the places of a draft that a person still has to fill, in order. The
// error is a [*textfile.Error] for a draft that cannot be read or would take too long.
func Placeholders(text string) ([]Placeholder, error) {
	p, err := parse(text)
	if err != nil {
		return nil, err
	}
	var found []Placeholder
	for _, m := range p.placeholders() {
		found = append(found, m.Placeholder)
	}
	return found, nil
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

// checkMarks looks for what the templates leave for people to do.
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
