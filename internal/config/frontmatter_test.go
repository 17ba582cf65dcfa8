package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/frontmatter"
	"github.com/community-digest/digest/internal/markdown"
)

func parseEdition(t *testing.T, item string) Edition {
	t.Helper()
	c, err := Parse("config.yaml", []byte(edition(item)), nil, house())
	if err != nil {
		t.Fatal(err)
	}
	return c.Editions[0]
}

func TestFrontMatterIsExpandedAndCompleted(t *testing.T) {
	for _, tt := range []struct{ name, fields, want string }{
		{"nothing configured", "{}", "draft: true\ndate: 2024-01-08T00:00:00Z\n"},
		{"title goes first", "{type: post, title: 'No {{.Number}}'}", "title: \"No 1\"\ndraft: true\ndate: 2024-01-08T00:00:00Z\ntype: \"post\"\n"},
		{"a day", "{weight: 1, date: 2023-12-18}", "draft: true\ndate: 2023-12-18T00:00:00Z\nweight: 1\n"},
		{"a time", "{date: '2023-12-18T10:27:49+08:00'}", "draft: true\ndate: 2023-12-18T10:27:49+08:00\n"},
		{"a template for the date", "{date: '{{rfc3339 .Period.From}}'}", "draft: true\ndate: 2024-01-01T00:00:00Z\n"},
		{
			"all shapes", "{a: [x, 1, true, {b: '{{.Number}}'}], c: {d: {e: 1.5}, f: []}, g: ''}",
			"draft: true\ndate: 2024-01-08T00:00:00Z\na: [\"x\", 1, true, {b: \"1\"}]\nc:\n  d:\n    e: 1.5\n  f: []\ng: \"\"\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fields, err := parseEdition(t, "{language: en, front_matter: "+tt.fields+"}").Fields(digest.Sample())
			if err != nil {
				t.Fatal(err)
			}
			got, err := frontmatter.Encode(fields)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff("---\n"+tt.want+"---\n", got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A date may use what was collected, which differs from the sample. A path may not: it
// sees nothing of that.
func TestExpandedTextsAreCheckedAgain(t *testing.T) {
	const first = "{{range .Hot.Topics}}{{unsafeRaw .Title}}{{end}}"
	e := parseEdition(t, "{language: en, path: 'x{{if .Hot.Topics}}"+first+"{{end}}.md', front_matter: {date: '{{with .Hot.Topics}}2024-01-0{{len .}}{{else}}2024-01-01{{end}}'}}")
	ed := digest.Sample()
	ed.Hot.Topics = []digest.Topic{{}}
	ed.Hot.Topics[0].Title = markdown.Untrusted("/../../etc/passwd")
	if file, err := e.File(ed); err != nil || file != "x.md" {
		t.Errorf("File = %q, %v", file, err)
	}
	ed.Hot.Topics = make([]digest.Topic, 10)
	if fields, err := e.Fields(ed); err == nil || !strings.HasPrefix(err.Error(), "front matter of the en edition: date: ") {
		t.Errorf("Fields = %v, %v", fields, err)
	}
}
