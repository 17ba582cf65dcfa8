package config

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/frontmatter"
)

// house are the templates of the program.
func house() fstest.MapFS {
	return fstest.MapFS{
		"weekly.en.md.tmpl":    {Data: []byte("# {{.Title}} {{.Number}}\n")},
		"weekly.zh-CN.md.tmpl": {Data: []byte("# {{.Title}}（第 {{.Number}} 期）\n")},
	}
}

// smallest is the least that a configuration must have.
const smallest = `title: Weekly
sources: {releases: [{repos: [istio/istio]}]}
editions: [{language: en}]
`

func named(repos ...digest.Repo) Repositories { return Repositories{Repos: repos} }

func TestTheConfigurationOfTheProjectLoads(t *testing.T) {
	c, err := Load("../../config.yaml", os.DirFS("../../templates"))
	if err != nil {
		t.Fatal(err)
	}
	if got := len(c.Discussions) + len(c.Releases) + len(c.Advisories) + len(c.Feeds); got != 6 {
		t.Errorf("%d sources, want 6", got)
	}
	period := c.Calendar.Last(time.Date(2023, time.December, 18, 10, 0, 0, 0, c.Calendar.Location))
	ed := digest.Edit(digest.Snapshot{Period: period}, c.Calendar.Number(period), digest.Rules{})
	want := []string{`content/zh/weekly/01/index.md
---
title: "Istio 社区周报（第 1 期）"
draft: true
date: 2023-12-18T00:00:00+08:00
description: "Istio 社区在 2023 年 12 月 11 日到 17 日的版本、安全公告和讨论。"
categories: ["Istio"]
tags: ["Istio", "Istio Weekly"]
type: "post"
image: "images/banner/istio-weekly-01.jpg"
---
`, `content/en/weekly/01/index.md
---
title: "Istio Community Weekly 01"
draft: true
date: 2023-12-18T00:00:00+08:00
description: "Releases, security bulletins and discussions of the Istio community, 11 to 17 December 2023."
categories: ["Istio"]
tags: ["Istio", "Istio Weekly"]
type: "post"
image: "images/banner/istio-weekly-01.jpg"
---
`}
	for i, e := range c.Editions {
		if title := []string{"Istio 社区周报", "Istio Community Weekly"}[i]; e.Title != title {
			t.Errorf("%s: the title is %q, want %q", e.Language, e.Title, title)
		}
		file, err := e.File(ed)
		if err != nil {
			t.Fatal(err)
		}
		fields, err := e.Fields(ed)
		if err != nil {
			t.Fatal(err)
		}
		head, err := frontmatter.Encode(fields)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want[i], file+"\n"+head); diff != "" {
			t.Errorf("%s (-want +got):\n%s", e.Language, diff)
		}
	}
	if branch, err := c.Publish.BranchName(ed); branch != "digest/0001" || err != nil {
		t.Errorf("BranchName = %q, %v", branch, err)
	}
}

func TestDefaults(t *testing.T) {
	c, err := Parse("config.yaml", []byte(smallest), nil, house())
	if err != nil {
		t.Fatal(err)
	}
	e := c.Editions[0]
	file, _ := e.File(digest.Sample())
	branch, _ := c.Publish.BranchName(digest.Sample())
	if file != "weekly/01/index.en.md" || branch != "digest/0001" {
		t.Errorf("File = %q, BranchName = %q", file, branch)
	}
	if page, err := e.Template.Page(t.Context(), digest.Sample()); err != nil || page != "# Example Weekly 1\n" {
		t.Errorf("Page = %q, %v", page, err)
	}
	c.Editions, c.Publish.Branch, c.Publish.Title = nil, nil, nil
	want := &Config{
		Title:      "Weekly",
		Calendar:   digest.Calendar{Cadence: digest.Weekly, WeekStart: time.Monday, Location: time.UTC},
		Releases:   []Releases{{Repositories: named(digest.Repo{Owner: "istio", Name: "istio"}), Section: digest.Project}},
		PerSection: 12, Hot: 8, MinPeople: 2, Page: 500 << 10,
		State:   ".digest",
		Picks:   ".digest/picks.yaml",
		Publish: Publish{Base: "main", Draft: true},
	}
	if diff := cmp.Diff(want, c, cmp.AllowUnexported(time.Location{}, Config{})); diff != "" {
		t.Errorf("Parse (-want +got):\n%s", diff)
	}
}

func TestEveryKeyIsRead(t *testing.T) {
	const text = `
title: Weekly
timezone: Asia/Shanghai
cadence: biweekly
week_start: Sunday
first_edition: {number: 7, from: 2023-12-10}
sources:
  discussions: [{repos: [a/b, c/d], categories: [q-a], section: community}]
  releases: [{repos: [a/b], prereleases: true, tags: {include: ["v*"], exclude: [nightly]}, section: hot}]
  advisories: [{repos: [a/b], mode: reviewed, section: tips}]
  feeds: [{url: "http://example.org/x?y=z", internal: true, include: [a], exclude: [b], section: community}]
editions: [{language: en, path: "out{{.Number}}.md"}]
limits: {per_section: 5, min_people: 3, page: 1MB, max_wait: 10m}
names: {a/b: The B}
identifiers: ['SSA-\d{6}']
state: s
publish: {repository: o/r, base: Main, branch: "w{{.Number}}", draft: false, labels: [L], reviewers: [who, org/team], assignees: [me], milestone: "Week 1", title: "No. {{.Number}}"}
schedule: {cron: "@weekly"}
`
	c, err := Parse("config.yaml", []byte(text), nil, house())
	if err != nil {
		t.Fatal(err)
	}
	loc, _ := digest.LoadZone("Asia/Shanghai")
	repo := digest.Repo{Owner: "a", Name: "b"}
	c.Editions, c.Publish.Branch, c.Publish.Title = nil, nil, nil
	want := &Config{
		Title: "Weekly",
		Calendar: digest.Calendar{
			Cadence: digest.Biweekly, WeekStart: time.Sunday, Location: loc,
			First: time.Date(2023, time.December, 10, 0, 0, 0, 0, loc), FirstNumber: 7,
		},
		Discussions: []Discussions{{named(repo, digest.Repo{Owner: "c", Name: "d"}), []string{"q-a"}, digest.Community}},
		Releases:    []Releases{{named(repo), true, Filter{[]string{"v*"}, []string{"nightly"}}, digest.Hot}},
		Advisories:  []Advisories{{named(repo), "reviewed", digest.Tips}},
		Feeds:       []Feed{{"http://example.org/x?y=z", true, Filter{[]string{"a"}, []string{"b"}}, digest.Community}},
		Names:       map[string]string{"a/b": "The B"},
		Identifiers: []*regexp.Regexp{regexp.MustCompile(`SSA-\d{6}`)},
		PerSection:  5, Hot: 5, MinPeople: 3, Page: 1 << 20,
		MaxWait: 10 * time.Minute,
		State:   "s",
		Picks:   "s/picks.yaml",
		Publish: Publish{
			Configured: true, Repository: digest.Repo{Owner: "o", Name: "r"}, Base: "Main",
			Labels: []string{"L"}, Reviewers: []string{"who", "org/team"}, Assignees: []string{"me"}, Milestone: "Week 1",
		},
		Schedule: Schedule{Cron: "@weekly"},
	}
	same := cmp.Options{
		cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() }),
		cmp.Comparer(func(a, b *regexp.Regexp) bool { return a.String() == b.String() }),
	}
	if diff := cmp.Diff(want, c, cmp.AllowUnexported(Config{}), same); diff != "" {
		t.Errorf("Parse (-want +got):\n%s", diff)
	}
}

func TestKeysWithoutValueKeepTheDefaults(t *testing.T) {
	text := "\uFEFF" + strings.ReplaceAll(smallest, "\n", "\r\n") + "limits:\npublish:\nschedule:\ntimezone:\nstate:\n"
	c, err := Parse("config.yaml", []byte(text), nil, house())
	if err != nil {
		t.Fatal(err)
	}
	if c.Publish.Configured || c.Schedule.Cron != "" || c.State != ".digest" || c.Calendar.Location != time.UTC {
		t.Errorf("Parse = %+v", c)
	}
}

func TestOwnTemplatesGoBeforeTheHouse(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "folder")
	write := func(name, text string) {
		t.Helper()
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("config.yaml", strings.Replace(smallest, "en}", "en}, {language: zh-CN}", 1)+"templates: my/own\n")
	write("my/own/weekly.en.md.tmpl", "own {{.Number}}\n")
	c, err := Load(filepath.Join(dir, "config.yaml"), house())
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"own 1\n", "# Example Weekly（第 1 期）\n"} {
		if page, err := c.Editions[i].Template.Page(t.Context(), digest.Sample()); page != want || err != nil {
			t.Errorf("editions[%d]: %q, %v; want %q", i, page, err, want)
		}
	}

	write("../secret.tmpl", "outside")
	if err := os.Symlink("../../../secret.tmpl", filepath.Join(dir, "my/own/weekly.zh-CN.md.tmpl")); err != nil {
		t.Skip("no symbolic links here")
	}
	if _, err = Load(filepath.Join(dir, "config.yaml"), house()); err == nil || !strings.Contains(err.Error(), "editions[1].language: read the template: ") {
		t.Errorf("a link out of the folder: %v", err)
	}
}

func TestLoadNamesAFileThatCannotBeRead(t *testing.T) {
	for path, want := range map[string]string{
		"testdata/none.yaml": "configuration testdata/none.yaml not found",
		"testdata":           "read the configuration: read testdata: is a directory",
	} {
		if _, err := Load(path, house()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Load(%s): %v; want %q", path, err, want)
		}
	}
}

func TestAFileOnOneLongLineLoads(t *testing.T) {
	var repos []string
	for i := range 1000 {
		repos = append(repos, fmt.Sprintf("%q", fmt.Sprintf("example/repository-%d", i)))
	}
	list := "[" + strings.Join(repos, ", ") + "]"
	data := `{"title": "Weekly", "sources": {"discussions": [{"repos": ` + list + `}], "releases": [{"repos": ` + list + `}]}, "editions": [{"language": "en"}]}`
	c, err := Parse("config.yaml", []byte(data), nil, os.DirFS("../../templates"))
	if err != nil {
		t.Fatal(err)
	}
	if got := len(c.Releases[0].Repos); got != 1000 {
		t.Errorf("%d repositories, want 1000", got)
	}
}

func TestPatternsOfIdentifiersAreCheckedAtTheirPlace(t *testing.T) {
	_, err := Parse("config.yaml", []byte(smallest+"identifiers:\n  - 'SSA-\\d+'\n  - '(SA'\n  - 'x*'\n"), nil, house())
	problems, _ := err.(Problems)
	if len(problems) != 2 {
		t.Fatalf("%v, want two problems", err)
	}
	for i, want := range []string{"not a regular expression: missing closing )", "matches the empty text"} {
		if p := problems[i]; p.Line != strings.Count(smallest, "\n")+3+i || !strings.Contains(p.Message, want) {
			t.Errorf("%v at line %d, want %q", p, p.Line, want)
		}
	}
}
