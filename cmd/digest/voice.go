package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/community-digest/digest/internal/markdown"
)

// voice is how the program speaks to people. stdout carries the result, and everything
// said here goes to stderr, each line after "digest: ". Messages begin in lower case and
// end without a full stop; a failure comes first, then what to try. Text from outside is
// printed as [markdown.Line] has it, so that no escape sequence and no command to a
// workflow runner gets through. It may be used by several goroutines.
type voice struct {
	w        io.Writer
	quiet    bool
	terminal bool // people watch: a status line can be rewritten
	mu       sync.Mutex
	status   bool // a status line stands on the terminal
}

// newVoice returns a voice that speaks to w.
func newVoice(w io.Writer) *voice {
	v := &voice{w: w}
	if f, ok := w.(*os.File); ok {
		info, err := f.Stat()
		v.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return v
}

// progress says how far the run is: on a terminal in one line that is written over by
// what follows, elsewhere in a line of its own. It is silent with -q.
func (v *voice) progress(text string) {
	switch {
	case v.quiet:
	case v.terminal:
		v.mu.Lock()
		defer v.mu.Unlock()
		io.WriteString(v.w, clearLine+"digest: "+safe(text))
		v.status = true
	default:
		v.say("", text)
	}
}

// clearLine returns to the beginning of the terminal's line and empties it.
const clearLine = "\r\x1b[K"

// clear removes the status line.
func (v *voice) clear() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.wipe()
}

func (v *voice) wipe() {
	if v.status {
		io.WriteString(v.w, clearLine)
		v.status = false
	}
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
	var b strings.Builder
	prefix := "digest: " + label
	for line := range strings.Lines(text) {
		b.WriteString(prefix + safe(strings.TrimSuffix(line, "\n")) + "\n")
		prefix = ""
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.wipe()
	io.WriteString(v.w, b.String())
}

// safe cleans a line word by word: the blanks between the words stay, as a listing of
// problems has its carets beneath the right column.
func safe(line string) string {
	words := strings.Split(line, " ")
	for i, w := range words {
		words[i] = markdown.Line(markdown.Untrusted(w))
	}
	return strings.Join(words, " ")
}

// jsonLog is standard output while it carries JSON, which may be the log of a job: the
// runner's older form of a command counts anywhere in a line, in the middle of a text as
// well. There the bracket can be written as an escape, and is the same text.
type jsonLog struct{ w io.Writer }

func (l jsonLog) Write(b []byte) (int, error) {
	if _, err := l.w.Write(bytes.ReplaceAll(b, []byte("##["), []byte(`##\u005b`))); err != nil {
		return 0, err
	}
	return len(b), nil
}
