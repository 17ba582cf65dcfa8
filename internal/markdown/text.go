// Package markdown makes untrusted text safe to print in a Markdown file that people edit and several site
// generators publish.
//
// The one idea: text from an API or a feed has a type of its own, [Text], whose ordinary printing is its encoded form.
// A template, a log line or a forgotten Printf cannot print the raw text by accident, and no caller has to remember to
// escape. Markdown in the text is shown as it was typed: only those characters are encoded that some renderer could take
// for syntax in their place. A backslash does that where every renderer reads it, a character reference where one of
// them does not, and a zero width space where something is looked for after decoding (mentions, references, bare links,
// the braces of Vue). An ordinary title is printed as it is.
//
// The one limit: the encoded form is for the places where Markdown has inline text: a paragraph, heading, list item,
// table cell, emphasis or link label. It is not for code spans, code blocks, raw HTML attributes, front matter or link
// destinations; links have [URL] and [Link], front matter needs its own quoting.
package markdown

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
)

const (
	// maxTitle is the most code points a title, name or label may show; a longer one is a trick or a mistake.
	maxTitle = 300
	// maxShort and maxLong bound what is kept of a text, in bytes.
	maxShort = 1 << 10
	maxLong  = 4 << 10
)

// Text is untrusted text from an API or a feed. Its zero value is the empty text.
type Text struct{ raw string }

// Untrusted takes in a title, a name, a label, an error message of a service: the first KiB of it.
// Bytes that are not UTF-8 become U+FFFD here already, so that a text is the same before and after a snapshot.
func Untrusted(s string) Text { return take(s, maxShort) }

// UntrustedBody takes in a longer text that is not markup any more, such as the summary of a feed entry: the first 4 KiB
// of it. A body in Markdown goes through [Prose].
func UntrustedBody(s string) Text { return take(s, maxLong) }

// take copies, because a part of a large response would keep all of it in memory.
func take(s string, n int) Text {
	if len(s) > n {
		s = strings.Clone(head(s, n))
	}
	return Text{head(strings.ToValidUTF8(s, "\uFFFD"), n)}
}

// Head returns the first n bytes of the text, or fewer so as not to cut a character.
func (t Text) Head(n int) Text { return Text{head(t.raw, n)} }

// String returns the text as one line of inline Markdown that shows the cleaned text and nothing else, wherever a
// template puts it. Texts longer than 300 code points are cut and end in "…".
func (t Text) String() string {
	if isPlain(t.raw) {
		return t.raw
	}
	return encode(clip(clean(t.raw), maxTitle), inParagraph)
}

// Line returns a text as one plain line for a terminal or a log value: no control, escape or bidi characters, capped
// like String, and broken where a workflow runner would take it for a command. It is not a method, so that no template can
// print it.
func Line(t Text) string {
	line := clip(clean(t.raw), maxTitle)
	// The runner knows two forms: "::name::" at the start of a line, and the older "##[name]" anywhere in it.
	if strings.HasPrefix(line, "::") {
		line = ": " + line[1:]
	}
	return strings.ReplaceAll(line, "##[", "## [")
}

// Unsafe returns the text as it came in, for comparisons and parsing, never for output.
func (t Text) Unsafe() string { return t.raw }

// IsZero reports whether no text came in at all, which is what omitzero asks.
func (t Text) IsZero() bool { return t.raw == "" }

// Empty reports whether nothing visible is left of the text once it is cleaned, so that a caller can show something
// else: the tag instead of the name, "(untitled)" instead of a link that cannot be seen.
func (t Text) Empty() bool {
	if t.raw != "" && isPlain(t.raw) {
		return false
	}
	return !strings.ContainsFunc(clean(t.raw), isVisible)
}

// Format prints the encoded form for every verb, so that %x, %d or a verb mistaken does not show the raw text either.
func (t Text) Format(f fmt.State, verb rune) {
	if verb == 'v' && f.Flag('#') {
		_, _ = fmt.Fprint(f, t.GoString())
		return
	}
	// An error of the writer stays with the writer: fmt asks it itself.
	if format := fmt.FormatString(f, verb); format != "%v" {
		_, _ = fmt.Fprintf(f, format, t.String())
		return
	}
	_, _ = io.WriteString(f, t.String()) // as templates print: the same, in less time
}

// GoString returns the Line form, quoted, for %#v.
func (t Text) GoString() string { return fmt.Sprintf("markdown.Untrusted(%q)", Line(t)) }

// LogValue returns the Line form.
func (t Text) LogValue() slog.Value { return slog.StringValue(Line(t)) }

// MarshalText returns the raw text: a snapshot stores what came in.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.raw), nil }

// UnmarshalText reads back what MarshalText wrote. A snapshot is as untrusted as the response of an API.
func (t *Text) UnmarshalText(b []byte) error {
	*t = UntrustedBody(string(b))
	return nil
}
