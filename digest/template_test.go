package digest

import (
	"errors"
	"testing"
)

func parsed(t *testing.T, text string) *Template {
	t.Helper()
	tmpl, err := ParseTemplate("page.md", text, "en")
	if err != nil {
		t.Fatal(err)
	}
	return tmpl
}

func TestTemplateErrorNamesLineAndField(t *testing.T) {
	const text = "{{define \"topic\"}}\n{{.Titel}}{{end}}{{range .Hot.Topics}}{{template \"topic\" .}}{{end}}"
	_, err := parsed(t, text).Execute(Sample())
	const want = `template: page.md:2:2: executing "topic" at <.Titel>: can't evaluate field Titel in type digest.Topic`
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestTemplateOutputIsBounded(t *testing.T) {
	const text = `{{define "wide"}}{{printf "%10000000d" 1}}{{end}}{{range 7}}{{template "wide"}}{{end}}`
	if _, err := parsed(t, text).Execute(Sample()); !errors.Is(err, errTooLarge) {
		t.Errorf("error %v, want %v", err, errTooLarge)
	}
}

func TestPageLayout(t *testing.T) {
	for in, want := range map[string]string{
		"":                                  "",
		"\n \n":                             "",
		"A":                                 "A\n",
		"\n \nA  \nB\t\r\n\n\n \nC\n\n":     "A\nB\n\nC\n",
		"- one\n\n\n\n- two\n   indented\n": "- one\n\n- two\n   indented\n",
	} {
		if got := layOut(in); got != want {
			t.Errorf("layOut(%q) = %q, want %q", in, got, want)
		}
	}
}
