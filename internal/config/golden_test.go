package config

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the expected messages in testdata")

// TestAllProblemsInOneRun reads archives that hold a config.yaml and what is wanted of it.
func TestAllProblemsInOneRun(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no archives in testdata: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if len(a.Files) != 2 || a.Files[0].Name != "config.yaml" || a.Files[1].Name != "want" {
				t.Fatalf("%s: want the files config.yaml and want", file)
			}
			_, err = Parse("config.yaml", a.Files[0].Data, ownTemplates(), house())
			if err == nil {
				t.Fatal("no problems")
			}
			got := err.Error() + "\n"
			if *update {
				a.Files[1].Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(a.Files[1].Data), got); diff != "" {
				t.Errorf("%s (-want +got; go test -update rewrites it):\n%s", file, diff)
			}
		})
	}
}

// FuzzParse holds the promise: a configuration, or problems that point into the file.
func FuzzParse(f *testing.F) {
	f.Add([]byte(smallest))
	if data, err := os.ReadFile("../../config.yaml"); err == nil {
		f.Add(data)
	}
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		if a, err := txtar.ParseFile(file); err == nil {
			f.Add(a.Files[0].Data)
		}
	}
	large := regexp.MustCompile("[0-9]{5}")
	for _, s := range []string{"a: |\n  b\n", "a: >-\r\n b", "? a", "a:\n-", "- - -", "{a: [b, {c}]}", "a: 'b\n c'\nd: 1", "\"\\\n\"", "a: b\n...\n---\n", "a: {b", "!!x &y *z"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if strings.Contains(string(data), "{{") && large.Match(data) {
			t.Skip("a template of the user's own may count to any number")
		}
		c, err := Parse("config.yaml", data, ownTemplates(), house())
		if err == nil {
			if c == nil || len(c.Editions) == 0 {
				t.Fatalf("neither a configuration nor problems: %+v", c)
			}
			return
		}
		var problems Problems
		if c != nil || !errors.As(err, &problems) || len(problems) == 0 {
			t.Fatalf("%+v, %v", c, err)
		}
		lines := strings.Split(strings.ReplaceAll(strings.ToValidUTF8(string(data), "\uFFFD"), "\r\n", "\n"), "\n")
		for _, p := range problems {
			if p.Line < 1 || p.Line > len(lines) || p.Column < 1 || p.Column > utf8.RuneCountInString(lines[p.Line-1])+1 || p.Message == "" {
				t.Fatalf("a problem outside the file: %+v", p)
			}
			if !utf8.ValidString(p.String()) {
				t.Fatalf("not UTF-8: %q", p.String())
			}
		}
	})
}
