package publish

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/internal/githubtest"
)

func TestReadReturnsTheBytesOfTheCommit(t *testing.T) {
	texts := map[string]string{
		"plain.md": "# A\n", "empty": "", "crlf.md": "a\r\nb\r\n", "no-newline.md": "a", "中文/文件.md": "第一期\n",
		"latin1.md": "caf\xe9\n", "binary.png": "\x89PNG\x00\x01", "bom.md": "\uFEFFa\n",
		"large.json": strings.Repeat("0123456789abcdef", 40_000),
	}
	w := weekly()
	w.Repos[0].Files = texts
	bubble(t, w, func(t *testing.T, s *githubtest.Server) {
		b := open(t, s)
		paths := []string{"missing.md", "missing/too.md"}
		for p := range texts {
			paths = append(paths, p)
		}
		got, err := b.Read(t.Context(), paths...)
		if err != nil {
			t.Fatal(err)
		}
		for p, want := range texts {
			if data, ok := got[p]; !ok || !bytes.Equal(data, []byte(want)) {
				t.Errorf("%s: %d bytes (there: %v), want %d", p, len(data), ok, len(want))
			}
		}
		if len(got) != len(texts) {
			t.Errorf("%d files, want %d", len(got), len(texts))
		}
		// Two documents for eleven paths, and REST for the three that GraphQL has not as they are.
		if n := len(s.Requests()); n != 1+2+3 {
			t.Errorf("%d requests", n)
		}
	})
}

func TestReadUsesTheBranchWhileItIsActive(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		read := func() string {
			t.Helper()
			got, err := open(t, s).Read(t.Context(), draft, "README.md")
			if err != nil {
				t.Fatal(err)
			}
			return string(got[draft]) + "|" + string(got["README.md"])
		}
		if got := read(); got != "|hello" {
			t.Errorf("without a branch: %q", got)
		}
		mustPublish(t, s, files(), proposal())
		s.Push(repo, branch, "edit", map[string]string{draft: "# Edited\n"})
		s.Push(repo, "main", "edit", map[string]string{"README.md": "hello again"})
		if got := read(); got != "# Edited\n|hello" {
			t.Errorf("with a pull request: %q", got)
		}
		s.EditPull(repo, 1, func(p *githubtest.Pull) { p.State, p.ClosedAt = "closed", day(20) })
		if got := read(); got != "|hello again" {
			t.Errorf("with a closed one: %q", got)
		}
	})
}

func TestReadRejectsWhatIsNotAFile(t *testing.T) {
	w := weekly()
	w.Repos[0].Files["content/link"] = "../elsewhere"
	w.Repos[0].Files["theme"] = "a commit"
	for _, tt := range []struct{ path, words string }{
		{"content/en", "content/en is a directory, not a file"},
		{"content/link", "content/link is a symbolic link, not a file"},
		{"content/link/index.md", "content/link is a symbolic link, not a directory"},
		{"README.md/index.md", "README.md is a file, not a directory"},
		{"theme", "theme is a submodule, not a file"},
		{"theme/index.md", "theme is a submodule, not a directory"},
		{"../up", "invalid path"},
		{"/etc", "invalid path"},
		{"a//b", "invalid path"},
		{"", "invalid path"},
		{".", "invalid path"},
		{"a\nb", "invalid path"},
		{"sub/.GIT/hooks/x", "git's own directory"},
	} {
		t.Run(tt.path, func(t *testing.T) {
			bubble(t, w, func(t *testing.T, s *githubtest.Server) {
				s.SetMode(repo, "content/link", githubtest.ModeSymlink)
				s.SetMode(repo, "theme", githubtest.ModeSubmodule)
				_, err := open(t, s).Read(t.Context(), "README.md", tt.path)
				wantError(t, err, NotAFile, false, tt.words)
				_, err = open(t, s).Commit(t.Context(), "x", map[string][]byte{tt.path: nil})
				wantError(t, err, NotAFile, false, tt.words)
				if got := writes(s, 0); got != nil {
					t.Errorf("writes: %v", got)
				}
			})
		})
	}
}

func TestListReadsTheBaseBranch(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		mustPublish(t, s, files(), proposal())
		b := open(t, s)
		for _, tt := range []struct {
			folder string
			want   []string
		}{
			{".digest", []string{"0001", "picks.yaml"}},
			{".", []string{".digest", "README.md", "content"}},
			{"content/zh", nil},
		} {
			got, err := b.List(t.Context(), tt.folder)
			if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
				t.Errorf("%s: %v (-want +got)\n%s", tt.folder, err, diff)
			}
		}
		_, err := b.List(t.Context(), "README.md")
		wantError(t, err, NotAFile, false, "README.md is a file, not a directory")
	})
}

func TestMissingCommitIsNotAnEmptyOne(t *testing.T) {
	bubble(t, weekly(), func(t *testing.T, s *githubtest.Server) {
		b := open(t, s)
		b.base = strings.Repeat("0", 40)
		if _, err := b.Read(t.Context(), "README.md"); !isMoved(err) {
			t.Errorf("got %v", err)
		}
	})
}
