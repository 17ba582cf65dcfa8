package lint

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/community-digest/digest/internal/textfile"
	"github.com/community-digest/digest/templates"
)

var update = flag.Bool("update", false, "rewrite the problems that the archives expect")

// lines prints problems as the command does, without a file.
func lines(problems []Problem) string {
	var b strings.Builder
	for _, p := range problems {
		fmt.Fprintf(&b, "%d:%d: %s: %s (%s)\n", p.Line, p.Column, p.Level, p.Message, p.Rule)
	}
	return b.String()
}

func check(t *testing.T, text string, o Options) []Problem {
	t.Helper()
	problems, err := Check(t.Context(), text, o)
	if err != nil {
		t.Fatal(err)
	}
	return problems
}

// findPlaceholders returns none for a text that cannot be read.
func findPlaceholders(t *testing.T, text string) []Placeholder {
	t.Helper()
	found, err := Placeholders(text)
	if _, ok := errors.AsType[*textfile.Error](err); err != nil && !ok {
		t.Fatal(err)
	}
	return found
}

const good = "---\ntitle: \"A weekly\"\ndraft: false\ndate: 2023-12-18T00:00:00+08:00\n---\n\n"

// Each archive holds drafts, *.md, and what must be found in them, *.want. Those whose
// name begins with "earlier" are the earlier editions of the others, the newest first.
func TestDraftsHaveTheProblemsOfTheirArchive(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, name := range archives {
		t.Run(filepath.Base(name), func(t *testing.T) {
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			want := make(map[string]string)
			o := Options{Ready: strings.Contains(string(a.Comment), "--ready")}
			var drafts []txtar.File
			for _, f := range a.Files {
				switch base, isWant := strings.CutSuffix(f.Name, ".want"); {
				case isWant:
					want[base] = string(f.Data)
				case strings.HasPrefix(f.Name, "earlier"):
					o.Earlier = append(o.Earlier, Draft{f.Name, string(f.Data)})
				default:
					drafts = append(drafts, f)
				}
			}
			next := &txtar.Archive{Comment: a.Comment}
			for i, e := range o.Earlier {
				next.Files = append(next.Files, txtar.File{Name: o.Earlier[i].Name, Data: []byte(e.Text)})
			}
			for _, f := range drafts {
				base := strings.TrimSuffix(f.Name, ".md")
				got := lines(check(t, string(f.Data), o))
				next.Files = append(next.Files, f, txtar.File{Name: base + ".want", Data: []byte(got)})
				if diff := cmp.Diff(want[base], got); diff != "" && !*update {
					t.Errorf("%s (-want +got), rewrite with -update:\n%s", f.Name, diff)
				}
			}
			if *update {
				if err := os.WriteFile(name, txtar.Format(next), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// What the program writes has nothing to complain about but what people still have to
// do: the goldens of package digest in both languages.
func TestOurOwnDraftsAreCleanButForWhatPeopleHaveToDo(t *testing.T) {
	archives, err := filepath.Glob("../../digest/testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no drafts: %v", err)
	}
	n := 0
	for _, name := range archives {
		a, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range a.Files {
			if !strings.HasSuffix(f.Name, ".md") {
				continue
			}
			n++
			placeholders := 0
			for _, p := range check(t, good+string(f.Data), Options{}) {
				switch p.Rule {
				case rulePlaceholder:
					placeholders++
				case ruleGap:
				default:
					t.Errorf("%s, %s: %s", name, f.Name, lines([]Problem{p}))
				}
			}
			if placeholders != 2 || len(findPlaceholders(t, string(f.Data))) != 2 {
				t.Errorf("%s, %s: %d placeholders, want 2", name, f.Name, placeholders)
			}
		}
	}
	if n < 8 {
		t.Errorf("%d drafts only", n)
	}
}

// The marks are written by the templates and looked for here: neither may change alone.
func TestEveryMarkOfTheHouseTemplatesIsKnown(t *testing.T) {
	bold := regexp.MustCompile(`(?m)^(> )?\*\*[^*]+\*\* ?(.*)$`)
	names, err := fs.Glob(templates.FS, "*.tmpl")
	if err != nil || len(names) < 2 {
		t.Fatalf("%v: %v", names, err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(templates.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		found := make(map[string]int)
		for _, m := range bold.FindAllString(string(text), -1) {
			if strings.Contains(m, "{{with .Answer") || strings.Contains(m, ".Author") {
				continue // untrusted text
			}
			problems := check(t, good+"## A\n\n"+m+"\n", Options{})
			if len(problems) != 1 || problems[0].Rule != rulePlaceholder && problems[0].Rule != ruleGap {
				t.Errorf("%s: %s is not known: %v", name, m, problems)
				continue
			}
			found[problems[0].Rule]++
		}
		if found[rulePlaceholder] < 2 || found[ruleGap] < 2 {
			t.Errorf("%s: %v", name, found)
		}
	}
}

func TestPlaceholdersTellWhereAndWhat(t *testing.T) {
	text := good + "**TODO:** hello\n\n## [社区更新](https://example.org/a/b)\n\n- 话题：**TODO：**写几句 `x` **TODO:**\n\n### Sub\n\n> __TODO:__ quoted\n"
	want := []Placeholder{
		{7, "hello", ""},
		{11, "写几句 `x` **TODO:**", "社区更新"},
		{11, "", "社区更新"},
		{15, "quoted", "Sub"},
	}
	if diff := cmp.Diff(want, findPlaceholders(t, text)); diff != "" {
		t.Errorf("Placeholders (-want +got):\n%s", diff)
	}
	if got := findPlaceholders(t, "## Nothing\n\n`**TODO:** x`\n\n    **TODO:** y\n\n\\*\\*TODO:\\*\\* z <!-- **TODO:** -->\n"); got != nil {
		t.Errorf("Placeholders in code = %v", got)
	}
}

func TestColumnsAreCharacters(t *testing.T) {
	text := "\uFEFF" + good + "## 社区\n\n请看😀 [](https://example.org/社区/更新)，**TODO:** 写\r\n"
	want := "9:5: error: link without text: readers cannot follow it (structure)\n" +
		"9:35: error: still to be written: 写 (placeholder)\n"
	if diff := cmp.Diff(want, lines(check(t, text, Options{}))); diff != "" {
		t.Errorf("Check (-want +got):\n%s", diff)
	}
}

func TestOnlySomeEarlierEditionsAreLookedAt(t *testing.T) {
	text := good + "## A\n\n[x](https://example.org/a/b)\n"
	var earlier []Draft
	for i := range MaxEarlier {
		earlier = append(earlier, Draft{fmt.Sprint(i), "nothing"})
	}
	last := append(earlier[:MaxEarlier-1:MaxEarlier-1], Draft{"24", "[x](https://example.org/a/b)"})
	if got := check(t, text, Options{Earlier: last}); len(got) != 1 {
		t.Errorf("the 25th: %v", got)
	}
	if got := check(t, text, Options{Earlier: append(earlier, Draft{"25", "[x](https://example.org/a/b)"})}); got != nil {
		t.Errorf("the 26th: %v", got)
	}
}

func TestEveryRuleIsDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/linting.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules {
		if !strings.Contains(string(doc), "\n### "+r+"\n") {
			t.Errorf("docs/linting.md has no heading for %s", r)
		}
	}
	for _, name := range trackers {
		if !strings.Contains(string(doc), "`"+name+"`") {
			t.Errorf("docs/linting.md does not name %s", name)
		}
	}
}

// FuzzCheck checks that any text has a result, the same every time, in order, and that
// every position is inside the text.
func FuzzCheck(f *testing.F) {
	archives, _ := filepath.Glob("testdata/*.txtar")
	for _, name := range archives {
		a, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range a.Files {
			f.Add(string(file.Data))
		}
	}
	for _, s := range []string{"", "\uFEFF", "---", "---\n", "---\n---", "---\ndate: [\n---\n", "+++\n+++\n", "#", "- ", "> ```", "\xff[](\xff)", "\r\n#\r\n", "[a][b]\n\n[b]: https://x.y/z?utm_a=1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		problems := check(t, text, Options{Earlier: []Draft{{"itself", text}}})
		texts := strings.Split(strings.TrimPrefix(text, "\uFEFF"), "\n")
		before := Problem{Line: 1, Column: 1}
		for _, p := range problems {
			if p.Line < 1 || p.Line > len(texts) || p.Column < 1 || p.Column > utf8.RuneCountInString(texts[p.Line-1])+1 {
				t.Errorf("%v is outside the text", p)
			}
			if p.Line < before.Line || p.Line == before.Line && p.Column < before.Column {
				t.Errorf("%v comes after %v", p, before)
			}
			if p.Message == "" || strings.ContainsAny(p.Message, "\n") {
				t.Errorf("the message of %v is not one line", p)
			}
			before = p
		}
		if diff := cmp.Diff(problems, check(t, text, Options{Earlier: []Draft{{"itself", text}}})); diff != "" {
			t.Errorf("the second time:\n%s", diff)
		}
		for _, p := range findPlaceholders(t, text) {
			if p.Line < 1 || p.Line > len(texts) {
				t.Errorf("%v is outside the text", p)
			}
		}
	})
}
