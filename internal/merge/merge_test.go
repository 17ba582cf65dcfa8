package merge

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/community-digest/digest/internal/textfile"
)

var update = flag.Bool("update", false, "rewrite the expected texts and reports")

// TestStories merges the texts of every case of testdata. A case is one txtar archive:
// base.md (missing: there is none), edited.md and new.md in, want.md and report.json out;
// the comment says what it is for.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases found: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			texts := make(map[string]string)
			out := &txtar.Archive{Comment: a.Comment}
			for _, f := range a.Files {
				texts[f.Name] = string(f.Data)
				if f.Name != "want.md" && f.Name != "report.json" {
					out.Files = append(out.Files, f)
				}
			}
			r := mustMerge(texts["base.md"], texts["edited.md"], texts["new.md"])
			report, err := json.MarshalIndent(r.Report, "", " ")
			if err != nil {
				t.Fatal(err)
			}
			for name, got := range map[string]string{"want.md": r.Text, "report.json": string(report) + "\n"} {
				if diff := cmp.Diff(lines(texts[name]), lines(got)); diff != "" && !*update {
					t.Errorf("%s mismatch (-want +got):\n%s\nif this is right: go test ./internal/merge -run TestStories -update", name, diff)
				}
			}
			if *update {
				out.Files = append(out.Files, txtar.File{Name: "want.md", Data: []byte(r.Text)}, txtar.File{Name: "report.json", Data: append(report, '\n')})
				if err := os.WriteFile(file, txtar.Format(out), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// A short draft, for rules that a line shows.
const short = `---
title: "Weekly"
draft: true
tags: ["a"]
---

## Welcome

**TODO:** a few words.

## Hot

### [One](https://github.com/o/r/discussions/1)

o/r. 2 comments.

The first.

### [Two](https://github.com/o/r/discussions/2)

o/r. 3 comments.

## Releases

### o/r v1 and v2

- [v1](https://github.com/o/r/releases/tag/v1), today
- [v2](https://github.com/o/r/releases/tag/v2), today
  with notes

------

**TODO:** goodbye.
`

const tables = "## A\n\n| Name | Text |\n| --- | --- |\n| [A](https://x.y/a) | one |\n| [B](https://x.y/b) | two |\n| [C](https://x.y/c) | three |\n\n## B\n\nText.\n"

// line is a draft with a train of releases in one line, the newest first.
func line(versions ...string) string {
	link := func(v, text string) string {
		return "[" + text + v + "](https://github.com/o/r/releases/tag/v" + v + ")"
	}
	s := "## Releases\n\n- **" + link(versions[0], "containerd ") + "** (18 June): fixes a data race."
	for i, v := range versions[1:] {
		s += []string{" Also ", ", "}[min(i, 1)] + link(v, "")
	}
	return s + "\n"
}

func change(s string, pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(s, pairs[i]) {
			panic("not there: " + pairs[i])
		}
	}
	return strings.NewReplacer(pairs...).Replace(s)
}

const (
	itemOne   = "### [One](https://github.com/o/r/discussions/1)\n\no/r. 2 comments.\n\nThe first.\n\n"
	itemTwo   = "### [Two](https://github.com/o/r/discussions/2)\n\no/r. 3 comments.\n\n"
	itemThree = "### [Three](https://github.com/o/r/discussions/3)\n\no/r. 1 comment.\n\n"
)

func TestRules(t *testing.T) {
	for _, c := range []struct{ name, base, edited, fresh, want string }{
		{"unedited text is refreshed next to edited text", short,
			change(short, "**TODO:** a few words.", "Hello."), change(short, "2 comments", "9 comments"),
			change(short, "**TODO:** a few words.", "Hello.", "2 comments", "9 comments")},
		{"a person's text wins where both changed it", short,
			change(short, "2 comments.", "Many comments."), change(short, "2 comments", "9 comments"),
			change(short, "2 comments.", "Many comments.")},
		{"a deleted item stays deleted with the parts it gets later", short,
			change(short, itemOne, ""), change(short, "The first.", "The first.\n\n**Answer**: yes."),
			change(short, itemOne, "")},
		{"a deleted text of an item stays deleted though the source changes it", short,
			change(short, "o/r. 2 comments.\n\n", ""), change(short, "2 comments", "9 comments"),
			change(short, "o/r. 2 comments.\n\n", "")},
		{"a deleted item stays deleted though the tool moves it", short,
			change(short, itemOne, ""), change(short, itemOne, "", "## Releases\n\n", "## Releases\n\n"+itemOne),
			change(short, itemOne, "")},
		{"an item in another section stays there and is refreshed", short,
			change(short, itemOne, "", "## Releases\n\n", "## Releases\n\n"+itemOne), change(short, "2 comments", "9 comments"),
			change(short, itemOne, "", "## Releases\n\n", "## Releases\n\n"+change(itemOne, "2 comments", "9 comments"))},
		{"an item that the tool moves goes with what a person wrote in it", short,
			change(short, "The first.", "Mine."), change(short, itemOne, "", "## Releases\n\n", "## Releases\n\n"+itemOne),
			change(short, itemOne, "", "## Releases\n\n", "## Releases\n\n"+change(itemOne, "The first.", "Mine."))},
		{"a formatter that rewrote the only entry of a page does not keep it from being refreshed", "## A\n\n- 3 releases.\n",
			"## A\n\n* 3 releases.\n", "## A\n\n- 4 releases.\n- 2 discussions.\n", "## A\n\n* 4 releases.\n* 2 discussions.\n"},
		{"people's order stays and new items follow their neighbour", short,
			change(short, itemOne+itemTwo, itemTwo+itemOne), change(short, itemOne, itemOne+itemThree),
			change(short, itemOne+itemTwo, itemTwo+itemOne+itemThree)},
		{"a new item goes to a section that was renamed", short,
			change(short, "## Hot", "## What people talk about"), change(short, itemTwo, itemTwo+itemThree),
			change(short, "## Hot", "## What people talk about", itemTwo, itemTwo+itemThree)},
		{"a new item brings the heading of a deleted section back, and nothing else", short,
			change(short, "## Hot\n\n"+itemOne+itemTwo, ""), change(short, itemTwo, itemTwo+itemThree),
			change(short, "## Hot\n\n"+itemOne+itemTwo, "## Hot\n\n"+itemThree)},
		{"a new item of a deleted section goes beside its neighbour that was moved", short,
			change(short, "## Hot\n\n"+itemOne+itemTwo, itemOne+itemTwo), change(short, itemTwo, itemTwo+itemThree),
			change(short, "## Hot\n\n"+itemOne+itemTwo, itemOne+itemTwo+itemThree)},
		{"an item a person added by hand is not added again", short,
			change(short, "The first.", "The first.\n\n- [ours](http://www.github.com/O/R/discussions/3#c1)"), change(short, itemTwo, itemTwo+itemThree),
			change(short, "The first.", "The first.\n\n- [ours](http://www.github.com/O/R/discussions/3#c1)")},
		{"an item that is gone and untouched goes", short,
			change(short, "goodbye", "so long"), change(short, itemOne, ""),
			change(short, "goodbye", "so long", itemOne, "")},
		{"an item that is gone and edited stays whole", short,
			change(short, "The first.", "Our first."), change(short, itemOne, ""),
			change(short, "The first.", "Our first.")},
		{"a train grows under a heading that is refreshed", short,
			change(short, "with notes", "with our notes"), change(short, "v1 and v2", "v1, v2 and v3", "  with notes\n", "  with notes\n- [v3](https://github.com/o/r/releases/tag/v3), today\n"),
			change(short, "v1 and v2", "v1, v2 and v3", "  with notes\n", "  with our notes\n- [v3](https://github.com/o/r/releases/tag/v3), today\n")},
		{"a new entry takes the bullets of the list", short,
			change(short, "- [v1]", "* [v1]", "- [v2]", "* [v2]"), change(short, "  with notes\n", "  with notes\n- [v3](https://github.com/o/r/releases/tag/v3), today\n"),
			change(short, "- [v1]", "* [v1]", "- [v2]", "* [v2]", "  with notes\n", "  with notes\n* [v3](https://github.com/o/r/releases/tag/v3), today\n")},
		{"a new entry goes on counting", short,
			change(short, "- [v1]", "1. [v1]", "- [v2]", "2. [v2]", "  with notes", "   with notes"), change(short, "  with notes\n", "  with notes\n- [v3](https://github.com/o/r/releases/tag/v3), today\n"),
			change(short, "- [v1]", "1. [v1]", "- [v2]", "2. [v2]", "  with notes\n", "   with notes\n3. [v3](https://github.com/o/r/releases/tag/v3), today\n")},
		{"a new item takes the level of its neighbours", short,
			strings.ReplaceAll(short, "### ", "#### "), change(short, itemTwo, itemTwo+itemThree),
			strings.ReplaceAll(change(short, itemTwo, itemTwo+itemThree), "### ", "#### ")},
		{"a key is merged by itself", short,
			change(short, "draft: true", "draft: false", "tags: [\"a\"]", "tags:\n  - a\nauthor: me # us"), change(short, `"Weekly"`, `"Weekly 2"`, "tags: [\"a\"]", "tags: [\"a\"]\nimage: x.jpg"),
			change(short, "draft: true", "draft: false", `"Weekly"`, `"Weekly 2"`, "tags: [\"a\"]", "tags:\n  - a\nauthor: me # us\nimage: x.jpg")},
		{"front matter may end in dots", short,
			change(short, "draft: true", "draft: false", "---\n\n## Welcome", "...\n\n## Welcome"), change(short, `"Weekly"`, `"Weekly 2"`),
			change(short, "draft: true", "draft: false", "---\n\n## Welcome", "...\n\n## Welcome", `"Weekly"`, `"Weekly 2"`)},
		{"a deleted key stays deleted", short,
			change(short, "tags: [\"a\"]\n", ""), change(short, "tags: [\"a\"]", "tags: [\"b\"]"), change(short, "tags: [\"a\"]\n", "")},
		{"TOML stays whole", short,
			"+++\ntitle = \"x\"\n+++\n\n## Welcome\n", change(short, `"Weekly"`, `"Weekly 2"`), "+++\ntitle = \"x\"\n+++\n\n## Welcome\n"},
		{"a duplicate key stays as it is", short,
			change(short, "draft: true", "draft: true\ndraft: false"), change(short, `"Weekly"`, `"Weekly 2"`, "2 comments", "9 comments"),
			change(short, "draft: true", "draft: true\ndraft: false", "2 comments", "9 comments")},
		{"front matter that was removed stays removed", short,
			strings.SplitAfterN(short, "---\n\n", 2)[1], change(short, `"Weekly"`, `"Weekly 2"`, "2 comments", "9 comments"),
			change(strings.SplitAfterN(short, "---\n\n", 2)[1], "2 comments", "9 comments")},
		{"without a base items that are not linked are added, and nothing else", "",
			"## Hot\n\nMine.\n\n### [One](https://redirect.github.com/o/r/discussions/1)\n\nOnly my words.\n\n## Else\n", change(short, itemTwo, itemTwo+itemThree),
			"## Hot\n\nMine.\n\n### [One](https://redirect.github.com/o/r/discussions/1)\n\nOnly my words.\n\n" + itemTwo + itemThree +
				"## Else\n\n## Releases\n\n### o/r v1 and v2\n\n- [v1](https://github.com/o/r/releases/tag/v1), today\n- [v2](https://github.com/o/r/releases/tag/v2), today\n  with notes\n"},
		{"a base that is garbage is none", "\x00\xff garbage\n\n{{",
			change(short, itemTwo, "", "The first.", "Mine."), short, change(short, "The first.", "Mine.")},
		{"Windows line ends stay and are no edit", short,
			strings.ReplaceAll(short, "\n", "\r\n"), change(short, "2 comments", "9 comments", itemTwo, itemTwo+itemThree),
			strings.ReplaceAll(change(short, "2 comments", "9 comments", itemTwo, itemTwo+itemThree), "\n", "\r\n")},
		{"a missing final newline stays missing", short,
			strings.TrimSuffix(short, "\n"), change(short, "goodbye", "so long"), strings.TrimSuffix(change(short, "goodbye", "so long"), "\n")},
		{"an open fence hides nothing", short,
			change(short, "The first.", "The first.\n\n```\nour code"), change(short, "3 comments", "9 comments"),
			change(short, "The first.", "The first.\n\n```\nour code", "3 comments", "9 comments")},
		{"rows of a table are merged by themselves", tables,
			change(tables, "| [B](https://x.y/b) | two |\n", "", "| one |", "| ONE |"),
			change(tables, "| two |", "| 2 |", "| three |", "| 3 |\n| [D](https://x.y/d) | four |"),
			change(tables, "| [B](https://x.y/b) | two |\n", "", "| one |", "| ONE |", "| three |", "| 3 |\n| [D](https://x.y/d) | four |")},
		{"a row that a person added stays after what it follows", tables,
			change(tables, "| two |\n", "| two |\n| ours | x |\n"), change(tables, "| one |", "| 1 |"),
			change(tables, "| two |\n", "| two |\n| ours | x |\n", "| one |", "| 1 |")},
		{"a padded table is not edited", tables,
			change(tables, "| Name | Text |\n| --- | --- |", "| Name                 | Text  |\n| :------------------- | ----- |"), change(tables, "| one |", "| 1 |"),
			change(tables, "| Name | Text |\n| --- | --- |", "| Name                 | Text  |\n| :------------------- | ----- |", "| one |", "| 1 |")},
		{"a new row of a deleted table brings its head back", tables,
			change(tables, tables[strings.Index(tables, "| Name"):strings.Index(tables, "## B")], "Nothing.\n\n"),
			change(tables, "| three |", "| three |\n| [D](https://x.y/d) | four |"),
			change(tables, tables[strings.Index(tables, "| Name"):strings.Index(tables, "## B")], "Nothing.\n\n| Name | Text |\n| --- | --- |\n| [D](https://x.y/d) | four |\n\n")},
		{"a table in a list", "- A list\n\n  | a | b |\n  | - | - |\n  | c | d |\n",
			"1. A list\n\n   | a | b |\n   | - | - |\n   | c | D |\n", "- A list\n\n  | a | b |\n  | - | - |\n  | c | d |\n  | [e](https://x.y/e) | f |\n",
			"1. A list\n\n   | a | b |\n   | - | - |\n   | c | D |\n   | [e](https://x.y/e) | f |\n"},
		{"a line with a newer release is the same line", line("2.3.2", "2.2.5"),
			change(line("2.3.2", "2.2.5"), "fixes", "mends"), line("2.3.3", "2.3.2", "2.2.5"), change(line("2.3.2", "2.2.5"), "fixes", "mends")},
		{"an unedited line gets the newer release", line("2.3.2", "2.2.5"),
			change(line("2.3.2", "2.2.5"), "## Releases", "## New"), line("2.3.3", "2.3.2", "2.2.5"), change(line("2.3.3", "2.3.2", "2.2.5"), "## Releases", "## New")},
		{"a deleted line stays deleted though a newer release leads it", line("2.3.2", "2.2.5"),
			"## Releases\n\nNone.\n", line("2.3.3", "2.3.2", "2.2.5"), "## Releases\n\nNone.\n"},
		{"a line that mentions another item is not that item", line("2.3.2"),
			change(line("2.3.2"), "fixes", "mends"), "## Releases\n\n- [A post](https://example.org/blog/1), about [2.3.2](https://github.com/o/r/releases/tag/v2.3.2).\n",
			change(line("2.3.2"), "fixes", "mends") + "- [A post](https://example.org/blog/1), about [2.3.2](https://github.com/o/r/releases/tag/v2.3.2).\n"},
		{"an emptied file gets what is new", short,
			"", change(short, itemTwo, itemTwo+itemThree), "## Hot\n\n" + strings.TrimSuffix(itemThree, "\n")},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := mustMerge(c.base, c.edited, c.fresh)
			if diff := cmp.Diff(lines(c.want), lines(r.Text)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			equal(t, "merge(n, r, n) = r", r.Text, mergeStyled(c.fresh, r.Text, c.fresh))
			if c.base != "" {
				equal(t, "merge(b, r, n) = r", r.Text, mustMerge(c.base, r.Text, c.fresh).Text)
			}
		})
	}
}

func TestEditedFrontMatterIsReported(t *testing.T) {
	for _, tt := range []struct {
		name, edited, fresh string
		want                []string
	}{
		{"alone", change(short, "draft: true", "draft: false"), short, []string{"draft"}},
		{"with news elsewhere", change(short, "draft: true", "draft: false"), change(short, "2 comments", "9 comments"), []string{"draft"}},
		{"with news beside it", change(short, "draft: true", "draft: false"), change(short, `"Weekly"`, `"Weekly 2"`), []string{"draft"}},
		{"a key added", change(short, "draft: true", "author: me\ndraft: true"), short, []string{"author"}},
		{"a key deleted", change(short, "draft: true\n", ""), short, []string{"draft"}},
		{"removed", strings.SplitAfterN(short, "---\n\n", 2)[1], short, []string{"front matter"}},
		{"as TOML", "+++\ntitle = \"x\"\n+++\n\n## Welcome\n", short, []string{"front matter"}},
		{"only reformatted", change(short, `tags: ["a"]`, "tags:\n  - a"), short, nil},
		{"not edited", change(short, "a few words", "Hello"), short, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := mustMerge(short, tt.edited, tt.fresh).Report
			if diff := cmp.Diff(tt.want, r.FrontMatter); diff != "" || len(tt.want) > 0 && r.Kept+len(r.LeftOut) == 0 {
				t.Errorf("%+v; keys (-want +got):\n%s", r, diff)
			}
		})
	}
}

func TestTheExampleOfTheDocumentation(t *testing.T) {
	doc, err := os.ReadFile("../../docs/merging.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(doc), "\n## An example\n")
	var texts []string
	for i, part := range strings.Split(example, "\n```") {
		if text, ok := strings.CutPrefix(part, "markdown\n"); ok && i%2 == 1 {
			texts = append(texts, text+"\n")
		}
	}
	if len(texts) != 4 {
		t.Fatalf("%d texts, want 4", len(texts))
	}
	equal(t, "the example", texts[3], mustMerge(texts[0], texts[1], texts[2]).Text)
}

// mustMerge merges texts that are not left alone.
func mustMerge(base, edited, fresh string) Result {
	r, err := Merge(context.Background(), Texts{Base: base, Edited: edited, Fresh: fresh})
	if err != nil {
		panic(err)
	}
	return r
}

// mergePlain merges without the shortcuts of Merge, which would keep some laws by
// themselves.
func mergePlain(base, edited, fresh string) Result {
	r, err := merge(context.Background(), base, edited, fresh, nil)
	if err != nil {
		panic(err)
	}
	return r
}

// mergeStyled is mergePlain for texts of any style.
func mergeStyled(base, edited, fresh string) string {
	b, _ := textfile.Decode(base)
	n, _ := textfile.Decode(fresh)
	e, style := textfile.Decode(edited)
	return style.Encode(mergePlain(b, e, n).Text)
}
