package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/community-digest/digest/internal/markdown"
)

// voice is how the program speaks to people. stdout carries the result, and everything
// said here goes to stderr, each line after "digest: ". Messages begin in lower case and
// end without a full stop; a failure comes first, then what to try. Text from outside is
// printed as [markdown.Text.Line] has it, so that no escape sequence and no command to a
// workflow runner gets through.
type voice struct {
	w     io.Writer
	quiet bool
}

// note says what happened. It is silent with -q.
func (v *voice) note(format string, args ...any) {
	if !v.quiet {
		v.say("", fmt.Sprintf(format, args...))
	}
}

// warning says what a person should look at. It is silent with -q, as the exit code and
// the draft say it too.
func (v *voice) warning(format string, args ...any) {
	if !v.quiet {
		v.say("warning: ", fmt.Sprintf(format, args...))
	}
}

// failure says why the program ends.
func (v *voice) failure(text string) { v.say("", text) }

// hint says what to try.
func (v *voice) hint(text string) { v.say("hint: ", text) }

// say prints a message line by line: only the program's own line breaks are kept.
func (v *voice) say(label, text string) {
	prefix := "digest: " + label
	for line := range strings.Lines(text) {
		// A listing of problems is indented with care; only its text is cleaned.
		body := strings.TrimLeft(line, " ")
		indent := line[:len(line)-len(body)]
		fmt.Fprintf(v.w, "%s%s%s\n", prefix, indent, markdown.Untrusted(body).Line())
		prefix = ""
	}
}
