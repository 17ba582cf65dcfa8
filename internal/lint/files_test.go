package lint

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/community-digest/digest/internal/textfile"
)

func TestRead(t *testing.T) {
	files(t, "w/1/index.md", "w/2/index.md", "w/image.png", "digest.yaml", "../secret.md")
	const text = "## A\n"
	for _, name := range []string{"w/1/index.md", "../secret.md"} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile("large.md", make([]byte, textfile.MaxSize+10), 0o644); err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" {
		for link, to := range map[string]string{
			"inside.md": "w/1/index.md", "outside.md": "../secret.md", "absolute.md": filepath.Join(here, "../secret.md"), "up": "..", "w/3": "1",
			"../elsewhere.md": "site/w/1/index.md",
		} {
			if err := os.Symlink(to, link); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, tt := range []struct{ name, err string }{
		{"w/1/index.md", ""},
		{"./w/2/../1/index.md", ""},
		{filepath.Join(here, "w/1/index.md"), ""},
		{"../secret.md", ""},
		{filepath.Join(here, "../secret.md"), ""},
		{"inside.md", ""},
		{"w/3/index.md", ""},
		{"../elsewhere.md", ""},
		{"outside.md", "outside.md: the symbolic link leads out of the directory"},
		{"absolute.md", "absolute.md: the symbolic link leads out of the directory"},
		{"up/secret.md", "up/secret.md: the symbolic link leads out of the directory"},
		{filepath.Join(here, "outside.md"), filepath.Join(here, "outside.md") + ": the symbolic link leads out of the directory"},
		{"none.md", "none.md: no such file or directory"},
		{"none/none.md", "none/none.md: no such file or directory"},
		{"../none/none.md", "../none/none.md: no such file or directory"},
		{"w", "w is a directory: name the drafts in it"},
		{"w/image.png", "w/image.png is not a draft: want a Markdown file (.md, .markdown)"},
		{"digest.yaml", "digest.yaml is not a draft: want a Markdown file (.md, .markdown)"},
	} {
		got, err := Read(tt.name)
		if tt.err == "" && (got != text || err != nil) || tt.err != "" && (err == nil || err.Error() != tt.err) {
			t.Errorf("Read(%s) = %q, %v; want the error %q", tt.name, got, err, tt.err)
		}
	}
	if got, err := Read("large.md"); err != nil || textfile.Check(got) == nil {
		t.Errorf("Read of a large file = %d bytes, %v; want more than can be checked", len(got), err)
	}
}

func TestNoLinkMakesAnEarlierEdition(t *testing.T) {
	files(t, "w/1/index.md", "w/3/index.md", "../secret/2/index.md", "../secret/9.md")
	for link, to := range map[string]string{"w/2": "../../secret/2", "w/9.md": "../../secret/9.md"} {
		if err := os.Symlink(to, link); err != nil {
			t.Skip(err) // Windows without the right to
		}
	}
	got, err := Earlier("w/3/index.md")
	if strings.Join(got, " ") != "w/1/index.md" || err != nil {
		t.Errorf("Earlier = %v, %v", got, err)
	}
	if got, err = Against("w", "w/3/index.md"); strings.Join(got, " ") != "w/1/index.md" || err != nil {
		t.Errorf("Against = %v, %v", got, err)
	}
}
