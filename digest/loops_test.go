package digest

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/community-digest/digest/internal/markdown"
)

// long is an edition with lists of several batches.
func long(n int) Edition {
	s := Snapshot{Period: Sample().Period}
	for i := range n {
		item := Item{ID: ID(fmt.Sprint(i)), Repo: Repo{"example", fmt.Sprint("p", i)}, Section: Hot}
		title := markdown.Untrusted(fmt.Sprint("Number ", i))
		s.Discussions = append(s.Discussions, Discussion{Item: item, Number: i, Title: title})
		s.Releases = append(s.Releases, Release{Item: item, Tag: title})
		s.Entries = append(s.Entries, Entry{Item: item, Title: title})
	}
	return Edit(s, 1, Rules{})
}

func parsed(t *testing.T, text string) *Template {
	t.Helper()
	tmpl, err := ParseTemplate("page.md", text, "en")
	if err != nil {
		t.Fatal(err)
	}
	return tmpl
}

func TestALoopOnAllProcessorsPrintsWhatItPrintsItemByItem(t *testing.T) {
	const parts = `{{define "title"}}{{.Title}}, {{end}}{{define "story"}}{{range .Train.Releases}}{{.Tag}} {{$.Train.Repo}}, {{end}}{{end}}`
	quick := `{{with .Hot}}a{{range .Topics}}{{template "title" .}}{{end}}b{{range .Stories}}{{template "story" .}}{{end}}c{{end}}{{range .Hot.Entries}}{{template "title" .}}{{end}}d`
	slow := strings.NewReplacer("{{range .Topics}}", "{{range $x := .Topics}}", "{{range .Stories}}", "{{range $x := .Stories}}", "{{range .Hot.Entries}}", "{{range $x := .Hot.Entries}}").Replace(quick)
	if got := strings.Count(parsed(t, quick+parts).t.Root.String(), loopFunc); got != 3 {
		t.Errorf("%d loops run on all processors, want 3", got)
	}
	if strings.Contains(parsed(t, slow+parts).t.Root.String(), loopFunc) {
		t.Errorf("a loop with a variable runs on all processors")
	}
	for _, n := range []int{0, 1, batch, 5*batch + 1} {
		e := long(n)
		got, err := parsed(t, quick+parts).Execute(e)
		if err != nil {
			t.Fatal(err)
		}
		want, err := parsed(t, slow+parts).Execute(e)
		if err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%d items: %d bytes, item by item %d bytes", n, len(got), len(want))
		}
	}
}

func TestAnErrorInALoopNamesItsPlaceOnce(t *testing.T) {
	const text = "{{define \"topic\"}}\n{{.Titel}}{{end}}{{range .Hot.Topics}}{{template \"topic\" .}}{{end}}"
	_, err := parsed(t, text).Execute(long(2))
	const want = `template: page.md:2:2: executing "topic" at <.Titel>: can't evaluate field Titel in type digest.Topic`
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestWhatLoopsPrintIsBoundedTogether(t *testing.T) {
	text := `{{define "topic"}}{{printf "%1000000d" .Number}}{{end}}{{range .Hot.Topics}}{{template "topic" .}}{{end}}`
	if _, err := parsed(t, text).Execute(long(100)); !errors.Is(err, errTooLarge) {
		t.Errorf("error %v", err)
	}
}

func TestAPageIsLaidOutHoweverItIsWritten(t *testing.T) {
	const text, want = "\n \nA  \nB\t\r\n\n\n \nC\n\n", "A\nB\n\nC\n"
	for n := 1; n <= len(text); n++ {
		var l layout
		for rest := text; rest != ""; rest = rest[min(n, len(rest)):] {
			if _, err := l.Write([]byte(rest[:min(n, len(rest))])); err != nil {
				t.Fatal(err)
			}
		}
		if got := l.String(); got != want {
			t.Errorf("written %d bytes at a time: %q, want %q", n, got, want)
		}
	}
	var l layout
	if got := l.String(); got != "" {
		t.Errorf("nothing becomes %q", got)
	}
}
