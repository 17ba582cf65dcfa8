package report

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestAnnotationsCannotBreakOutOfTheirLine(t *testing.T) {
	for _, tt := range []struct {
		a    Annotation
		want string
	}{
		{Annotation{"error", "a/b.md", 3, 14, "placeholder", "write it: now, 100%"},
			"::error file=a/b.md,line=3,col=14,title=placeholder::write it: now, 100%25\n"},
		{Annotation{"warning", "a,b:c%.md", 1, 0, "", "x"}, "::warning file=a%2Cb%3Ac%25.md,line=1::x\n"},
		{Annotation{"error", "x.md", 1, 1, "a::b,c=d", "one\n::add-mask::two\r\nthree ##[error]"},
			"::error file=x.md,line=1,col=1,title=a%3A%3Ab%2Cc=d::one ::add-mask::two three ## [error]\n"},
	} {
		if got := tt.a.command(); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.a, got, tt.want)
		}
	}
	if got, want := escapeProperty.Replace("%\r\n:,"), "%25%0D%0A%3A%2C"; got != want {
		t.Errorf("escapeProperty: %q, want %q", got, want)
	}
	if got, want := escapeData.Replace("%\r\n:,"), "%25%0D%0A:,"; got != want {
		t.Errorf("escapeData: %q, want %q", got, want)
	}
}

func TestAtMostTenAnnotationsErrorsFirst(t *testing.T) {
	var as []Annotation
	for i := range 9 {
		as = append(as, Annotation{Level: "warning", File: "w.md", Line: i + 1})
	}
	for i := range 9 {
		as = append(as, Annotation{Level: "error", File: "e.md", Line: i + 1})
	}
	got := Commands(as, "")
	if strings.Count(got, "\n") != 10 || strings.Count(got, "::error file=e.md,line=") != 9 || !strings.HasSuffix(got, "::warning file=w.md,line=1::\n") {
		t.Errorf("annotations:\n%s", got)
	}
	if got := Errors(as); len(got) != 9 || got[0].Level != "error" {
		t.Errorf("errors: %v", got)
	}
}

func TestAnnotationsNameFilesAsTheRunnerDoes(t *testing.T) {
	here, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ file, workspace, want string }{
		{"a.md", here, "a.md"},
		{"a.md", filepath.Dir(here), filepath.Base(here) + "/a.md"},
		{filepath.Join(here, "a.md"), here, "a.md"},
		{"../../a.md", here, "../../a.md"},
		{"a.md", "", "a.md"},
	} {
		if got := inWorkspace(tt.file, tt.workspace); got != tt.want {
			t.Errorf("inWorkspace(%q, %q) = %q, want %q", tt.file, tt.workspace, got, tt.want)
		}
	}
}
