package main

import (
	"bytes"
	"strings"
	"sync"
	"testing"
)

func TestMessagesBeginWithTheNameOfTheProgram(t *testing.T) {
	for _, tt := range []struct{ prefix, text, want string }{
		{"digest: ", "one line", "digest: one line\n"},
		{"hint: ", "try this", "hint: try this\n"},
		{"digest: ", "one\n  two, with  its blanks\n      | ^", "digest: one\n  two, with  its blanks\n      | ^\n"},
		{"digest: ", "ends with a break\n", "digest: ends with a break\n"},
	} {
		var b bytes.Buffer
		(&voice{w: &b}).message(tt.prefix, tt.text)
		if got := b.String(); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestNothingFromOutsideCommandsTheTerminalOrTheRunner(t *testing.T) {
	for _, text := range []string{
		"\x1b[31mred", "a\u009b2Jb", "bell\a", "\u202eright to left", "one\r::error::two",
		"::add-mask::secret", "  ::add-mask::secret", "x ##[add-mask]secret", "##[error]", "zero\u200bwidth\U000E0041",
	} {
		var b bytes.Buffer
		v := &voice{w: &b}
		v.warning("%s", text)
		v.failure(text)
		got := b.String()
		if strings.ContainsAny(got, "\x1b\u009b\a\r\u202e\u200b\U000E0041") || strings.Contains(got, "##[") {
			t.Errorf("%q is printed as %q", text, got)
		}
		for line := range strings.Lines(got) {
			if strings.HasPrefix(strings.TrimSpace(line), "::") {
				t.Errorf("%q is printed as %q", text, got)
			}
		}
	}
}

func TestQuietSilencesAllButFailures(t *testing.T) {
	var b bytes.Buffer
	v := &voice{w: &b, quiet: true}
	v.note("a note")
	v.warning("a warning")
	v.failure("a failure")
	v.hint("a hint")
	if got := b.String(); got != "digest: a failure\nhint: a hint\n" {
		t.Errorf("%q", got)
	}
}

func TestSeveralSpeakersDoNotInterruptEachOther(t *testing.T) {
	var b bytes.Buffer
	v := &voice{w: &b}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() { v.note("two\n  lines") })
	}
	wg.Wait()
	if got, want := b.String(), strings.Repeat("digest: two\n  lines\n", 20); got != want {
		t.Errorf("%q", got)
	}
}

func TestProgressNeverWraps(t *testing.T) {
	for _, width := range []int{20, 79, 80, 200} {
		var b bytes.Buffer
		v := &voice{w: &b, terminal: true, width: func() int { return width }}
		v.progress(strings.Repeat("collecting é", 12))
		v.note("done")
		status, after, _ := strings.Cut(strings.TrimPrefix(b.String(), clearLine), clearLine)
		if n := len([]rune(status)); n >= width {
			t.Errorf("%d columns: a line of %d", width, n)
		}
		if after != "digest: done\n" {
			t.Errorf("%d columns: then %q", width, after)
		}
	}
}
