package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
)

func TestAnnotationsCannotBreakOutOfTheirLine(t *testing.T) {
	for _, tt := range []struct {
		a    annotation
		want string
	}{
		{annotation{"error", "a/b.md", 3, 14, "placeholder", "write it: now, 100%"},
			"::error file=a/b.md,line=3,col=14,title=placeholder::write it: now, 100%25\n"},
		{annotation{"warning", "a,b:c%.md", 1, 0, "", "x"}, "::warning file=a%2Cb%3Ac%25.md,line=1::x\n"},
		{annotation{"error", "x.md", 1, 1, "a::b,c=d", "one\n::add-mask::two\r\nthree ##[error]"},
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
	var stderr bytes.Buffer
	env := map[string]string{"GITHUB_ACTIONS": "true"}
	p := &program{stderr: newVoice(&stderr), getenv: func(name string) string { return env[name] }}
	var as []annotation
	for i := range 9 {
		as = append(as, annotation{level: "warning", file: "w.md", line: i + 1})
	}
	for i := range 9 {
		as = append(as, annotation{level: "error", file: "e.md", line: i + 1})
	}
	p.annotate(as)
	got := stderr.String()
	if strings.Count(got, "\n") != 10 || strings.Count(got, "::error file=e.md,line=") != 9 || !strings.HasSuffix(got, "::warning file=w.md,line=1::\n") {
		t.Errorf("annotations:\n%s", got)
	}

	stderr.Reset()
	p.stderr.quiet = true
	if p.annotate(as); strings.Contains(stderr.String(), "::warning") || strings.Count(stderr.String(), "\n") != 9 {
		t.Errorf("quiet:\n%s", stderr.String())
	}

	stderr.Reset()
	env["GITHUB_ACTIONS"] = ""
	if p.annotate(as); stderr.Len() > 0 {
		t.Errorf("elsewhere:\n%s", stderr.String())
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
