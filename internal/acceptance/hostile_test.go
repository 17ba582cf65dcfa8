//go:build acceptance

package acceptance

import (
	"cmp"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// planted is a fixture of the checker: ordinary items, each with one payload in it.
type planted struct {
	Discussions []struct {
		Number      int
		Title, Body string
		Author      struct{ Login string }
		Category    struct{ Name string }
		Labels      []string
		Comments    []struct{ Body string }
	}
	Releases   []release
	Advisories []struct {
		ID              string `json:"ghsa_id"`
		Summary         string
		Description     string
		Vulnerabilities []struct {
			Package struct{ Ecosystem, Name string }
			Range   string `json:"vulnerable_version_range"`
		}
	}
	Feeds []struct{ Title, Link, Content, GUID string }
}

type release struct {
	Repo       string // app if empty
	Name, Body string
	TagName    string `json:"tag_name"`
}

// TestNothingHostileGetsThrough plants every payload of the corpus in the data, serves
// it, drafts it, and has the draft judged by the checker, which renders it with five
// engines and a real Hugo. A second draft of benign data is what it compares with.
func TestNothingHostileGetsThrough(t *testing.T) {
	if *hostileDir == "" {
		t.Skip("-hostile names no folder")
	}
	dir := t.TempDir()
	fixture, base := filepath.Join(dir, "fixture.json"), filepath.Join(dir, "base.json")
	node(t, "plant.mjs", "all", fixture, base)
	judgePlanted(t, fixture, base, "all")
}

// TestNothingHostileGetsThroughReleaseNotes plants the titles and bodies of the discussions in
// release notes: in the headings, items and tables of their groups.
func TestNothingHostileGetsThroughReleaseNotes(t *testing.T) {
	if *hostileDir == "" {
		t.Skip("-hostile names no folder")
	}
	dir := t.TempDir()
	fixture, base := filepath.Join(dir, "fixture.json"), filepath.Join(dir, "base.json")
	node(t, "plant.mjs", "all", fixture, base)
	for _, file := range []string{fixture, base} {
		intoNotes(t, file)
	}
	judgePlanted(t, fixture, base, "auto")
}

// judgePlanted drafts a fixture and its benign baseline in both languages and runs the checker.
func judgePlanted(t *testing.T, fixture, base, ids string) {
	t.Helper()
	for _, language := range []string{"en", "zh-CN"} {
		t.Run(language, func(t *testing.T) {
			draft := draftPlanted(t, fixture, language)
			baseline := draftPlanted(t, base, language)
			out, err := node(t, "check.mjs", "--md", draft, "--baseline", baseline, "--ids", ids, "--hugo", "--vue")
			if err != nil {
				t.Errorf("%s", out)
			}
			t.Log(lastLine(out))
		})
	}
}

// intoNotes makes each discussion of a fixture a release in a repository of its own.
func intoNotes(t *testing.T, fixture string) {
	t.Helper()
	data, err := os.ReadFile(fixture)
	if err != nil {
		t.Fatal(err)
	}
	var p planted
	if err := json.Unmarshal(data, &p); err != nil {
		t.Fatal(err)
	}
	p.Releases = nil
	for _, d := range p.Discussions {
		r := release{Repo: fmt.Sprintf("app-%d", d.Number), TagName: "v1.2.0"}
		title := strings.ReplaceAll(d.Title, `\`, `\\`) // it is plain text, notes are Markdown
		for _, text := range []string{title, d.Body} {
			line := strings.Join(strings.Fields(text), " ")
			r.Body += fmt.Sprintf("## Changes %[1]s\n\n- Add %[1]s to all\n- Fix %[1]s\n\n| Component | Change |\n| --- | --- |\n| core | %[1]s |\n\n", line)
		}
		p.Releases = append(p.Releases, r)
	}
	p.Discussions, p.Advisories, p.Feeds = p.Discussions[:1], nil, nil // without any they would be disabled
	if data, err = json.Marshal(p); err != nil {
		t.Fatal(err)
	}
	write(t, fixture, data)
}

// node runs a script of the checker.
func node(t *testing.T, args ...string) (string, error) {
	t.Helper()
	cmd := exec.Command("node", args...)
	cmd.Dir = *hostileDir
	out, err := cmd.CombinedOutput()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		t.Fatal(err)
	}
	return string(out), err
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}

// draftPlanted serves a fixture, drafts it and returns the draft's file name.
func draftPlanted(t *testing.T, fixture, language string) string {
	t.Helper()
	data, repos := dataset(t, fixture)
	r := start(t, data)
	config := fmt.Sprintf(`
title: Weekly
timezone: UTC
sources:
  discussions: [{repos: [acme/app]}]
  releases: [{repos: [%s]}]
  advisories: [{repos: [acme/app]}]
  feeds: [{url: %s/_octosim/files/feed.xml}]
editions:
  - language: %s
    path: weekly.md
    front_matter: {title: Weekly digest, description: What happened, tags: [digest]}
`, strings.Join(repos, ", "), r.url, language) + unlimited
	o := r.run(config, "--from", "2026-01-05", "--to", "2026-01-11")
	if o.code != 0 {
		t.Fatalf("exit code %d\n%s", o.code, o.stderr)
	}
	return filepath.Join(o.dir, "weekly.md")
}

// dataset writes a fixture as the replica's data, and lists its repositories.
func dataset(t *testing.T, fixture string) (dir string, repos []string) {
	t.Helper()
	data, err := os.ReadFile(fixture)
	if err != nil {
		t.Fatal(err)
	}
	var p planted
	if err := json.Unmarshal(data, &p); err != nil {
		t.Fatal(err)
	}
	const at = "2026-01-06T10:00:00Z"
	dir = t.TempDir()
	type object = map[string]any
	slugs := make(map[string]string)
	categories, discussions, advisories := []object{}, []object{}, []object{} // the replica does not accept null as a list
	releases := map[string][]object{"app": {}}
	for _, d := range p.Discussions {
		slug, ok := slugs[d.Category.Name]
		if !ok {
			slug = fmt.Sprintf("category-%d", len(slugs))
			slugs[d.Category.Name] = slug
			categories = append(categories, object{"name": d.Category.Name, "slug": slug})
		}
		var comments []object
		for i, c := range d.Comments {
			comments = append(comments, object{"id": d.Number*10 + i, "body": c.Body, "author": "octo-user", "created_at": at})
		}
		discussions = append(discussions, object{
			"number": d.Number, "title": d.Title, "body": d.Body, "author": d.Author.Login, "category": slug,
			"labels": d.Labels, "comments": comments, "created_at": at, "updated_at": at,
		})
	}
	for _, x := range p.Releases {
		repo := cmp.Or(x.Repo, "app")
		releases[repo] = append(releases[repo], object{"tag_name": x.TagName, "name": x.Name, "body": x.Body, "created_at": at, "published_at": at, "author": "octo-user"})
	}
	for _, a := range p.Advisories {
		advisory := object{"ghsa_id": a.ID, "summary": a.Summary, "description": a.Description, "state": "published", "severity": "high", "published_at": at}
		var vulnerabilities []object
		for _, v := range a.Vulnerabilities {
			vulnerabilities = append(vulnerabilities, object{"ecosystem": "npm", "package": v.Package.Name, "range": v.Range})
		}
		advisory["vulnerabilities"] = vulnerabilities
		advisories = append(advisories, advisory)
	}
	files := map[string]any{
		"users.json": []object{}, "discussions/acme__app.json": discussions,
		"advisories/acme__app.json": advisories, "advisories/global.json": []object{},
	}
	var all []object
	for _, repo := range slices.Sorted(maps.Keys(releases)) {
		files["releases/acme__"+repo+".json"] = releases[repo]
		all = append(all, object{"owner": "acme", "name": repo, "categories": categories})
		repos = append(repos, "acme/"+repo)
	}
	files["repos.json"] = all
	for name := range maps.Keys(files) {
		text, err := json.Marshal(files[name])
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, name), text)
	}
	write(t, filepath.Join(dir, "files", "feed.xml"), feed(t, p))
	return dir, repos
}

func feed(t *testing.T, p planted) []byte {
	t.Helper()
	type item struct {
		Title       string `xml:"title"`
		Link        string `xml:"link"`
		GUID        string `xml:"guid"`
		Date        string `xml:"pubDate"`
		Description string `xml:"description"`
	}
	var channel struct {
		XMLName xml.Name `xml:"rss"`
		Version string   `xml:"version,attr"`
		Items   []item   `xml:"channel>item"`
	}
	channel.Version = "2.0"
	for _, f := range p.Feeds {
		channel.Items = append(channel.Items, item{f.Title, f.Link, f.GUID, "Tue, 06 Jan 2026 10:00:00 +0000", f.Content})
	}
	text, err := xml.Marshal(channel)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
