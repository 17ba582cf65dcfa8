package notes

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/community-digest/digest/digest"
)

var update = flag.Bool("update", false, "rewrite what is wanted in testdata")

// TestShapes reads archives of notes in the shapes that projects use, and what a person
// would take from them.
func TestShapes(t *testing.T) {
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
			if len(a.Files) != 2 || a.Files[0].Name != "notes.md" || a.Files[1].Name != "want" {
				t.Fatalf("%s: want the files notes.md and want", file)
			}
			got := describe(Parse(string(a.Files[0].Data)))
			if *update {
				a.Files[1].Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(a.Files[1].Data), got); diff != "" {
				t.Errorf("(-want +got; go test -update rewrites it):\n%s", diff)
			}
		})
	}
}

// describe prints notes as a person reads them.
func describe(n digest.Notes) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	if !n.Lead.IsZero() {
		line("lead: %s", n.Lead.Unsafe())
	}
	for _, id := range n.Identifiers {
		line("identifier: %s", id.Unsafe())
	}
	if n.Bumps > 0 {
		line("bumps: %d", n.Bumps)
	}
	for _, g := range n.Groups {
		line("%s, %d, %q", g.Kind, g.Total, g.Heading.Unsafe())
		for _, it := range g.Items {
			line("- %s", it.Text.Unsafe())
			for _, u := range it.Links {
				line("  %s", u)
			}
		}
	}
	return b.String()
}

func TestIdentifiers(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"cve-2023-44487 and CVE-2023-44487", "CVE-2023-44487"},
		{"https://github.com/advisories/ghsa-2222-3333-4444", "GHSA-2222-3333-4444"},
		{"ISTIO-SECURITY-2023-005, RUSTSEC-2024-0336; GO-2026-4601", "ISTIO-SECURITY-2023-005 RUSTSEC-2024-0336 GO-2026-4601"},
		{"BUILD-2024-01-15 and UTF-8 and RFC-9110", ""},
		{"a-2024-001 XCVE-2023-1 CVE-2023-1", ""},
		{"CORP#17", "CORP#17"},
	} {
		var got []string
		for _, id := range Identifiers(tt.text, regexp.MustCompile(`CORP#\d+`)) {
			got = append(got, id.Unsafe())
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, s, tt.want)
		}
	}
}

// TestIdentifiersAreFoundWhereTextIsCut holds the promise: no identifier is lost.
func TestIdentifiersAreFoundWhereTextIsCut(t *testing.T) {
	n := Parse(strings.Repeat("- a change that says something about the engine\n", 5000) + "\n```\nCVE-2024-99999\n```\n")
	if len(n.Identifiers) != 1 || n.Identifiers[0].Unsafe() != "CVE-2024-99999" {
		t.Errorf("identifiers: %v", n.Identifiers)
	}
}

func TestEntriesOfFeedsAreReadAsProse(t *testing.T) {
	n := ParseHTML(`<nav><a href="/">Home</a></nav><h1>Bulletin</h1><p>The permissions of the plugin were <b>narrowed</b>.</p>
<button>Copy</button><table><tr><th>ID</th><td><a href="https://example.org/1">ACME-SA-2024-0007</a></td></tr></table><script>CVE-2024-00001</script>`)
	if got := n.Groups[0].Items[0].Text.Unsafe(); got != "Bulletin: The permissions of the plugin were narrowed." {
		t.Errorf("text: %q", got)
	}
	if len(n.Links) != 1 || n.Links[0].String() != "https://example.org/1" {
		t.Errorf("links: %v", n.Links)
	}
}

func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		if a, err := txtar.ParseFile(file); err == nil {
			f.Add(string(a.Files[0].Data))
		}
	}
	f.Add("<ul><li><p>a</li><li>")
	f.Add(strings.Repeat("> - ", 300))
	f.Fuzz(func(t *testing.T, source string) {
		for _, n := range []digest.Notes{Parse(source), ParseHTML(source)} {
			size := len(n.Lead.Unsafe())
			for _, g := range n.Groups {
				if len(g.Items) == 0 || len(g.Items) > maxItems || g.Total < len(g.Items) {
					t.Fatalf("group %+v", g)
				}
				for _, it := range g.Items {
					size += len(it.Text.Unsafe())
					if !utf8.ValidString(it.Text.Unsafe()) || strings.ContainsAny(it.Text.Unsafe(), "\n\r") {
						t.Fatalf("item %q", it.Text.Unsafe())
					}
				}
			}
			if size > maxText+maxItem+3 {
				t.Fatalf("%d bytes of text", size)
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	item := "* Add a thing to the engine, which was missing for a while by @someone in https://github.com/acme/rocket/pull/1234\n"
	source := "## What's Changed\n" + strings.Repeat(item, 20_000/len(item))
	b.SetBytes(int64(len(source)))
	for b.Loop() {
		Parse(source)
	}
}

// BenchmarkHostile reads what takes a parser of Markdown long.
func BenchmarkHostile(b *testing.B) {
	for name, source := range map[string]string{
		"quotes": strings.Repeat("> ", 30_000), "lists": strings.Repeat("- ", 30_000), "links": strings.Repeat("[a](", 16_000),
		"stars": strings.Repeat("*a_ ", 16_000), "indent": strings.Repeat("  ", 100) + strings.Repeat("- a\n  ", 10_000),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Parse(source)
			}
		})
	}
}
