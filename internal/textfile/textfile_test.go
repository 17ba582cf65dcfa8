package textfile

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// utf16le encodes a text as Windows does, without a byte order mark.
func utf16le(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		b.WriteByte(byte(u))
		b.WriteByte(byte(u >> 8))
	}
	return b.String()
}

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		name, text, want string
		line             int
	}{
		{"empty", "", "", 0},
		{"UTF-8", "# 标题 é 😀\n", "", 0},
		{"byte order mark", "\uFEFF# Title\n", "", 0},
		{"replacement character", "a \uFFFD b", "", 0},
		{"one zero byte", "a\x00bcdefgh", "", 0},
		{"UTF-16 with a byte order mark", "\xFF\xFE" + utf16le("# 标题"), "is UTF-16: save it as UTF-8", 0},
		{"big endian", "\xFE\xFF\x00#", "is UTF-16: save it as UTF-8", 0},
		{"UTF-16 without one", utf16le("# Title\n"), "is UTF-16: save it as UTF-8", 0},
		{"windows-1252", "# Title\n\ncaf\xe9\n", "line 3: has bytes that are not UTF-8: save it as UTF-8", 3},
		{"GBK", "\xb1\xea\xcc\xe2", "line 1: has bytes that are not UTF-8: save it as UTF-8", 1},
		{"cut inside a character", "标题"[:4], "line 1: has bytes that are not UTF-8: save it as UTF-8", 1},
		{"a surrogate", "\xed\xa0\x80", "line 1: has bytes that are not UTF-8: save it as UTF-8", 1},
		{"largest", strings.Repeat("a", MaxSize), "", 0},
		{"too large", strings.Repeat("a", MaxSize+1), "larger than 4 MiB", 0},
		{"most lines", strings.Repeat("\n", MaxLines), "", 0},
		{"too many lines", strings.Repeat("\n", MaxLines+1), "longer than 100,000 lines", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := Check(tt.text)
			got, line := "", 0
			if e, ok := errors.AsType[*Error](err); ok {
				got, line = err.Error(), e.Line
			}
			if got != tt.want || line != tt.line || (err == nil) != (tt.want == "") {
				t.Errorf("Check = %v (line %d), want %q (line %d)", err, line, tt.want, tt.line)
			}
		})
	}
}

func TestConflicts(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []int
	}{
		{"none", "# A\n\ntext\n", nil},
		{"a conflict", "a\n<<<<<<< HEAD\nmine\n=======\nyours\n>>>>>>> main\nb\n", []int{2, 4, 6}},
		{"Windows line ends", "<<<<<<< HEAD\r\nmine\r\n=======\r\nyours\r\n>>>>>>> main\r\n", []int{1, 3, 5}},
		{"after a byte order mark", "\uFEFF<<<<<<< HEAD\n=======\n>>>>>>> x\n", []int{1, 2, 3}},
		{"with the ancestor", "<<<<<<< a\n||||||| b\n=======\n>>>>>>> c\n", []int{1, 2, 3, 4}},
		{"without labels", "<<<<<<<\n=======\n>>>>>>>\n", []int{1, 2, 3}},
		{"half resolved", "Title\n=======\n\ntext\n=======\nyours\n>>>>>>> main\n", []int{5, 7}},
		{"opened only", "<<<<<<< HEAD\ntext\n=======\nmore", []int{1, 3}},
		{"end only", "text\n>>>>>>> main", []int{2}},
		{"in a code block", "```\n<<<<<<< HEAD\n=======\n>>>>>>> main\n```\n", []int{2, 3, 4}},
		{"an underlined heading", "Seven__\n=======\n", nil},
		{"other lengths", "<<<<<< a\n<<<<<<<< b\n====== \n>>>>>> c\n>>>>>>>> d\n", nil},
		{"indented", "    <<<<<<< HEAD\n    =======\n    >>>>>>> main\n", nil},
		{"quotations", "> > > > > > > deep\n>>>>>>>deep\n", nil},
		{"a row of a table", "||||||| x\n", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Conflicts(tt.text); !slices.Equal(got, tt.want) {
				t.Errorf("Conflicts = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestDecode(t *testing.T) {
	for _, tt := range []struct {
		text, want string
		style      Style
	}{
		{"a\nb\n", "a\nb\n", Style{}},
		{"\uFEFFa\r\nb\r\n", "a\nb\n", Style{BOM: true, CRLF: true}},
		{"a\r\nb\n", "a\r\nb\n", Style{}},
		{"a\r", "a\r", Style{}},
	} {
		got, style := Decode(tt.text)
		if got != tt.want || style != tt.style {
			t.Errorf("Decode(%q) = %q, %v; want %q, %v", tt.text, got, style, tt.want, tt.style)
		}
		if back := style.Encode(got); back != tt.text {
			t.Errorf("Encode returns %q, want %q", back, tt.text)
		}
	}
}
