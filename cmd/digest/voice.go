package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/community-digest/digest/internal/report"
)

// voice is how the program speaks to people. stdout carries the result, everything else goes to stderr. A message is one
// line that begins with "digest: ", in lower case and without a full stop; a hint follows on a line of its own. Untrusted
// input is printed as [report.Printable] has it: no escape sequence and no command to a workflow runner gets through.
// It may be used by several goroutines.
type voice struct {
	w        io.Writer
	quiet    bool
	terminal bool       // a status line can be rewritten
	width    func() int // of the terminal
	mu       sync.Mutex
	status   bool // the last line of the terminal is a status line
}

func newVoice(w io.Writer) *voice {
	v := &voice{w: w}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		v.terminal = true
		v.width = func() int {
			width, _, err := term.GetSize(int(f.Fd()))
			if err != nil {
				return 80
			}
			return width
		}
	}
	return v
}

// note prints what happened, unless -q is set.
func (v *voice) note(format string, args ...any) {
	if !v.quiet {
		v.message("digest: ", fmt.Sprintf(format, args...))
	}
}

// warning prints what a person should look at, unless -q is set: the exit code and the draft show it as well.
func (v *voice) warning(format string, args ...any) {
	if !v.quiet {
		v.message("digest: warning: ", fmt.Sprintf(format, args...))
	}
}

// failure prints why the program ends.
func (v *voice) failure(text string) { v.message("digest: ", text) }

// hint prints what to try.
func (v *voice) hint(text string) { v.message("hint: ", text) }

// Write prints a line of the standard logger as a warning.
func (v *voice) Write(line []byte) (int, error) {
	v.warning("%s", strings.TrimSuffix(string(line), "\n"))
	return len(line), nil
}

// message prints a text line by line: only the program's own line breaks are kept.
func (v *voice) message(prefix, text string) {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(prefix + report.Printable(strings.TrimSuffix(line, "\n")) + "\n")
		prefix = ""
	}
	v.print(b.String())
}

// command prints commands to the runner of GitHub Actions, which no message can contain.
func (v *voice) command(lines string) { v.print(lines) }

func (v *voice) print(text string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.wipe()
	io.WriteString(v.w, text)
}

// progress prints how far the run is: on a terminal in one line that what follows overwrites, elsewhere in a line of its
// own.
func (v *voice) progress(text string) {
	if !v.terminal {
		v.note("%s", text)
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	io.WriteString(v.w, clearLine+cut("digest: "+report.Printable(text), v.width()-1))
	v.status = true
}

// cut shortens a line that would wrap: what wraps cannot be overwritten.
func cut(line string, width int) string {
	if utf8.RuneCountInString(line) <= width || width < 1 {
		return line
	}
	return string([]rune(line)[:width-1]) + "…"
}

// clearLine returns to the beginning of the terminal's line and empties it.
const clearLine = "\r\x1b[K"

// clear removes the status line.
func (v *voice) clear() { v.print("") }

func (v *voice) wipe() {
	if v.status {
		io.WriteString(v.w, clearLine)
		v.status = false
	}
}
