package digest

import (
	"context"
	"errors"
	"fmt"
	"strings"
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

func TestTemplatesAreBounded(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       error
	}{
		{"output", `{{$s := printf "%200000d" 1}}{{range 999}}{{$s}}{{end}}`, errTooLarge},
		{"empty loop", "\n\n{{range 9223372036854775807}}{{end}}", errTooLong},
		{"loop that goes on", "\n\n{{range 9223372036854775807}}{{continue}}{{end}}", errTooLong},
		{"loops in loops", `{{range 99999}}{{range 99999}}{{range 99999}}x{{end}}{{end}}{{end}}`, errTooLong},
		{"loop in another template", `{{define "x"}}{{range 99999}}{{template "y"}}{{end}}{{end}}{{define "y"}}{{range 99999}}{{end}}{{end}}{{template "x"}}`, errTooLong},
		{"much in one loop", `{{range 99999}}` + strings.Repeat(`{{with $}}{{.Number}}{{end}}`, 1000) + `{{end}}`, errTooLong},
		{"recursion", `{{define "x"}}{{template "x"}}{{end}}{{template "x"}}`, errTooDeep},
		{"tree", `{{define "x"}}{{if lt (len .) 60}}{{template "x" (print . "x")}}{{template "x" (print . "x")}}{{end}}{{end}}{{template "x" ""}}`, errTooLong},
		{"doubling", `{{$s := "x"}}{{range 60}}{{$s = print $s $s}}{{end}}`, errTooWide},
		{"doubling by printf", `{{$s := "x"}}{{range 60}}{{$s = printf "%[1]s%[1]s" $s}}{{end}}`, errTooWide},
		{"doubling by escaping", `{{$s := "\\"}}{{range 60}}{{$s = js $s}}{{end}}`, errTooWide},
		{"width", `{{printf "%999999d" 1}}`, errTooWide},
		{"widths", `{{printf "` + strings.Repeat("%99999d", 100) + `" 1}}`, errTooWide},
		{"width as argument", `{{printf "%*d" 999999 1}}`, errTooWide},
		{"padding", `{{pad 999999 1}}`, errTooWide},
		{"large values again and again", `{{$s := printf "%200000d" 1}}{{range 99999}}{{$t := print $s}}{{end}}`, errTooLong},
	} {
		_, err := parsed(t, tt.text).Execute(Sample())
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: error %v, want %v", tt.name, err, tt.want)
		}
		if strings.Contains(fmt.Sprint(err), "_") || !strings.Contains(fmt.Sprint(err), "page.md:") && tt.want != errTooLarge {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	_, err := parsed(t, "\n\n{{range 9223372036854775807}}{{end}}").Execute(Sample())
	const want = `template: page.md:3:8: executing "page.md": the template does not come to an end`
	if err == nil || err.Error() != want {
		t.Errorf("error %v\n want %s", err, want)
	}
}

func TestPageIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := parsed(t, `{{range 1000000}}{{end}}`).Page(ctx, Sample())
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
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
