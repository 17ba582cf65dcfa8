package lint

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// files creates empty files under a new directory, which becomes the current one.
func files(t *testing.T, names ...string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "site")
	for _, name := range names {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
}

func TestEarlierEditionsAreFoundByTheirNumber(t *testing.T) {
	for _, tt := range []struct{ name, files, file, want string }{
		{"folders", "w/1/index.md w/02/index.md w/9/index.md w/10/index.md w/11/index.md", "w/10/index.md", "w/9/index.md w/02/index.md w/1/index.md"},
		{"files", "w/9.en.md w/9.zh-CN.md w/9.old.en.md w/10.en.md w/about.md w/11.en.md", "w/10.en.md", "w/9.en.md"},
		{"languages in one folder", "w/1/index.en.md w/1/index.es-419.md w/2/index.es-419.md w/2/index.en.md", "w/2/index.es-419.md", "w/1/index.es-419.md"},
		{"words in the folder", "w/issue-6/index.md w/issue-7/index.md w/special-6/index.md w/6/index.md", "w/issue-7/index.md", "w/issue-6/index.md"},
		{"years", "w/2022/51/index.md w/2022/52/index.md w/2023/01/index.md w/2023/02/index.md w/old/52/index.md", "w/2023/01/index.md", "w/2022/52/index.md w/2022/51/index.md"},
		{"days", "w/2023-12-11-weekly.md w/2023-12-18-weekly.md w/2024-01-01-weekly.md", "w/2023-12-18-weekly.md", "w/2023-12-11-weekly.md"},
		{"no number", "w/one/index.md w/two/index.md", "w/two/index.md", ""},
		{"the first", "w/1/index.md", "w/1/index.md", ""},
		{"a folder of that name", "w/1.md/x.md w/2.md", "w/2.md", ""},
		{"from within", "w/1/index.md w/2/index.md", "./w/../w/2/index.md", "w/1/index.md"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files(t, strings.Fields(tt.files)...)
			got, err := Earlier(tt.file)
			if diff := cmp.Diff(strings.Fields(tt.want), append([]string{}, got...)); diff != "" || err != nil {
				t.Errorf("%v; (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestAgainstNamesAFolderAFileOrAPattern(t *testing.T) {
	files(t, "w/1/index.md", "w/2/index.md", "w/10/index.md", "w/.digest/0001/base.en.md", "w/notes.txt", "x.md")
	for against, want := range map[string]string{
		"w":            "w/10/index.md w/1/index.md",
		"w/1/index.md": "w/1/index.md",
		"w/*/index.md": "w/10/index.md w/1/index.md",
		"none/*.md":    "",
	} {
		got, err := Against(against, "w/2/index.md")
		if diff := cmp.Diff(strings.Fields(want), append([]string{}, got...)); diff != "" || err != nil {
			t.Errorf("%s: %v; (-want +got):\n%s", against, err, diff)
		}
	}
	if got, err := Against("none", "x.md"); err == nil || !strings.Contains(err.Error(), "find drafts in none: ") {
		t.Errorf("a missing folder: %v, %v", got, err)
	}
}

func TestCompareNumbers(t *testing.T) {
	inOrder := []string{"", "9", "10", "010", "10a", "10b", "99999999999999999999", "100000000000000000000", "a", "a1b2", "a1b10", "a1c1", "a2b1"}
	for i, a := range inOrder {
		for j, b := range inOrder {
			got := compareNumbers(a, b)
			if a == "10" && b == "010" || a == "010" && b == "10" {
				continue // see below
			}
			if (got < 0) != (i < j) || (got > 0) != (i > j) {
				t.Errorf("compareNumbers(%q, %q) = %d", a, b, got)
			}
		}
	}
	if compareNumbers("10", "010") != -compareNumbers("010", "10") || compareNumbers("10", "010") == 0 {
		t.Error("10 and 010 compare as equal")
	}
}
